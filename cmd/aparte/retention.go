package main

import (
	"context"
	"time"
)

// trimEvery is a tenth of the retention, within bounds: often enough to keep its word, seldom enough to cost nothing.
func trimEvery(retention time.Duration) time.Duration {
	return min(max(retention/10, time.Second), 10*time.Minute)
}

// trimLog removes events that are older than the retention, now and then, until ctx ends.
func (s *server) trimLog(ctx context.Context) {
	ticker := time.NewTicker(trimEvery(s.settings.retention))
	defer ticker.Stop()
	for {
		n, err := s.store.Trim(ctx, time.Now().Add(-s.settings.retention))
		switch {
		case ctx.Err() != nil:
			return
		case err != nil:
			s.logger.Error("trim the log", "error", err)
		case n > 0:
			s.logger.Info("trimmed the log", "events", n)
		}
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
	}
}
