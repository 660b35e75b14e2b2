package store

import (
	"context"
	"time"

	"go.opentelemetry.io/otel/trace"

	"github.com/aparte-im/aparte/dm"
	"github.com/aparte-im/aparte/dm/policy"
)

// Traced returns a store whose calls that come of a request have spans. A method that it does not
// list has none: its statements then stand below the caller's span.
func Traced(s *Store) dm.Store {
	if s.tracing == nil {
		return s
	}
	return traced{s, s.tracing.tracer}
}

type traced struct {
	dm.Store
	tracer trace.Tracer
}

// spanned runs a call in a span of its own, below one that is sampled.
func spanned[T any](ctx context.Context, tracer trace.Tracer, name string, call func(context.Context) (T, error)) (T, error) {
	if !sampled(ctx) {
		return call(ctx)
	}
	ctx, span := tracer.Start(ctx, name)
	out, err := call(ctx)
	endSpan(span, err)
	return out, err
}

// none is the answer of a call that has none.
type none = struct{}

func (t traced) Append(ctx context.Context, send dm.Send) (dm.Sent, error) {
	return spanned(ctx, t.tracer, "store.Append", func(ctx context.Context) (dm.Sent, error) {
		return t.Store.Append(ctx, send)
	})
}

func (t traced) Change(ctx context.Context, scope dm.Scope, change func(*dm.Tx) error) error {
	_, err := spanned(ctx, t.tracer, "store.Change", func(ctx context.Context) (none, error) {
		return none{}, t.Store.Change(ctx, scope, change)
	})
	return err
}

func (t traced) Inspect(ctx context.Context, scope dm.Scope) (*dm.Tx, error) {
	return spanned(ctx, t.tracer, "store.Inspect", func(ctx context.Context) (*dm.Tx, error) {
		return t.Store.Inspect(ctx, scope)
	})
}

func (t traced) OtherMember(ctx context.Context, viewer dm.UserID, id dm.ConversationID) (dm.UserID, error) {
	return spanned(ctx, t.tracer, "store.OtherMember", func(ctx context.Context) (dm.UserID, error) {
		return t.Store.OtherMember(ctx, viewer, id)
	})
}

func (t traced) Views(ctx context.Context, viewer dm.UserID, ids []dm.ConversationID) (map[dm.ConversationID]*dm.View, error) {
	return spanned(ctx, t.tracer, "store.Views", func(ctx context.Context) (map[dm.ConversationID]*dm.View, error) {
		return t.Store.Views(ctx, viewer, ids)
	})
}

func (t traced) Inbox(ctx context.Context, viewer dm.UserID, folder dm.Folder, after *dm.InboxPlace, limit int) ([]*dm.View, error) {
	return spanned(ctx, t.tracer, "store.Inbox", func(ctx context.Context) ([]*dm.View, error) {
		return t.Store.Inbox(ctx, viewer, folder, after, limit)
	})
}

func (t traced) Messages(ctx context.Context, viewer dm.UserID, ids []dm.ConversationID, before int64, limit int) (map[dm.ConversationID][]*dm.Message, error) {
	return spanned(ctx, t.tracer, "store.Messages", func(ctx context.Context) (map[dm.ConversationID][]*dm.Message, error) {
		return t.Store.Messages(ctx, viewer, ids, before, limit)
	})
}

func (t traced) MessagesByID(ctx context.Context, viewer dm.UserID, ids []dm.MessageID) (map[dm.MessageID]*dm.Message, error) {
	return spanned(ctx, t.tracer, "store.MessagesByID", func(ctx context.Context) (map[dm.MessageID]*dm.Message, error) {
		return t.Store.MessagesByID(ctx, viewer, ids)
	})
}

func (t traced) Users(ctx context.Context, ids []dm.UserID) (map[dm.UserID]*dm.User, error) {
	return spanned(ctx, t.tracer, "store.Users", func(ctx context.Context) (map[dm.UserID]*dm.User, error) {
		return t.Store.Users(ctx, ids)
	})
}

func (t traced) UserByExternalID(ctx context.Context, externalID string) (*dm.User, error) {
	return spanned(ctx, t.tracer, "store.UserByExternalID", func(ctx context.Context) (*dm.User, error) {
		return t.Store.UserByExternalID(ctx, externalID)
	})
}

func (t traced) SearchUsers(ctx context.Context, viewer dm.UserID, prefix string, after *dm.UserPlace, limit int) ([]dm.FoundUser, error) {
	return spanned(ctx, t.tracer, "store.SearchUsers", func(ctx context.Context) ([]dm.FoundUser, error) {
		return t.Store.SearchUsers(ctx, viewer, prefix, after, limit)
	})
}

func (t traced) Log(ctx context.Context, viewer dm.UserID, after int64, limit int) (dm.Log, error) {
	return spanned(ctx, t.tracer, "store.Log", func(ctx context.Context) (dm.Log, error) {
		return t.Store.Log(ctx, viewer, after, limit)
	})
}

func (t traced) UpsertUsers(ctx context.Context, users []dm.UserInput) ([]*dm.User, error) {
	return spanned(ctx, t.tracer, "store.UpsertUsers", func(ctx context.Context) ([]*dm.User, error) {
		return t.Store.UpsertUsers(ctx, users)
	})
}

func (t traced) SetAgeBand(ctx context.Context, user dm.UserID, band policy.AgeBand, said time.Time) error {
	_, err := spanned(ctx, t.tracer, "store.SetAgeBand", func(ctx context.Context) (none, error) {
		return none{}, t.Store.SetAgeBand(ctx, user, band, said)
	})
	return err
}
