package main

import (
	"context"
	"time"
)

// retentionSettings are how long each kind of record is kept.
type retentionSettings struct {
	Events       time.Duration `name:"log-retention" default:"720h" min:"1s" help:"Time for which events are kept for clients that reconnect."`
	Evidence     time.Duration `name:"evidence-retention" default:"4320h" min:"1s" help:"Time for which reports and their sealed evidence are kept after their last change."`
	Audit        time.Duration `name:"audit-retention" default:"17520h" min:"1s" help:"Time for which entries of the audit log are kept."`
	Settings     time.Duration `name:"settings-retention" default:"17520h" min:"1s" help:"Time for which changes of settings are kept."`
	Exports      time.Duration `name:"export-retention" default:"168h" min:"1s" help:"Time for which the file of an export can be downloaded."`
	Erased       time.Duration `name:"erased-retention" default:"8760h" min:"1s" help:"Time for which a digest of an erased user's externalId is kept, so that no token brings the user back."`
	ContactCodes time.Duration `name:"contact-code-retention" default:"720h" min:"1s" help:"Time for which contact codes and their redemptions are kept after they have ended."`
}

// trimEvery is a tenth of the retention, within bounds: often enough to keep its word, seldom enough to cost nothing.
func trimEvery(retention time.Duration) time.Duration {
	return min(max(retention/10, time.Second), 10*time.Minute)
}

// chore removes what has been kept long enough, in small steps, and returns how much.
type chore struct {
	what string
	keep time.Duration
	run  func(ctx context.Context, before time.Time) (int64, error)
	due  time.Time
}

// keepRetention does each chore now and then, one after the other, until ctx ends.
func (s *server) keepRetention(ctx context.Context, exports *spool) {
	k := s.config.retention
	chores := []*chore{
		{what: "events", keep: k.Events, run: s.store.Trim},
		{what: "reports", keep: k.Evidence, run: s.store.SweepReports},
		{what: "entries of the audit log", keep: k.Audit, run: s.store.SweepAudit},
		{what: "changes of settings", keep: k.Settings, run: s.store.SweepSettings},
		{what: "jobs that sorted requests", keep: k.Settings, run: s.store.SweepSorted},
		{what: "marks of erased users", keep: k.Erased, run: s.store.SweepShells},
		{what: "contact codes", keep: k.ContactCodes, run: s.store.SweepContactCodes},
		{what: "exports", keep: k.Exports, run: func(ctx context.Context, _ time.Time) (int64, error) {
			n, err := s.store.SweepExports(ctx, time.Now())
			if err == nil && exports != nil {
				err = exports.sweep(ctx, s.store)
			}
			return n, err
		}},
	}
	for {
		next := time.Now().Add(trimEvery(k.Audit))
		for _, c := range chores {
			if now := time.Now(); !now.Before(c.due) {
				n, err := c.run(ctx, now.Add(-c.keep))
				switch {
				case ctx.Err() != nil:
					return
				case err != nil:
					s.logger.Error("remove what was kept long enough", "what", c.what, "error", err)
				case n > 0:
					s.logger.Info("removed what was kept long enough", "what", c.what, "rows", n)
				}
				c.due = time.Now().Add(trimEvery(c.keep))
			}
			if c.due.Before(next) {
				next = c.due
			}
		}
		if !sleep(ctx, time.Until(next)) {
			return
		}
	}
}

// sleep waits, and reports false when ctx ended meanwhile.
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
