package store

import (
	"context"
	"time"

	entsql "entgo.io/ent/dialect/sql"
	"github.com/google/uuid"

	"github.com/aparte-im/aparte/dm"
	"github.com/aparte-im/aparte/dm/policy"
	"github.com/aparte-im/aparte/ent/generated/user"
)

// RevokeTokens implements dm.Store. The time never goes back, whatever the clocks of two nodes say.
func (s *Store) RevokeTokens(ctx context.Context, externalID string) (dm.Revocation, error) {
	var out dm.Revocation
	err := s.transact(ctx, func(ctx context.Context, ses *session) ([]*dm.Event, error) {
		now, owner := toMicros(s.clock()), user.ExternalID(externalID)
		err := ses.ent.User.Update().Where(owner, user.Deleted(false), user.TokensValidAfterLT(now)).
			SetTokensValidAfter(now).Exec(ctx)
		if err != nil {
			return nil, err
		}
		row, err := ses.ent.User.Query().Where(owner, user.Deleted(false)).Only(ctx)
		if err != nil {
			return nil, notFound(err, "user")
		}
		out = dm.Revocation{User: dm.UserID(row.ID), At: fromMicros(row.TokensValidAfter)}
		return nil, nil
	})
	return out, err
}

// Revocations implements dm.Store.
func (s *Store) Revocations(ctx context.Context, since time.Time) ([]dm.Revocation, error) {
	// The condition without a parameter is that of the partial index.
	revoked := func(q *entsql.Selector) { q.Where(entsql.ExprP("tokens_valid_after > 0")) }
	rows, err := s.ent.User.Query().Where(revoked, user.TokensValidAfterGTE(toMicros(since))).
		Order(user.ByTokensValidAfter()).Select(user.FieldID, user.FieldTokensValidAfter, user.FieldDeleted).All(ctx)
	if err != nil {
		return nil, err
	}
	var out []dm.Revocation
	for _, row := range rows {
		out = append(out, dm.Revocation{User: dm.UserID(row.ID), At: fromMicros(row.TokensValidAfter), Gone: row.Deleted})
	}
	return out, nil
}

// SetAgeBand implements dm.Store. Tokens count in seconds, so what was said in the same second may
// be overwritten.
func (s *Store) SetAgeBand(ctx context.Context, id dm.UserID, band policy.AgeBand, said time.Time) error {
	return s.transact(ctx, func(ctx context.Context, ses *session) ([]*dm.Event, error) {
		n, err := ses.ent.User.Update().Where(user.ID(uuid.UUID(id)), user.Deleted(false), user.AgeBandNEQ(int16(band)),
			user.AgeBandAtLT(toMicros(said.Truncate(time.Second).Add(time.Second)))).
			SetAgeBand(int16(band)).SetAgeBandAt(toMicros(said)).Save(ctx)
		if err != nil || n == 0 {
			return nil, err
		}
		tx, err := s.lock(ctx, ses, dm.Scope{Users: []dm.UserID{id}})
		if err != nil {
			return nil, err
		}
		tx.Describe(id, band, tx.Head(id).Exempt)
		return tx.Changes().Events, s.flush(ctx, ses, tx)
	})
}
