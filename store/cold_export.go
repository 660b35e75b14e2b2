// ent reads, except for messages, whose rows the hot path maps, and for edges, whose key ent cannot
// compare (ADR 7).

package store

import (
	"context"
	"database/sql"

	"github.com/google/uuid"

	"github.com/aparte-im/aparte/dm"
	ent "github.com/aparte-im/aparte/ent/generated"
)

// MessagesOf implements dm.Store.
func (s *Store) MessagesOf(ctx context.Context, user dm.UserID, c dm.ConversationRef, after, to int64) ([]*dm.Message, error) {
	rows, err := s.read.QueryContext(ctx, "SELECT "+messageColumns+` FROM messages m WHERE m.conversation_id = $1 AND m.seq > $2 AND m.seq <= $3
		AND (m.sender_id = $4 OR $5 = 0 OR m.seq > $5) ORDER BY m.conversation_id, m.seq`,
		uuidText(c.ID), after, to, uuidText(user), c.Cleared)
	if err != nil {
		return nil, err
	}
	var out []*dm.Message
	return out, eachRow(rows, func(row *sql.Rows) error {
		return scanMessage(row, func(m *dm.Message) { out = append(out, m) })
	})
}

// HiddenWordsOf implements dm.Store.
func (s *Store) HiddenWordsOf(ctx context.Context, user dm.UserID) (string, error) {
	words, err := s.ent.HiddenWords.Get(ctx, uuid.UUID(user))
	if ent.IsNotFound(err) {
		return "", nil
	}
	if err != nil {
		return "", err
	}
	return words.List, nil
}

// FollowsOf implements dm.Store.
func (s *Store) FollowsOf(ctx context.Context, user dm.UserID, followers bool, after dm.UserID, limit int) ([]dm.FollowEdge, error) {
	own, other := "follower_id", "followee_id"
	if followers {
		own, other = other, own
	}
	return s.edgesOf(ctx, "follows", own, other, user, after, limit)
}

// SuggestionsOf implements dm.Store.
func (s *Store) SuggestionsOf(ctx context.Context, user dm.UserID, after dm.UserID, limit int) ([]dm.FollowEdge, error) {
	return s.edgesOf(ctx, "suggestions", "user_id", "suggested_id", user, after, limit)
}

func (s *Store) edgesOf(ctx context.Context, table, own, other string, user, after dm.UserID, limit int) ([]dm.FollowEdge, error) {
	rows, err := s.read.QueryContext(ctx, "SELECT "+other+", created_at FROM "+table+" WHERE "+own+" = $1 AND "+other+" > $2 ORDER BY "+
		other+" LIMIT $3", uuidText(user), uuidText(after), limit)
	if err != nil {
		return nil, err
	}
	var out []dm.FollowEdge
	return out, eachRow(rows, func(rows *sql.Rows) error {
		var id uuid.UUID
		var since int64
		err := rows.Scan(&id, &since)
		out = append(out, dm.FollowEdge{User: dm.UserID(id), Since: fromMicros(since)})
		return err
	})
}
