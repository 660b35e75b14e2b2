package replay

import (
	"context"
	"errors"
	"math/rand/v2"
	"slices"
	"strconv"
	"sync"
	"testing"

	"golang.org/x/sync/errgroup"

	"github.com/aparte-im/aparte/internal/rows"
)

// The rows of each pair, and of each sender, are sent in the order of the trace and never two at
// once, by any number of workers. All rows are sent.
func TestScheduleKeepsTheOrderOfPairsAndSenders(t *testing.T) {
	const people, count = 12, 5000
	random := rand.New(rand.NewPCG(1, 2))
	trace := make([]rows.Message, count)
	for i := range trace {
		from := random.IntN(people)
		to := (from + 1 + random.IntN(people-1)) % people
		trace[i] = rows.Message{Line: i, Sender: strconv.Itoa(from), Recipient: strconv.Itoa(to)}
	}
	s := newSchedule(40)
	var mu sync.Mutex
	busy := map[any]bool{}
	order := map[any][]int{}
	group, ctx := errgroup.WithContext(t.Context())
	group.Go(func() error {
		for _, row := range trace {
			if err := s.add(ctx, row); err != nil {
				return err
			}
		}
		return s.finish(ctx)
	})
	for range 16 {
		group.Go(func() error {
			for {
				task, ok := s.next(ctx)
				if !ok {
					return ctx.Err()
				}
				keys := []any{pairOf(&task.row), task.row.Sender}
				mu.Lock()
				for _, key := range keys {
					if busy[key] {
						t.Errorf("line %d runs beside another of %v", task.row.Line, key)
					}
					busy[key] = true
					order[key] = append(order[key], task.row.Line)
				}
				mu.Unlock()
				mu.Lock()
				for _, key := range keys {
					busy[key] = false
				}
				mu.Unlock()
				s.done(task)
			}
		})
	}
	if err := group.Wait(); err != nil {
		t.Fatal(err)
	}
	done := 0
	for key, lines := range order {
		if !slices.IsSorted(lines) {
			t.Errorf("the rows of %v were done as %v", key, lines)
		}
		if _, isPair := key.(pair); isPair {
			done += len(lines)
		}
	}
	if done != count || s.answered != count {
		t.Errorf("%d rows were done and %d counted, of %d", done, s.answered, count)
	}
	if len(s.ofPair)+len(s.ofSender) > 0 {
		t.Errorf("%d pairs and %d senders are still held", len(s.ofPair), len(s.ofSender))
	}
}

// A schedule that cannot finish ends with its context.
func TestScheduleEndsWithItsContext(t *testing.T) {
	s := newSchedule(1)
	row := rows.Message{Sender: "a", Recipient: "b"}
	if err := s.add(t.Context(), row); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := s.add(ctx, row); !errors.Is(err, context.Canceled) {
		t.Errorf("a full schedule took a row: %v", err)
	}
	if err := s.finish(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("a row is under way, and finish said %v", err)
	}
}
