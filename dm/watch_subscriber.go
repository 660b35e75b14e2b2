package dm

import (
	"context"
	"time"
)

// interestTimeout bounds how long a new watcher waits for its interest to be in place. Past it the
// watcher reads the log and goes on: the bus calls Resync when the interest is in place after all,
// and the poll runs meanwhile.
const interestTimeout = time.Second

// awaitInterest waits until the subscription is in place, as long as ctx and interestTimeout last.
func awaitInterest(ctx context.Context, s Subscription) {
	inPlace := s.InPlace()
	select {
	case <-inPlace:
		return
	default:
	}
	timer := time.NewTimer(interestTimeout)
	defer timer.Stop()
	select {
	case <-inPlace:
	case <-timer.C:
	case <-ctx.Done():
	}
}

// watcherSubscriber is a Watcher as a Subscriber: it takes note and wakes the watcher's owner.
type watcherSubscriber Watcher

func (w *watcherSubscriber) Wake(news Wake) {
	for {
		heard := w.heard.Load()
		if news.Position <= heard || w.heard.CompareAndSwap(heard, news.Position) {
			break
		}
	}
	w.wake()
}

func (w *watcherSubscriber) Resync() {
	w.due.Store(true)
	w.wake()
}

// Signal ignores payloads of versions and kinds that this release does not know.
func (w *watcherSubscriber) Signal(payload []byte) {
	if s, ok := decodeSignal(payload); ok {
		w.signaled.Store(&s)
		w.wake()
	}
}
