package store

import (
	"context"
	"errors"
	"fmt"
	"time"

	entsql "entgo.io/ent/dialect/sql"
	"github.com/google/uuid"

	"github.com/aparte-im/aparte/dm"
	ent "github.com/aparte-im/aparte/ent/generated"
	"github.com/aparte-im/aparte/ent/generated/job"
)

// errLeaseLost ends the work of a node whose lease has run out: another node continues the job.
var errLeaseLost = errors.New("store: another node works on this job now")

// jobOf returns the job that a query found, or nil when it found none.
func jobOf(j *ent.Job, err error) (*dm.Job, error) {
	if ent.IsNotFound(err) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return &dm.Job{
		ID: dm.JobID(j.ID), User: dm.UserID(j.UserID), Kind: dm.JobKind(j.Kind), State: dm.JobState(j.State),
		RequestedAt: fromMicros(j.RequestedAt), Done: j.Done, Total: j.Total,
		AtConversation: dm.ConversationID(j.AtConversation), AtSeq: j.AtSeq, Tries: int(j.Tries), LeaseBy: j.LeaseBy,
		LeaseUntil: fromMicros(j.LeaseUntil), FinishedAt: fromMicros(j.FinishedAt), ExpiresAt: fromMicros(j.ExpiresAt), Size: j.Size,
	}, nil
}

// JobByID implements dm.Store.
func (s *Store) JobByID(ctx context.Context, id dm.JobID) (*dm.Job, error) {
	return jobOf(s.ent.Job.Get(ctx, uuid.UUID(id)))
}

// LastJob implements dm.Store.
func (s *Store) LastJob(ctx context.Context, user dm.UserID, kind dm.JobKind) (*dm.Job, error) {
	return lastJob(ctx, s.ent, user, kind)
}

func lastJob(ctx context.Context, from *ent.Client, user dm.UserID, kind dm.JobKind) (*dm.Job, error) {
	return jobOf(from.Job.Query().Where(job.UserID(uuid.UUID(user)), job.Kind(int16(kind))).
		Order(job.ByRequestedAt(entsql.OrderDesc())).First(ctx))
}

// loadJob reads the last job that a scope asks for. The head of its user is locked.
func loadJob(ctx context.Context, ses *session, tx *dm.Tx, scope dm.Scope) error {
	if scope.Job == 0 {
		return nil
	}
	j, err := lastJob(ctx, ses.ent, scope.Users[0], scope.Job)
	tx.AddLastJob(j)
	return err
}

func writeJobs(ctx context.Context, ses *session, jobs []*dm.Job) error {
	for _, j := range jobs {
		err := ses.ent.Job.Create().SetID(uuid.UUID(j.ID)).SetUserID(uuid.UUID(j.User)).SetKind(int16(j.Kind)).
			SetState(int16(j.State)).SetRequestedAt(toMicros(j.RequestedAt)).SetDone(0).SetTotal(0).SetAtConversation(uuid.Nil).
			SetAtSeq(0).SetTries(0).SetLeaseBy("").SetLeaseUntil(0).SetFinishedAt(0).SetExpiresAt(0).SetSize(0).Exec(ctx)
		if err != nil {
			return err
		}
	}
	return nil
}

// TakeJob implements dm.Store. On Postgres a job that another node is taking is skipped; SQLite has
// one writer.
func (s *Store) TakeJob(ctx context.Context, kind dm.JobKind, node string, hold time.Duration) (*dm.Job, error) {
	now := s.clock()
	skipLocked := func(q *entsql.Selector) {
		if s.dialect.postgres {
			q.For(entsql.LockUpdate, entsql.WithLockAction(entsql.SkipLocked))
		}
	}
	var taken *dm.Job
	err := s.transact(ctx, func(ctx context.Context, ses *session) ([]*dm.Event, error) {
		taken = nil
		for _, state := range []dm.JobState{dm.JobRunning, dm.JobQueued} {
			j, err := jobOf(ses.ent.Job.Query().
				Where(job.Kind(int16(kind)), job.State(int16(state)), job.LeaseUntilLTE(toMicros(now)), skipLocked).
				Order(job.ByRequestedAt()).First(ctx))
			if err != nil {
				return nil, err
			}
			if j == nil {
				continue
			}
			j.State, j.LeaseBy, j.LeaseUntil = dm.JobRunning, node, now.Add(hold)
			j.Tries++
			taken = j
			return nil, ses.ent.Job.Update().Where(job.ID(uuid.UUID(j.ID))).SetState(int16(j.State)).SetLeaseBy(node).
				SetLeaseUntil(toMicros(j.LeaseUntil)).SetTries(int32(j.Tries)).Exec(ctx)
		}
		return nil, nil
	})
	return taken, err
}

// KeepJob implements dm.Store.
func (s *Store) KeepJob(ctx context.Context, j *dm.Job) error {
	return s.transact(ctx, func(ctx context.Context, ses *session) ([]*dm.Event, error) {
		return nil, keepJob(ctx, ses, j)
	})
}

func keepJob(ctx context.Context, ses *session, j *dm.Job) error {
	n, err := ses.ent.Job.Update().Where(job.ID(uuid.UUID(j.ID)), job.LeaseBy(j.LeaseBy)).SetState(int16(j.State)).
		SetDone(j.Done).SetTotal(j.Total).SetAtConversation(uuid.UUID(j.AtConversation)).SetAtSeq(j.AtSeq).
		SetLeaseUntil(toMicros(j.LeaseUntil)).SetFinishedAt(toMicros(j.FinishedAt)).SetExpiresAt(toMicros(j.ExpiresAt)).
		SetSize(j.Size).Save(ctx)
	if err != nil || n == 1 {
		return err
	}
	return fmt.Errorf("job %s: %w", j.ID, errLeaseLost)
}
