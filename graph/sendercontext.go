package graph

import (
	"context"

	"github.com/aparte-im/aparte/dm"
)

func (conversation) SenderContext(ctx context.Context, v *dm.View) (*dm.SenderContext, error) {
	if !v.Request() {
		return nil, nil
	}
	return loadersOf(ctx).senderContext(ctx, v.With)
}

// acquaintance tells how the viewer and the sender of a request know each other: one read for all
// requests of a response.
func (l *loaders) senderContext(ctx context.Context, id dm.UserID) (*dm.SenderContext, error) {
	return l.senderContexts.load(ctx, id, func(ctx context.Context, ids []dm.UserID) (map[dm.UserID]*dm.SenderContext, error) {
		found, err := l.service.SenderContexts(ctx, l.viewer, ids)
		for _, a := range found {
			for _, friend := range a.SharedFriends.Some {
				l.seeUser(friend)
			}
		}
		return found, err
	})
}
