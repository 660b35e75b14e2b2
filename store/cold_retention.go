package store

import (
	"context"
	"encoding/binary"
	"time"

	"github.com/google/uuid"

	"github.com/aparte-im/aparte/dm"
	"github.com/aparte-im/aparte/ent/generated/auditentry"
	"github.com/aparte-im/aparte/ent/generated/evidence"
	"github.com/aparte-im/aparte/ent/generated/job"
	"github.com/aparte-im/aparte/ent/generated/predicate"
	"github.com/aparte-im/aparte/ent/generated/report"
	"github.com/aparte-im/aparte/ent/generated/settingschange"
	"github.com/aparte-im/aparte/ent/generated/user"
)

// sweepStep is how many rows one transaction of a sweep removes.
const sweepStep = 500

// SweepReports removes reports, with their evidence, that nothing has happened to since before and
// whose decision has ended. It returns how many.
func (s *Store) SweepReports(ctx context.Context, before time.Time) (int64, error) {
	return s.sweep(ctx, func(ctx context.Context) ([]uuid.UUID, error) {
		return s.ent.Report.Query().Where(report.SettledAtLT(toMicros(before)), report.EndsAtLT(toMicros(s.clock()))).
			Order(report.BySettledAt()).Limit(sweepStep).IDs(ctx)
	}, func(ctx context.Context, ses *session, ids []uuid.UUID) error {
		if _, err := ses.ent.Evidence.Delete().Where(evidence.IDIn(ids...)).Exec(ctx); err != nil {
			return err
		}
		_, err := ses.ent.Report.Delete().Where(report.IDIn(ids...)).Exec(ctx)
		return err
	})
}

// SweepAudit removes entries of the audit log that are older than before. It returns how many.
func (s *Store) SweepAudit(ctx context.Context, before time.Time) (int64, error) {
	return s.sweep(ctx, func(ctx context.Context) ([]uuid.UUID, error) {
		return s.ent.AuditEntry.Query().Where(auditentry.AtLT(toMicros(before))).Order(auditentry.ByAt(), auditentry.ByID()).
			Limit(sweepStep).IDs(ctx)
	}, func(ctx context.Context, ses *session, ids []uuid.UUID) error {
		_, err := ses.ent.AuditEntry.Delete().Where(auditentry.IDIn(ids...)).Exec(ctx)
		return err
	})
}

// SweepSettings removes changes of settings that are older than before. Their ids rise with time.
// It returns how many.
func (s *Store) SweepSettings(ctx context.Context, before time.Time) (int64, error) {
	return s.sweep(ctx, func(ctx context.Context) ([]uuid.UUID, error) {
		return s.ent.SettingsChange.Query().Where(settingschange.IDLT(firstUUID(before))).Order(settingschange.ByID()).
			Limit(sweepStep).IDs(ctx)
	}, func(ctx context.Context, ses *session, ids []uuid.UUID) error {
		_, err := ses.ent.SettingsChange.Delete().Where(settingschange.IDIn(ids...)).Exec(ctx)
		return err
	})
}

// SweepSorted removes the jobs that have sorted requests and were asked for before. It returns how
// many.
func (s *Store) SweepSorted(ctx context.Context, before time.Time) (int64, error) {
	var removed int64
	for _, kind := range []dm.JobKind{dm.JobSortHidden, dm.JobSortRequests} {
		n, err := s.sweepJobs(ctx, kind, dm.JobDone, job.RequestedAtLT(toMicros(before)))
		removed += n
		if err != nil {
			return removed, err
		}
	}
	return removed, nil
}

// SweepExports removes the jobs of exports that have expired, or failed before: their files may go.
// It returns how many.
func (s *Store) SweepExports(ctx context.Context, before time.Time) (int64, error) {
	var removed int64
	for state, old := range map[dm.JobState]predicate.Job{
		dm.JobDone: job.ExpiresAtLT(toMicros(before)), dm.JobFailed: job.FinishedAtLT(toMicros(before)),
	} {
		n, err := s.sweepJobs(ctx, dm.JobExport, state, old)
		removed += n
		if err != nil {
			return removed, err
		}
	}
	return removed, nil
}

func (s *Store) sweepJobs(ctx context.Context, kind dm.JobKind, state dm.JobState, old predicate.Job) (int64, error) {
	return s.sweep(ctx, s.findJobs(kind, state, old), removeJobs)
}

func (s *Store) findJobs(kind dm.JobKind, state dm.JobState, old predicate.Job) func(context.Context) ([]uuid.UUID, error) {
	return func(ctx context.Context) ([]uuid.UUID, error) {
		return s.ent.Job.Query().Where(job.Kind(int16(kind)), job.State(int16(state)), old).Order(job.ByRequestedAt()).
			Limit(sweepStep).IDs(ctx)
	}
}

func removeJobs(ctx context.Context, ses *session, ids []uuid.UUID) error {
	_, err := ses.ent.Job.Delete().Where(job.IDIn(ids...)).Exec(ctx)
	return err
}

// SweepShells forgets the externalId of users who were erased before. After that only an id is left
// of them, and the host may use the externalId in a token again. It returns how many.
func (s *Store) SweepShells(ctx context.Context, before time.Time) (int64, error) {
	find := s.findJobs(dm.JobErase, dm.JobDone, job.RequestedAtLT(toMicros(before)))
	return s.sweep(ctx, find, func(ctx context.Context, ses *session, ids []uuid.UUID) error {
		jobs, err := ses.ent.Job.Query().Where(job.IDIn(ids...)).All(ctx)
		if err != nil {
			return err
		}
		users := make([]uuid.UUID, len(jobs))
		for i, j := range jobs {
			users[i] = j.UserID
		}
		err = ses.ent.User.Update().Where(user.IDIn(users...), user.Deleted(true)).
			Modify(erasedKey(user.FieldExternalID, user.FieldID)).Exec(ctx)
		if err != nil {
			return err
		}
		return removeJobs(ctx, ses, ids)
	})
}

// sweep finds ids and removes what they name, in steps of one transaction, and returns how many it
// found.
func (s *Store) sweep(
	ctx context.Context, find func(context.Context) ([]uuid.UUID, error),
	remove func(context.Context, *session, []uuid.UUID) error,
) (int64, error) {
	var removed int64
	for {
		found, err := find(ctx)
		if err != nil || len(found) == 0 {
			return removed, err
		}
		err = s.transact(ctx, func(ctx context.Context, ses *session) ([]*dm.Event, error) {
			return nil, remove(ctx, ses, found)
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
func firstUUID(t time.Time) (id uuid.UUID) {
	var ms [8]byte
	binary.BigEndian.PutUint64(ms[:], uint64(max(0, t.UnixMilli())))
	copy(id[:6], ms[2:])
	return id
}
