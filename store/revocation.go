package store

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"github.com/google/uuid"

	"github.com/aparte-im/aparte/dm"
	"github.com/aparte-im/aparte/dm/policy"
)

// RevokeTokens implements dm.Store. The time never goes back, whatever the clocks of two nodes say.
func (s *Store) RevokeTokens(ctx context.Context, externalID string) (dm.Revocation, error) {
	var out dm.Revocation
	err := s.transact(ctx, func(ctx context.Context, ses *session) ([]*dm.Event, error) {
		var id uuid.UUID
		var at int64
		err := ses.conn.QueryRowContext(ctx, `UPDATE users SET tokens_valid_after =
			CASE WHEN tokens_valid_after > $2 THEN tokens_valid_after ELSE $2 END
			WHERE external_id = $1 AND NOT deleted RETURNING id, tokens_valid_after`,
			externalID, toMicros(s.clock())).Scan(&id, &at)
		out = dm.Revocation{User: dm.UserID(id), At: fromMicros(at)}
		return nil, notFound(err, "user")
	})
	return out, err
}

// Revocations implements dm.Store.
func (s *Store) Revocations(ctx context.Context, since time.Time) ([]dm.Revocation, error) {
	var out []dm.Revocation
	err := each(ctx, s.reads.revocations, []any{toMicros(since)}, func(row *sql.Rows) error {
		var id uuid.UUID
		var at int64
		var r dm.Revocation
		err := row.Scan(&id, &at, &r.Gone)
		r.User, r.At = dm.UserID(id), fromMicros(at)
		out = append(out, r)
		return err
	})
	return out, err
}

// SetAgeBand implements dm.Store. Tokens count in seconds, so what was said in the same second may be overwritten.
func (s *Store) SetAgeBand(ctx context.Context, user dm.UserID, band policy.AgeBand, said time.Time) error {
	return s.transact(ctx, func(ctx context.Context, ses *session) ([]*dm.Event, error) {
		var id uuid.UUID
		err := ses.conn.QueryRowContext(ctx, `UPDATE users SET age_band = $2, age_band_at = $3
			WHERE id = $1 AND NOT deleted AND age_band <> $2 AND age_band_at < $4 RETURNING id`,
			uuidText(user), int64(band), toMicros(said), toMicros(said.Truncate(time.Second).Add(time.Second))).Scan(&id)
		if errors.Is(err, sql.ErrNoRows) {
			return nil, nil
		}
		if err != nil {
			return nil, err
		}
		tx, err := s.lock(ctx, ses, dm.Scope{Users: []dm.UserID{user}})
		if err != nil {
			return nil, err
		}
		tx.Describe(user, band, tx.Head(user).Exempt)
		return tx.Changes().Events, s.flush(ctx, ses, tx)
	})
}
