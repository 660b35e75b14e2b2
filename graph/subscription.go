package graph

import (
	"context"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/aparte-im/aparte/dm"
	"github.com/aparte-im/aparte/graph/bind"
	"github.com/aparte-im/aparte/graph/generated"
)

// Subscription resolves what is followed live.
func (s *Server) Subscription() generated.SubscriptionResolver {
	return subscription{s.service, s.work, s.config.Timeouts}
}

type subscription struct {
	service  *dm.Service
	work     *work
	timeouts Timeouts
}

// InboxEvents pumps the viewer's log into a channel without a buffer: an event is read when the one before has been
// taken, so a slow client holds back nothing but itself.
func (r subscription) InboxEvents(ctx context.Context, after *string) (<-chan bind.InboxEvent, error) {
	viewer, err := viewerOf(ctx)
	if err != nil {
		return nil, err
	}
	var from *dm.Cursor
	state := stateOf(ctx)
	if state.after != "" {
		after = &state.after
	}
	if after != nil {
		cursor, err := dm.ParseCursor(viewer, *after)
		if err != nil {
			return nil, err
		}
		from = &cursor
	}
	begin, began := r.timeouts.limit(ctx, ast.Query)
	defer began()
	watcher, err := r.service.Watch(begin, viewer, from)
	if p := timedOut(begin); err != nil && p != nil {
		return nil, p
	}
	if err != nil {
		return nil, err
	}
	if state.pulled {
		return state.follow(watcher), nil
	}
	if !r.work.enter() {
		watcher.Close()
		return nil, errShutdown
	}
	events := make(chan bind.InboxEvent)
	go func() {
		defer r.work.leave()
		defer close(events)
		defer watcher.Close()
		state.err = pump(ctx, watcher, events)
	}()
	return events, nil
}

// pump hands on events until the watch fails or ctx ends.
func pump(ctx context.Context, watcher *dm.Watcher, events chan<- bind.InboxEvent) error {
	for {
		e, err := next(ctx, watcher)
		if err != nil {
			return err
		}
		select {
		case events <- bind.NewInboxEvent(e):
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}
