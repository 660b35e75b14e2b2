package graph

import (
	"context"
	"errors"
	"sync"

	"github.com/aparte-im/aparte/dm"
	"github.com/aparte-im/aparte/graph/auth"
)

// loaders read for one response, or for one field of a mutation, what its fields ask for, each kind
// of thing in one call of the store.
//
// A page tells the loaders what its items refer to (see); nothing is read for that. The first field
// that needs one of these reads all of them. So the number of calls depends on the shape of the
// operation only, not on how gqlgen's goroutines happen to run, and no reader waits for a timer.
type loaders struct {
	service *dm.Service
	viewer  dm.UserID
	// profiles are asked for users before the store is, where a live event is made. Nil otherwise.
	profiles *profiles

	users     batch[dm.UserID, *dm.User]
	standings batch[dm.UserID, dm.Relationship]
	views     batch[dm.ConversationID, *dm.View]
	messages  batch[dm.MessageID, *dm.Message]
	settings  batch[dm.UserID, dm.Messaging]

	senderContexts batch[dm.UserID, *dm.SenderContext]

	mu   sync.Mutex
	seen []*dm.View
	// codes is made when the first field asks for it: a response that does not, as most events,
	// does nothing for it.
	codes *batch[dm.UserID, *dm.Redemption]
	// pages are batches of the same page of many conversations.
	pages map[dm.PageRequest]*batch[dm.ConversationID, dm.Page[*dm.Message]]
}

type loadersKey struct{}

func withLoaders(ctx context.Context, service *dm.Service) context.Context {
	l := &loaders{service: service}
	if id := auth.IdentityOf(ctx); id != nil {
		l.viewer = id.Viewer
	}
	return context.WithValue(ctx, loadersKey{}, l)
}

// loadersOf panics outside of a response, where nothing may be loaded: what it would keep would
// grow stale.
func loadersOf(ctx context.Context) *loaders { return ctx.Value(loadersKey{}).(*loaders) }

// see takes note of conversations that the response shows.
func (l *loaders) see(views ...*dm.View) {
	for _, v := range views {
		l.users.expect(v.With)
		if v.Request() {
			l.senderContexts.expect(v.With)
		}
		if v.Last != nil {
			l.seeMessage(v.Last)
		} else if v.LastSeq > v.ClearedSeq {
			l.messages.expect(dm.MessageID{Conversation: v.ID, Seq: v.LastSeq})
		}
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, v := range views {
		l.seen = append(l.seen, v)
		if l.codes != nil {
			l.codes.expect(v.With)
		}
		for _, page := range l.pages {
			page.expect(v.ID)
		}
	}
}

func (l *loaders) seeMessage(m *dm.Message) { l.users.expect(m.Sender) }

// seeUser takes note of a user who is at hand already.
func (l *loaders) seeUser(u *dm.User) {
	l.users.keep(u.ID, u)
	l.standings.expect(u.ID)
}

// user returns nil for a user who does not exist.
func (l *loaders) user(ctx context.Context, id dm.UserID) (*dm.User, error) {
	return l.users.load(ctx, id, func(ctx context.Context, ids []dm.UserID) (map[dm.UserID]*dm.User, error) {
		read := l.service.Users
		if l.profiles != nil {
			read = func(ctx context.Context, ids []dm.UserID) (map[dm.UserID]*dm.User, error) {
				return l.profiles.read(ctx, ids, l.service.Users)
			}
		}
		found, err := read(ctx, ids)
		for id := range found {
			l.standings.expect(id)
		}
		return found, err
	})
}

// standing tells how the viewer stands to a user. Errors: FORBIDDEN without a viewer.
func (l *loaders) standing(ctx context.Context, id dm.UserID) (dm.Relationship, error) {
	if l.viewer.IsZero() {
		return dm.Relationship{}, auth.ErrNoViewer
	}
	return l.standings.load(ctx, id, func(ctx context.Context, ids []dm.UserID) (map[dm.UserID]dm.Relationship, error) {
		return l.service.Relationships(ctx, l.viewer, ids)
	})
}

// view returns nil for a conversation that is not in the viewer's view.
func (l *loaders) view(ctx context.Context, id dm.ConversationID) (*dm.View, error) {
	return l.views.load(ctx, id, func(ctx context.Context, ids []dm.ConversationID) (map[dm.ConversationID]*dm.View, error) {
		found, err := l.service.Conversations(ctx, l.viewer, ids)
		for _, v := range found {
			l.see(v)
		}
		return found, err
	})
}

// message returns nil for a message that the viewer may not see.
func (l *loaders) message(ctx context.Context, id dm.MessageID) (*dm.Message, error) {
	return l.messages.load(ctx, id, func(ctx context.Context, ids []dm.MessageID) (map[dm.MessageID]*dm.Message, error) {
		found, err := l.service.MessagesByID(ctx, l.viewer, ids)
		for _, m := range found {
			l.seeMessage(m)
		}
		return found, err
	})
}

// messaging returns the viewer's settings.
func (l *loaders) messaging(ctx context.Context) (dm.Messaging, error) {
	return l.settings.load(ctx, l.viewer, func(ctx context.Context, _ []dm.UserID) (map[dm.UserID]dm.Messaging, error) {
		settings, err := l.service.Messaging(ctx, l.viewer)
		return map[dm.UserID]dm.Messaging{l.viewer: settings}, err
	})
}

// page returns one page of a conversation's messages. Errors: INVALID_INPUT.
func (l *loaders) page(ctx context.Context, id dm.ConversationID, page dm.PageRequest) (dm.Page[*dm.Message], error) {
	l.mu.Lock()
	b := l.pages[page]
	if b == nil {
		b = &batch[dm.ConversationID, dm.Page[*dm.Message]]{}
		for _, v := range l.seen {
			b.expect(v.ID)
		}
		if l.pages == nil {
			l.pages = map[dm.PageRequest]*batch[dm.ConversationID, dm.Page[*dm.Message]]{}
		}
		l.pages[page] = b
	}
	l.mu.Unlock()
	return b.load(ctx, id, func(ctx context.Context, ids []dm.ConversationID) (map[dm.ConversationID]dm.Page[*dm.Message], error) {
		found, err := l.service.Messages(ctx, l.viewer, ids, page)
		for _, slice := range found {
			for _, m := range slice.Items {
				l.seeMessage(m)
			}
		}
		return found, err
	})
}

// batch reads many values by key, in as few calls as can be, and each key once. The zero batch is
// ready.
type batch[K comparable, V any] struct {
	mu sync.Mutex
	// waiting are the keys that somebody may want; they go along with the next read.
	waiting map[K]struct{}
	reads   map[K]*read[K, V]
	kept    map[K]V
}

// read is one call of the store, for some keys.
type read[K comparable, V any] struct {
	done   chan struct{}
	values map[K]V
	err    error
}

var errReadLost = errors.New("graph: a read of the store did not return")

// expect notes keys that may be asked for.
func (b *batch[K, V]) expect(keys ...K) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, k := range keys {
		if _, has := b.kept[k]; has || b.reads[k] != nil {
			continue
		}
		if b.waiting == nil {
			b.waiting = map[K]struct{}{}
		}
		b.waiting[k] = struct{}{}
	}
}

// keep stores a value that is at hand, so that it is not read.
func (b *batch[K, V]) keep(k K, v V) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.kept == nil {
		b.kept = map[K]V{}
	}
	b.kept[k] = v
	delete(b.waiting, k)
}

// load returns the value of a key, or the zero value when there is none. The first caller reads,
// under its own context, for all keys that wait; the others wait for it.
func (b *batch[K, V]) load(ctx context.Context, k K, fetch func(context.Context, []K) (map[K]V, error)) (V, error) {
	b.mu.Lock()
	if v, ok := b.kept[k]; ok {
		b.mu.Unlock()
		return v, nil
	}
	r := b.reads[k]
	if r != nil {
		b.mu.Unlock()
		select {
		case <-r.done:
		case <-ctx.Done():
			var none V
			return none, ctx.Err()
		}
		return r.values[k], r.err
	}
	r = &read[K, V]{done: make(chan struct{}), err: errReadLost}
	delete(b.waiting, k)
	keys := append(make([]K, 0, len(b.waiting)+1), k)
	for waiting := range b.waiting {
		keys = append(keys, waiting)
	}
	clear(b.waiting)
	if b.reads == nil {
		b.reads = make(map[K]*read[K, V], len(keys))
	}
	for _, key := range keys {
		b.reads[key] = r
	}
	b.mu.Unlock()

	defer close(r.done) // also when fetch panics, for those who wait
	r.values, r.err = fetch(ctx, keys)
	return r.values[k], r.err
}
