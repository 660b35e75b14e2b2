package store

import "github.com/aparte-im/aparte/dm"

// line gives a sender a turn, or parks it at the head that its next send waits for. It reports
// whether there is a turn.
func (q *queue) line(b *backlog) bool {
	if head, waits := q.waitsFor(b); waits {
		q.parked[head] = append(q.parked[head], b)
		return false
	}
	q.turns = append(q.turns, b)
	return true
}

// waitsFor returns a head that a sender's next send shares with a batch that is being written, if
// there is one.
func (q *queue) waitsFor(b *backlog) (dm.UserID, bool) {
	next := &b.waiting[0].send
	if q.writing[next.Recipient] > 0 {
		return next.Recipient, true
	}
	return next.Sender, q.writing[next.Sender] > 0
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
			if to[recipient] >= share {
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
			if len(batch) == limit || len(b.waiting) == 0 {
				continue
			}
			if _, waits := q.waitsFor(b); !waits {
				batch = append(batch, q.pop(b))
				more = true
			}
		}
	}
	for _, w := range batch {
		q.begin(w)
	}
	later := q.turns
	q.turns = q.turns[:0]
	for _, b := range later {
		q.line(b)
	}
	clear(later[len(q.turns):])
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
	var freed []*backlog
	for _, w := range batch {
		freed = q.written(w.send.Sender, freed)
		freed = q.written(w.send.Recipient, freed)
	}
	for _, b := range freed {
		q.line(b)
	}
	for _, w := range batch {
		b := q.senders[w.send.Sender]
		b.writing--
		switch {
		case b.writing > 0:
		case len(b.waiting) > 0:
			q.line(b)
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

// written notes that a send from or to a user is written, and appends the senders that waited for
// the last of them.
func (q *queue) written(user dm.UserID, freed []*backlog) []*backlog {
	q.writing[user]--
	if q.writing[user] > 0 {
		return freed
	}
	freed = append(freed, q.parked[user]...)
	delete(q.writing, user)
	delete(q.parked, user)
	return freed
}
