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

// recipientShare is the largest part of a batch that sends to one person get while others wait.
const recipientShare = 4

// Small batches at once take each other's time; one after the other they grow, and a send costs
// less. So beside a batch that is under way another begins when it has besideSize senders, or when
// that one has taken besideAfter: this bounds what a send waits for a batch that is stuck behind
// somebody's lock or a database that is far.
const (
	besideSize  = 12 // ADR 9 has what other numbers gave
	besideAfter = 10 * time.Millisecond
)

// queue holds the sends that wait. It is fair between senders: a batch takes one send of each in
// turn, so a flood delays only its own sender. It is fair between recipients: sends to one person
// get a share of each batch and the room that is left. Two batches that are being written never
// have a head in common, so writers do not wait for each other, and the sends of one sender keep
// their order.
type queue struct {
	mu      sync.Mutex
	changed *sync.Cond
	senders map[dm.UserID]*backlog
	// turns lists the senders that have none being written and whose next send may be: it shares no
	// head with what is being written. They are in the order of their turns.
	turns []*backlog
	// writing counts the sends from or to a user that are being written, parked lists the senders
	// whose next send waits for that, in the order in which they came.
	writing map[dm.UserID]int
	parked  map[dm.UserID][]*backlog
	// batches is how many may be written at once; free counts those that are not. begun is when the
	// last one began, patience how long it may take until another begins that is small.
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

// newQueue makes a queue of which so many batches are written at once, one of few senders beside
// another only when that one took longer than patience.
func newQueue(batches int, patience time.Duration) *queue {
	q := &queue{
		senders: map[dm.UserID]*backlog{}, writing: map[dm.UserID]int{}, parked: map[dm.UserID][]*backlog{},
		batches: batches, free: batches, patience: patience,
	}
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
	if len(b.waiting) == 1 && b.writing == 0 && q.line(b) {
		q.nudge()
	}
	return nil
}

// claim takes a send past the queue, when it would be a batch by itself at once. It reports false
// when it would not; done must follow, or giveBack.
func (q *queue) claim(w *waiting) bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	// One of the batches stays free for a larger one.
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
	case q.free == q.batches, len(q.turns) >= besideSize, q.closed:
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
	case len(q.turns) == 0 || q.free == 0: // done looks again
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

// giveBack ends a claim: the send waits after all, before those that its sender has sent since,
// even if the queue was closed meanwhile.
func (q *queue) giveBack(w *waiting) {
	q.mu.Lock()
	b := q.senders[w.send.Sender]
	b.waiting = slices.Insert(b.waiting, 0, w)
	q.size++
	q.mu.Unlock()
	q.done([]*waiting{w})
}

// take waits for sends and returns up to limit of them, or nil when the queue is closed and empty.
// done must follow.
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
