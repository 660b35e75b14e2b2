package store

import (
	"errors"
	"sync"
	"time"

	"github.com/aparte-im/aparte/dm"
)

// Bounds of the queue: past them a send is refused at once instead of waiting without end.
const (
	queueLimit      = 8192
	queuePerSender  = 256
	overloadBackoff = time.Second
)

// errClosed is the answer to a send that comes while the store closes.
var errClosed = errors.New("the store is closed")

// queue holds the sends that wait. It is fair between senders: each in turn gives one, so a flood waits for itself. The
// sends of one sender keep their order, because a sender whose sends are being written is not taken from again until
// they are done; that also keeps two writers from waiting for each other on the same head.
type queue struct {
	mu      sync.Mutex
	changed *sync.Cond
	senders map[dm.UserID]*backlog
	// turns lists the senders that have a send waiting and none being written, in the order of their turns.
	turns  []*backlog
	size   int
	closed bool
}

// backlog is one sender's waiting sends.
type backlog struct {
	waiting []*waiting
	writing int
}

func newQueue() *queue {
	q := &queue{senders: map[dm.UserID]*backlog{}}
	q.changed = sync.NewCond(&q.mu)
	return q
}

func (q *queue) push(w *waiting) error {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.closed {
		return errClosed
	}
	b := q.senders[w.send.Sender]
	if q.size >= queueLimit || (b != nil && len(b.waiting) >= queuePerSender) {
		return dm.Overloaded(overloadBackoff)
	}
	if b == nil {
		b = &backlog{}
		q.senders[w.send.Sender] = b
	}
	b.waiting = append(b.waiting, w)
	q.size++
	if len(b.waiting) == 1 && b.writing == 0 {
		q.turns = append(q.turns, b)
		q.changed.Signal()
	}
	return nil
}

// take waits for sends and returns up to limit of them, or nil when the queue is closed and empty. done must follow.
func (q *queue) take(limit int) []*waiting {
	q.mu.Lock()
	defer q.mu.Unlock()
	for len(q.turns) == 0 {
		if q.closed && q.size == 0 {
			return nil
		}
		q.changed.Wait()
	}
	var batch []*waiting
	var taken []*backlog
	for len(batch) < limit && len(q.turns) > 0 {
		b := q.turns[0]
		q.turns = q.turns[1:]
		taken = append(taken, b)
		batch = append(batch, q.pop(b))
	}
	// Room that is left goes round the same senders.
	for more := true; more; {
		more = false
		for _, b := range taken {
			if len(batch) < limit && len(b.waiting) > 0 {
				batch = append(batch, q.pop(b))
				more = true
			}
		}
	}
	return batch
}

func (q *queue) pop(b *backlog) *waiting {
	w := b.waiting[0]
	b.waiting = b.waiting[1:]
	b.writing++
	q.size--
	return w
}

// done gives the senders of a batch their next turn.
func (q *queue) done(batch []*waiting) {
	q.mu.Lock()
	defer q.mu.Unlock()
	for _, w := range batch {
		b := q.senders[w.send.Sender]
		b.writing--
		switch {
		case b.writing > 0:
		case len(b.waiting) > 0:
			q.turns = append(q.turns, b)
			q.changed.Signal()
		default:
			delete(q.senders, w.send.Sender)
		}
	}
	if q.closed {
		q.changed.Broadcast()
	}
}

// close refuses new sends; those that wait are still written.
func (q *queue) close() {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.closed = true
	q.changed.Broadcast()
}
