package graph

import (
	"context"
	"time"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/aparte-im/aparte/dm"
	"github.com/aparte-im/aparte/graph/auth"
	"github.com/aparte-im/aparte/graph/bind"
	"github.com/aparte-im/aparte/graph/generated"
	"github.com/aparte-im/aparte/graph/limits"
	"github.com/aparte-im/aparte/graph/socket"
	"github.com/aparte-im/aparte/graph/transport"
)

// Subscription resolves what is followed live.
func (s *Server) Subscription() generated.SubscriptionResolver {
	return subscription{s.service, s.config.Timeouts, s.config.Observer}
}

type subscription struct {
	service  *dm.Service
	timeouts limits.Timeouts
	observer Observer
}

// InboxEvents follows the viewer's log. The transport pulls each event when it wants it
// (streamState), so that a slow client holds back nothing but itself and an idle one has no
// goroutine here.
func (r subscription) InboxEvents(ctx context.Context, after *string) (<-chan bind.InboxEvent, error) {
	viewer, err := auth.ViewerOf(ctx)
	if err != nil {
		return nil, err
	}
	var from *dm.Cursor
	state := transport.SubscriptionOf(ctx)
	if resume := state.After(); resume != "" {
		after = &resume
	}
	if after = given(after); after != nil {
		cursor, err := dm.ParseCursor(viewer, *after)
		if err != nil {
			return nil, err
		}
		from = &cursor
	}
	asked := time.Now()
	begin, cancel := r.timeouts.Context(ctx, ast.Query)
	defer cancel()
	feed := socket.FeedOf(ctx)
	var watcher *dm.Watcher
	if feed == nil {
		watcher, err = r.service.Watch(begin, viewer, from)
	} else {
		watcher, err = r.service.WatchQuietly(begin, viewer, from, feed.Wake)
	}
	if p := limits.TimedOut(begin); err != nil && p != nil {
		return nil, p
	}
	if err != nil {
		return nil, err
	}
	began := time.Now()
	if r.observer.Operation != nil {
		r.observer.Operation(string(ast.Subscription), "inboxEvents", "", began.Sub(asked))
	}
	events := state.Follow(watcher, began, r.observer.Delivered)
	if feed != nil {
		feed.Source(state.Poll, state.Close)
	}
	return events, nil
}
