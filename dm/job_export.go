package dm

import (
	"context"
	"time"
)

// StartExport requests a copy of everything that is stored about the viewer. While an export is
// queued or running it returns that job. Errors: NOT_FOUND, RATE_LIMITED within Rules.ExportEvery
// of the last finished export.
func (s *Service) StartExport(ctx context.Context, viewer UserID) (*Job, error) {
	var job *Job
	err := s.txs.Change(ctx, Scope{Users: []UserID{viewer}, Job: JobExport}, func(tx *Tx) error {
		h, last := tx.in.Heads[viewer], tx.in.LastJob
		switch {
		case h == nil || h.Gone:
			return NotFound("user")
		case last.running():
			job = last
			return nil
		case last != nil && last.State == JobDone && tx.now.Before(last.RequestedAt.Add(tx.rules.ExportEvery)):
			return &Error{
				Code: CodeRateLimited, Detail: "You have asked for your data a short while ago.",
				RetryAfter: last.RequestedAt.Add(tx.rules.ExportEvery).Sub(tx.now),
			}
		}
		job = tx.newJob(viewer, JobExport)
		return nil
	})
	return job, err
}

// Export returns the viewer's export job with this id, or the last one for the zero id. Errors:
// NOT_FOUND.
func (s *Service) Export(ctx context.Context, viewer UserID, id JobID) (*Job, error) {
	var job *Job
	var err error
	if id == (JobID{}) {
		job, err = s.jobs.LastJob(ctx, viewer, JobExport)
	} else {
		job, err = s.jobs.JobByID(ctx, id)
	}
	if err != nil {
		return nil, err
	}
	if job == nil || job.User != viewer || job.Kind != JobExport {
		return nil, NotFound("export")
	}
	return job, nil
}

// FinishExport marks an export as done. Its file of size bytes can be downloaded until keep is
// over. It fails when another node holds the job by now.
func (s *Service) FinishExport(ctx context.Context, job *Job, size int64, keep time.Duration) error {
	job.State, job.FinishedAt = JobDone, time.Now().UTC().Truncate(time.Microsecond)
	job.ExpiresAt, job.Size = job.FinishedAt.Add(keep), size
	return s.jobs.KeepJob(ctx, job)
}
