package live

import (
	"slices"
	"sync"

	"github.com/aparte-im/aparte/dm"
)

const (
	// shardCount is the number of locks over which users are spread. A power of two.
	shardCount = 256
	// ringSize is the number of recent events of a user that are kept: about what one batch of
	// sends can write.
	ringSize = 64
)

// Hub is the dm.Bus of one process. NewHub makes it. All methods are safe for concurrent use.
type Hub struct {
	shards [shardCount]shard
}

type shard struct {
	mu    sync.Mutex
	users map[dm.UserID]*inbox
}

// inbox is what the hub holds for a user who has subscriptions. The shard's lock guards it.
type inbox struct {
	subscriptions []*subscription
	// ring holds recent events at position % ringSize. Nil until the first event, because most
	// inboxes are idle.
	ring *[ringSize]slot
}

type slot struct {
	event *dm.Event
	// left counts the takes until every subscription has had the event.
	left int
}

// NewHub returns an empty hub.
func NewHub() *Hub {
	h := &Hub{}
	for i := range h.shards {
		h.shards[i].users = map[dm.UserID]*inbox{}
	}
	return h
}

var _ dm.Bus = (*Hub)(nil)

// Publish wakes the subscribers of the events' users and keeps the events in memory for them. It is
// called after the commit. Calls may come in any order, also for one user.
func (h *Hub) Publish(events []*dm.Event) {
	for _, e := range events {
		h.shard(e.User).publish(e)
	}
}

// Signal hands a payload to the subscribers that the user has now. It is not kept for later ones.
func (h *Hub) Signal(user dm.UserID, payload []byte) {
	s := h.shard(user)
	s.mu.Lock()
	defer s.mu.Unlock()
	in := s.users[user]
	if in == nil {
		return
	}
	for _, to := range in.subscriptions {
		to.subscriber.Signal(payload)
	}
}

// Subscribe registers for a user's wakes and signals until the subscription is closed. The interest
// is in place when Subscribe returns.
func (h *Hub) Subscribe(user dm.UserID, s dm.Subscriber) dm.Subscription {
	sub := &subscription{shard: h.shard(user), user: user, subscriber: s}
	sub.shard.add(sub)
	return sub
}

// shard relies on ids whose last byte is random, as in UUIDv7.
func (h *Hub) shard(user dm.UserID) *shard {
	return &h.shards[int(user[len(user)-1])%shardCount]
}

func (s *shard) publish(e *dm.Event) {
	s.mu.Lock()
	defer s.mu.Unlock()
	in := s.users[e.User]
	if in == nil {
		return
	}
	in.keep(e)
	for _, to := range in.subscriptions {
		to.subscriber.Wake(dm.WakeOf(e))
	}
}

// keep prefers the newer of two events that share a slot: two writers may publish 70 before 6.
func (in *inbox) keep(e *dm.Event) {
	if in.ring == nil {
		in.ring = new([ringSize]slot)
	}
	at := &in.ring[e.Position%ringSize]
	if at.event == nil || at.event.Epoch != e.Epoch || at.event.Position < e.Position {
		*at = slot{event: e, left: len(in.subscriptions)}
	}
}

// take returns the event at exactly this position. A subscription that takes it twice releases it
// early, which costs another subscription a query and nothing else.
func (in *inbox) take(position int64) (*dm.Event, bool) {
	if in.ring == nil || position < 1 {
		return nil, false
	}
	at := &in.ring[position%ringSize]
	e := at.event
	if e == nil || e.Position != position {
		return nil, false
	}
	if at.left--; at.left <= 0 {
		*at = slot{}
	}
	return e, true
}

func (s *shard) add(sub *subscription) {
	s.mu.Lock()
	defer s.mu.Unlock()
	in := s.users[sub.user]
	if in == nil {
		in = &inbox{}
		s.users[sub.user] = in
	}
	in.subscriptions = append(in.subscriptions, sub)
}

func (s *shard) remove(sub *subscription) {
	s.mu.Lock()
	defer s.mu.Unlock()
	in := s.users[sub.user]
	if in == nil {
		return
	}
	if i := slices.Index(in.subscriptions, sub); i >= 0 {
		in.subscriptions = slices.Delete(in.subscriptions, i, i+1)
	}
	if len(in.subscriptions) == 0 {
		delete(s.users, sub.user)
	}
}

// Subscriptions returns the number of open subscriptions.
func (h *Hub) Subscriptions() int {
	n := 0
	for i := range h.shards {
		s := &h.shards[i]
		s.mu.Lock()
		for _, in := range s.users {
			n += len(in.subscriptions)
		}
		s.mu.Unlock()
	}
	return n
}
