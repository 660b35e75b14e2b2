package socket

import (
	"context"
	"sync"
	"sync/atomic"

	"github.com/99designs/gqlgen/graphql"
)

// Feed is a subscription between its resolver, which knows when there is something and how to get
// it, and the transport, which says when it is wanted. It replaces the goroutine that would
// otherwise wait for each subscription's next event.
//
// A resolver that finds a Feed in its context (FeedOf) calls Source, and Wake whenever there may be
// more.
type Feed struct {
	op   *operation
	turn atomic.Int32
	pull func(context.Context) bool
	stop func()

	// Only the worker that serves the feed uses the following fields.
	responses graphql.ResponseHandler
	ctx       context.Context //nolint:containedctx // of the operation, which is under way
	ended     bool
}

// The turns of a feed: nothing to do, waiting for a worker, being served, being served and woken
// meanwhile, over.
const (
	asleep int32 = iota
	queued
	served
	servedAgain
	over
)

type feedKey struct{}

// FeedOf returns the feed of a subscription, or nil where the transport has none.
func FeedOf(ctx context.Context) *Feed {
	f, _ := ctx.Value(feedKey{}).(*Feed)
	return f
}

// Source tells how to go on. pull makes the next event available on the channel that the resolver
// returned, without waiting for the channel, and reports whether it did; it may be called on any
// goroutine, one call at a time. When the events have ended, it closes the channel and reports
// true. stop frees what is held; it is called once, after the last pull.
func (f *Feed) Source(pull func(context.Context) bool, stop func()) { f.pull, f.stop = pull, stop }

// Wake says that there may be something to pull. It never waits, and may be called from anywhere,
// at any time.
func (f *Feed) Wake() {
	for {
		switch turn := f.turn.Load(); turn {
		case asleep:
			if f.turn.CompareAndSwap(asleep, queued) {
				f.op.conn.t.pool.push(f)
				return
			}
		case served:
			if f.turn.CompareAndSwap(served, servedAgain) {
				return
			}
		default:
			return
		}
	}
}

// begin lets the feed be served, from now on by any free worker.
func (f *Feed) begin(ctx context.Context, responses graphql.ResponseHandler) {
	f.ctx, f.responses = ctx, responses
	f.turn.Store(asleep)
	f.Wake()
}

// serve has one turn: it pulls what there is and writes it. There is one at a time.
func (f *Feed) serve() {
	if !f.turn.CompareAndSwap(queued, served) {
		return
	}
	for {
		more := f.batch()
		switch {
		case f.ended:
			f.turn.Store(over)
			f.stop()
			f.op.gone()
			return
		case more:
			// Others have waited meanwhile.
			f.turn.Store(queued)
			f.op.conn.t.pool.push(f)
			return
		case f.turn.CompareAndSwap(served, asleep):
			return
		}
		f.turn.Store(served) // it was woken meanwhile
	}
}

// outBuffers lend a buffer to a turn.
var outBuffers = sync.Pool{New: func() any { b := make([]byte, 0, 4<<10); return &b }}

// batch writes what is ready, up to a bound, in one system call. It reports whether the bound ended
// it.
func (f *Feed) batch() (more bool) {
	o := f.op
	if o.done.Load() {
		f.ended = true
		return false
	}
	// Data that the client has not taken delays the next event; the flusher wakes the feed.
	if !o.conn.out.clear() {
		return false
	}
	b := outBuffers.Get().(*[]byte)
	out := (*b)[:0]
	defer func() {
		if p := recover(); p != nil {
			o.panicked(f.ctx, p)
			f.ended = true
		}
		if cap(out) <= 2*pullBatchBytes {
			*b = out
			outBuffers.Put(b)
		}
	}()
	n := 0
	for more = true; n < pullBatch && len(out) < pullBatchBytes; n++ {
		if !f.pull(f.ctx) {
			more = false
			break
		}
		response := f.responses(f.ctx)
		if response == nil {
			f.ended, more = true, false
			break
		}
		out = appendNext(out, o.envelope, response)
	}
	o.write(out)
	if f.ended {
		o.finish()
	}
	return more
}
