package main

import (
	"context"
	"io"
	"time"

	"github.com/google/uuid"

	"github.com/aparte-im/aparte/dm"
)

const (
	// jobsEvery is how often a node looks for work.
	jobsEvery = 2 * time.Second
	// jobHold is how long a node that went silent keeps others from its work.
	jobHold = 30 * time.Second
	// jobTell is how often the progress of an export is written down.
	jobTell = 2 * time.Second
)

// doErasures works on erasures until ctx ends.
func (s *server) doErasures(ctx context.Context) {
	s.doJobs(ctx, dm.JobErase, func(ctx context.Context, job *dm.Job) error {
		return s.service.Erase(ctx, job, jobHold)
	})
}

// doSorting sorts the requests that a change of settings or hidden words has left to the background, until ctx ends.
func (s *server) doSorting(ctx context.Context, kind dm.JobKind) {
	s.doJobs(ctx, kind, func(ctx context.Context, job *dm.Job) error { return s.service.Sort(ctx, job, jobHold) })
}

// doExports writes exports until ctx ends. What was cut begins anew.
func (s *server) doExports(ctx context.Context, exports *spool) {
	s.doJobs(ctx, dm.JobExport, func(ctx context.Context, job *dm.Job) error {
		told := time.Now()
		size, err := exports.write(job.ID, func(w io.Writer) error {
			return s.service.WriteExport(ctx, job, w, func() error {
				if time.Since(told) < jobTell {
					return ctx.Err()
				}
				told = time.Now()
				job.LeaseUntil = told.Add(jobHold)
				return s.store.KeepJob(ctx, job)
			})
		})
		if dm.CodeOf(err) == dm.CodeNotFound {
			// The user was deleted meanwhile: there is nobody to export for.
			job.State, job.FinishedAt = dm.JobFailed, time.Now()
			return s.store.KeepJob(ctx, job)
		}
		if err != nil {
			return err
		}
		return s.service.FinishExport(ctx, job, size, s.config.retention.Exports)
	})
}

// doJobs takes jobs of one kind, one at a time. A job that fails is left to its lease, and is tried again by whoever
// comes first then.
func (s *server) doJobs(ctx context.Context, kind dm.JobKind, do func(context.Context, *dm.Job) error) {
	node := uuid.NewString()
	for {
		job, err := s.service.TakeJob(ctx, kind, node, jobHold)
		if err == nil && job != nil {
			err = do(ctx, job)
			if err == nil {
				s.logger.Info("a job is done", "job", job.ID.String(), "messages", job.Total)
				continue
			}
		}
		if ctx.Err() != nil {
			if job != nil {
				// Whoever comes next need not wait for the lease.
				job.LeaseUntil = time.Time{}
				_ = s.store.KeepJob(context.WithoutCancel(ctx), job)
			}
			return
		}
		if err != nil {
			s.logger.Error("work on a job", "kind", int(kind), "error", err)
		}
		if !sleep(ctx, jobsEvery) {
			return
		}
	}
}
