package store

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"go.opentelemetry.io/otel/trace"

	"github.com/aparte-im/aparte/dm"
)

// batchSize bounds a transaction of sends. Larger ones collide on head rows and keep their locks
// longer.
const batchSize = 64

// maxSoloFailures is the number of consecutive single-send timeouts after which the rest of the
// batch fails without being tried.
const maxSoloFailures = 2

// appender writes sends in batches: a writer takes the sends that wait, and they share one commit.
// A send that arrives while none waits is written by its caller, which saves two wake-ups of
// goroutines.
type appender struct {
	store *Store
	queue *queue
	// sessions are one for each batch that the queue lets be written at once; on SQLite there are
	// none.
	sessions stack
	writers  sync.WaitGroup
	// unavailable: the store closes and the database does not answer, so the sends that still wait
	// fail without being tried.
	unavailable atomic.Bool
}

// waiting is a send in the queue and where its answer goes.
type waiting struct {
	send   dm.Send
	answer chan answer
	// tried: the caller has tried the fast path in vain.
	tried bool
	// span is the send's own; nil when it is not traced.
	span trace.Span
}

type answer struct {
	sent dm.Sent
	err  error
}

func newAppender(s *Store) *appender {
	count := 1
	if s.dialect.postgres {
		count = s.sizes.writers
	}
	a := &appender{store: s, queue: newQueue(count, besideAfter)}
	if s.dialect.postgres {
		for range count {
			a.sessions.put(s.newSession())
		}
	}
	for range count {
		a.writers.Go(a.write)
	}
	return a
}

// Append implements dm.Store. While the caller itself writes the send on the fast path, the end of
// its context has no effect: each of the two statements may take up to StatementTimeout.
func (s *Store) Append(ctx context.Context, send dm.Send) (dm.Sent, error) {
	w := &waiting{send: send, answer: make(chan answer, 1), span: s.tracing.item(ctx)}
	if a := s.appender; s.dialect.postgres && a.queue.claim(w) {
		if got, done := a.appendClaimed(w); done {
			return got.sent, got.err
		}
	} else if err := a.queue.push(w); err != nil {
		return dm.Sent{}, err
	}
	select {
	case a := <-w.answer:
		return a.sent, a.err
	case <-ctx.Done():
		// The batch goes on without this caller; the same send again tells what became of it.
		return dm.Sent{}, ctx.Err()
	}
}

// appendClaimed tries to write a claimed send on the caller's goroutine. It reports false when the
// send now waits for a writer.
func (a *appender) appendClaimed(w *waiting) (got answer, done bool) {
	own := a.sessions.take()
	began := time.Now()
	ctx, ended := a.store.tracing.batch([]*waiting{w})
	panicked := true
	defer func() {
		ended(nil)
		if panicked {
			_ = own.discard()
		}
		a.sessions.put(own)
		if done || panicked {
			a.queue.done([]*waiting{w})
		} else {
			w.tried = true
			a.queue.giveBack(w)
		}
	}()
	if got, done = a.store.appendFast(ctx, own, w.send); done {
		a.store.observer.batch(1, time.Since(began))
	}
	panicked = false
	return got, done
}

// close waits until the writers have written the sends that wait, and ends the writers and their
// sessions.
func (a *appender) close() {
	a.queue.close()
	a.writers.Wait()
	for _, own := range a.sessions.free {
		_ = own.drop()
	}
}

// stack hands out the session that was used last, because its server process has the warmest
// caches. The queue admits no more batches than there are sessions. On SQLite the stack is empty
// and hands out nil.
type stack struct {
	mu   sync.Mutex
	free []*session
}

func (s *stack) take() *session {
	s.mu.Lock()
	defer s.mu.Unlock()
	last := len(s.free) - 1
	if last < 0 {
		return nil
	}
	top := s.free[last]
	s.free = s.free[:last]
	return top
}

func (s *stack) put(ses *session) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if ses != nil {
		s.free = append(s.free, ses)
	}
}

// write is a writer's loop. It ends when the queue is closed and empty.
func (a *appender) write() {
	for {
		batch := a.queue.take(batchSize)
		if batch == nil {
			return
		}
		own := a.sessions.take()
		a.run(own, batch)
		a.sessions.put(own)
		a.queue.done(batch)
	}
}

// run writes a batch. When it fails as a whole, each send is tried alone, so that a bad send harms
// only itself (I8). When the database fails they are not, because each would wait as long as the
// batch did.
func (a *appender) run(own *session, batch []*waiting) {
	if a.unavailable.Load() {
		refuse(batch, errClosed)
		return
	}
	began := time.Now()
	ctx, ended := a.store.tracing.batch(batch)
	answers, err := a.attempt(ctx, own, batch)
	defer func() { ended(err) }()
	a.store.observer.batch(len(batch), time.Since(began))
	_, lost := retryable(err)
	switch {
	case err == nil:
		for i, w := range batch {
			w.answer <- answers[i]
		}
		return
	case lost || len(batch) == 1:
		if lost && a.store.isClosing() {
			a.unavailable.Store(true)
		}
		refuse(batch, err)
		return
	}
	a.store.logger.Warn("a batch of sends failed; trying each alone", "sends", len(batch), "error", err)
	failures := 0
	for i, w := range batch {
		answers, err := a.attempt(ctx, own, []*waiting{w})
		if err == nil {
			w.answer <- answers[0]
			failures = 0
			continue
		}
		w.answer <- answer{err: err}
		if again, lost := retryable(err); again {
			failures++
			if lost || failures == maxSoloFailures {
				refuse(batch[i+1:], err)
				return
			}
		}
	}
}

func refuse(batch []*waiting, err error) {
	for _, w := range batch {
		w.answer <- answer{err: err}
	}
}

// attempt writes a batch in one transaction.
func (a *appender) attempt(ctx context.Context, own *session, batch []*waiting) ([]answer, error) {
	sends := make([]dm.Send, len(batch))
	for i, w := range batch {
		sends[i] = w.send
	}
	answers := make([]answer, len(batch))
	work := func(ctx context.Context, ses *session) ([]*dm.Event, error) {
		return a.store.appendAll(ctx, ses, sends, answers)
	}
	if own != nil && len(sends) == 1 && !batch[0].tried {
		if a, done := a.store.appendFast(ctx, own, sends[0]); done {
			return []answer{a}, nil
		}
	}
	if own != nil {
		return answers, a.store.transactOn(ctx, own, work)
	}
	return answers, a.store.transact(ctx, work)
}

// appendAll decides about sends under lock, in order, and writes those that are allowed.
func (s *Store) appendAll(ctx context.Context, ses *session, sends []dm.Send, answers []answer) ([]*dm.Event, error) {
	var scope dm.Scope
	pairs := make([]dm.Pair, len(sends))
	for i := range sends {
		scope.Pairs = append(scope.Pairs, dm.PairOf(sends[i].Sender, sends[i].Recipient))
		scope.Keys = append(scope.Keys, sends[i].Key())
		pairs[i] = dm.Pair{Low: sends[i].Sender, High: sends[i].Recipient}
	}
	tx, err := s.lock(ctx, ses, scope)
	if err != nil {
		return nil, err
	}
	if err := s.countShared(ctx, ses.shared, tx, needShared(tx, pairs)); err != nil {
		return nil, fmt.Errorf("count shared friends: %w", err)
	}
	if err := s.addWords(ctx, ses, tx, pairs); err != nil {
		return nil, fmt.Errorf("read hidden words: %w", err)
	}
	if err := addCodes(ctx, ses, tx, sends); err != nil {
		return nil, fmt.Errorf("read contact codes: %w", err)
	}
	if sends[0].History {
		if err := s.addFirsts(ctx, ses, tx, pairs); err != nil {
			return nil, fmt.Errorf("read the first messages: %w", err)
		}
	}
	for i := range sends {
		answers[i].sent, answers[i].err = tx.Send(sends[i])
	}
	if tx.Changes().Empty() {
		return nil, nil
	}
	return tx.Changes().Events, s.flush(ctx, ses, tx)
}
