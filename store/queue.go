package store

import (
	"errors"
	"slices"
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

// recipientShare is the part of a batch that the sends to one person get while others wait.
const recipientShare = 4

// queue holds the sends that wait. It is fair between senders: each in turn gives one, so a flood waits for itself. It is
// fair between recipients: a person to whom everybody writes at once gets a share of each batch, and what room is left.
// No two batches that are being written have a head in common, so writers never wait for each other; that also keeps the
// sends of one sender in their order.
type queue struct {
	mu      sync.Mutex
	changed *sync.Cond
	senders map[dm.UserID]*backlog
	// turns lists the senders that have a send waiting and none being written, in the order of their turns.
	turns []*backlog
	// writing counts the sends from or to a user that are being written.
	writing map[dm.UserID]int
	// free counts the batches that may be written besides those that are.
	free   int
	size   int
	closed bool
}

// backlog is one sender's waiting sends.
type backlog struct {
	waiting []*waiting
	writing int
}

// newQueue makes a queue of which so many batches are written at once.
func newQueue(batches int) *queue {
	q := &queue{senders: map[dm.UserID]*backlog{}, writing: map[dm.UserID]int{}, free: batches}
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
		if q.free > 0 && q.apart(b) {
			q.changed.Signal()
		}
	}
	return nil
}

// claim takes a send past the queue, when it would be a batch by itself at once. It reports false when it would not; done
// must follow, or giveBack.
func (q *queue) claim(w *waiting) bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.closed || q.size > 0 || q.free == 0 || q.writing[w.send.Sender] > 0 || q.writing[w.send.Recipient] > 0 {
		return false
	}
	q.senders[w.send.Sender] = &backlog{writing: 1}
	q.begin(w)
	q.free--
	return true
}

// giveBack ends a claim: the send waits after all, before those that its sender has sent since, even if the queue was
// closed meanwhile.
func (q *queue) giveBack(w *waiting) {
	q.mu.Lock()
	b := q.senders[w.send.Sender]
	b.waiting = slices.Insert(b.waiting, 0, w)
	q.size++
	q.mu.Unlock()
	q.done([]*waiting{w})
}

// apart reports whether a sender's next send shares no head with a batch that is being written.
func (q *queue) apart(b *backlog) bool {
	next := &b.waiting[0].send
	return q.writing[next.Recipient] == 0 && q.writing[next.Sender] == 0
}

// take waits for sends and returns up to limit of them, or nil when the queue is closed and empty. done must follow.
func (q *queue) take(limit int) []*waiting {
	q.mu.Lock()
	defer q.mu.Unlock()
	for {
		if q.free > 0 {
			if batch := q.gather(limit); len(batch) > 0 {
				q.free--
				return batch
			}
		}
		if q.closed && q.size == 0 && len(q.senders) == 0 {
			return nil
		}
		q.changed.Wait()
	}
}

// gather takes a batch of what may be written now.
func (q *queue) gather(limit int) []*waiting {
	var batch []*waiting
	var taken []*backlog
	to := map[dm.UserID]int{}
	for _, share := range []int{max(1, limit/recipientShare), limit} {
		later := q.turns[:0]
		for i, b := range q.turns {
			if len(batch) == limit {
				later = append(later, q.turns[i:]...)
				break
			}
			recipient := b.waiting[0].send.Recipient
			if to[recipient] >= share || !q.apart(b) {
				later = append(later, b)
				continue
			}
			to[recipient]++
			taken = append(taken, b)
			batch = append(batch, q.pop(b))
		}
		clear(q.turns[len(later):])
		q.turns = later
	}
	// Room that is left goes round the same senders.
	for more := true; more; {
		more = false
		for _, b := range taken {
			if len(batch) < limit && len(b.waiting) > 0 && q.apart(b) {
				batch = append(batch, q.pop(b))
				more = true
			}
		}
	}
	for _, w := range batch {
		q.begin(w)
	}
	return batch
}

func (q *queue) begin(w *waiting) {
	q.writing[w.send.Sender]++
	q.writing[w.send.Recipient]++
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
	q.free++
	for _, w := range batch {
		q.written(w.send.Sender)
		q.written(w.send.Recipient)
		b := q.senders[w.send.Sender]
		b.writing--
		switch {
		case b.writing > 0:
		case len(b.waiting) > 0:
			q.turns = append(q.turns, b)
		default:
			delete(q.senders, w.send.Sender)
		}
	}
	if q.closed || len(q.turns) > 0 {
		q.changed.Broadcast()
	}
}

func (q *queue) written(user dm.UserID) {
	q.writing[user]--
	if q.writing[user] == 0 {
		delete(q.writing, user)
	}
}

// close refuses new sends; those that wait are still written.
func (q *queue) close() {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.closed = true
	q.changed.Broadcast()
}
