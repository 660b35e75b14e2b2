package replay

import (
	"context"
	"sync"

	"github.com/aparte-im/aparte/internal/rows"
)

// task is a row that was read and not yet answered.
type task struct {
	row rows.Message
	// waits counts the tasks that must be answered first; after lists those that wait for this one.
	waits int
	after []*task
}

type pair struct{ low, high string }

func pairOf(row *rows.Message) pair {
	return pair{min(row.Sender, row.Recipient), max(row.Sender, row.Recipient)}
}

// schedule hands out rows in an order that keeps the order of each pair and of each sender. It
// holds at most as many rows as it has room for.
type schedule struct {
	room  chan struct{}
	ready chan *task

	mu       sync.Mutex
	ofPair   map[pair]*task
	ofSender map[string]*task
	answered int64
}

func newSchedule(size int) *schedule {
	return &schedule{
		// ready has room for every task there can be, so that handing one out never blocks under
		// the lock.
		room: make(chan struct{}, size), ready: make(chan *task, size),
		ofPair: map[pair]*task{}, ofSender: map[string]*task{},
	}
}

// add waits for room and takes in the next row of the trace.
func (s *schedule) add(ctx context.Context, row rows.Message) error {
	select {
	case s.room <- struct{}{}:
	case <-ctx.Done():
		return ctx.Err()
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	t, p := &task{row: row}, pairOf(&row)
	before, sender := s.ofPair[p], s.ofSender[row.Sender]
	if before != nil {
		before.after = append(before.after, t)
		t.waits++
	}
	if sender != nil && sender != before {
		sender.after = append(sender.after, t)
		t.waits++
	}
	s.ofPair[p], s.ofSender[row.Sender] = t, t
	if t.waits == 0 {
		s.ready <- t
	}
	return nil
}

// next waits for a row that may be sent; ok is false when there is none any more.
func (s *schedule) next(ctx context.Context) (t *task, ok bool) {
	select {
	case t, ok = <-s.ready:
		return t, ok
	case <-ctx.Done():
		return nil, false
	}
}

// done frees the rows that waited for this one, and tells how many rows were answered.
func (s *schedule) done(t *task) int64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, other := range t.after {
		if other.waits--; other.waits == 0 {
			s.ready <- other
		}
	}
	if p := pairOf(&t.row); s.ofPair[p] == t {
		delete(s.ofPair, p)
	}
	if s.ofSender[t.row.Sender] == t {
		delete(s.ofSender, t.row.Sender)
	}
	s.answered++
	<-s.room
	return s.answered
}

// finish waits until every row is answered and ends next. Nothing may be added after it.
func (s *schedule) finish(ctx context.Context) error {
	for range cap(s.room) {
		select {
		case s.room <- struct{}{}:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	close(s.ready)
	return nil
}
