package store

import (
	"context"
	"database/sql"
	"encoding/binary"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/aparte-im/aparte/dm"
)

// sweepStep is how many rows one transaction of a sweep removes.
const sweepStep = 500

// SweepReports removes reports and their evidence that nothing has happened to since before, but those whose decision
// still does something. It returns how many.
func (s *Store) SweepReports(ctx context.Context, before time.Time) (int64, error) {
	return s.sweep(ctx, `SELECT id FROM reports WHERE settled_at < $1 AND ends_at < $3 ORDER BY settled_at LIMIT $2`,
		[]any{toMicros(before), sweepStep, toMicros(s.clock())},
		"DELETE FROM evidence WHERE id OF THESE", "DELETE FROM reports WHERE id OF THESE")
}

// SweepAudit removes entries of the audit log that are older than before.
func (s *Store) SweepAudit(ctx context.Context, before time.Time) (int64, error) {
	return s.sweep(ctx, "SELECT id FROM audit_log WHERE at < $1 ORDER BY at, id LIMIT $2",
		[]any{toMicros(before), sweepStep}, "DELETE FROM audit_log WHERE id OF THESE")
}

// SweepSettings removes changes of settings that are older than before. Their ids rise with time.
func (s *Store) SweepSettings(ctx context.Context, before time.Time) (int64, error) {
	return s.sweep(ctx, "SELECT id FROM settings_changes WHERE id < $1 ORDER BY id LIMIT $2",
		[]any{firstUUID(before), sweepStep}, "DELETE FROM settings_changes WHERE id OF THESE")
}

// SweepSorted removes the jobs that have sorted requests and were asked for before.
func (s *Store) SweepSorted(ctx context.Context, before time.Time) (int64, error) {
	var removed int64
	for _, kind := range []dm.JobKind{dm.JobSortHidden, dm.JobSortRequests} {
		n, err := s.sweep(ctx, "SELECT id FROM jobs WHERE kind = $3 AND state = $4 AND requested_at < $1 ORDER BY requested_at LIMIT $2",
			[]any{toMicros(before), sweepStep, kind, dm.JobDone}, "DELETE FROM jobs WHERE id OF THESE")
		removed += n
		if err != nil {
			return removed, err
		}
	}
	return removed, nil
}

// SweepExports removes the jobs of exports that have expired, or failed before: their files may go.
func (s *Store) SweepExports(ctx context.Context, before time.Time) (int64, error) {
	var removed int64
	for state, column := range map[dm.JobState]string{dm.JobDone: "expires_at", dm.JobFailed: "finished_at"} {
		n, err := s.sweep(ctx, "SELECT id FROM jobs WHERE kind = $3 AND state = $4 AND "+column+" < $1 ORDER BY requested_at LIMIT $2",
			[]any{toMicros(before), sweepStep, dm.JobExport, state}, "DELETE FROM jobs WHERE id OF THESE")
		removed += n
		if err != nil {
			return removed, err
		}
	}
	return removed, nil
}

// SweepShells lets those who were erased before forget which externalId was theirs. From then on nothing but an id is
// left of them, and the host may use the externalId by a token too.
func (s *Store) SweepShells(ctx context.Context, before time.Time) (int64, error) {
	return s.sweep(ctx, "SELECT id FROM jobs WHERE kind = $3 AND state = $4 AND requested_at < $1 ORDER BY requested_at LIMIT $2",
		[]any{toMicros(before), sweepStep, dm.JobErase, dm.JobDone},
		"UPDATE users SET external_id = 'erased:' || CAST(id AS text) WHERE deleted AND id IN (SELECT user_id FROM jobs WHERE id OF THESE)",
		"DELETE FROM jobs WHERE id OF THESE")
}

// sweep finds ids and runs each statement, in which OF THESE stands for the condition that an id is one of them, in
// steps of one transaction.
func (s *Store) sweep(ctx context.Context, find string, args []any, remove ...string) (int64, error) {
	var removed int64
	for {
		rows, err := s.read.QueryContext(ctx, find, args...)
		if err != nil {
			return removed, err
		}
		var found []uuid.UUID
		err = eachRow(rows, func(rows *sql.Rows) error {
			var id uuid.UUID
			err := rows.Scan(&id)
			found = append(found, id)
			return err
		})
		if err != nil || len(found) == 0 {
			return removed, err
		}
		err = s.transact(ctx, func(ctx context.Context, ses *session) ([]*dm.Event, error) {
			for _, text := range remove {
				text = strings.Replace(text, "OF THESE", s.dialect.inIDs(1), 1)
				if _, err := ses.conn.ExecContext(ctx, text, ids(s.dialect, found).args(nil)...); err != nil {
					return nil, err
				}
			}
			return nil, nil
		})
		if err != nil {
			return removed, err
		}
		removed += int64(len(found))
		if len(found) < sweepStep {
			return removed, nil
		}
	}
}

// firstUUID is below every UUIDv7 that was made at a time or later.
func firstUUID(t time.Time) string {
	var id uuid.UUID
	var ms [8]byte
	binary.BigEndian.PutUint64(ms[:], uint64(max(0, t.UnixMilli())))
	copy(id[:6], ms[2:])
	return id.String()
}
