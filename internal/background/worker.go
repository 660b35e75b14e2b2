// Package background does the work of a server that no request waits for: retention, exports,
// erasures, and the sorting of requests.
//
// Purpose. A Worker takes jobs from the database and removes records that are older than their
// retention.
//
// Invariants. A job is held by a lease that is renewed while it is worked on; when a node dies,
// another takes the job after the lease has ended. A file of an export is complete or not there.
//
// Concurrency and lifecycle. Run starts one goroutine for each kind of job and one for retention,
// and returns when all have ended. Workers on several nodes share the jobs of one database.
package background

import (
	"context"
	"log/slog"
	"sync"

	"github.com/aparte-im/aparte/dm"
	"github.com/aparte-im/aparte/store"
)

// Config is what a Worker works with. Every field but Exports is required.
type Config struct {
	Service *dm.Service
	Store   *store.Store
	// Exports is the directory of exports. Nil: exports are not worked on.
	Exports   *Exports
	Retention Retention
	Logger    *slog.Logger
}

// Worker does the background work of one server.
type Worker struct{ config Config }

// New returns a Worker.
func New(c Config) *Worker { return &Worker{c} }

// Run works until ctx ends.
func (w *Worker) Run(ctx context.Context) {
	var owned sync.WaitGroup
	owned.Go(func() { w.sweepAll(ctx) })
	owned.Go(func() { w.doJobs(ctx, dm.JobErase, w.erase) })
	for _, kind := range []dm.JobKind{dm.JobSortHidden, dm.JobSortRequests} {
		owned.Go(func() { w.doJobs(ctx, kind, w.sortRequests) })
	}
	if w.config.Exports != nil {
		owned.Go(func() { w.doJobs(ctx, dm.JobExport, w.export) })
	}
	owned.Wait()
}
