package background

import (
	"context"
	"time"
)

// Retention holds how long each kind of record is kept.
type Retention struct {
	Events, Evidence, Audit, Settings, Exports, Erased, ContactCodes time.Duration
}

// sweepEvery returns the time between two sweeps: a tenth of the retention, between a second and 10
// minutes.
func sweepEvery(retention time.Duration) time.Duration {
	return min(max(retention/10, time.Second), 10*time.Minute)
}

// sweep removes the records of one kind that are older than their retention, in small steps.
type sweep struct {
	what string
	keep time.Duration
	run  func(ctx context.Context, before time.Time) (int64, error)
	due  time.Time
}

// sweepAll runs each sweep when it is due, one after the other, until ctx ends.
func (w *Worker) sweepAll(ctx context.Context) {
	keep, st := w.config.Retention, w.config.Store
	sweeps := []*sweep{
		{what: "events", keep: keep.Events, run: st.Trim},
		{what: "reports", keep: keep.Evidence, run: st.SweepReports},
		{what: "entries of the audit log", keep: keep.Audit, run: st.SweepAudit},
		{what: "changes of settings", keep: keep.Settings, run: st.SweepSettings},
		{what: "jobs that sorted requests", keep: keep.Settings, run: st.SweepSorted},
		{what: "marks of erased users", keep: keep.Erased, run: st.SweepShells},
		{what: "contact codes", keep: keep.ContactCodes, run: st.SweepContactCodes},
		{what: "exports", keep: keep.Exports, run: func(ctx context.Context, _ time.Time) (int64, error) {
			n, err := st.SweepExports(ctx, time.Now())
			if err == nil && w.config.Exports != nil {
				err = w.config.Exports.sweep(ctx, st)
			}
			return n, err
		}},
	}
	for {
		next := time.Now().Add(sweepEvery(keep.Audit))
		for _, s := range sweeps {
			if now := time.Now(); !now.Before(s.due) {
				n, err := s.run(ctx, now.Add(-s.keep))
				switch {
				case ctx.Err() != nil:
					return
				case err != nil:
					w.config.Logger.Error("remove records older than their retention", "what", s.what, "error", err)
				case n > 0:
					w.config.Logger.Info("removed records older than their retention", "what", s.what, "rows", n)
				}
				s.due = time.Now().Add(sweepEvery(s.keep))
			}
			if s.due.Before(next) {
				next = s.due
			}
		}
		if !sleep(ctx, time.Until(next)) {
			return
		}
	}
}

// sleep waits for d. It returns false when ctx ended before.
func sleep(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-timer.C:
		return true
	}
}
