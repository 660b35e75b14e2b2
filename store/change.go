package store

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/aparte-im/aparte/dm"
)

// How long a transaction is tried again after failures that may pass: conflicts, and a database
// that restarts.
const (
	retryFor   = 15 * time.Second
	retryFirst = 2 * time.Millisecond
	retryMost  = 500 * time.Millisecond
)

// Change implements dm.Store.
func (s *Store) Change(ctx context.Context, scope dm.Scope, change func(*dm.Tx) error) error {
	return s.transact(ctx, func(ctx context.Context, ses *session) ([]*dm.Event, error) {
		tx, err := s.lock(ctx, ses, scope)
		if err == nil {
			err = s.loadMessages(ctx, ses, tx, scope.Messages)
		}
		if err == nil {
			err = s.loadReports(ctx, ses, tx, scope)
		}
		if err == nil {
			err = loadJob(ctx, ses, tx, scope)
		}
		if err == nil {
			err = loadCodes(ctx, ses, tx, scope)
		}
		if err != nil {
			return nil, err
		}
		if scope.Shared {
			if err := s.countShared(ctx, ses.shared, tx, needShared(tx, bothWays(scope.Pairs))); err != nil {
				return nil, fmt.Errorf("count shared friends: %w", err)
			}
		}
		if err := change(tx); err != nil {
			return nil, err
		}
		if tx.Changes().Empty() {
			return nil, nil
		}
		return tx.Changes().Events, s.flush(ctx, ses, tx)
	})
}

// lock locks the scope's heads and loads what they guard.
func (s *Store) lock(ctx context.Context, ses *session, scope dm.Scope) (*dm.Tx, error) {
	return s.load(ctx, queries{ses.lockHeads, ses.pairs, ses.shared}, scope)
}

// transact runs work in a transaction on a free session, again after a failure that may pass, and
// sends the wakes after the commit. Once begun it does not end with the caller's context: a change
// is written whole or not at all, and a cancelled statement would cost the session.
func (s *Store) transact(ctx context.Context, work func(context.Context, *session) ([]*dm.Event, error)) error {
	var ses *session
	select {
	case ses = <-s.sessions:
	case <-ctx.Done():
		return ctx.Err()
	case <-s.closed:
		return errClosed
	}
	defer func() { s.sessions <- ses }()
	return s.transactOn(context.WithoutCancel(ctx), ses, work)
}

func (s *Store) transactOn(ctx context.Context, ses *session, work func(context.Context, *session) ([]*dm.Event, error)) error {
	var events []*dm.Event
	err := s.retry(func() error {
		return ses.transact(ctx, func() (err error) {
			events, err = work(ctx, ses)
			return err
		})
	})
	if err == nil {
		s.publish(events)
	}
	return err
}

// retry runs try until it succeeds, fails for good or the time is over, with growing, jittered
// pauses. The time counts from the first failure, so that one which took long to show is tried
// again too. A closing store does not wait for a database that is away.
func (s *Store) retry(try func() error) error {
	var deadline time.Time
	pause := retryFirst
	for {
		err := try()
		if err == nil {
			return nil
		}
		var refusal *dm.Error
		if errors.As(err, &refusal) {
			return refusal
		}
		if deadline.IsZero() {
			deadline = time.Now().Add(retryFor)
		}
		again, lost := retryable(err)
		if !again || time.Now().After(deadline) || (lost && s.isClosing()) {
			return err
		}
		s.observer.retried(lost)
		time.Sleep(pause/2 + rand.N(pause))
		pause = min(2*pause, retryMost)
	}
}

func (s *Store) isClosing() bool {
	select {
	case <-s.closing:
		return true
	default:
		return false
	}
}

// Inspect implements dm.Store.
func (s *Store) Inspect(ctx context.Context, scope dm.Scope) (*dm.Tx, error) {
	q := queries{s.reads.heads, s.reads.pairs, s.reads.shared}
	tx, err := s.load(ctx, q, scope)
	if err != nil {
		return nil, err
	}
	pairs := scope.Pairs
	if !scope.Relations {
		pairs = needShared(tx, bothWays(scope.Pairs))
	}
	if err := s.countShared(ctx, q.shared, tx, pairs); err != nil {
		return nil, fmt.Errorf("count shared friends: %w", err)
	}
	return tx, nil
}

// bothWays lists each pair in both directions, either of which may be asked of a ledger.
func bothWays(pairs []dm.Pair) (both []dm.Pair) {
	for _, p := range pairs {
		both = append(both, dm.Pair{Low: p.Low, High: p.High}, dm.Pair{Low: p.High, High: p.Low})
	}
	return both
}
