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

// besideAfter is how long a batch has to have been under way until another begins beside it that is not full. Small batches
// at once take each other's time; one after the other they grow, and a send costs less. It bounds what a send waits for a
// batch that is stuck behind somebody's lock or a database that is far.
const besideAfter = 10 * time.Millisecond

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
	// batches is how many may be written at once; free counts those that are not. begun is when the last one began, patience
	// how long it may take until another begins that is not full.
	batches, free int
	begun         time.Time
	patience      time.Duration
	// alarm rings when patience ends, while it is set.
	alarm  *time.Timer
	set    bool
	size   int
	closed bool
}

// backlog is one sender's waiting sends.
type backlog struct {
	waiting []*waiting
	writing int
}

// newQueue makes a queue of which so many batches are written at once, one that is not full only when the one before took
// longer than patience.
func newQueue(batches int, patience time.Duration) *queue {
	q := &queue{senders: map[dm.UserID]*backlog{}, writing: map[dm.UserID]int{}, batches: batches, free: batches, patience: patience}
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
		if q.apart(b) {
			q.nudge()
		}
	}
	return nil
}

// claim takes a send past the queue, when it would be a batch by itself at once. It reports false when it would not; done
// must follow, or giveBack.
func (q *queue) claim(w *waiting) bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	// One of the batches stays free for a full one.
	if q.closed || q.size > 0 || (q.free < 2 && !q.ready()) || q.writing[w.send.Sender] > 0 || q.writing[w.send.Recipient] > 0 {
		return false
	}
	q.senders[w.send.Sender] = &backlog{writing: 1}
	q.begin(w)
	q.leave()
	return true
}

// ready reports whether a batch may begin.
func (q *queue) ready() bool {
	switch {
	case q.free == 0:
		return false
	case q.free == q.batches, q.size >= batchSize, q.closed:
		return true
	}
	return time.Since(q.begun) >= q.patience
}

// leave notes that a batch begins.
func (q *queue) leave() {
	q.free--
	if q.patience > 0 {
		q.begun = time.Now()
	}
}

// nudge wakes a writer for what waits, now or as soon as there is a reason to begin.
func (q *queue) nudge() {
	switch {
	case len(q.turns) == 0 || q.free == 0: // whoever is done looks again
	case q.ready():
		q.changed.Signal()
	case q.set:
	case q.alarm == nil:
		q.set, q.alarm = true, time.AfterFunc(q.patience, q.ring)
	default:
		q.set = true
		q.alarm.Reset(q.patience)
	}
}

func (q *queue) ring() {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.set = false
	if !q.closed {
		q.nudge()
	}
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
		if q.ready() {
			if batch := q.gather(limit); len(batch) > 0 {
				q.leave()
				q.nudge() // what is left may be enough for another
				return batch
			}
		} else {
			q.nudge()
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
	if q.closed {
		q.changed.Broadcast()
	} else {
		q.nudge()
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
	if q.alarm != nil {
		q.alarm.Stop()
	}
	q.changed.Broadcast()
}
