// SQL, not ent: this file is on the measured hot path (ADR 7).

package store

import (
	"fmt"
	"strings"
	"time"
)

// statements are the texts of the prepared SQL for one database.
type statements struct {
	settings, begin  string
	heads, lockHeads string
	pairs, shared    string
	writes           []write
	lone             fastTexts
}

// write is one statement that writes rowsets; they bind one after the other.
type write struct {
	text   string
	tables []int
}

// The tables of a flush, in the order of their rowsets.
const (
	flushConversations = iota
	flushMessages
	flushEvents
	flushHeads
	flushTables
)

var flushShapes = [flushTables]shape{
	flushConversations: conversationFields.shape(), flushMessages: messageSent.shape(), flushEvents: eventFields.shape(),
	flushHeads: headSent.shape(),
}

func (d *dialect) statements(sharedFriends int, timeout time.Duration) statements {
	heads := "SELECT " + headRead.names("") + " FROM heads WHERE user_id " + d.inIDs(1)
	s := statements{
		settings:  d.settings(timeout),
		begin:     d.begin(),
		heads:     heads,
		lockHeads: heads + d.lock,
		pairs: "SELECT " + numberedPairSelection("fl.follower_id IS NOT NULL", "fh.follower_id IS NOT NULL", "s.user_id IS NOT NULL").text() +
			" FROM " + d.source(pairKeyFields.shape(), 1) +
			pairJoins(d.lookup, "r.low", "r.high", "r.conversation", "r.sender", "r.client_key") +
			d.lookup("follows", "fl", "follower_id = r.low AND followee_id = r.high") +
			d.lookup("follows", "fh", "follower_id = r.high AND followee_id = r.low") +
			d.lookup("suggestions", "s", "user_id = r.low AND suggested_id = r.high"),
		shared: d.countSharedFriends(d.source(numberedPairFields.shape(), 1), sharedFriends),
	}
	s.writes = d.writes()
	if d.postgres {
		s.lone = d.fastTexts(sharedFriends, true)
	}
	return s
}

// pairJoins joins the tables of a pairSelection by what names a pair and a send, except for the
// edges.
func pairJoins(lookup func(table, alias, key string) string, low, high, conversation, sender, key string) string {
	return lookup("conversations", "c", "id = "+conversation) +
		lookup("overrides", "sl", "user_id = "+low+" AND other_id = "+high) +
		lookup("overrides", "sh", "user_id = "+high+" AND other_id = "+low) +
		lookup("messages", "m", "conversation_id = "+conversation+" AND sender_id = "+sender+" AND client_message_id = "+key)
}

// flushTexts write the rows of a source into the tables of a flush, where the condition holds. Rows
// that may be there are written by upsert: it goes by the key's index, whatever a planner believes
// of the table.
func flushTexts(where string) [flushTables]func(source string) string {
	return [flushTables]func(source string) string{
		flushConversations: upserter("conversations", conversationFields.shape(), len(conversationKey), where),
		flushMessages:      inserter("messages", messageSent.shape(), where),
		flushEvents:        inserter("events", eventFields.shape(), where),
		flushHeads:         headUpserter(where),
	}
}

// headUpserter writes heads. Every write of a head adds one to its version; see fastpath.go.
func headUpserter(where string) func(string) string {
	upsert := upserter("heads", headSent.shape(), 1, where)
	return func(source string) string { return upsert(source) + ", version = heads.version + 1" }
}

func (d *dialect) writes() []write {
	text := flushTexts("true")
	if !d.postgres {
		var out []write
		for table, shape := range flushShapes {
			out = append(out, write{text[table](d.source(shape, 1)), []int{table}})
		}
		return out
	}
	// One statement, one round trip: all its parts see the state before it, and no two write the
	// same row.
	var parts []string
	all := write{}
	first := 1
	for table, shape := range flushShapes {
		part := text[table](d.source(shape, first))
		if table == flushHeads {
			all.text = "WITH " + strings.Join(parts, ", ") + " " + part
		}
		parts = append(parts, fmt.Sprintf("w%d AS (%s)", table, part))
		first += d.params(shape)
		all.tables = append(all.tables, table)
	}
	return []write{all}
}

func inserter(table string, s shape, where string) func(string) string {
	return func(source string) string {
		return "INSERT INTO " + table + " (" + s.names("") + ") SELECT " + s.names("r.") + " FROM " + source + " WHERE " + where
	}
}

// upserter inserts, or overwrites all but the first fixed columns of the row with the same first
// column.
func upserter(table string, s shape, fixed int, where string) func(string) string {
	return func(source string) string {
		return inserter(table, s, where)(source) + " ON CONFLICT (" + s[0].name + ") DO UPDATE SET " + s.assignments(fixed)
	}
}
