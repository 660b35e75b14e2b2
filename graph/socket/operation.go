package socket

import (
	"context"
	"fmt"
	"runtime/debug"
	"sync/atomic"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"
)

// operation is one that runs on a connection, from its subscribe to its end.
type operation struct {
	conn     *conn
	id       string
	envelope string
	cancel   context.CancelFunc
	// done: nothing more is said to the client.
	done atomic.Bool
	// feed is a subscription's, once it is followed. conn.mu guards the field.
	feed    *Feed
	release func()
}

// subscribe begins an operation.
func (c *conn) subscribe(m message) error {
	params, err := readParams(m.payload)
	if err != nil {
		return err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.stage != open || c.draining {
		return nil // the client begins anew elsewhere
	}
	if _, taken := c.ops[m.id]; taken {
		return &closing{codeTaken, "Subscriber for " + m.id + " already exists"}
	}
	o := &operation{conn: c, id: m.id, envelope: envelope(m.id)}
	if len(c.ops) >= c.t.config.Limits.Operations {
		c.t.counts.refused.Add(1)
		refusal := c.t.config.Present(c.session.Values, ErrTooManyOperations)
		c.out.write(errorFrame(o.envelope, gqlerror.List{refusal}))
		return nil
	}
	// The operation ends with the connection, which ends it by hand: a parent with thousands of
	// children would be one lock for all.
	ctx, cancel := context.WithCancel(context.WithoutCancel(c.session.Values))
	o.cancel = cancel
	if !c.t.task(func() { o.run(ctx, params) }) {
		cancel()
		return nil
	}
	if c.ops == nil {
		c.ops = map[string]*operation{}
	}
	c.ops[m.id] = o
	c.single++ // until it is known to be a subscription
	return nil
}

// complete ends an operation that the client wants no more. One that is unknown has ended already.
func (c *conn) complete(id string) {
	c.mu.Lock()
	o := c.ops[id]
	delete(c.ops, id)
	c.mu.Unlock()
	if o != nil {
		o.stop()
	}
}

// stop ends the operation without a word. The worker that serves it frees its resources.
func (o *operation) stop() {
	o.done.Store(true)
	o.cancel()
	o.conn.mu.Lock()
	feed := o.feed
	o.conn.mu.Unlock()
	if feed != nil {
		feed.Wake()
	}
}

// run executes an operation: to its end, or until it is a subscription that is followed.
func (o *operation) run(ctx context.Context, params *graphql.RawParams) {
	followed := false
	var out Outcome
	if begin := o.conn.t.config.Begin; begin != nil {
		var ended func(Outcome)
		ctx, ended = begin(ctx, o.conn.address, params)
		defer func() { ended(out) }()
	}
	defer func() {
		if p := recover(); p != nil {
			o.panicked(ctx, p)
		}
		if !followed {
			o.settled()
			o.gone()
		}
	}()
	c := o.conn
	if admit := c.t.config.Admit; admit != nil {
		release, err := admit(ctx, c.address)
		if err != nil {
			out.Errors = gqlerror.List{c.t.config.Present(ctx, err)}
			out.Bytes = o.fail(out.Errors)
			return
		}
		o.release = release
	}
	ctx = graphql.StartOperationTrace(ctx)
	op, errs := c.exec.CreateOperationContext(ctx, params)
	if len(errs) > 0 {
		out.Errors = c.exec.DispatchError(graphql.WithOperationContext(ctx, op), errs).Errors
		out.Bytes = o.fail(out.Errors)
		return
	}
	out.Operation = op.Operation
	if op.Operation.Operation != ast.Subscription {
		responses, ctx := c.exec.DispatchOperation(ctx, op)
		response := responses(ctx)
		out.Bytes = o.answer(response)
		if response != nil {
			out.Errors = response.Errors
		}
		return
	}
	feed := &Feed{op: o}
	feed.turn.Store(queued) // a wake now has nothing to do
	ctx = context.WithValue(ctx, feedKey{}, feed)
	responses, ctx := c.exec.DispatchOperation(ctx, op)
	if feed.pull == nil {
		// The resolver failed, or has no events to be pulled.
		for response := responses(ctx); response != nil; response = responses(ctx) {
			frame := appendNext(nil, o.envelope, response)
			out.Bytes += int64(len(frame))
			if len(out.Errors) == 0 {
				out.Errors = response.Errors
			}
			o.write(frame)
		}
		o.finish()
		return
	}
	followed = true
	c.t.counts.subscriptions.Add(1)
	o.settled()
	c.mu.Lock()
	o.feed = feed
	c.mu.Unlock()
	feed.begin(ctx, responses)
}

// settled takes the operation from those that a shutdown waits for.
func (o *operation) settled() {
	c := o.conn
	c.mu.Lock()
	c.single--
	last := c.draining && c.single == 0
	c.mu.Unlock()
	if last {
		c.drain()
	}
}

// write writes frames of the operation, unless nobody wants them any more.
func (o *operation) write(frames []byte) {
	if len(frames) > 0 && !o.done.Load() {
		o.conn.out.write(frames)
	}
}

// answer says all that a query or mutation has to say, in one write, and returns how much that is.
func (o *operation) answer(response *graphql.Response) int64 {
	var frames []byte
	if response != nil {
		frames = appendNext(frames, o.envelope, response)
	}
	o.free()
	frames = append(frames, completeFrame(o.envelope)...)
	o.write(frames)
	return int64(len(frames))
}

// fail ends an operation that could not be run, and returns how much it said. Nothing follows an
// error, and so its id is free before it is heard.
func (o *operation) fail(errs gqlerror.List) int64 {
	o.free()
	frame := errorFrame(o.envelope, errs)
	o.write(frame)
	return int64(len(frame))
}

// finish ends a subscription whose events have ended.
func (o *operation) finish() {
	o.free()
	o.write(completeFrame(o.envelope))
}

// free lets the client use the operation's id again.
func (o *operation) free() {
	c := o.conn
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.ops[o.id] == o {
		delete(c.ops, o.id)
	}
}

// gone is the operation's end.
func (o *operation) gone() {
	o.free()
	o.cancel()
	if o.release != nil {
		o.release()
	}
	if o.feed != nil {
		o.conn.t.counts.subscriptions.Add(-1)
	}
}

// panicked ends an operation with what the log explains.
func (o *operation) panicked(ctx context.Context, p any) {
	o.fail(gqlerror.List{o.conn.t.config.Present(ctx, fmt.Errorf("panic: %v\n%s", p, debug.Stack()))})
	o.done.Store(true)
}

// resume wakes the connection's subscriptions when what held them back is written.
func (c *conn) resume() {
	c.mu.Lock()
	feeds := make([]*Feed, 0, len(c.ops))
	for _, o := range c.ops {
		if o.feed != nil {
			feeds = append(feeds, o.feed)
		}
	}
	c.mu.Unlock()
	for _, f := range feeds {
		f.Wake()
	}
}
