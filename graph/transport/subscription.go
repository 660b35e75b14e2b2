package transport

import (
	"context"
	"time"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"
	"go.opentelemetry.io/otel/trace"

	"github.com/aparte-im/aparte/dm"
	"github.com/aparte-im/aparte/graph/apierror"
	"github.com/aparte-im/aparte/graph/bind"
)

// Subscription is what the resolver of a subscription and its transport have to tell each other.
// The transport asks for each event itself, so that no goroutine has to wait for it. Its methods
// are called by one goroutine at a time.
type Subscription struct {
	// err is why the source ended. The source writes it before it closes its channel, and it is
	// read after. told: the client knows.
	err  error
	told bool

	// field is the subscription's own.
	field *graphql.FieldContext

	// after is the cursor that the transport resumes from.
	after string
	// cursor is the place of the event whose response is being made.
	cursor  string
	watcher *dm.Watcher
	events  chan bind.InboxEvent
	// delivered is told how late events are that came since it began; nil when nobody asks.
	delivered func(time.Duration)
	began     time.Time
	// traced: the subscription began in a trace, of which nothing that comes later is a part.
	traced bool
}

type streamKey struct{}

// SubscriptionOf returns the Subscription of a context, and nil outside of a subscription.
func SubscriptionOf(ctx context.Context) *Subscription {
	state, _ := ctx.Value(streamKey{}).(*Subscription)
	return state
}

// WithSubscription gives each operation that is a subscription its Subscription. It is a middleware
// of gqlgen's executor.
func WithSubscription(ctx context.Context, next graphql.OperationHandler) graphql.ResponseHandler {
	op := graphql.GetOperationContext(ctx)
	if op.Operation.Operation != ast.Subscription {
		return next(ctx)
	}
	state := SubscriptionOf(ctx)
	if state == nil {
		state = &Subscription{}
		ctx = context.WithValue(ctx, streamKey{}, state)
	}
	if fields := graphql.CollectFields(op, op.Operation.SelectionSet, []string{"Subscription"}); len(fields) == 1 {
		state.field = &graphql.FieldContext{Object: "Subscription", Field: fields[0]}
	}
	return next(ctx)
}

// After returns the cursor that the transport resumes from, and "" for none. It is newer than the
// operation's own.
func (s *Subscription) After() string { return s.after }

// Follow takes over a watcher, and returns the channel by which its events reach gqlgen. delivered
// is called with the delay of each event that was written after began; nil is not called.
func (s *Subscription) Follow(watcher *dm.Watcher, began time.Time, delivered func(time.Duration)) <-chan bind.InboxEvent {
	s.watcher, s.began, s.delivered = watcher, began, delivered
	s.events = make(chan bind.InboxEvent, 1)
	return s.events
}

// pull waits for the next event and makes it the next response. There is nothing to do for an
// operation that has no watcher: it has its responses, or failed.
func (s *Subscription) pull(ctx context.Context) {
	if s.watcher == nil || s.err != nil {
		return
	}
	if s.traced {
		ctx = untraced(ctx)
	}
	e, err := next(ctx, s.watcher)
	if s.give(e, err); err == nil {
		s.cursor = e.Cursor().String()
	}
}

// Poll makes the next event the next response, if there is one now, or the end of events. It
// reports whether there is anything to respond.
func (s *Subscription) Poll(ctx context.Context) bool {
	if s.err != nil {
		return true
	}
	if s.traced {
		ctx = untraced(ctx)
	}
	e, err := s.watcher.Poll(ctx)
	if e == nil && err == nil {
		return false
	}
	s.give(e, err)
	return true
}

// give hands an event, or the end of them, to gqlgen. The channel has room: what was given before
// has been taken.
func (s *Subscription) give(e *dm.Event, err error) {
	if err != nil {
		s.err, s.cursor = err, ""
		close(s.events)
		return
	}
	if s.delivered != nil && e.At.After(s.began) {
		s.delivered(time.Since(e.At))
	}
	s.events <- bind.NewInboxEvent(e)
}

// Close ends the watcher.
func (s *Subscription) Close() {
	if s.watcher != nil {
		s.watcher.Close()
	}
}

// next is the watcher's Next, in which a panic is an error.
func next(ctx context.Context, watcher *dm.Watcher) (e *dm.Event, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = apierror.Recovered(p)
		}
	}()
	return watcher.Next(ctx)
}

// Failure returns why the source of a subscription failed, once, so that the last response tells
// the client that this is no normal end. It returns nil when the source did not fail or ctx has
// ended.
func (s *Subscription) Failure(ctx context.Context) error {
	// While ctx lasts, the source has ended before its stream did, so no other goroutine uses s any
	// more.
	if s == nil || s.told || ctx.Err() != nil {
		return nil //nolint:nilerr // nobody reads a response any more
	}
	s.told = s.err != nil
	return s.err
}

// BeganInTrace marks a subscription that began in a trace, of which nothing that comes later is a
// part.
func (s *Subscription) BeganInTrace() { s.traced = true }

// InField makes the subscription's own field the parent of what an event holds: gqlgen forgets it,
// and errors would have a path without it.
func (s *Subscription) InField(ctx context.Context) context.Context {
	if s == nil || s.field == nil {
		return ctx
	}
	return graphql.WithFieldContext(ctx, s.field)
}

// Propagate makes an event null as a whole where its field must not be: gqlgen writes it as
// {"field":null}, which a client with types would not believe.
func (s *Subscription) Propagate(response *graphql.Response) {
	if s == nil || s.field == nil || len(response.Errors) == 0 || !s.field.Field.Definition.Type.NonNull {
		return
	}
	if string(response.Data) == `{"`+s.field.Field.Alias+`":null}` {
		response.Data = []byte("null")
	}
}

// untraced is the context of what waits for the next event: what it reads is part of no trace.
func untraced(ctx context.Context) context.Context {
	return trace.ContextWithSpanContext(ctx, trace.SpanContext{})
}
