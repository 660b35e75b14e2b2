package store

import (
	"context"
	"database/sql"

	"github.com/aparte-im/aparte/dm"
)

// stanceShape is what a row of stances says; there is none where nothing was decided.
var stanceShape = shape{{"blocked", kindBool}, {"restricted", kindBool}, {"listed", kindInt2}}

// stanceLists are the conditions of the lists of people. Each has a partial index, whose own condition is in it.
var stanceLists = [...]string{
	dm.BlockedPeople:    "b.blocked",
	dm.RestrictedPeople: "b.restricted",
	dm.AlwaysPeople:     "b.listed = 1",
	dm.NeverPeople:      "b.listed = 2",
}

type stanceReads [len(stanceLists)]*sql.Stmt

// stanceRow scans a stance that may be missing (outer join).
type stanceRow struct {
	blocked, restricted sql.NullBool
	listed              sql.NullInt64
}

func (s *stanceRow) dest() []any { return []any{&s.blocked, &s.restricted, &s.listed} }

func (s *stanceRow) stance() dm.Stance {
	return dm.Stance{Blocked: s.blocked.Bool, Restricted: s.restricted.Bool, Listed: dm.Listed(s.listed.Int64)}
}

// StanceUsers implements dm.Store.
func (s *Store) StanceUsers(ctx context.Context, viewer dm.UserID, list dm.StanceList, after *dm.UserPlace, limit int) ([]dm.FoundUser, error) {
	return s.listByID(ctx, s.reads.stances[list], viewer, after, limit)
}

// writeStances writes what the two users of a pair have decided about each other, where it changed.
func writeStances(ctx context.Context, ses *session, now int64, p dm.Pair, was, is dm.Edges) error {
	if is.LowStance != was.LowStance {
		if err := writeStance(ctx, ses, now, p.Low, p.High, is.LowStance); err != nil {
			return err
		}
	}
	if is.HighStance != was.HighStance {
		return writeStance(ctx, ses, now, p.High, p.Low, is.HighStance)
	}
	return nil
}

func writeStance(ctx context.Context, ses *session, now int64, user, other dm.UserID, is dm.Stance) error {
	if is == (dm.Stance{}) {
		_, err := ses.conn.ExecContext(ctx, "DELETE FROM stances WHERE user_id = $1 AND other_id = $2",
			uuidText(user), uuidText(other))
		return err
	}
	_, err := ses.conn.ExecContext(ctx, `INSERT INTO stances (user_id, other_id, blocked, restricted, listed, changed_at)
		VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (user_id, other_id) DO UPDATE SET blocked = excluded.blocked,
		restricted = excluded.restricted, listed = excluded.listed, changed_at = excluded.changed_at`,
		uuidText(user), uuidText(other), is.Blocked, is.Restricted, int64(is.Listed), now)
	return err
}
