package livetest

import (
	"sync"
	"testing"
	"time"

	"github.com/aparte-im/aparte/dm"
	"github.com/aparte-im/aparte/internal/testwait"
)

// patience bounds each wait of a case. It is reached by a failing bus only.
var patience = testwait.Limit(30 * time.Second)

// recorder is a subscriber that keeps what it is told.
type recorder struct {
	dm.Subscription
	mu      sync.Mutex
	wakes   []dm.Wake
	signals []string
	closed  bool
	late    int
	// changed holds a value when something was recorded since the last wait.
	changed chan struct{}
}

// subscribe registers a recorder and waits until its interest is in place.
func subscribe(t testing.TB, bus dm.Bus, user dm.UserID) *recorder {
	t.Helper()
	r := &recorder{changed: make(chan struct{}, 1)}
	r.Subscription = bus.Subscribe(user, r)
	t.Cleanup(r.Close)
	select {
	case <-r.InPlace():
	case <-time.After(patience):
		t.Fatal("the interest of a subscription is not in place")
	}
	return r
}

func (r *recorder) Wake(w dm.Wake) { r.record(func() { r.wakes = append(r.wakes, w) }) }

func (r *recorder) Resync() { r.record(func() {}) }

func (r *recorder) Signal(payload []byte) {
	r.record(func() { r.signals = append(r.signals, string(payload)) })
}

func (r *recorder) record(note func()) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.closed {
		r.late++
	}
	note()
	select {
	case r.changed <- struct{}{}:
	default:
	}
}

// Close closes the subscription and counts the calls that begin afterwards.
func (r *recorder) Close() {
	r.Subscription.Close()
	r.mu.Lock()
	defer r.mu.Unlock()
	r.closed = true
}

// wait returns when holds reports true of the recorder. It fails the case after patience.
func (r *recorder) wait(t testing.TB, state string, holds func() bool) {
	t.Helper()
	timer := time.NewTimer(patience)
	defer timer.Stop()
	for {
		r.mu.Lock()
		done := holds()
		r.mu.Unlock()
		if done {
			return
		}
		select {
		case <-r.changed:
		case <-timer.C:
			r.mu.Lock()
			defer r.mu.Unlock()
			t.Fatalf("waited for %s; the subscriber has %d wakes and the signals %q", state, len(r.wakes), r.signals)
		}
	}
}

func (r *recorder) waitForWake(t testing.TB, want dm.Wake) {
	t.Helper()
	r.wait(t, "a wake", func() bool {
		for _, w := range r.wakes {
			if w == want {
				return true
			}
		}
		return false
	})
}

func (r *recorder) waitForSignal(t testing.TB, payload string) {
	t.Helper()
	r.wait(t, "a signal", func() bool { return r.countSignals(payload) > 0 })
}

func (r *recorder) countSignals(payload string) int {
	n := 0
	for _, s := range r.signals {
		if s == payload {
			n++
		}
	}
	return n
}

// check runs a check under the recorder's lock.
func (r *recorder) check(f func()) {
	r.mu.Lock()
	defer r.mu.Unlock()
	f()
}
