package storetest

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/aparte-im/aparte/dm"
	"github.com/aparte-im/aparte/internal/testwait"
	"github.com/aparte-im/aparte/live"
)

func (w *world) watch(user dm.UserID, after *dm.Cursor) *dm.Watcher {
	w.Helper()
	watcher, err := w.service.Watch(w.Context(), user, after)
	w.must(err)
	return watcher
}

// next is for an event that is there or is certain to come: it fails instead of waiting for ever.
func (w *world) next(watcher *dm.Watcher) *dm.Event {
	w.Helper()
	ctx, cancel := context.WithTimeout(w.Context(), testwait.Limit(time.Minute))
	defer cancel()
	e, err := watcher.Next(ctx)
	if err != nil {
		w.Fatalf("an event is due (I4): %v", err)
	}
	return e
}

// nothing checks that a watcher has nothing to give. Its context has ended, so it cannot wait;
// whatever was published before is looked at first.
func (w *world) nothing(watcher *dm.Watcher) {
	w.Helper()
	ctx, cancel := context.WithCancel(w.Context())
	cancel()
	if e, err := watcher.Next(ctx); !errors.Is(err, context.Canceled) {
		w.Fatalf("got %+v, %v; nothing is due", e, err)
	}
}

func testWatchFromNowOn(t *testing.T, b Backend) {
	w := newWorld(t, b)
	alice, bob := w.pair()
	w.friends(alice, bob)
	w.send(alice, bob, "before")
	phone, laptop, sender := w.watch(bob, nil), w.watch(bob, nil), w.watch(alice, nil)
	defer phone.Close()
	defer laptop.Close()
	defer sender.Close()
	for _, watcher := range []*dm.Watcher{phone, laptop, sender} {
		w.nothing(watcher)
	}
	w.send(alice, bob, "after")
	for _, watcher := range []*dm.Watcher{phone, laptop, sender} {
		e := w.next(watcher)
		if e.Kind != dm.EventMessageAdded || e.Message.Body != "after" || e.View == nil || e.View.Last == nil {
			t.Errorf("got %+v", e)
		}
		w.nothing(watcher)
	}
	_, err := w.service.MarkRead(t.Context(), bob, dm.ConversationOf(alice, bob), 2)
	w.must(err)
	if e := w.next(phone); e.Kind != dm.EventConversationChanged || e.View.ReadSeq != 2 || e.Unread != (dm.Unread{}) {
		t.Errorf("the other device hears %+v", e)
	}
	if e := w.next(sender); e.Kind != dm.EventConversationChanged || e.View.TheirReadSeq == nil || *e.View.TheirReadSeq != 2 {
		t.Errorf("the sender hears %+v", e)
	}
	_, err = w.service.Watch(t.Context(), dm.NewUserID(), nil)
	w.refused(err, dm.CodeNotFound)
}

// I4: with a cursor, everything after it, once, in order, and the same as the log says, whatever
// came along with a wake and whatever was read.
func testWatchAfter(t *testing.T, b Backend) {
	w := newWorld(t, b)
	alice, bob := w.pair()
	w.friends(alice, bob)
	start := w.cursor(bob)
	const early = 250 // more than a page of the log
	for range early {
		w.send(alice, bob, "early")
	}
	watcher := w.watch(bob, &start)
	defer watcher.Close()
	for range 5 {
		w.send(alice, bob, "late")
	}
	log := w.events(bob, start.Position)
	for i, want := range log {
		got := w.next(watcher)
		if got.Position != want.Position || got.Kind != want.Kind || got.Cursor() != want.Cursor() || got.Unread != want.Unread {
			t.Fatalf("event %d is %+v, the log says %+v", i, got, want)
		}
		if diff := cmp.Diff(want.Message, got.Message); diff != "" {
			t.Fatalf("event %d, -log +watched:\n%s", i, diff)
		}
		if diff := cmp.Diff(want.View, got.View); diff != "" {
			t.Fatalf("event %d, -log +watched:\n%s", i, diff)
		}
	}
	w.nothing(watcher)
	middle := log[100].Cursor()
	resumed := w.watch(bob, &middle)
	defer resumed.Close()
	if e := w.next(resumed); e.Position != middle.Position+1 {
		t.Errorf("resumed at %d with position %d", middle.Position, e.Position)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := resumed.Next(ctx); err != nil && !errors.Is(err, context.Canceled) {
		t.Errorf("a watch whose context has ended: %v", err)
	}
}

// I4: when the log no longer reaches back, one reset, and from there on every event.
func testWatchReset(t *testing.T, b Backend) {
	w := newWorld(t, b)
	alice, bob := w.pair()
	w.friends(alice, bob)
	start := w.cursor(bob)
	w.send(alice, bob, "one")
	w.send(alice, bob, "two")
	middle := w.cursor(bob)
	behind := w.watch(bob, &start)
	defer behind.Close()
	w.clock.advance(time.Hour)
	_, err := w.store.Trim(t.Context(), w.clock.Now())
	w.must(err)
	w.send(alice, bob, "three")

	restored := middle
	restored.Epoch++
	for name, after := range map[string]*dm.Cursor{"before the trim": &start, "another epoch": &restored} {
		watcher := w.watch(bob, after)
		defer watcher.Close()
		e := w.next(watcher)
		if e.Kind != dm.EventReset || e.Cursor() != w.cursor(bob) || e.Unread != w.unread(bob) {
			t.Errorf("%s: got %+v, want a reset at %+v", name, e, w.cursor(bob))
		}
		w.nothing(watcher)
	}
	// At the edge of what was trimmed nothing is missing.
	edge := w.watch(bob, &middle)
	defer edge.Close()
	if e := w.next(edge); e.Kind != dm.EventMessageAdded || e.Message.Body != "three" {
		t.Errorf("at the edge: %+v", e)
	}
	// A watcher that had read further before the trim loses nothing either.
	for _, want := range []string{"one", "two", "three"} {
		if e := w.next(behind); e.Message == nil || e.Message.Body != want {
			t.Errorf("got %+v, want %q", e, want)
		}
	}
	fresh := w.watch(bob, &start)
	defer fresh.Close()
	w.send(alice, bob, "four")
	w.next(fresh)
	if e := w.next(fresh); e.Kind != dm.EventMessageAdded || e.Message.Body != "four" {
		t.Errorf("after the reset: %+v", e)
	}
}

func testWatchInvalidCursor(t *testing.T, b Backend) {
	w := newWorld(t, b)
	alice, bob := w.pair()
	w.send(alice, bob, "hello")
	beyond := w.cursor(bob)
	beyond.Position++
	_, err := w.service.Watch(t.Context(), bob, &beyond)
	w.refused(err, dm.CodeInvalidCursor)
	zero := dm.Cursor{User: bob, Epoch: beyond.Epoch}
	watcher := w.watch(bob, &zero)
	defer watcher.Close()
	if e := w.next(watcher); e.Position != 1 {
		t.Errorf("from the start: %+v", e)
	}
}

// badNews loses, delays, doubles and shuffles wakes, in turns.
type badNews struct {
	hub  *live.Hub
	turn atomic.Int64
	late atomic.Pointer[[]*dm.Event]
}

func (b *badNews) Publish(events []*dm.Event) {
	if late := b.late.Swap(nil); late != nil {
		b.hub.Publish(*late)
	}
	switch b.turn.Add(1) % 4 {
	case 0:
	case 1:
		b.late.Store(&events)
	case 2:
		b.hub.Publish(events)
		b.hub.Publish(events)
	case 3:
		for i := range events {
			b.hub.Publish(events[len(events)-1-i:][:1])
		}
	}
}

// I7: with wakes lost, late, doubled or out of order, everything arrives within the poll interval,
// once and in order.
func testWatchWithoutWakes(t *testing.T, b Backend) {
	w := newWorld(t, b, func(w *world) { w.config.Publisher = &badNews{hub: w.hub} })
	w.service = dm.New(dm.Config{Store: w.store, Bus: w.hub, PollInterval: 5 * time.Millisecond})
	alice, bob := w.pair()
	w.friends(alice, bob)
	watcher := w.watch(bob, nil)
	defer watcher.Close()
	position := w.cursor(bob).Position
	for i := range 40 {
		w.send(alice, bob, "hello")
		if i%3 == 0 {
			continue
		}
		if e := w.next(watcher); e.Position != position+1 {
			t.Fatalf("position %d follows %d (I4)", e.Position, position)
		}
		position++
	}
	for position < w.cursor(bob).Position {
		if e := w.next(watcher); e.Position != position+1 {
			t.Fatalf("position %d follows %d (I4)", e.Position, position)
		}
		position++
	}
	w.nothing(watcher)
}

// countingStore counts how often the log is read.
type countingStore struct {
	Store
	reads atomic.Int64
}

func (c *countingStore) Log(ctx context.Context, viewer dm.UserID, after int64, limit int) (dm.Log, error) {
	c.reads.Add(1)
	return c.Store.Log(ctx, viewer, after, limit)
}

// In the steady state a delivery costs no query: the event came along with its wake.
func testWatchCostsNoQuery(t *testing.T, b Backend) {
	w := newWorld(t, b)
	alice, bob := w.pair()
	w.friends(alice, bob)
	counting := &countingStore{Store: w.store}
	w.service = dm.New(dm.Config{Store: counting, Bus: w.hub, PollInterval: never})
	watcher := w.watch(bob, nil)
	defer watcher.Close()
	counting.reads.Store(0)
	for range 20 {
		w.send(alice, bob, "hello")
		w.next(watcher)
	}
	if n := counting.reads.Load(); n > 2 {
		t.Errorf("20 deliveries read the log %d times", n)
	}
}
