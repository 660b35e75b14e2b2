package store

import (
	"fmt"
	"strings"
	"time"
)

// The columns of what is hot, each named once; the order is that in which rows are bound and scanned.
var (
	headShape = shape{
		{"user_id", kindUUID},
		{"position", kindInt},
		{"trimmed_to", kindInt},
		{"unread_conversations", kindInt4},
		{"unread_requests", kindInt4},
		{"unread_messages", kindInt},
		{"audience", kindInt2},
		{"routes", kindInt4},
		{"read_receipts", kindBool},
		{"changed_at", kindInt},
		{"age_band", kindInt2},
		{"exempt", kindBool},
		{"gone", kindBool},
		{"request_previews", kindBool},
		{"outreach_full_at", kindInt},
		{"refusals", kindInt},
		{"surge", kindInt},
		{"shield_at", kindInt},
	}
	// headNew is a head as it is made, with what never changes. headRead is what is read of it: what stands against a user,
	// and settings that are seldom anything, are written apart, and never by a send.
	headNew  = concat(headShape, shape{{"joined_at", kindInt}})
	headRead = concat(headNew, shape{
		{"version", kindInt},
		{"suspended_until", kindInt},
		{"outreach_until", kindInt},
		{"refused", kindText},
		{"request_links", kindBool},
		{"words", kindInt4},
	})
	conversationKey   = shape{{"id", kindUUID}, {"low_id", kindUUID}, {"high_id", kindUUID}, {"created_at", kindInt}}
	conversationState = shape{
		{"last_seq", kindInt},
		{"last_at", kindInt},
		{"low_folder", kindInt2},
		{"low_read_seq", kindInt},
		{"low_cleared_seq", kindInt},
		{"low_known", kindBool},
		{"low_pending", kindInt4},
		{"low_declined_until", kindInt},
		{"low_muted", kindBool},
		{"low_frozen_seq", kindInt},
		{"low_blocks", kindBool},
		{"low_hold_reason", kindInt2},
		{"high_folder", kindInt2},
		{"high_read_seq", kindInt},
		{"high_cleared_seq", kindInt},
		{"high_known", kindBool},
		{"high_pending", kindInt4},
		{"high_declined_until", kindInt},
		{"high_muted", kindBool},
		{"high_frozen_seq", kindInt},
		{"high_blocks", kindBool},
		{"high_hold_reason", kindInt2},
	}
	conversationShape = concat(conversationKey, conversationState)
	messageShape      = shape{
		{"conversation_id", kindUUID},
		{"seq", kindInt},
		{"sender_id", kindUUID},
		{"client_message_id", kindText},
		{"body", kindText},
		{"video", kindText},
		{"created_at", kindInt},
	}
	// messageRead is what is read of a message: a send never writes what changes a message later.
	messageRead = concat(messageShape, shape{{"first_digest", kindText}, {"removed_at", kindInt}})
	eventShape  = shape{
		{"user_id", kindUUID},
		{"position", kindInt},
		{"kind", kindInt2},
		{"at", kindInt},
		{"with_id", kindUUID},
		{"seq", kindInt},
		{"last_at", kindInt},
		{"folder", kindInt2},
		{"read_seq", kindInt},
		{"their_read_seq", kindInt},
		{"unread", kindInt},
		{"muted", kindBool},
		{"unread_conversations", kindInt4},
		{"unread_requests", kindInt4},
		{"unread_messages", kindInt},
	}
	idShape   = shape{{"id", kindUUID}}
	pairShape = shape{
		{"n", kindInt4},
		{"low", kindUUID},
		{"high", kindUUID},
		{"conversation", kindUUID},
		{"sender", kindUUID},
		{"client_key", kindText},
	}
	sharedShape     = shape{{"n", kindInt4}, {"low", kindUUID}, {"high", kindUUID}}
	messageKeyShape = shape{{"conversation", kindUUID}, {"at_seq", kindInt}}
)

func concat(shapes ...shape) shape {
	var out shape
	for _, s := range shapes {
		out = append(out, s...)
	}
	return out
}

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
	flushConversations: conversationShape, flushMessages: messageShape, flushEvents: eventShape, flushHeads: headShape,
}

func (d *dialect) statements(sharedFriends int, timeout time.Duration) statements {
	heads := "SELECT " + headRead.names("") + " FROM heads WHERE user_id " + d.inIDs(1)
	s := statements{
		settings:  d.settings(timeout),
		begin:     d.begin(),
		heads:     heads,
		lockHeads: heads + d.lock,
		pairs: "SELECT r.n, " + pairColumns("fl.follower_id IS NOT NULL", "fh.follower_id IS NOT NULL", "s.user_id IS NOT NULL") +
			" FROM " + d.source(pairShape, 1) +
			pairJoins(d.lookup, "r.low", "r.high", "r.conversation", "r.sender", "r.client_key") +
			d.lookup("follows", "fl", "follower_id = r.low AND followee_id = r.high") +
			d.lookup("follows", "fh", "follower_id = r.high AND followee_id = r.low") +
			d.lookup("suggestions", "s", "user_id = r.low AND suggested_id = r.high"),
		shared: d.countSharedFriends(sharedFriends),
	}
	s.writes = d.writes()
	if d.postgres {
		s.lone = newFastTexts(true)
	}
	return s
}

// pairColumns is what is read of a pair or send: its conversation, its edges both ways and, when the key was used, its
// message. The edges are conditions: whether low follows high, high follows low, and one is suggested. pairRow scans it.
func pairColumns(lowFollows, highFollows, suggested string) string {
	return conversationShape.names("c.") + ", " + lowFollows + ", " + highFollows + ", " +
		overrideShape.names("sl.") + ", " + overrideShape.names("sh.") + ", " + suggested + ", " + messageRead.names("m.")
}

// pairJoins joins the tables of pairColumns, but for the edges, by what names a pair and a send.
func pairJoins(lookup func(table, alias, key string) string, low, high, conversation, sender, key string) string {
	return lookup("conversations", "c", "id = "+conversation) +
		lookup("overrides", "sl", "user_id = "+low+" AND other_id = "+high) +
		lookup("overrides", "sh", "user_id = "+high+" AND other_id = "+low) +
		lookup("messages", "m", "conversation_id = "+conversation+" AND sender_id = "+sender+" AND client_message_id = "+key)
}

// flushTexts write the rows of a source into the tables of a flush, where the condition holds. Rows that may be there are
// written by upsert: it goes by the key's index, whatever a planner believes of the table.
func flushTexts(where string) [flushTables]func(source string) string {
	return [flushTables]func(source string) string{
		flushConversations: upserter("conversations", conversationShape, len(conversationKey), where),
		flushMessages:      inserter("messages", messageShape, where),
		flushEvents:        inserter("events", eventShape, where),
		flushHeads:         headUpserter(where),
	}
}

// headUpserter writes heads. Every write of a head adds one to its version; see fastpath.go.
func headUpserter(where string) func(string) string {
	upsert := upserter("heads", headShape, 1, where)
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
	// One statement, one round trip: all its parts see the state before it, and no two write the same row.
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

// upserter inserts, or overwrites all but the first fixed columns of the row with the same first column.
func upserter(table string, s shape, fixed int, where string) func(string) string {
	return func(source string) string {
		return inserter(table, s, where)(source) + " ON CONFLICT (" + s[0].name + ") DO UPDATE SET " + s.assignments(fixed)
	}
}
