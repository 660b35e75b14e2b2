package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"time"

	"github.com/google/uuid"

	"github.com/aparte-im/aparte/dm"
	"github.com/aparte-im/aparte/dm/policy"
)

// queries are the prepared reads that load a scope: a session's, or those of the pool that reads.
type queries struct {
	heads, pairs, shared *sql.Stmt
}

// load reads a scope. Only heads may be locked; what they guard needs no lock of its own. The clock is read last, under
// the lock, so that times rise as positions do.
func (s *Store) load(ctx context.Context, q queries, scope dm.Scope) (*dm.Tx, error) {
	in := newLoaded()
	if err := s.loadHeads(ctx, q.heads, scope, in); err != nil {
		return nil, fmt.Errorf("read heads: %w", err)
	}
	if len(scope.Pairs) > 0 {
		if err := s.loadPairs(ctx, q.pairs, scope, in); err != nil {
			return nil, fmt.Errorf("read pairs: %w", err)
		}
	}
	return s.newTx(in), nil
}

func (s *Store) newTx(in dm.Loaded) *dm.Tx {
	return dm.NewTx(s.rules, s.epoch, s.clock(), in)
}

func newLoaded() dm.Loaded {
	return dm.Loaded{
		Heads:         map[dm.UserID]*dm.Head{},
		Conversations: map[dm.ConversationID]*dm.Conversation{},
		Pairs:         map[dm.Pair]dm.PairState{},
		Used:          map[dm.SendKey]*dm.Message{},
	}
}

func (s *Store) loadHeads(ctx context.Context, stmt *sql.Stmt, scope dm.Scope, in dm.Loaded) error {
	ids := s.dialect.rowset(idShape)
	for _, id := range scope.Heads() {
		ids.id(id)
	}
	return each(ctx, stmt, ids.args(nil), func(row *sql.Rows) error {
		var h headRow
		if err := row.Scan(h.dest()...); err != nil {
			return err
		}
		head, err := h.head()
		in.Heads[dm.UserID(h.id)] = head
		return err
	})
}

// loadPairs reads one row a key and one for each pair; a pair with a key needs no row of its own.
func (s *Store) loadPairs(ctx context.Context, stmt *sql.Stmt, scope dm.Scope, in dm.Loaded) error {
	rows := s.dialect.rowset(pairShape)
	for i, p := range scope.Pairs {
		rows.int(int64(i))
		rows.id(p.Low)
		rows.id(p.High)
		rows.id(dm.ConversationOf(p.Low, p.High))
		if i < len(scope.Keys) {
			rows.id(scope.Keys[i].Sender)
			rows.text(scope.Keys[i].ClientMessageID)
		} else {
			rows.null()
			rows.null()
		}
	}
	return each(ctx, stmt, rows.args(nil), func(row *sql.Rows) error {
		var n int
		var p pairRow
		if err := row.Scan(append([]any{&n}, p.dest()...)...); err != nil {
			return err
		}
		return p.into(in, scope, n)
	})
}

// pairRow scans pairColumns.
type pairRow struct {
	conversation conversationRow
	edges        dm.PairState
	low, high    overrideRow
	used         messageRow
}

func (p *pairRow) dest() []any {
	e := &p.edges
	dest := append(p.conversation.dest(), &e.LowFollows, &e.HighFollows)
	dest = append(append(dest, p.low.dest()...), p.high.dest()...)
	return append(append(dest, &e.Suggested), p.used.dest()...)
}

// into adds what was read of the scope's pair n.
func (p *pairRow) into(in dm.Loaded, scope dm.Scope, n int) error {
	p.edges.LowOverride, p.edges.HighOverride = p.low.override(), p.high.override()
	in.Pairs[scope.Pairs[n]] = p.edges
	if id := dm.ConversationID(p.conversation.id.UUID); p.conversation.id.Valid && in.Conversations[id] == nil {
		in.Conversations[id] = p.conversation.conversation()
	}
	if p.used.conversation.Valid {
		message, err := p.used.message()
		if err != nil {
			return err
		}
		in.Used[scope.Keys[n]] = message
	}
	return nil
}

// countShared counts shared friends for those sends whose verdict depends on it; there are seldom any.
func (s *Store) countShared(ctx context.Context, stmt *sql.Stmt, tx *dm.Tx, sends []dm.Pair) error {
	rows := s.dialect.rowset(sharedShape)
	var pairs []dm.Pair
	for _, p := range sends {
		if !tx.NeedsShared(p.Low, p.High) {
			continue
		}
		pair := dm.PairOf(p.Low, p.High)
		rows.int(int64(len(pairs)))
		rows.id(pair.Low)
		rows.id(pair.High)
		pairs = append(pairs, pair)
	}
	if len(pairs) == 0 {
		return nil
	}
	return each(ctx, stmt, rows.args(nil), func(row *sql.Rows) error {
		var n, count int
		err := row.Scan(&n, &count)
		if err == nil {
			tx.CountShared(pairs[n], count)
		}
		return err
	})
}

// each runs a prepared query and hands every row to scan.
func each(ctx context.Context, stmt *sql.Stmt, args []any, scan func(*sql.Rows) error) error {
	rows, err := stmt.QueryContext(ctx, args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		if err := scan(rows); err != nil {
			return err
		}
	}
	return rows.Err()
}

// conversationRow scans a conversation that may be missing (outer join).
type conversationRow struct {
	id, low, high            uuid.NullUUID
	created, lastSeq, lastAt sql.NullInt64
	sides                    [2]sideRow
}

type sideRow struct {
	folder, readSeq, clearedSeq, pending, declinedUntil, held sql.NullInt64
	known, muted, blocks                                      sql.NullBool
	frozenSeq                                                 sql.NullInt64
}

func (c *conversationRow) dest() []any {
	dest := []any{&c.id, &c.low, &c.high, &c.created, &c.lastSeq, &c.lastAt}
	for i := range c.sides {
		s := &c.sides[i]
		dest = append(dest, &s.folder, &s.readSeq, &s.clearedSeq, &s.known, &s.pending, &s.declinedUntil, &s.muted,
			&s.frozenSeq, &s.blocks, &s.held)
	}
	return dest
}

func (c *conversationRow) conversation() *dm.Conversation {
	out := &dm.Conversation{
		ID: dm.ConversationID(c.id.UUID), LastSeq: c.lastSeq.Int64, LastAt: fromMicros(c.lastAt.Int64),
		CreatedAt: fromMicros(c.created.Int64),
	}
	users := [2]uuid.UUID{c.low.UUID, c.high.UUID}
	for i, s := range c.sides {
		out.Members[i] = dm.Membership{
			User: dm.UserID(users[i]), Folder: dm.Folder(s.folder.Int64), ReadSeq: s.readSeq.Int64,
			ClearedSeq: s.clearedSeq.Int64, Known: s.known.Bool, Pending: int(s.pending.Int64),
			DeclinedUntil: fromMicros(s.declinedUntil.Int64), Muted: s.muted.Bool,
			FrozenSeq: s.frozenSeq.Int64,
			Blocks:    s.blocks.Bool, HoldReason: policy.HoldReason(s.held.Int64),
		}
	}
	return out
}

// messageRow scans a message that may be missing (outer join).
type messageRow struct {
	conversation, sender uuid.NullUUID
	seq, created         sql.NullInt64
	key, body, video     sql.NullString
	firstDigest          *string
	removedAt            sql.NullInt64
}

func (m *messageRow) dest() []any {
	return []any{&m.conversation, &m.seq, &m.sender, &m.key, &m.body, &m.video, &m.created, &m.firstDigest, &m.removedAt}
}

func (m *messageRow) message() (*dm.Message, error) {
	out := &dm.Message{
		ID:     dm.MessageID{Conversation: dm.ConversationID(m.conversation.UUID), Seq: m.seq.Int64},
		Sender: dm.UserID(m.sender.UUID), Body: m.body.String, ClientMessageID: m.key.String,
		CreatedAt: fromMicros(m.created.Int64), Removed: m.removedAt.Valid, FirstDigest: m.firstDigest,
	}
	if m.video.Valid {
		out.Video = &dm.VideoCard{}
		if err := json.Unmarshal([]byte(m.video.String), out.Video); err != nil {
			return nil, fmt.Errorf("video of a message: %w", err)
		}
	}
	return out, nil
}

func videoText(v *dm.VideoCard) (*string, error) {
	if v == nil {
		return nil, nil
	}
	b, err := json.Marshal(v)
	if err != nil {
		return nil, err
	}
	s := string(b)
	return &s, nil
}

func toMicros(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMicro()
}

func fromMicros(n int64) time.Time {
	if n == 0 {
		return time.Time{}
	}
	return time.UnixMicro(n).UTC()
}
