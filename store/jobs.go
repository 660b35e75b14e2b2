package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"

	"github.com/aparte-im/aparte/dm"
)

const jobColumns = `id, user_id, kind, state, requested_at, done, total, at_conversation, at_seq, tries, lease_by, lease_until,
	finished_at, expires_at, size`

// errLeaseLost ends the work of a node whose lease ran out: another goes on with the job.
var errLeaseLost = errors.New("store: another node works on this job now")

func findJob(ctx context.Context, from querier, where string, args ...any) (*dm.Job, error) {
	rows, err := from.QueryContext(ctx, "SELECT "+jobColumns+" FROM jobs WHERE "+where, args...)
	if err != nil {
		return nil, err
	}
	var found *dm.Job
	return found, eachRow(rows, func(rows *sql.Rows) error {
		var j dm.Job
		var id, user, conversation uuid.UUID
		var requested, lease, finished, expires int64
		err := rows.Scan(&id, &user, &j.Kind, &j.State, &requested, &j.Done, &j.Total, &conversation, &j.AtSeq, &j.Tries,
			&j.LeaseBy, &lease, &finished, &expires, &j.Size)
		j.ID, j.User, j.AtConversation = dm.JobID(id), dm.UserID(user), dm.ConversationID(conversation)
		j.RequestedAt, j.LeaseUntil, j.FinishedAt, j.ExpiresAt = fromMicros(requested), fromMicros(lease), fromMicros(finished), fromMicros(expires)
		found = &j
		return err
	})
}

// JobByID implements dm.Store.
func (s *Store) JobByID(ctx context.Context, id dm.JobID) (*dm.Job, error) {
	return findJob(ctx, s.read, "id = $1", uuidText(id))
}

const lastJob = "user_id = $1 AND kind = $2 ORDER BY requested_at DESC LIMIT 1"

// LastJob implements dm.Store.
func (s *Store) LastJob(ctx context.Context, user dm.UserID, kind dm.JobKind) (*dm.Job, error) {
	return findJob(ctx, s.read, lastJob, uuidText(user), kind)
}

// loadJob reads for a ledger the last job that its scope asks for. The head of its user is locked.
func loadJob(ctx context.Context, ses *session, tx *dm.Tx, scope dm.Scope) error {
	if scope.Job == 0 {
		return nil
	}
	j, err := findJob(ctx, ses.conn, lastJob, uuidText(scope.Users[0]), scope.Job)
	tx.AddLastJob(j)
	return err
}

func writeJobs(ctx context.Context, ses *session, jobs []*dm.Job) error {
	for _, j := range jobs {
		_, err := ses.conn.ExecContext(ctx, "INSERT INTO jobs ("+jobColumns+`)
			VALUES ($1, $2, $3, $4, $5, 0, 0, $6, 0, 0, '', 0, 0, 0, 0)`,
			uuidText(j.ID), uuidText(j.User), j.Kind, j.State, toMicros(j.RequestedAt), uuid.Nil.String())
		if err != nil {
			return err
		}
	}
	return nil
}

// TakeJob implements dm.Store.
func (s *Store) TakeJob(ctx context.Context, kind dm.JobKind, node string, hold time.Duration) (*dm.Job, error) {
	now := s.clock()
	skip := ""
	if s.dialect.postgres {
		skip = " FOR UPDATE SKIP LOCKED"
	}
	var taken *dm.Job
	err := s.transact(ctx, func(ctx context.Context, ses *session) ([]*dm.Event, error) {
		taken = nil
		for _, state := range []dm.JobState{dm.JobRunning, dm.JobQueued} {
			j, err := findJob(ctx, ses.conn, "kind = $1 AND state = $2 AND lease_until <= $3 ORDER BY requested_at LIMIT 1"+skip,
				kind, state, toMicros(now))
			if err != nil {
				return nil, err
			}
			if j == nil {
				continue
			}
			j.State, j.LeaseBy, j.LeaseUntil = dm.JobRunning, node, now.Add(hold)
			j.Tries++
			_, err = ses.conn.ExecContext(ctx, "UPDATE jobs SET state = $2, lease_by = $3, lease_until = $4, tries = $5 WHERE id = $1",
				uuidText(j.ID), j.State, node, toMicros(j.LeaseUntil), j.Tries)
			taken = j
			return nil, err
		}
		return nil, nil
	})
	return taken, err
}

// KeepJob implements dm.Store.
func (s *Store) KeepJob(ctx context.Context, job *dm.Job) error {
	return s.transact(ctx, func(ctx context.Context, ses *session) ([]*dm.Event, error) {
		return nil, keepJob(ctx, ses, job)
	})
}

func keepJob(ctx context.Context, ses *session, j *dm.Job) error {
	kept, err := ses.conn.ExecContext(ctx, `UPDATE jobs SET state = $3, done = $4, total = $5, at_conversation = $6, at_seq = $7,
		lease_until = $8, finished_at = $9, expires_at = $10, size = $11 WHERE id = $1 AND lease_by = $2`,
		uuidText(j.ID), j.LeaseBy, j.State, j.Done, j.Total, uuidText(j.AtConversation), j.AtSeq,
		toMicros(j.LeaseUntil), toMicros(j.FinishedAt), toMicros(j.ExpiresAt), j.Size)
	if err != nil {
		return err
	}
	if n, err := kept.RowsAffected(); err != nil || n == 1 {
		return err
	}
	return fmt.Errorf("job %s: %w", j.ID, errLeaseLost)
}
