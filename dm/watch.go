package dm

import (
	"context"
	"time"
)

// logPage is how many events a watcher reads at once: its memory is bounded by this, however slow its client.
const logPage = 100

// Watcher follows one user's inbox log. It pulls: a slow one slows only itself.
type Watcher struct {
	service  *Service
	user     UserID
	listener Listener
	ticker   *time.Ticker
	position int64
	// known is the newest position that the log was seen to have. While it is ahead there is nothing to wait for.
	known  int64
	buffer []*Event
	reset  *Event
}

// Watch follows the viewer's log: with after, first everything that came later, then live, each event once, in order
// (I4); without it, from now on. When the log no longer reaches back to after, the first event is one EventReset.
// Errors: INVALID_CURSOR, NOT_FOUND. The watcher must be closed.
func (s *Service) Watch(ctx context.Context, viewer UserID, after *Cursor) (*Watcher, error) {
	// Registered before the log is read, so that nothing falls between the two.
	w := &Watcher{service: s, user: viewer, listener: s.notifier.Listen(viewer), ticker: time.NewTicker(s.poll)}
	if err := w.start(ctx, after); err != nil {
		w.Close()
		return nil, err
	}
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
	log, err := w.service.store.Log(ctx, w.user, from, limit)
	switch {
	case err != nil:
		return err
	case log.Gone:
		return NotFound("user")
	case after == nil:
		w.position = log.Head
	case after.Epoch != log.Epoch:
		w.setReset(log)
	case after.Position > log.Head:
		return invalidCursor()
	default:
		w.position = after.Position
		w.take(log)
	}
	return nil
}

// Close ends the watch and frees what it holds. It may be called twice.
func (w *Watcher) Close() {
	w.ticker.Stop()
	w.listener.Close()
}

// Next returns the next event, waiting for it as long as ctx lasts. Its error is ctx's, internal, or NOT_FOUND when the
// user was deleted; each ends the watch, and a new one resumes from the last event's cursor.
func (w *Watcher) Next(ctx context.Context) (*Event, error) {
	for {
		if e := w.ready(); e != nil {
			return e, nil
		}
		// An event that came along with a wake counts only when it is exactly the next; the log decides otherwise.
		if e, ok := w.listener.Next(w.position + 1); ok {
			w.position++
			return e, nil
		}
		if w.position >= w.known {
			select {
			case <-ctx.Done():
				return nil, ctx.Err()
			case <-w.listener.Wakes():
				if e, ok := w.listener.Next(w.position + 1); ok {
					w.position++
					return e, nil
				}
			case <-w.ticker.C:
			}
		}
		log, err := w.service.store.Log(ctx, w.user, w.position, logPage)
		if err != nil {
			return nil, err
		}
		if log.Gone {
			return nil, NotFound("user")
		}
		w.take(log)
	}
}

func (w *Watcher) ready() *Event {
	if e := w.reset; e != nil {
		w.reset = nil
		return e
	}
	if len(w.buffer) == 0 {
		return nil
	}
	e := w.buffer[0]
	w.buffer = w.buffer[1:]
	w.position = e.Position
	return e
}

// take accepts what was read after the watcher's position. Positions are gapless, so a first event that is not the
// next one, or none where the head is further, means that the log between was trimmed.
func (w *Watcher) take(log Log) {
	w.known = log.Head
	switch {
	case len(log.Events) > 0 && log.Events[0].Position == w.position+1:
		w.buffer = log.Events
	case log.Head > w.position || len(log.Events) > 0:
		w.setReset(log)
	}
}

func (w *Watcher) setReset(log Log) {
	w.position = log.Head
	w.buffer = nil
	w.reset = &Event{
		User: w.user, Position: log.Head, Kind: EventReset, At: time.Now().UTC(), Unread: log.Unread, Epoch: log.Epoch,
	}
}
