// SQL, not ent: this file is on the measured hot path (ADR 7).

package store

import (
	"context"
	"database/sql"

	"github.com/aparte-im/aparte/dm"
	"github.com/aparte-im/aparte/dm/policy"
)

// overrideLists are the conditions of the lists of people. Each has a partial index, whose own
// condition is in it.
var overrideLists = [...]string{
	dm.BlockedPeople:    "b.blocked",
	dm.RestrictedPeople: "b.restricted",
	dm.AlwaysPeople:     "b.listed = 1",
	dm.NeverPeople:      "b.listed = 2",
}

type overrideReads [len(overrideLists)]*sql.Stmt

// OverrideUsers implements dm.Store.
func (s *Store) OverrideUsers(ctx context.Context, viewer dm.UserID, list dm.OverrideList, after *dm.UserPlace, limit int) ([]dm.FoundUser, error) {
	return s.listByID(ctx, s.reads.overrides[list], viewer, after, limit)
}

// writeOverrides writes what the two users of a pair have decided about each other, where it
// changed.
func writeOverrides(ctx context.Context, ses *session, now int64, p dm.Pair, was, is dm.PairState) error {
	if is.LowOverride != was.LowOverride {
		if err := writeOverride(ctx, ses, now, p.Low, p.High, is.LowOverride); err != nil {
			return err
		}
	}
	if is.HighOverride != was.HighOverride {
		return writeOverride(ctx, ses, now, p.High, p.Low, is.HighOverride)
	}
	return nil
}

func writeOverride(ctx context.Context, ses *session, now int64, user, other dm.UserID, is policy.Override) error {
	if is == (policy.Override{}) {
		_, err := ses.conn.ExecContext(ctx, "DELETE FROM overrides WHERE user_id = $1 AND other_id = $2",
			uuidText(user), uuidText(other))
		return err
	}
	_, err := ses.conn.ExecContext(ctx, `INSERT INTO overrides (user_id, other_id, blocked, restricted, listed, changed_at)
		VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (user_id, other_id) DO UPDATE SET blocked = excluded.blocked,
		restricted = excluded.restricted, listed = excluded.listed, changed_at = excluded.changed_at`,
		uuidText(user), uuidText(other), is.Blocked, is.Restricted, int64(is.Listed), now)
	return err
}
