package graph

import (
	"context"
	"time"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/aparte-im/aparte/dm"
	"github.com/aparte-im/aparte/graph/bind"
	"github.com/aparte-im/aparte/graph/generated"
	"github.com/aparte-im/aparte/graph/socket"
)

// Subscription resolves what is followed live.
func (s *Server) Subscription() generated.SubscriptionResolver {
	return subscription{s.service, s.config.Timeouts, s.config.Observer}
}

type subscription struct {
	service  *dm.Service
	timeouts Timeouts
	observer Observer
}

// InboxEvents follows the viewer's log. The transport pulls each event when it wants it
// (streamState), so that a slow client holds back nothing but itself and an idle one has no
// goroutine here.
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
	if after = given(after); after != nil {
		cursor, err := dm.ParseCursor(viewer, *after)
		if err != nil {
			return nil, err
		}
		from = &cursor
	}
	asked := time.Now()
	begin, began := r.timeouts.limit(ctx, ast.Query)
	defer began()
	feed := socket.FeedOf(ctx)
	var watcher *dm.Watcher
	if feed == nil {
		watcher, err = r.service.Watch(begin, viewer, from)
	} else {
		watcher, err = r.service.WatchQuietly(begin, viewer, from, feed.Wake)
	}
	if p := timedOut(begin); err != nil && p != nil {
		return nil, p
	}
	if err != nil {
		return nil, err
	}
	state.began, state.delivered = time.Now(), r.observer.Delivered
	if r.observer.Operation != nil {
		r.observer.Operation(string(ast.Subscription), "inboxEvents", "", state.began.Sub(asked))
	}
	events := state.follow(watcher)
	if feed != nil {
		feed.Source(state.poll, state.close)
	}
	return events, nil
}
