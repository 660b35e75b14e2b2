package storetest

import (
	"testing"
	"time"

	"github.com/aparte-im/aparte/dm"
)

func testLog(t *testing.T, b Backend) {
	w := newWorld(t, b)
	alice, bob := w.pair()
	w.friends(alice, bob)
	for range 9 {
		w.send(alice, bob, "hello")
	}
	_, err := w.service.MarkRead(t.Context(), bob, dm.ConversationOf(alice, bob), 9)
	w.must(err)
	for after := range int64(12) {
		log, err := w.store.Log(t.Context(), bob, after, 4)
		w.must(err)
		want := min(4, max(0, 10-after))
		if int64(len(log.Events)) != want || log.Head != 10 || log.TrimmedTo != 0 || log.Unread != (dm.Unread{}) || log.Epoch == 0 {
			t.Errorf("after %d: %d events, %+v", after, len(log.Events), log)
		}
		for i, e := range log.Events {
			position := after + int64(i) + 1
			if e.Position != position || e.User != bob || e.Epoch != log.Epoch || !e.At.Equal(w.clock.Now()) {
				t.Errorf("after %d, event %d is %+v", after, i, e)
			}
			// I6: each event carries the counts as they were at its position.
			unread := dm.Unread{Conversations: 1, Messages: position}
			if position == 10 {
				unread = dm.Unread{}
			}
			if e.Unread != unread || e.View == nil || e.View.Unread != unread.Messages {
				t.Errorf("position %d carries %+v, want %+v (I6)", position, e.Unread, unread)
			}
		}
	}
	if log, err := w.store.Log(t.Context(), bob, 3, 0); err != nil || len(log.Events) != 0 || log.Head != 10 {
		t.Errorf("a read of the head alone: %+v, %v", log, err)
	}
}

// Trim removes what is old and nothing else; the marks say so.
func testTrim(t *testing.T, b Backend) {
	w := newWorld(t, b)
	alice, bob := w.pair()
	quiet := w.users(1)[0]
	w.friends(alice, bob)
	for range 5 {
		w.send(alice, bob, "old")
	}
	w.clock.advance(time.Hour)
	before := w.clock.Now()
	for range 3 {
		w.send(alice, bob, "new")
	}
	seen := w.snapshot(bob)
	n, err := w.store.Trim(t.Context(), before.Add(-2*time.Hour))
	if n != 0 || err != nil {
		t.Errorf("nothing is that old, but %d, %v", n, err)
	}
	n, err = w.store.Trim(t.Context(), before)
	w.must(err)
	if n != 10 {
		t.Errorf("%d events were trimmed, 5 of each side are old", n)
	}
	for _, user := range []dm.UserID{alice, bob} {
		log, err := w.store.Log(t.Context(), user, 0, 100)
		w.must(err)
		if len(log.Events) != 3 || log.Events[0].Position != 6 || log.TrimmedTo != 5 || log.Head != 8 {
			t.Errorf("after the trim: %d events, %+v", len(log.Events), log)
		}
	}
	// The messages and the counts stay; only the log is shorter, and it goes on where it was.
	w.equals(bob, seen, w.snapshot(bob))
	w.gapless(w.view(bob, alice))
	w.clock.advance(time.Hour)
	n, err = w.store.Trim(t.Context(), w.clock.Now())
	w.must(err)
	if n != 6 {
		t.Errorf("%d events were trimmed, 3 of each side were left", n)
	}
	w.send(alice, bob, "after all was trimmed")
	if events := w.events(bob, 8); len(events) != 1 {
		t.Errorf("%d events after the trim", len(events))
	}
	if log, err := w.store.Log(t.Context(), quiet, 0, 10); err != nil || log.TrimmedTo != 0 || log.Head != 0 {
		t.Errorf("a log without events: %+v, %v", log, err)
	}
}
