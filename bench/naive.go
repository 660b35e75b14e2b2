package main

import (
	"context"
	"database/sql"
	"time"

	"github.com/google/uuid"

	"github.com/aparte-im/aparte/dm"
)

// naive is the same send as most would write it first: a transaction, a prepared statement a row,
// the rules in Go.
func (o options) naive(ctx context.Context, pg *postgres, p *population, name string, concurrent int) (result, error) {
	db, err := sql.Open("postgres", pg.url)
	if err != nil {
		return result{Name: name}, err
	}
	defer db.Close()
	db.SetMaxOpenConns(concurrent)
	db.SetMaxIdleConns(concurrent)
	return o.load(ctx, p, name, concurrent, pg.read, func(int) (sendFunc, error) {
		n := &naiveSender{}
		return n.send, n.prepare(ctx, db)
	})
}

// naiveSender is one connection and its statements.
type naiveSender struct {
	conn                                                   *sql.Conn
	head, conversation, follows, blocks, suggestion, used  *sql.Stmt
	shared                                                 *sql.Stmt
	addMessage, addConversation, setConversation, addEvent *sql.Stmt
	setHead                                                *sql.Stmt
}

func (n *naiveSender) prepare(ctx context.Context, db *sql.DB) error {
	conn, err := db.Conn(ctx)
	if err != nil {
		return err
	}
	n.conn = conn
	for _, s := range []struct {
		to   **sql.Stmt
		text string
	}{
		{&n.head, `SELECT position, unread_conversations, unread_requests, unread_messages, audience FROM heads
			WHERE user_id = $1 FOR NO KEY UPDATE`},
		{&n.conversation, `SELECT last_seq, low_folder, low_read_seq, low_known, low_pending,
			high_folder, high_read_seq, high_known, high_pending FROM conversations WHERE id = $1 FOR NO KEY UPDATE`},
		{&n.follows, "SELECT count(*) FROM follows WHERE follower_id = $1 AND followee_id = $2"},
		{&n.blocks, "SELECT count(*) FROM overrides WHERE user_id = $1 AND other_id = $2 AND blocked"},
		{&n.suggestion, "SELECT count(*) FROM suggestions WHERE user_id = $1 AND suggested_id = $2"},
		{&n.used, "SELECT count(*) FROM messages WHERE conversation_id = $1 AND sender_id = $2 AND client_message_id = $3"},
		{&n.shared, `SELECT count(*) FROM (SELECT 1 FROM follows a JOIN follows b ON b.follower_id = $2
			AND b.followee_id = a.followee_id AND b.mutual WHERE a.follower_id = $1 AND a.mutual LIMIT 3) s`},
		{&n.addMessage, `INSERT INTO messages (conversation_id, seq, sender_id, client_message_id, body, created_at)
			VALUES ($1, $2, $3, $4, $5, $6)`},
		{&n.addConversation, `INSERT INTO conversations (id, last_seq, last_at, low_folder, low_read_seq, low_known, low_pending,
			high_folder, high_read_seq, high_known, high_pending, low_id, high_id, created_at, low_cleared_seq,
			low_declined_until, low_muted, high_cleared_seq, high_declined_until, high_muted)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $3, 0, 0, false, 0, 0, false)`},
		{&n.setConversation, `UPDATE conversations SET last_seq = $2, last_at = $3, low_folder = $4, low_read_seq = $5,
			low_known = $6, low_pending = $7, high_folder = $8, high_read_seq = $9, high_known = $10, high_pending = $11
			WHERE id = $1`},
		{&n.addEvent, `INSERT INTO events (user_id, position, kind, at, with_id, seq, last_at, folder, read_seq, their_read_seq,
			unread, muted, unread_conversations, unread_requests, unread_messages)
			VALUES ($1, $2, 1, $3, $4, $5, $3, $6, $7, $8, $9, false, $10, $11, $12)`},
		{&n.setHead, `UPDATE heads SET position = $2, unread_conversations = $3, unread_requests = $4, unread_messages = $5,
			version = version + 1 WHERE user_id = $1`},
	} {
		if *s.to, err = conn.PrepareContext(ctx, s.text); err != nil {
			return err
		}
	}
	return nil
}

func (n *naiveSender) send(ctx context.Context, s dm.Send) (bool, error) {
	tx, err := n.conn.BeginTx(ctx, nil)
	if err != nil {
		return false, err
	}
	accepted, err := n.inTx(ctx, tx, s)
	if err != nil || !accepted {
		_ = tx.Rollback()
		return false, err
	}
	return true, tx.Commit()
}

func (n *naiveSender) inTx(ctx context.Context, tx *sql.Tx, s dm.Send) (bool, error) {
	pair := dm.PairOf(s.Sender, s.Recipient)
	in := dm.Loaded{
		Heads: map[dm.UserID]*dm.Head{}, Conversations: map[dm.ConversationID]*dm.Conversation{},
		Pairs: map[dm.Pair]dm.PairState{}, Used: map[dm.SendKey]*dm.Message{},
	}
	for _, id := range []dm.UserID{pair.Low, pair.High} {
		h := &dm.Head{User: id, Settings: dm.Settings{ReadReceipts: true}}
		err := tx.StmtContext(ctx, n.head).QueryRowContext(ctx, uid(id)).Scan(
			&h.Position, &h.Unread.Conversations, &h.Unread.Requests, &h.Unread.Messages, &h.Settings.Audience)
		if err != nil {
			return false, err
		}
		in.Heads[id] = h
	}
	c := dm.NewConversation(pair.Low, pair.High, time.Now())
	low, high := &c.Members[0], &c.Members[1]
	err := tx.StmtContext(ctx, n.conversation).QueryRowContext(ctx, uid(c.ID)).Scan(&c.LastSeq, &low.Folder, &low.ReadSeq,
		&low.Known, &low.Pending, &high.Folder, &high.ReadSeq, &high.Known, &high.Pending)
	exists := err == nil
	if exists {
		in.Conversations[c.ID] = c
	} else if err != sql.ErrNoRows { //nolint:errorlint // straight from database/sql
		return false, err
	}
	e, err := n.edges(ctx, tx, pair)
	if err != nil {
		return false, err
	}
	in.Pairs[pair] = e
	if used, err := n.count(ctx, tx, n.used, uid(c.ID), uid(s.Sender), s.ClientMessageID); err != nil || used > 0 {
		return false, err
	}
	l := dm.NewTx(dm.DefaultRules(), 1, time.Now(), in)
	if l.NeedsShared(s.Sender, s.Recipient) {
		shared, err := n.count(ctx, tx, n.shared, uid(pair.Low), uid(pair.High))
		if err != nil {
			return false, err
		}
		l.CountShared(pair, int(shared))
	}
	if _, err := l.Send(s); err != nil {
		return false, nil //nolint:nilerr // a refusal
	}
	return true, n.write(ctx, tx, l.Changes(), exists)
}

func (n *naiveSender) edges(ctx context.Context, tx *sql.Tx, p dm.Pair) (e dm.PairState, err error) {
	for _, q := range []struct {
		to       *bool
		stmt     *sql.Stmt
		from, of dm.UserID
	}{
		{&e.LowFollows, n.follows, p.Low, p.High},
		{&e.HighFollows, n.follows, p.High, p.Low},
		{&e.LowOverride.Blocked, n.blocks, p.Low, p.High},
		{&e.HighOverride.Blocked, n.blocks, p.High, p.Low},
		{&e.Suggested, n.suggestion, p.Low, p.High},
	} {
		count, err := n.count(ctx, tx, q.stmt, uid(q.from), uid(q.of))
		if err != nil {
			return e, err
		}
		*q.to = count > 0
	}
	return e, nil
}

func (n *naiveSender) count(ctx context.Context, tx *sql.Tx, stmt *sql.Stmt, args ...any) (count int64, err error) {
	err = tx.StmtContext(ctx, stmt).QueryRowContext(ctx, args...).Scan(&count)
	return count, err
}

func (n *naiveSender) write(ctx context.Context, tx *sql.Tx, w *dm.Changes, exists bool) error {
	exec := func(stmt *sql.Stmt, args ...any) error {
		_, err := tx.StmtContext(ctx, stmt).ExecContext(ctx, args...)
		return err
	}
	for _, m := range w.Messages {
		err := exec(n.addMessage, uid(m.ID.Conversation), m.ID.Seq, uid(m.Sender), m.ClientMessageID, m.Body, m.CreatedAt.UnixMicro())
		if err != nil {
			return err
		}
	}
	for _, c := range w.Conversations {
		low, high := &c.Members[0], &c.Members[1]
		args := []any{
			uid(c.ID), c.LastSeq, c.LastAt.UnixMicro(), low.Folder, low.ReadSeq, low.Known, low.Pending,
			high.Folder, high.ReadSeq, high.Known, high.Pending,
		}
		stmt := n.setConversation
		if !exists {
			stmt = n.addConversation
			args = append(args, uid(low.User), uid(high.User))
		}
		if err := exec(stmt, args...); err != nil {
			return err
		}
	}
	for _, e := range w.Events {
		theirs := int64(-1)
		if e.View.TheirReadSeq != nil {
			theirs = *e.View.TheirReadSeq
		}
		err := exec(n.addEvent, uid(e.User), e.Position, e.At.UnixMicro(), uid(e.View.With), e.View.LastSeq, e.View.Folder,
			e.View.ReadSeq, theirs, e.View.Unread, e.Unread.Conversations, e.Unread.Requests, e.Unread.Messages)
		if err != nil {
			return err
		}
	}
	for _, h := range w.Heads {
		err := exec(n.setHead, uid(h.User), h.Position, h.Unread.Conversations, h.Unread.Requests, h.Unread.Messages)
		if err != nil {
			return err
		}
	}
	return nil
}

func uid(id [16]byte) string { return uuid.UUID(id).String() }
