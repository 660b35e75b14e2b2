package live

import (
	"slices"
	"sync"

	"github.com/aparte-im/aparte/dm"
)

const (
	// shardCount keeps the locks of users who have nothing to do with each other apart. A power of two.
	shardCount = 256
	// ringSize is how many recent events of a user are at hand: about what one batch of sends can bring.
	ringSize = 64
	// signalOnly is the position of a wake that tells of no event.
	signalOnly = -1
)

// Hub implements dm.Notifier for one node.
type Hub struct {
	shards [shardCount]shard
}

type shard struct {
	mu    sync.Mutex
	users map[dm.UserID]*inbox
}

// inbox is what the hub holds for a user who has listeners. The shard's lock guards it.
type inbox struct {
	listeners []*listener
	// ring holds recent events at position % ringSize. Nil until the first event, because most inboxes are idle.
	ring *[ringSize]slot
}

type slot struct {
	event *dm.Event
	// left counts the takes until every listener has had the event.
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

// Publish wakes the listeners of the events' users and keeps the events at hand for them. It is called after the
// commit; calls may come in any order, also for one user.
func (h *Hub) Publish(events []*dm.Event) {
	for _, e := range events {
		h.shard(e.User).publish(e)
	}
}

// Signal hands a signal to the listeners of its user. Nobody keeps it for who comes later.
func (h *Hub) Signal(e *dm.Event) {
	s := h.shard(e.User)
	s.mu.Lock()
	defer s.mu.Unlock()
	in := s.users[e.User]
	if in == nil {
		return
	}
	for _, l := range in.listeners {
		l.signal = e
		l.wake(signalOnly)
	}
}

// Listen registers for a user's wakes until the listener is closed.
func (h *Hub) Listen(user dm.UserID) dm.Listener {
	l := &listener{shard: h.shard(user), user: user, wake: func(int64) {}}
	l.shard.add(l)
	return l
}

// shard relies on ids that end in random bits, as UUIDv7 does.
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
	for _, l := range in.listeners {
		l.wake(e.Position)
	}
}

// keep prefers the newer of two events that share a slot: two writers may publish 70 before 6.
func (in *inbox) keep(e *dm.Event) {
	if in.ring == nil {
		in.ring = new([ringSize]slot)
	}
	at := &in.ring[e.Position%ringSize]
	if at.event == nil || at.event.Epoch != e.Epoch || at.event.Position < e.Position {
		*at = slot{event: e, left: len(in.listeners)}
	}
}

// take returns the event at exactly this position. A listener that takes it twice makes it go early, which costs
// another listener a query and nothing else.
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

func (s *shard) add(l *listener) {
	s.mu.Lock()
	defer s.mu.Unlock()
	in := s.users[l.user]
	if in == nil {
		in = &inbox{}
		s.users[l.user] = in
	}
	in.listeners = append(in.listeners, l)
}

func (s *shard) remove(l *listener) {
	s.mu.Lock()
	defer s.mu.Unlock()
	in := s.users[l.user]
	if in == nil {
		return
	}
	if i := slices.Index(in.listeners, l); i >= 0 {
		in.listeners = slices.Delete(in.listeners, i, i+1)
	}
	if len(in.listeners) == 0 {
		delete(s.users, l.user)
	}
}

// Listeners is how many there are now.
func (h *Hub) Listeners() int {
	n := 0
	for i := range h.shards {
		s := &h.shards[i]
		s.mu.Lock()
		for _, in := range s.users {
			n += len(in.listeners)
		}
		s.mu.Unlock()
	}
	return n
}
