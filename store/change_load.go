// SQL, not ent: this file is on the measured hot path (ADR 7).

package store

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"github.com/aparte-im/aparte/dm"
)

// queries are the prepared reads that load a scope: a session's, or those of the pool that reads.
type queries struct {
	heads, pairs, shared *sql.Stmt
}

// load reads a scope. Only heads may be locked; what they guard needs no lock of its own. The clock
// is read last, under the lock, so that times rise as positions do.
func (s *Store) load(ctx context.Context, q queries, scope dm.Scope) (*dm.Tx, error) {
	in := newLoaded()
	if err := s.loadHeads(ctx, q.heads, scope, in); err != nil {
		return nil, fmt.Errorf("read heads: %w", err)
	}
	if len(scope.Pairs) > 0 {
		if err := s.loadPairs(ctx, q.pairs, scope, in); err != nil {
			return nil, fmt.Errorf("read pairs: %w", err)
		}
	}
	return s.newTx(in), nil
}

func (s *Store) newTx(in dm.Loaded) *dm.Tx {
	return dm.NewTx(s.rules, s.epoch, s.clock(), in)
}

func newLoaded() dm.Loaded {
	return dm.Loaded{
		Heads:         map[dm.UserID]*dm.Head{},
		Conversations: map[dm.ConversationID]*dm.Conversation{},
		Pairs:         map[dm.Pair]dm.PairState{},
		Used:          map[dm.SendKey]*dm.Message{},
	}
}

func (s *Store) loadHeads(ctx context.Context, stmt *sql.Stmt, scope dm.Scope, in dm.Loaded) error {
	return each(ctx, stmt, ids(s.dialect, scope.Heads()).args(nil), func(row *sql.Rows) error {
		var h headRow
		if err := row.Scan(headRead.dest(nil, &h)...); err != nil {
			return err
		}
		head, err := h.head()
		in.Heads[dm.UserID(h.id)] = head
		return err
	})
}

// loadPairs reads one row a key and one for each pair; a pair with a key needs no row of its own.
func (s *Store) loadPairs(ctx context.Context, stmt *sql.Stmt, scope dm.Scope, in dm.Loaded) error {
	rows := s.dialect.rowset(pairKeyFields.shape())
	for i, p := range scope.Pairs {
		key := pairKey{numberedPair: numberedPair{i, p}}
		if i < len(scope.Keys) {
			key.key = &scope.Keys[i]
		}
		pairKeyFields.add(rows, &key)
	}
	return each(ctx, stmt, rows.args(nil), func(row *sql.Rows) error {
		var r numberedPairRow
		if err := row.Scan(numberedPairDest.dest(&r)...); err != nil {
			return err
		}
		return r.pair.into(in, scope, r.n)
	})
}

// needShared returns the pairs of those sends that need a count of shared friends. A send is a pair
// of its sender and its recipient.
func needShared(tx *dm.Tx, sends []dm.Pair) (pairs []dm.Pair) {
	for _, p := range sends {
		if tx.NeedsShared(p.Low, p.High) {
			pairs = append(pairs, dm.PairOf(p.Low, p.High))
		}
	}
	return pairs
}

// countShared counts the shared friends of pairs.
func (s *Store) countShared(ctx context.Context, stmt *sql.Stmt, tx *dm.Tx, pairs []dm.Pair) error {
	if len(pairs) == 0 {
		return nil
	}
	rows := s.dialect.rowset(numberedPairFields.shape())
	for i, p := range pairs {
		numberedPairFields.add(rows, &numberedPair{i, p})
	}
	return each(ctx, stmt, rows.args(nil), func(row *sql.Rows) error {
		var n, count int
		err := row.Scan(&n, &count)
		if err == nil {
			tx.CountShared(pairs[n], count)
		}
		return err
	})
}

// each runs a prepared query and hands every row to scan.
func each(ctx context.Context, stmt *sql.Stmt, args []any, scan func(*sql.Rows) error) error {
	rows, err := stmt.QueryContext(ctx, args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		if err := scan(rows); err != nil {
			return err
		}
	}
	return rows.Err()
}

func toMicros(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMicro()
}

func fromMicros(n int64) time.Time {
	if n == 0 {
		return time.Time{}
	}
	return time.UnixMicro(n).UTC()
}
