// SQL, not ent: this file is on the measured hot path (ADR 7).

package store

import (
	"context"
	"database/sql"
	"errors"

	"github.com/google/uuid"

	"github.com/aparte-im/aparte/dm"
)

// Import implements dm.Store.
func (s *Store) Import(ctx context.Context, sends []dm.Send) (dm.Imported, error) {
	var out dm.Imported
	if len(sends) == 0 {
		return out, nil
	}
	err := s.transact(ctx, func(ctx context.Context, ses *session) ([]*dm.Event, error) {
		out = dm.Imported{}
		answers := make([]answer, len(sends))
		events, err := s.appendAll(ctx, ses, sends, answers)
		if err != nil {
			return nil, err
		}
		for i, a := range answers {
			var refusal *dm.Error
			switch {
			case errors.As(a.err, &refusal):
				return nil, refusal.At(i, "")
			case a.err != nil:
				return nil, a.err
			}
			if !a.sent.Repeated {
				out.New++
			}
			if a.sent.Displaced {
				out.Displaced++
			}
		}
		return events, nil
	})
	return out, err
}

// addFirsts reads the first message of each conversation that exists: history that is older is
// written before it. Only an import asks, so conversations do not keep this seq.
func (s *Store) addFirsts(ctx context.Context, ses *session, tx *dm.Tx, pairs []dm.Pair) error {
	var there []dm.ConversationID
	seen := map[dm.ConversationID]bool{}
	for _, p := range pairs {
		c := tx.Conversation(p.Low, p.High)
		if c != nil && !seen[c.ID] {
			seen[c.ID] = true
			there = append(there, c.ID)
		}
	}
	if len(there) == 0 {
		return nil
	}
	// The conversation and the seq are the primary key, so this reads one row each.
	found, err := ses.conn.QueryContext(ctx, `SELECT m.conversation_id, m.seq, m.created_at FROM (
			SELECT r.id, (SELECT f.seq FROM messages f WHERE f.conversation_id = r.id ORDER BY f.seq LIMIT 1) AS first
			FROM `+s.dialect.source(idFields.shape(), 1)+`) AS c JOIN messages m ON m.conversation_id = c.id AND m.seq = c.first`,
		ids(s.dialect, there).args(nil)...)
	if err != nil {
		return err
	}
	return eachRow(found, func(row *sql.Rows) error {
		var id uuid.UUID
		var seq, at int64
		if err := row.Scan(&id, &seq, &at); err != nil {
			return err
		}
		tx.AddFirst(dm.ConversationID(id), dm.First{Seq: seq, At: fromMicros(at)})
		return nil
	})
}
