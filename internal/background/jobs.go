package background

import (
	"context"
	"io"
	"time"

	"github.com/google/uuid"

	"github.com/aparte-im/aparte/dm"
	"github.com/aparte-im/aparte/dm/export"
)

const (
	// pollEvery is the time between two looks for a job.
	pollEvery = 2 * time.Second
	// lease is the lease of a job: a node that died holds it for this time.
	lease = 30 * time.Second
	// progressEvery is the time between two updates of an export's progress.
	progressEvery = 2 * time.Second
)

// erase works on one erasure.
func (w *Worker) erase(ctx context.Context, job *dm.Job) error {
	return w.config.Service.Erase(ctx, job, lease)
}

// sortRequests sorts requests that a change of settings or hidden words has left to the background.
func (w *Worker) sortRequests(ctx context.Context, job *dm.Job) error {
	return w.config.Service.Sort(ctx, job, lease)
}

// export writes one export. An export that was interrupted starts again from the beginning.
func (w *Worker) export(ctx context.Context, job *dm.Job) error {
	writer := export.New(w.config.Service, w.config.Store)
	updated := time.Now()
	size, err := w.config.Exports.write(job.ID, func(out io.Writer) error {
		return writer.Write(ctx, job, out, func() error {
			if time.Since(updated) < progressEvery {
				return ctx.Err()
			}
			updated = time.Now()
			job.LeaseUntil = updated.Add(lease)
			return w.config.Store.KeepJob(ctx, job)
		})
	})
	if dm.CodeOf(err) == dm.CodeNotFound {
		// The user was deleted meanwhile.
		job.State, job.FinishedAt = dm.JobFailed, time.Now()
		return w.config.Store.KeepJob(ctx, job)
	}
	if err != nil {
		return err
	}
	return w.config.Service.FinishExport(ctx, job, size, w.config.Retention.Exports)
}

// doJobs takes jobs of one kind, one at a time, until ctx ends. A job that fails is tried again
// when its lease has ended, on any node.
func (w *Worker) doJobs(ctx context.Context, kind dm.JobKind, do func(context.Context, *dm.Job) error) {
	node := uuid.NewString()
	for {
		job, err := w.config.Service.TakeJob(ctx, kind, node, lease)
		if err == nil && job != nil {
			err = do(ctx, job)
			if err == nil {
				w.config.Logger.Info("a job is done", "job", job.ID.String(), "messages", job.Total)
				continue
			}
		}
		if ctx.Err() != nil {
			if job != nil {
				// The next node need not wait for the lease to end.
				job.LeaseUntil = time.Time{}
				_ = w.config.Store.KeepJob(context.WithoutCancel(ctx), job)
			}
			return
		}
		if err != nil {
			w.config.Logger.Error("work on a job", "kind", int(kind), "error", err)
		}
		if !sleep(ctx, pollEvery) {
			return
		}
	}
}
