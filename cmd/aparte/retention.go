package main

import (
	"context"
	"time"
)

// keeps are how long what is kept for a time is kept.
type keeps struct {
	evidence, audit, settings, exports, shells, codes time.Duration
}

type retentionOptions struct {
	evidence, audit, settings, exports, shells, codes *time.Duration
}

func defineRetention(o *options) retentionOptions {
	const day = 24 * time.Hour
	return retentionOptions{
		evidence: o.duration("evidence-retention", 180*day, "how long reports and their sealed evidence are kept after the last that happened to them"),
		audit:    o.duration("audit-retention", 730*day, "how long the audit log is kept"),
		settings: o.duration("settings-retention", 730*day, "how long changes of settings are kept"),
		exports:  o.duration("export-retention", 7*day, "how long the file of an export can be had"),
		shells:   o.duration("erased-retention", 365*day, "how long who was erased is known by a digest of their externalId, so that no token brings them back"),
		codes:    o.duration("contact-code-retention", 30*day, "how long contact codes are kept after they have ended, and who used them"),
	}
}

func (p retentionOptions) apply(o *options, s *settings) {
	s.keeps = keeps{*p.evidence, *p.audit, *p.settings, *p.exports, *p.shells, *p.codes}
	for flag, keep := range map[string]time.Duration{
		"evidence-retention": s.keeps.evidence, "audit-retention": s.keeps.audit, "settings-retention": s.keeps.settings,
		"export-retention": s.keeps.exports, "erased-retention": s.keeps.shells, "contact-code-retention": s.keeps.codes,
	} {
		o.atLeast(flag, keep, minRetention)
	}
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
	k := s.settings.keeps
	chores := []*chore{
		{what: "events", keep: s.settings.retention, run: s.store.Trim},
		{what: "reports", keep: k.evidence, run: s.store.SweepReports},
		{what: "entries of the audit log", keep: k.audit, run: s.store.SweepAudit},
		{what: "changes of settings", keep: k.settings, run: s.store.SweepSettings},
		{what: "jobs that sorted requests", keep: k.settings, run: s.store.SweepSorted},
		{what: "marks of erased users", keep: k.shells, run: s.store.SweepShells},
		{what: "contact codes", keep: k.codes, run: s.store.SweepContactCodes},
		{what: "exports", keep: k.exports, run: func(ctx context.Context, _ time.Time) (int64, error) {
			n, err := s.store.SweepExports(ctx, time.Now())
			if err == nil && exports != nil {
				err = exports.sweep(ctx, s.store)
			}
			return n, err
		}},
	}
	for {
		next := time.Now().Add(trimEvery(k.audit))
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
