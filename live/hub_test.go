package live

import (
	"testing"

	"github.com/aparte-im/aparte/dm"
)

func event(user dm.UserID, position int64) *dm.Event {
	return &dm.Event{User: user, Position: position, Epoch: 1, Kind: dm.EventSettingsChanged}
}

// subscriber keeps the last wake, like a watcher.
type subscriber struct {
	dm.Subscription
	wakes chan int64
}

func (s *subscriber) Wake(w dm.Wake) {
	select {
	case s.wakes <- w.Position:
	default:
	}
}

func (s *subscriber) Resync() {}

func (s *subscriber) Signal([]byte) {}

func subscribe(hub *Hub, user dm.UserID) *subscriber {
	s := &subscriber{wakes: make(chan int64, 1)}
	s.Subscription = hub.Subscribe(user, s)
	return s
}

func woken(s *subscriber) bool {
	select {
	case <-s.wakes:
		return true
	default:
		return false
	}
}

func TestPublishNeverWaitsForASubscriber(t *testing.T) {
	hub, alice := NewHub(), dm.NewUserID()
	sub := subscribe(hub, alice)
	defer sub.Close()
	for p := range int64(10 * ringSize) {
		hub.Publish([]*dm.Event{event(alice, p+1)})
	}
	if !woken(sub) || woken(sub) {
		t.Error("many wakes must leave exactly one waiting")
	}
}

func TestALateOldEventDoesNotReplaceANewerOne(t *testing.T) {
	hub, alice := NewHub(), dm.NewUserID()
	sub := subscribe(hub, alice)
	defer sub.Close()
	hub.Publish([]*dm.Event{event(alice, 6+ringSize), event(alice, 6)})
	if _, ok := sub.Take(6 + ringSize); !ok {
		t.Error("the newer event was replaced by the older one")
	}
	if _, ok := sub.Take(6); ok {
		t.Error("one slot gave two events")
	}
}

func TestANewEpochTakesOver(t *testing.T) {
	hub, alice := NewHub(), dm.NewUserID()
	sub := subscribe(hub, alice)
	defer sub.Close()
	restored := event(alice, 6)
	restored.Epoch = 2
	hub.Publish([]*dm.Event{event(alice, 6+ringSize), restored})
	if e, ok := sub.Take(6); !ok || e.Epoch != 2 {
		t.Error("an event of the log before the restore stands in the way of the new log")
	}
}

func TestTheRingIsBoundedAndLetsGoOfWhatWasTaken(t *testing.T) {
	hub, alice := NewHub(), dm.NewUserID()
	phone, laptop := subscribe(hub, alice), subscribe(hub, alice)
	defer phone.Close()
	defer laptop.Close()
	held := func() (n int) {
		for _, s := range hub.shard(alice).users[alice].ring {
			if s.event != nil {
				n++
			}
		}
		return n
	}
	for p := range int64(3 * ringSize) {
		hub.Publish([]*dm.Event{event(alice, p+1)})
	}
	if n := held(); n != ringSize {
		t.Errorf("the ring holds %d events, its bound is %d", n, ringSize)
	}
	for p := int64(2*ringSize + 1); p <= 3*ringSize; p++ {
		if _, ok := phone.Take(p); !ok {
			t.Fatalf("position %d is gone before every subscription had it", p)
		}
		if _, ok := laptop.Take(p); !ok {
			t.Fatalf("position %d is gone before the second subscription had it", p)
		}
	}
	if n := held(); n != 0 {
		t.Errorf("%d events are held although every subscription has had them", n)
	}
}

func TestMemoryIsFreedWithTheLastSubscription(t *testing.T) {
	hub := NewHub()
	var subscriptions []*subscriber
	for range 1000 {
		user := dm.NewUserID()
		subscriptions = append(subscriptions, subscribe(hub, user), subscribe(hub, user))
		hub.Publish([]*dm.Event{event(user, 1)})
	}
	for _, sub := range subscriptions {
		sub.Close()
		sub.Close()
	}
	for i := range hub.shards {
		if n := len(hub.shards[i].users); n != 0 {
			t.Fatalf("%d users are still held after their last subscription closed", n)
		}
	}
	user := dm.NewUserID()
	hub.Publish([]*dm.Event{event(user, 1)})
	if len(hub.shard(user).users) != 0 {
		t.Error("an event of a user without subscriptions is held")
	}
}
