package livetest

import (
	"math/rand/v2"
	"strings"
	"sync"
	"testing"

	"github.com/aparte-im/aparte/dm"
)

// Backend makes the buses that are tested.
type Backend struct {
	// Open returns two nodes of one bus, which the test's cleanup closes. A bus of one process
	// returns the same bus twice. Events and signals are published on the first node and awaited on
	// the second.
	Open func(t testing.TB) (from, to dm.Bus)
	// CarriesEvents says that an event of the first node can be taken on the second.
	CarriesEvents bool
}

// Run tests a bus.
func Run(t *testing.T, b Backend) {
	for _, c := range []struct {
		name string
		test func(*testing.T, Backend)
	}{
		{"WakeReachesItsUser", testWakeReachesItsUser},
		{"SignalReachesItsUser", testSignalReachesItsUser},
		{"SignalIsBytes", testSignalIsBytes},
		{"SignalIsNotKept", testSignalIsNotKept},
		{"TakeIsExact", testTakeIsExact},
		{"TakeOutOfOrder", testTakeOutOfOrder},
		{"ClosedIsNotCalled", testClosedIsNotCalled},
		{"SubscribeAgain", testSubscribeAgain},
		{"PublishWaitsForNobody", testPublishWaitsForNobody},
		{"Concurrent", testConcurrent},
	} {
		t.Run(c.name, func(t *testing.T) { c.test(t, b) })
	}
}

func event(user dm.UserID, position int64) *dm.Event {
	return &dm.Event{User: user, Position: position, Epoch: 3, Kind: dm.EventSettingsChanged}
}

func testWakeReachesItsUser(t *testing.T, b Backend) {
	from, to := b.Open(t)
	alice, bob := dm.NewUserID(), dm.NewUserID()
	phone, laptop, other := subscribe(t, to, alice), subscribe(t, to, alice), subscribe(t, to, bob)
	first, last := event(alice, 1), event(bob, 8)
	from.Publish([]*dm.Event{first})
	phone.waitForWake(t, dm.WakeOf(first))
	laptop.waitForWake(t, dm.WakeOf(first))
	from.Publish([]*dm.Event{last, event(alice, 2)})
	other.waitForWake(t, dm.WakeOf(last))
	phone.waitForWake(t, dm.Wake{User: alice, Epoch: 3, Position: 2})
	for name, r := range map[dm.UserID]*recorder{alice: phone, bob: other} {
		r.check(func() {
			for _, w := range r.wakes {
				if w.User != name {
					t.Errorf("a subscriber of %v got the wake of %v (I9)", name, w.User)
				}
			}
		})
	}
}

func testSignalReachesItsUser(t *testing.T, b Backend) {
	from, to := b.Open(t)
	alice, bob := dm.NewUserID(), dm.NewUserID()
	phone, laptop, other := subscribe(t, to, alice), subscribe(t, to, alice), subscribe(t, to, bob)
	from.Signal(alice, []byte("for alice"))
	phone.waitForSignal(t, "for alice")
	laptop.waitForSignal(t, "for alice")
	from.Signal(bob, []byte("for bob"))
	other.waitForSignal(t, "for bob")
	other.check(func() {
		if len(other.signals) != 1 {
			t.Errorf("bob got the signals %q (I9)", other.signals)
		}
	})
	phone.check(func() {
		if phone.countSignals("for alice") != 1 || len(phone.wakes) != 0 {
			t.Errorf("alice got the signals %q and %d wakes; want one signal", phone.signals, len(phone.wakes))
		}
	})
}

// A payload is opaque: every byte arrives, whatever its value.
func testSignalIsBytes(t *testing.T, b Backend) {
	from, to := b.Open(t)
	alice := dm.NewUserID()
	r := subscribe(t, to, alice)
	all := make([]byte, 256)
	for i := range all {
		all[i] = byte(i)
	}
	for _, payload := range []string{string(all), "\x00", "\r\n\r\n", strings.Repeat("long ", 200), ""} {
		from.Signal(alice, []byte(payload))
		r.waitForSignal(t, payload)
	}
}

func testSignalIsNotKept(t *testing.T, b Backend) {
	from, to := b.Open(t)
	alice := dm.NewUserID()
	early := subscribe(t, to, alice)
	from.Signal(alice, []byte("before"))
	early.waitForSignal(t, "before")
	late := subscribe(t, to, alice)
	from.Signal(alice, []byte("after"))
	late.waitForSignal(t, "after")
	late.check(func() {
		if late.countSignals("before") != 0 {
			t.Error("a signal was kept for a later subscription")
		}
	})
}

func testTakeIsExact(t *testing.T, b Backend) {
	from, to := b.Open(t)
	alice, bob := dm.NewUserID(), dm.NewUserID()
	r, other := subscribe(t, to, alice), subscribe(t, to, bob)
	e := event(alice, 100)
	from.Publish([]*dm.Event{e})
	r.waitForWake(t, dm.WakeOf(e))
	for _, position := range []int64{-1, 0, 1, 36, 99, 101, 164} {
		if got, ok := r.Take(position); ok {
			t.Errorf("Take(%d) returned position %d", position, got.Position)
		}
	}
	if _, ok := other.Take(100); ok {
		t.Error("bob took an event of alice (I9)")
	}
	if got, ok := r.Take(100); ok != b.CarriesEvents || ok && (got.Position != 100 || got.User != alice) {
		t.Errorf("Take(100) returned %+v, %v", got, ok)
	}
}

func testTakeOutOfOrder(t *testing.T, b Backend) {
	from, to := b.Open(t)
	alice := dm.NewUserID()
	r := subscribe(t, to, alice)
	for _, position := range []int64{6, 5, 8, 7} {
		from.Publish([]*dm.Event{event(alice, position)})
	}
	for position := int64(5); position <= 8; position++ {
		r.waitForWake(t, dm.Wake{User: alice, Epoch: 3, Position: position})
		if e, ok := r.Take(position); ok != b.CarriesEvents || ok && e.Position != position {
			t.Errorf("Take(%d) returned %+v, %v", position, e, ok)
		}
	}
}

func testClosedIsNotCalled(t *testing.T, b Backend) {
	from, to := b.Open(t)
	alice := dm.NewUserID()
	closed, open := subscribe(t, to, alice), subscribe(t, to, alice)
	closed.Close()
	closed.Close()
	e := event(alice, 1)
	from.Publish([]*dm.Event{e})
	from.Signal(alice, []byte("signal"))
	open.waitForWake(t, dm.WakeOf(e))
	open.waitForSignal(t, "signal")
	closed.check(func() {
		if closed.late > 0 {
			t.Errorf("a closed subscription was called %d times", closed.late)
		}
	})
	if _, ok := closed.Take(2); ok {
		t.Error("a closed subscription took an event that was never published")
	}
}

// A user's interest ends with the last subscription and begins again with the next one.
func testSubscribeAgain(t *testing.T, b Backend) {
	from, to := b.Open(t)
	alice := dm.NewUserID()
	for position := int64(1); position <= 20; position++ {
		r := subscribe(t, to, alice)
		from.Publish([]*dm.Event{event(alice, position)})
		r.waitForWake(t, dm.Wake{User: alice, Epoch: 3, Position: position})
		r.Close()
	}
}

// 20,000 events for a user who takes none of them, and for users without a subscription.
func testPublishWaitsForNobody(t *testing.T, b Backend) {
	from, to := b.Open(t)
	alice, nobody := dm.NewUserID(), dm.NewUserID()
	r := subscribe(t, to, alice)
	batch := make([]*dm.Event, 0, 200)
	for position := int64(1); position <= 10_000; position++ {
		if batch = append(batch, event(alice, position), event(nobody, position)); len(batch) == cap(batch) {
			from.Publish(batch)
			batch = make([]*dm.Event, 0, 200)
		}
	}
	r.wait(t, "a wake after the flood", func() bool { return len(r.wakes) > 0 })
}

// Writers publish shuffled batches while subscriptions come and go. No subscription gets what is
// not its user's, and one that is in place after the flood is woken by the next event.
func testConcurrent(t *testing.T, b Backend) {
	const users, positions, rounds = 8, 200, 20
	from, to := b.Open(t)
	ids := make([]dm.UserID, users)
	for i := range ids {
		ids[i] = dm.NewUserID()
	}
	var all sync.WaitGroup
	for _, user := range ids {
		for range 2 {
			all.Go(func() {
				for range rounds {
					visit(t, to, user, positions)
				}
			})
		}
	}
	for w := range int64(2) {
		all.Go(func() {
			var mine []*dm.Event
			for position := w; position < positions; position += 2 {
				for _, user := range ids {
					mine = append(mine, event(user, position+1))
				}
			}
			rand.Shuffle(len(mine), func(i, j int) { mine[i], mine[j] = mine[j], mine[i] })
			for len(mine) > 0 {
				n := min(16, len(mine))
				from.Publish(mine[:n])
				from.Signal(mine[0].User, []byte(mine[0].User.String()))
				mine = mine[n:]
			}
		})
	}
	all.Wait()
	for _, user := range ids {
		r := subscribe(t, to, user)
		last := event(user, positions+1)
		from.Publish([]*dm.Event{last})
		r.waitForWake(t, dm.WakeOf(last))
	}
}

// visit subscribes, takes what there is and closes. It reports what is not the user's.
func visit(t *testing.T, bus dm.Bus, user dm.UserID, positions int64) {
	r := &recorder{changed: make(chan struct{}, 1)}
	r.Subscription = bus.Subscribe(user, r)
	for position := int64(1); position <= positions; position++ {
		if e, ok := r.Take(position); ok && (e.Position != position || e.User != user) {
			t.Errorf("Take(%d) of %v returned position %d of %v", position, user, e.Position, e.User)
		}
	}
	r.Close()
	r.check(func() {
		for _, w := range r.wakes {
			if w.User != user {
				t.Errorf("a subscriber of %v got the wake of %v", user, w.User)
			}
		}
		for _, s := range r.signals {
			if s != user.String() {
				t.Errorf("a subscriber of %v got the signal %q", user, s)
			}
		}
	})
}
