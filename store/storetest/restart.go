package storetest

import (
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// I10: what was answered is there after the store was closed and opened again; keys still hold
// (I2), cursors too (I4).
func testReopen(t *testing.T, b Backend) {
	w := newWorld(t, b)
	alice, bob := w.pair()
	w.friends(alice, bob)
	start := w.cursor(bob)
	first, err := w.trySend(alice, bob, "hello", "k")
	w.must(err)
	seen := w.snapshot(bob)
	w.must(w.shut())
	w.open(t)

	w.equals(bob, seen, w.snapshot(bob))
	if seen.cursor != w.cursor(bob) {
		t.Errorf("the cursor was %+v and is %+v", seen.cursor, w.cursor(bob))
	}
	again, err := w.trySend(alice, bob, "hello", "k")
	w.must(err)
	if !again.Repeated || !cmp.Equal(again.Message, first.Message) {
		t.Errorf("a retry after the restart answers %+v (I2)", again.Message)
	}
	watcher := w.watch(bob, &start)
	defer watcher.Close()
	if e := w.next(watcher); e.Message == nil || e.Message.Body != "hello" {
		t.Errorf("resumed after the restart: %+v (I4)", e)
	}
	w.consistent(alice, bob)
}

// A closing store answers every send that waits: with a result that holds, or with an error. After
// it nothing commits.
func testCloseAnswersWaitingSends(t *testing.T, b Backend) {
	w := newWorld(t, b)
	senders := w.users(20)
	bob := w.users(1)[0]
	const each = 20
	var asked, answered sync.WaitGroup
	results := make([][]error, len(senders))
	asked.Add(len(senders))
	for i, sender := range senders {
		w.friends(sender, bob)
		answered.Go(func() {
			for n := range each {
				_, err := w.trySend(sender, bob, "hello", w.key())
				results[i] = append(results[i], err)
				if n == 0 {
					asked.Done()
				}
			}
		})
	}
	asked.Wait()
	w.must(w.shut())
	answered.Wait()
	w.open(t)
	for i, sender := range senders {
		written := int64(0)
		for _, err := range results[i] {
			if err == nil {
				written++
			}
		}
		// I10 both ways: an error of a store that closed may hide a write only if the write was
		// never answered.
		if v := w.view(bob, sender); v.LastSeq < written {
			t.Errorf("%d sends were answered, %d are there (I10)", written, v.LastSeq)
		} else if v.LastSeq > written {
			t.Errorf("%d sends are there, of which %d were answered with an error", v.LastSeq, v.LastSeq-written)
		}
		if len(results[i]) != each {
			t.Errorf("%d of %d sends were answered", len(results[i]), each)
		}
	}
	w.consistent(append(senders, bob)...)
}
