package main

import (
	"context"
	"net/http"

	"github.com/99designs/gqlgen/graphql/handler"
	"github.com/99designs/gqlgen/graphql/handler/lru"
	"github.com/99designs/gqlgen/graphql/handler/transport"
	"github.com/vektah/gqlparser/v2/ast"

	"github.com/aparte-im/aparte/dm"
	"github.com/aparte-im/aparte/graph/auth"
	"github.com/aparte-im/aparte/graph/bind"
	"github.com/aparte-im/aparte/graph/generated"
)

// stock is gqlgen as its documentation shows it: its own server and WebSocket transport, and a
// subscription that feeds a channel from a goroutine. It has the same schema and watches in the
// same way.
type stock struct {
	generated.ResolverRoot
	service *dm.Service
	store   *liveStore
}

type stockViewer struct{}

func newStock(service *dm.Service, store *liveStore, verify auth.Verifier) http.Handler {
	h := handler.New(generated.NewExecutableSchema(generated.Config{Resolvers: stock{service: service, store: store}}))
	h.SetQueryCache(lru.New[*ast.QueryDocument](1000))
	h.AddTransport(transport.Websocket{
		InitFunc: func(ctx context.Context, payload transport.InitPayload) (context.Context, *transport.InitPayload, error) {
			claims, err := verify(ctx, payload.Authorization()[len("Bearer "):])
			if err != nil {
				return ctx, nil, err
			}
			user, err := store.UserByExternalID(ctx, claims.Subject)
			if err != nil {
				return ctx, nil, err
			}
			return context.WithValue(ctx, stockViewer{}, user.ID), nil, nil
		},
	})
	return h
}

func (s stock) Subscription() generated.SubscriptionResolver { return stockSubscription{s} }

func (s stock) Message() generated.MessageResolver { return stockMessage{store: s.store} }

type stockSubscription struct{ stock }

func (s stockSubscription) InboxEvents(ctx context.Context, _ *string) (<-chan bind.InboxEvent, error) {
	w, err := s.service.Watch(ctx, ctx.Value(stockViewer{}).(dm.UserID), nil)
	if err != nil {
		return nil, err
	}
	events := make(chan bind.InboxEvent)
	go func() {
		defer close(events)
		defer w.Close()
		for {
			e, err := w.Next(ctx)
			if err != nil {
				return
			}
			select {
			case events <- bind.NewInboxEvent(e):
			case <-ctx.Done():
				return
			}
		}
	}()
	return events, nil
}

type stockMessage struct {
	generated.MessageResolver
	store *liveStore
}

func (m stockMessage) Sender(_ context.Context, obj *dm.Message) (*dm.User, error) {
	return m.store.users[m.store.byID[obj.Sender]], nil
}
