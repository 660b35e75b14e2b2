package main

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"
)

// turn is how long one of several that are measured in turns has the machine.
const turn = 200 * time.Millisecond

// contender is one row of several that are measured in turns.
type contender struct {
	name string
	// send does one send for one of the concurrent senders.
	send []sendFunc
	// salt keeps the senders of one contender from repeating what another has sent.
	salt int
}

// turns measures rows whose ratio matters more than their figures: each has the machine for a short
// turn, again and again, on one database, so that what else the machine does in these seconds bears
// on all of them alike.
func (o options) turns(ctx context.Context, p *population, read func() (counters, error), contenders []contender) ([]result, error) {
	rows := make([]turning, len(contenders))
	for i, c := range contenders {
		rows[i] = turning{contender: c, hist: hdrhistogram.New(1, 60_000_000, 3)}
		for k := range c.send {
			rows[i].pickers = append(rows[i].pickers, p.picker(c.salt+k))
		}
	}
	begun := time.Now()
	warm := min(warmUp, o.length) * time.Duration(len(rows))
	for time.Since(begun) < warm+o.length*time.Duration(len(rows)) {
		measuring := time.Since(begun) >= warm
		for i := range rows {
			if err := rows[i].take(ctx, measuring, read); err != nil {
				return nil, err
			}
		}
	}
	var out []result
	for _, row := range rows {
		if row.accepted == 0 {
			return nil, errors.New(row.name + ": no send was accepted")
		}
		out = append(out, row.result())
	}
	return out, nil
}

// turning is what was measured of a contender so far.
type turning struct {
	contender
	pickers           []*picker
	hist              *hdrhistogram.Histogram
	used              counters
	elapsed           time.Duration
	accepted, refused int
}

func (t *turning) take(ctx context.Context, measuring bool, read func() (counters, error)) error {
	before, err := read()
	if err != nil {
		return err
	}
	var mu sync.Mutex
	var wg sync.WaitGroup
	var failed error
	start := time.Now()
	for i, send := range t.send {
		wg.Go(func() {
			var took []time.Duration
			refused := 0
			var err error
			for err == nil && ctx.Err() == nil && time.Since(start) < turn {
				var ok bool
				at := time.Now()
				ok, err = send(ctx, t.pickers[i].next())
				if ok {
					took = append(took, time.Since(at))
				} else {
					refused++
				}
			}
			mu.Lock()
			defer mu.Unlock()
			failed = errors.Join(failed, err)
			if !measuring {
				return
			}
			t.accepted += len(took)
			t.refused += refused
			for _, d := range took {
				_ = t.hist.RecordValue(d.Microseconds())
			}
		})
	}
	wg.Wait()
	elapsed := time.Since(start)
	after, err := read()
	if err = errors.Join(failed, err, ctx.Err()); err != nil || !measuring {
		return err
	}
	t.elapsed += elapsed
	t.used = t.used.plus(after.since(before))
	return nil
}

func (t *turning) result() result {
	r := result{Name: t.name}
	r.fill(float64(t.accepted), float64(t.refused), t.elapsed, t.used, t.hist)
	return r
}
