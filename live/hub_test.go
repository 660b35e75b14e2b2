package live

import (
	"math/rand/v2"
	"sync"
	"testing"

	"github.com/aparte-im/aparte/dm"
)

func event(user dm.UserID, position int64) *dm.Event {
	return &dm.Event{User: user, Position: position, Epoch: 1, Kind: dm.EventSettingsChanged}
}

// listening is a listener whose wakes can be waited for.
type listening struct {
	dm.Listener
	wakes chan int64
}

func listen(hub *Hub, user dm.UserID) listening {
	l := listening{hub.Listen(user), make(chan int64, 1)}
	l.Notify(func(position int64) {
		select {
		case l.wakes <- position:
		default:
		}
	})
	return l
}

func woken(l listening) bool {
	select {
	case <-l.wakes:
		return true
	default:
		return false
	}
}

func TestAWakeReachesEveryListenerOfTheUserAndNobodyElse(t *testing.T) {
	hub, alice, bob := NewHub(), dm.NewUserID(), dm.NewUserID()
	phone, laptop, other := listen(hub, alice), listen(hub, alice), listen(hub, bob)
	defer phone.Close()
	defer laptop.Close()
	defer other.Close()

	hub.Publish([]*dm.Event{event(alice, 1)})
	for name, l := range map[string]listening{"phone": phone, "laptop": laptop} {
		if !woken(l) {
			t.Errorf("the %s was not woken", name)
		}
		if e, ok := l.Next(1); !ok || e.Position != 1 || e.User != alice {
			t.Errorf("the %s did not get the event that came along", name)
		}
	}
	if woken(other) {
		t.Error("bob was woken for alice")
	}
	if _, ok := other.Next(1); ok {
		t.Error("bob was handed an event of alice (I9)")
	}
}

func TestPublishNeverWaitsForAListener(t *testing.T) {
	hub, alice := NewHub(), dm.NewUserID()
	l := listen(hub, alice)
	defer l.Close()
	for p := range int64(10 * ringSize) {
		hub.Publish([]*dm.Event{event(alice, p+1)})
	}
	if !woken(l) || woken(l) {
		t.Error("many wakes must leave exactly one waiting")
	}
}

func TestNextGivesOnlyTheExactPosition(t *testing.T) {
	hub, alice := NewHub(), dm.NewUserID()
	l := listen(hub, alice)
	defer l.Close()
	hub.Publish([]*dm.Event{event(alice, 7)})
	for _, p := range []int64{-1, 0, 6, 8, 7 - ringSize, 7 + ringSize} {
		if e, ok := l.Next(p); ok {
			t.Errorf("Next(%d) gave position %d", p, e.Position)
		}
	}
	if _, ok := l.Next(7); !ok {
		t.Error("Next(7) gave nothing")
	}
}

func TestEventsPublishedOutOfOrderAreFoundInOrder(t *testing.T) {
	hub, alice := NewHub(), dm.NewUserID()
	l := listen(hub, alice)
	defer l.Close()
	for _, p := range []int64{6, 5, 8, 7} {
		hub.Publish([]*dm.Event{event(alice, p)})
	}
	for p := int64(5); p <= 8; p++ {
		if e, ok := l.Next(p); !ok || e.Position != p {
			t.Errorf("position %d is not at hand", p)
		}
	}
}

func TestALateOldEventDoesNotReplaceANewerOne(t *testing.T) {
	hub, alice := NewHub(), dm.NewUserID()
	l := listen(hub, alice)
	defer l.Close()
	hub.Publish([]*dm.Event{event(alice, 6+ringSize), event(alice, 6)})
	if _, ok := l.Next(6 + ringSize); !ok {
		t.Error("the newer event was replaced by the older one")
	}
	if _, ok := l.Next(6); ok {
		t.Error("one slot gave two events")
	}
}

func TestANewEpochTakesOver(t *testing.T) {
	hub, alice := NewHub(), dm.NewUserID()
	l := listen(hub, alice)
	defer l.Close()
	restored := event(alice, 6)
	restored.Epoch = 2
	hub.Publish([]*dm.Event{event(alice, 6+ringSize), restored})
	if e, ok := l.Next(6); !ok || e.Epoch != 2 {
		t.Error("an event of the log before the restore stands in the way of the new log")
	}
}

func TestTheRingIsBoundedAndLetsGoOfWhatWasTaken(t *testing.T) {
	hub, alice := NewHub(), dm.NewUserID()
	phone, laptop := listen(hub, alice), listen(hub, alice)
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
		if _, ok := phone.Next(p); !ok {
			t.Fatalf("position %d is gone before every listener had it", p)
		}
		if _, ok := laptop.Next(p); !ok {
			t.Fatalf("position %d is gone before the second listener had it", p)
		}
	}
	if n := held(); n != 0 {
		t.Errorf("%d events are held although every listener has had them", n)
	}
}

func TestMemoryIsFreedWithTheLastListener(t *testing.T) {
	hub := NewHub()
	var listeners []listening
	for range 1000 {
		user := dm.NewUserID()
		listeners = append(listeners, listen(hub, user), listen(hub, user))
		hub.Publish([]*dm.Event{event(user, 1)})
	}
	for _, l := range listeners {
		l.Close()
		l.Close()
	}
	for i := range hub.shards {
		if n := len(hub.shards[i].users); n != 0 {
			t.Fatalf("%d users are still held after their last listener closed", n)
		}
	}
	user := dm.NewUserID()
	hub.Publish([]*dm.Event{event(user, 1)})
	if len(hub.shard(user).users) != 0 {
		t.Error("an event of a user without listeners is held")
	}
}

func TestNoWakeFollowsClose(t *testing.T) {
	hub, alice := NewHub(), dm.NewUserID()
	closed, open := listen(hub, alice), listen(hub, alice)
	defer open.Close()
	closed.Close()
	hub.Publish([]*dm.Event{event(alice, 1)})
	if woken(closed) {
		t.Error("a closed listener was woken")
	}
	if !woken(open) {
		t.Error("closing one listener silenced another")
	}
}

// Two writers publish shuffled batches while listeners come, read and go. A reader that goes on to a position only
// when it was handed exactly that one must never see another, and must be woken after the last publish.
func TestConcurrentPublishListenAndClose(t *testing.T) {
	const users, positions = 8, 400
	hub := NewHub()
	ids := make([]dm.UserID, users)
	for i := range ids {
		ids[i] = dm.NewUserID()
	}
	published := make(chan struct{})
	var readers, writers sync.WaitGroup
	for _, user := range ids {
		for range 3 {
			readers.Go(func() {
				for done := false; !done; {
					l := listen(hub, user)
					select {
					case <-published:
						done = true
					case <-l.wakes:
					}
					for p := int64(1); p <= positions; p++ {
						if e, ok := l.Next(p); ok && (e.Position != p || e.User != user) {
							t.Errorf("Next(%d) gave position %d of another log", p, e.Position)
						}
					}
					l.Close()
				}
			})
		}
	}
	for w := range int64(2) {
		writers.Go(func() {
			var mine []*dm.Event
			for p := w; p < positions; p += 2 {
				for _, user := range ids {
					mine = append(mine, event(user, p+1))
				}
			}
			rand.Shuffle(len(mine), func(i, j int) { mine[i], mine[j] = mine[j], mine[i] })
			for len(mine) > 0 {
				n := min(16, len(mine))
				hub.Publish(mine[:n])
				mine = mine[n:]
			}
		})
	}
	writers.Wait()
	close(published)
	readers.Wait()
}

func TestASignalReachesWhoListensNowAndIsKeptForNobody(t *testing.T) {
	hub, alice, bob := NewHub(), dm.NewUserID(), dm.NewUserID()
	phone, laptop, other := listen(hub, alice), listen(hub, alice), listen(hub, bob)
	defer phone.Close()
	defer laptop.Close()
	defer other.Close()
	signal := &dm.Event{User: alice, Kind: dm.EventTyping}
	hub.Signal(signal)
	late := listen(hub, alice)
	defer late.Close()
	for name, l := range map[string]listening{"phone": phone, "laptop": laptop} {
		if !woken(l) || l.Signal() != signal || l.Signal() != nil {
			t.Errorf("the %s was not given the signal once", name)
		}
	}
	if late.Signal() != nil || other.Signal() != nil || woken(other) {
		t.Error("a signal was given to somebody who was not listening for it")
	}
}
