package dm

import (
	"context"
	"sync/atomic"
	"time"
)

// logPage is the number of events that a watcher reads at once. It bounds the memory of a watcher
// with a slow client.
const logPage = 100

// Watcher follows one user's inbox log. Its owner pulls each event, so a slow client delays nothing
// but itself, and an idle watcher costs no goroutine and no timer. Watch and WatchQuietly make it.
// One goroutine at a time calls its methods.
type Watcher struct {
	service      *Service
	user         UserID
	subscription Subscription
	// position is the position of the newest event that was delivered. The poller reads it
	// concurrently.
	position atomic.Int64
	// unread and epoch belong to position. Signals, which have no position, carry them.
	unread Unread
	epoch  int64
	// known is the newest position that a read of the log has shown. While it is ahead of position,
	// there is more to read.
	known  int64
	buffer []*Event
	reset  *Event

	// wake tells the owner that there may be an event. heard is the newest position that a wake
	// announced. due says that the log has to be read whatever was announced.
	wake  func()
	heard atomic.Int64
	due   atomic.Bool
	// signaled is the newest signal that was not delivered: of several, the last says most.
	signaled atomic.Pointer[signal]
	beat     beat
	// woken receives a value at each wake, for Next.
	woken <-chan struct{}
}

// Watch follows the viewer's log: with after, first everything that came later, then live, each
// event once, in order (I4); without it, from now on. When the log no longer reaches back to after,
// the first event is one EventReset. Errors: INVALID_CURSOR, NOT_FOUND. The watcher must be closed.
// Its owner waits with Next.
func (s *Service) Watch(ctx context.Context, viewer UserID, after *Cursor) (*Watcher, error) {
	woken := make(chan struct{}, 1)
	w, err := s.WatchQuietly(ctx, viewer, after, func() {
		select {
		case woken <- struct{}{}:
		default:
		}
	})
	if err != nil {
		return nil, err
	}
	w.woken = woken
	return w, nil
}

// WatchQuietly is Watch for an owner that does not block in Next: wake is called whenever Poll may
// return an event, from any goroutine and also before WatchQuietly returns. It must return at once
// and must not call the watcher.
func (s *Service) WatchQuietly(ctx context.Context, viewer UserID, after *Cursor, wake func()) (*Watcher, error) {
	// The subscription is in place before the log is read, so that no event falls between the two.
	w := &Watcher{service: s, user: viewer, wake: wake}
	w.subscription = s.bus.Subscribe(viewer, (*watcherSubscriber)(w))
	awaitInterest(ctx, w.subscription)
	w.due.Store(false)
	if err := w.start(ctx, after); err != nil {
		w.subscription.Close()
		return nil, err
	}
	s.lagPoller.add(w)
	return w, nil
}

func (w *Watcher) start(ctx context.Context, after *Cursor) error {
	from := int64(0)
	if after != nil {
		from = after.Position
	}
	limit := logPage
	if after == nil {
		limit = 0
	}
	log, err := w.service.log.Log(ctx, w.user, from, limit)
	w.unread, w.epoch = log.Unread, log.Epoch
	switch {
	case err != nil:
		return err
	case log.Gone:
		return NotFound("user")
	case after == nil:
		w.position.Store(log.Head)
	case after.Epoch != log.Epoch:
		w.setReset(log)
	case after.Position > log.Head:
		return invalidCursor()
	default:
		w.position.Store(after.Position)
		w.take(log)
	}
	return nil
}

// Close ends the watch and frees what it holds. It may be called twice.
func (w *Watcher) Close() {
	w.service.lagPoller.remove(w)
	w.subscription.Close()
}

// Poll returns the next event, or nil when there is none for now; wake tells when to ask again. It
// reads the log when there is more than came along with the wakes. Its error is internal, or
// NOT_FOUND when the user was deleted; each ends the watch, and a new one resumes from the last
// event's cursor. One call at a time.
func (w *Watcher) Poll(ctx context.Context) (*Event, error) {
	for {
		if e := w.ready(); e != nil {
			return e, nil
		}
		// An event that came along with a wake counts only when it is exactly the next; the log
		// decides otherwise.
		next := w.position.Load() + 1
		if e, ok := w.subscription.Take(next); ok {
			w.position.Store(next)
			w.unread, w.epoch = e.Unread, e.Epoch
			return e, nil
		}
		if !w.due.Swap(false) && w.known < next && w.heard.Load() < next {
			return w.signal(), nil
		}
		log, err := w.service.log.Log(ctx, w.user, next-1, logPage)
		if err != nil {
			w.due.Store(true)
			return nil, err
		}
		if log.Gone {
			return nil, NotFound("user")
		}
		if w.take(log); w.reset == nil && len(w.buffer) == 0 {
			return nil, nil // the wake announced an event that this read does not see
		}
	}
}

// signal returns the newest signal, or nil. It is called when there is nothing to read before it.
// Its event has the watcher's position, so a resume from it repeats nothing and misses nothing.
func (w *Watcher) signal() *Event {
	s := w.signaled.Swap(nil)
	if s == nil {
		return nil
	}
	e := s.event(w.user)
	e.Position, e.Epoch, e.Unread = w.position.Load(), w.epoch, w.unread
	return e
}

func (w *Watcher) ready() *Event {
	if e := w.reset; e != nil {
		w.reset = nil
		w.unread, w.epoch = e.Unread, e.Epoch
		return e
	}
	if len(w.buffer) == 0 {
		return nil
	}
	e := w.buffer[0]
	if w.buffer = w.buffer[1:]; len(w.buffer) == 0 {
		w.buffer = nil
	}
	w.position.Store(e.Position)
	w.unread, w.epoch = e.Unread, e.Epoch
	return e
}

// take accepts what was read after the watcher's position. Positions are gapless, so a first event
// that is not the next one, or none where the head is further, means that the log between was
// trimmed.
func (w *Watcher) take(log Log) {
	w.known = log.Head
	position := w.position.Load()
	switch {
	case len(log.Events) > 0 && log.Events[0].Position == position+1:
		w.buffer = log.Events
	case log.Head > position || len(log.Events) > 0:
		w.setReset(log)
	}
}

func (w *Watcher) setReset(log Log) {
	w.position.Store(log.Head)
	w.buffer = nil
	w.reset = &Event{
		User: w.user, Position: log.Head, Kind: EventReset, At: time.Now().UTC(), Unread: log.Unread, Epoch: log.Epoch,
	}
}

// Next returns the next event, waiting for it as long as ctx lasts. Its error is ctx's or one of
// Poll's. It is for what Watch returned.
func (w *Watcher) Next(ctx context.Context) (*Event, error) {
	for {
		e, err := w.Poll(ctx)
		if e != nil || err != nil {
			return e, err
		}
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-w.woken:
		}
	}
}
