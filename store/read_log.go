// SQL, not ent: this file is on the measured hot path (ADR 7).

package store

import (
	"context"
	"database/sql"
	"time"

	"github.com/google/uuid"

	"github.com/aparte-im/aparte/dm"
)

// Log implements dm.Store.
func (s *Store) Log(ctx context.Context, viewer dm.UserID, after int64, limit int) (dm.Log, error) {
	var head *dm.Head
	out := dm.Log{Epoch: s.epoch}
	err := each(ctx, s.reads.log, []any{uuidText(viewer), after, limit}, func(row *sql.Rows) error {
		h, e, err := s.scanEvent(row)
		head = h
		if e != nil {
			out.Events = append(out.Events, e)
		}
		return err
	})
	switch {
	case err != nil:
		return dm.Log{}, err
	case head == nil:
		return dm.Log{}, dm.NotFound("user")
	}
	out.Head, out.TrimmedTo, out.Unread, out.Gone = head.Position, head.TrimmedTo, head.Unread, head.Gone
	if err := s.addMessages(ctx, out.Events); err != nil {
		return dm.Log{}, err
	}
	for _, e := range out.Events {
		e.Preview(head.Settings.RequestPreviews)
	}
	return out, nil
}

// LogEnds implements dm.Store.
func (s *Store) LogEnds(ctx context.Context, users []dm.UserID) (map[dm.UserID]dm.LogEnd, error) {
	out := make(map[dm.UserID]dm.LogEnd, len(users))
	err := each(ctx, s.reads.ends, ids(s.dialect, users).args(nil), func(row *sql.Rows) error {
		var user uuid.UUID
		var end dm.LogEnd
		if err := row.Scan(&user, &end.Position, &end.Gone); err != nil {
			return err
		}
		out[dm.UserID(user)] = end
		return nil
	})
	return out, err
}

// addMessages reads the messages that events tell of. They only ever lose their words, which a
// later event tells, so they need not be of the same snapshot.
func (s *Store) addMessages(ctx context.Context, events []*dm.Event) error {
	var told []dm.MessageID
	for _, e := range events {
		if tellsMessage(e) {
			told = append(told, dm.MessageID{Conversation: e.View.ID, Seq: e.View.LastSeq})
		}
	}
	if len(told) == 0 {
		return nil
	}
	byID := make(map[dm.MessageID]*dm.Message, len(told))
	args := messageKeys(s.dialect, told).args(nil)
	if err := eachMessage(ctx, s.reads.eventMessages, args, func(m *dm.Message) { byID[m.ID] = m }); err != nil {
		return err
	}
	for _, e := range events {
		if !tellsMessage(e) {
			continue
		}
		e.Message = byID[dm.MessageID{Conversation: e.View.ID, Seq: e.View.LastSeq}]
		if e.Kind == dm.EventMessageAdded {
			e.View.Last = e.Message
		}
	}
	return nil
}

func tellsMessage(e *dm.Event) bool {
	return e.Kind == dm.EventMessageAdded || e.Kind == dm.EventMessageRemoved
}

// Sizes of a step of the trim: users looked at in one read, events removed in one transaction.
const (
	trimUsers  = 500
	trimEvents = 500
)

// Trim implements dm.Store. Each step locks one head for one short transaction.
func (s *Store) Trim(ctx context.Context, before time.Time) (int64, error) {
	var removed int64
	after := uuid.Nil.String()
	for {
		users, err := s.trimmable(ctx, &after, toMicros(before))
		if err != nil {
			return removed, err
		}
		for _, user := range users {
			for {
				n, err := s.trimUser(ctx, user, toMicros(before))
				removed += n
				if err != nil {
					return removed, err
				}
				if n < trimEvents {
					break
				}
			}
		}
		if after == "" {
			return removed, nil
		}
	}
}

// trimmable looks at the next users and returns those whose oldest event is too old. It moves after
// on, to "" at the end.
func (s *Store) trimmable(ctx context.Context, after *string, before int64) ([]dm.UserID, error) {
	rows, err := s.read.QueryContext(ctx, `SELECT h.user_id, e.at FROM (
			SELECT user_id, trimmed_to FROM heads WHERE user_id > $1 ORDER BY user_id LIMIT $2) AS h
		`+s.dialect.lookup("events", "e", "user_id = h.user_id AND position = h.trimmed_to + 1")+" ORDER BY h.user_id",
		*after, trimUsers)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var old []dm.UserID
	seen := 0
	for rows.Next() {
		var id uuid.UUID
		var at sql.NullInt64
		if err := rows.Scan(&id, &at); err != nil {
			return nil, err
		}
		seen++
		*after = id.String()
		if at.Valid && at.Int64 < before {
			old = append(old, dm.UserID(id))
		}
	}
	if seen < trimUsers {
		*after = ""
	}
	return old, rows.Err()
}

// trimUser removes up to trimEvents old events of one user. The mark moves in the same transaction,
// so that a reader who misses an event can tell that it was trimmed (I4).
func (s *Store) trimUser(ctx context.Context, user dm.UserID, before int64) (int64, error) {
	var removed int64
	err := s.transact(ctx, func(ctx context.Context, ses *session) ([]*dm.Event, error) {
		tx, err := s.lock(ctx, ses, dm.Scope{Users: []dm.UserID{user}})
		if err != nil {
			return nil, err
		}
		head := tx.Head(user)
		if head == nil {
			return nil, dm.NotFound("user")
		}
		var to sql.NullInt64
		err = ses.conn.QueryRowContext(ctx, `SELECT max(position) FROM (SELECT position, at FROM events
			WHERE user_id = $1 AND position > $2 ORDER BY position LIMIT $3) AS oldest WHERE at < $4`,
			uuidText(user), head.TrimmedTo, trimEvents, before).Scan(&to)
		if err != nil || !to.Valid {
			return nil, err
		}
		removed = to.Int64 - head.TrimmedTo
		if _, err := ses.conn.ExecContext(ctx, "DELETE FROM events WHERE user_id = $1 AND position <= $2",
			uuidText(user), to.Int64); err != nil {
			return nil, err
		}
		return nil, updateHead(ctx, ses, user, "trimmed_to = $2", to.Int64)
	})
	return removed, err
}
