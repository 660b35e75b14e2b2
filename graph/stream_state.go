package graph

import (
	"context"
	"time"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"github.com/aparte-im/aparte/dm"
	"github.com/aparte-im/aparte/graph/bind"
)

// streamState is what a subscription's resolver and its transport have to tell each other.
type streamState struct {
	// err is why the source ended. The source writes it before it closes its channel, and it is
	// read after. told: the client knows.
	err  error
	told bool

	// field is the subscription's own.
	field *graphql.FieldContext

	// The transport asks for each event itself, so that no goroutine has to wait for it. after is
	// the cursor that it resumes from, which goes before the operation's own: it is newer.
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

func stateOf(ctx context.Context) *streamState {
	state, _ := ctx.Value(streamKey{}).(*streamState)
	return state
}

// withStream gives each subscription its state.
func withStream(ctx context.Context, next graphql.OperationHandler) graphql.ResponseHandler {
	op := graphql.GetOperationContext(ctx)
	if op.Operation.Operation != ast.Subscription {
		return next(ctx)
	}
	state := stateOf(ctx)
	if state == nil {
		state = &streamState{}
		ctx = context.WithValue(ctx, streamKey{}, state)
	}
	if fields := graphql.CollectFields(op, op.Operation.SelectionSet, []string{"Subscription"}); len(fields) == 1 {
		state.field = &graphql.FieldContext{Object: "Subscription", Field: fields[0]}
	}
	return next(ctx)
}

// follow takes over a watcher, and returns the channel by which its events reach gqlgen.
func (s *streamState) follow(watcher *dm.Watcher) <-chan bind.InboxEvent {
	s.watcher = watcher
	s.events = make(chan bind.InboxEvent, 1)
	return s.events
}

// pull waits for the next event and makes it the next response. There is nothing to do for an
// operation that has no watcher: it has its responses, or failed.
func (s *streamState) pull(ctx context.Context) {
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

// poll makes the next event the next response, if there is one now, or the end of events. It
// reports whether there is anything to respond.
func (s *streamState) poll(ctx context.Context) bool {
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
func (s *streamState) give(e *dm.Event, err error) {
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

func (s *streamState) close() {
	if s.watcher != nil {
		s.watcher.Close()
	}
}

// next is the watcher's Next, in which a panic is an error.
func next(ctx context.Context, watcher *dm.Watcher) (e *dm.Event, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = recovered(ctx, p)
		}
	}()
	return watcher.Next(ctx)
}

// streamFailure is the last response of a subscription whose source failed: the client learns that
// this is no normal end, and can resume.
func (s *Server) streamFailure(ctx context.Context) *graphql.Response {
	state := stateOf(ctx)
	// While ctx lasts, the source has ended before its stream did, so state is nobody else's any
	// more.
	if state == nil || ctx.Err() != nil || state.err == nil || state.told {
		return nil
	}
	state.told = true
	return &graphql.Response{Errors: gqlerror.List{s.present(ctx, state.err)}, Data: []byte("null")}
}

// inField makes the subscription's own field the parent of what an event holds: gqlgen forgets it,
// and errors would have a path without it.
func (s *streamState) inField(ctx context.Context) context.Context {
	if s == nil || s.field == nil {
		return ctx
	}
	return graphql.WithFieldContext(ctx, s.field)
}

// propagate makes an event null as a whole where its field must not be: gqlgen writes it as
// {"field":null}, which a client with types would not believe.
func (s *streamState) propagate(response *graphql.Response) {
	if s == nil || s.field == nil || len(response.Errors) == 0 || !s.field.Field.Definition.Type.NonNull {
		return
	}
	if string(response.Data) == `{"`+s.field.Field.Alias+`":null}` {
		response.Data = []byte("null")
	}
}
