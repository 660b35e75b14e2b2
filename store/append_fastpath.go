// SQL, not ent: this file is on the measured hot path (ADR 7).

package store

import (
	"context"
	"database/sql"
	"fmt"
	"strings"

	"github.com/aparte-im/aparte/dm"
)

// The fast path writes one send in two round trips to Postgres, where a batch takes five: begin,
// lock, read, write, commit. The first statement reads all facts in one snapshot. The second locks
// the heads in the order of their ids, compares their versions with those that were read, and
// writes only if both are the same; it is a transaction by itself. So the send is decided on the
// facts that hold under the lock (I1, I3). This rests on two rules:
//
//	A change of anything that a send depends on writes the head of one of the two users. A change
//	of a follow writes both heads, because a send depends on the friends of both its users.
//	Every write of a head adds one to its version.
//
// flush keeps the first rule for what a dm.Tx changes (touch), headUpserter and updateHead keep the
// second. A send between people who may need a count of shared friends reads everything once more
// together with that count, a third round trip. The condition for it (dm.Tx.NeedsShared) depends on
// nothing that the recipient keeps private, and neither does the number of round trips of a
// refusal. A send whose facts change between the statements, or that needs more than them (a
// contact code, a second try after a failure), goes into a batch, which locks first.

// fastRows counts the rows that the fast path writes: a conversation, a message, and an event and a
// head for each user.
var fastRows = [flushTables]int{flushConversations: 1, flushMessages: 1, flushEvents: 2, flushHeads: 2}

// fastTexts are the statements. readShared is read with a count of shared friends.
type fastTexts struct{ read, readShared, write string }

// fastTexts makes the statements; sharedFriends bounds the count. Without guard the write compares
// no versions, for the test of the test of I1.
func (d *dialect) fastTexts(sharedFriends int, guard bool) fastTexts {
	// An edge is looked up by itself, which costs less than one more join.
	edge := func(table, from, to, a, b string) string {
		return "EXISTS (SELECT FROM " + table + " WHERE " + from + " = " + a + "::uuid AND " + to + " = " + b + "::uuid)"
	}
	read := func(shared string) string {
		selected := fastSelection(edge("follows", "follower_id", "followee_id", "$1", "$2"),
			edge("follows", "follower_id", "followee_id", "$2", "$1"), edge("suggestions", "user_id", "suggested_id", "$1", "$2"), shared)
		return "SELECT " + selected.text() + " FROM heads a JOIN heads b ON b.user_id = $2::uuid" +
			pairJoins(outerJoin, "$1::uuid", "$2::uuid", "$3::uuid", "$4::uuid", "$5::text") + " WHERE a.user_id = $1::uuid"
	}
	pair := "(SELECT 0 AS n, $1::uuid AS low, $2::uuid AS high) AS r"
	shared := "(SELECT counted.shared FROM (" + d.countSharedFriends(pair, sharedFriends) + ") AS counted)"

	where := "true"
	var parts []string
	if guard {
		where = "(SELECT yes FROM same)"
		parts = []string{
			"held AS (SELECT user_id, version FROM heads WHERE user_id IN ($1::uuid, $3::uuid) ORDER BY user_id FOR NO KEY UPDATE)",
			`same AS (SELECT count(*) = 2 AS yes FROM held
				WHERE (user_id = $1::uuid AND version = $2::bigint) OR (user_id = $3::uuid AND version = $4::bigint))`,
		}
	} else {
		parts = []string{"unused AS (SELECT $1::uuid, $2::bigint, $3::uuid, $4::bigint)"}
	}
	text := flushTexts(where)
	first := fastGuards + 1
	var last string
	for table, shape := range flushShapes {
		last = text[table](shape.values(first, fastRows[table]))
		if table != flushHeads {
			parts = append(parts, fmt.Sprintf("w%d AS (%s)", table, last))
		}
		first += len(shape) * fastRows[table]
	}
	return fastTexts{read: read("0"), readShared: read(shared), write: "WITH " + strings.Join(parts, ", ") + " " + last}
}

// fastGuards counts the parameters before the rows: id and version of both heads.
const fastGuards = 4

// appendFast tries to write one send in two round trips; it reports false when the send has to go
// the way of a batch. A failure is none of the send's: a lost session is given up, and the other
// way finds out what became of it.
func (s *Store) appendFast(ctx context.Context, ses *session, send dm.Send) (answer, bool) {
	if send.History || send.Code != (dm.CodeHash{}) {
		return answer{}, false
	}
	a, events, done, err := s.tryFast(ctx, ses, send)
	if err != nil {
		_ = ses.failed(err)
		return answer{}, false
	}
	if done {
		s.publish(events)
	}
	return a, done
}

func (s *Store) tryFast(ctx context.Context, ses *session, send dm.Send) (a answer, events []*dm.Event, done bool, err error) {
	if err := ses.connect(ctx); err != nil {
		return answer{}, nil, false, err
	}
	tx, versions, err := s.loadFast(ctx, ses.fastRead, send)
	if err == nil && tx != nil && tx.NeedsShared(send.Sender, send.Recipient) {
		// All of it once more, so that a refusal is by facts of one instant, too. A pair that
		// needed no count at this instant has one all the same.
		tx, versions, err = s.loadFast(ctx, ses.fastReadShared, send)
	}
	if err != nil || tx == nil {
		return answer{}, nil, false, err
	}
	if !s.addKnownWords(tx, send.Sender, send.Recipient) {
		return answer{}, nil, false, nil
	}
	a.sent, a.err = tx.Send(send)
	changes := tx.Changes()
	if changes.Empty() {
		return a, nil, true, nil // refused or repeated, by facts of one instant
	}
	args, fits, err := fastArgs(changes, dm.PairOf(send.Sender, send.Recipient), versions)
	if err != nil || !fits {
		return answer{}, nil, false, err
	}
	written, err := ses.fastWrite.ExecContext(ctx, args...)
	if err != nil {
		return answer{}, nil, false, err
	}
	heads, err := written.RowsAffected()
	if err != nil || heads != int64(fastRows[flushHeads]) {
		return answer{}, nil, false, err
	}
	return a, changes.Events, true, nil
}

// loadFast reads what a send depends on with one of the two reads, and the versions of both heads.
// The Tx is nil when a user does not exist.
func (s *Store) loadFast(ctx context.Context, read *sql.Stmt, send dm.Send) (*dm.Tx, [2]int64, error) {
	scope := dm.Scope{Pairs: []dm.Pair{dm.PairOf(send.Sender, send.Recipient)}, Keys: []dm.SendKey{send.Key()}}
	p, key := scope.Pairs[0], scope.Keys[0]
	var versions [2]int64
	var r fastRow
	rows, err := read.QueryContext(ctx,
		uuidText(p.Low), uuidText(p.High), uuidText(key.Conversation), uuidText(key.Sender), key.ClientMessageID)
	if err != nil {
		return nil, versions, err
	}
	defer rows.Close()
	if !rows.Next() {
		return nil, versions, rows.Err()
	}
	if err := rows.Scan(fastDest.dest(&r)...); err != nil {
		return nil, versions, err
	}
	in := newLoaded()
	for i := range r.heads {
		h, err := r.heads[i].head()
		if err != nil {
			return nil, versions, err
		}
		in.Heads[h.User], versions[i] = h, r.heads[i].version
	}
	r.pair.state.SharedFriends = r.shared
	if err := r.pair.into(in, scope, 0); err != nil {
		return nil, versions, err
	}
	// The clock is read after the heads, whose versions will have to be the same: times rise as
	// positions do.
	return s.newTx(in), versions, rows.Close()
}

// fastArgs binds what a ledger wants written, when it is what a lone send writes and nothing else.
func fastArgs(c *dm.Changes, p dm.Pair, versions [2]int64) (args []any, fits bool, err error) {
	rest := *c
	rest.Conversations, rest.Messages, rest.Events, rest.Heads = nil, nil, nil, nil
	if !rest.Empty() {
		return nil, false, nil
	}
	var tables flushRows
	for i, shape := range flushShapes {
		tables[i] = newFlatRows(shape)
	}
	if err := tables.add(c); err != nil {
		return nil, false, err
	}
	args = append(args, uuidText(p.Low), versions[0], uuidText(p.High), versions[1])
	for i, t := range tables {
		if t.len() != fastRows[i] {
			return nil, false, nil
		}
		args = t.args(args)
	}
	return args, true, nil
}

// touch keeps the rule above: of two users between whom something changes, one has the head
// written, and both where a follow changes.
func touch(tx *dm.Tx) {
	c := tx.Changes()
	write := func(p dm.Pair) {
		if c.Heads[p.Low] == nil && c.Heads[p.High] == nil {
			c.Heads[p.Low] = tx.Head(p.Low)
		}
	}
	for p, change := range c.Pairs {
		was, is := change.Before, change.After
		if was.LowFollows != is.LowFollows || was.HighFollows != is.HighFollows {
			c.Heads[p.Low], c.Heads[p.High] = tx.Head(p.Low), tx.Head(p.High)
		}
		write(p)
	}
	for _, conversation := range c.Conversations {
		write(dm.Pair{Low: conversation.Members[0].User, High: conversation.Members[1].User})
	}
}
