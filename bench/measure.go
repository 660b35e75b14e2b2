package main

import (
	"context"
	"errors"
	"os"
	"runtime"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"

	"github.com/aparte-im/aparte/dm"
)

// result is one row. Rates and costs are per accepted send.
type result struct {
	Name      string  `json:"name"`
	Rate      float64 `json:"sends_per_s"`
	P50       float64 `json:"p50_ms"`
	P99       float64 `json:"p99_ms"`
	CPUServer float64 `json:"cpu_us_server"`
	CPUDB     float64 `json:"cpu_us_db"`
	Fsyncs    float64 `json:"fsyncs_per_send"`
	WAL       float64 `json:"wal_bytes_per_send"`
	Allocs    float64 `json:"allocs_per_send"`
	Refused   float64 `json:"refused_per_send"`
}

// sendFunc does one send for one concurrent sender and reports whether it was accepted.
type sendFunc func(ctx context.Context, s dm.Send) (accepted bool, err error)

// warmUp runs before the clock starts, so that caches, plans and sessions are there.
const warmUp = 2 * time.Second

// counters are read before and after a row.
type counters struct {
	own, db      time.Duration
	allocs       uint64
	syncs, bytes int64
}

// since is what was used after before.
func (c counters) since(before counters) counters {
	return counters{c.own - before.own, c.db - before.db, c.allocs - before.allocs, c.syncs - before.syncs, c.bytes - before.bytes}
}

func (c counters) plus(d counters) counters {
	return counters{c.own + d.own, c.db + d.db, c.allocs + d.allocs, c.syncs + d.syncs, c.bytes + d.bytes}
}

// fill sets the figures of a row.
func (r *result) fill(accepted, refused float64, elapsed time.Duration, used counters, hist *hdrhistogram.Histogram) {
	r.Rate = accepted / elapsed.Seconds()
	r.P50 = float64(hist.ValueAtPercentile(50)) / 1000
	r.P99 = float64(hist.ValueAtPercentile(99)) / 1000
	r.CPUServer = float64(used.own.Microseconds()) / accepted
	r.CPUDB = float64(used.db.Microseconds()) / accepted
	r.Fsyncs = float64(used.syncs) / accepted
	r.WAL = float64(used.bytes) / accepted
	r.Allocs = float64(used.allocs) / accepted
	r.Refused = refused / accepted
}

// load drives one row: concurrent senders, closed loop, for the length. open returns a sender's own
// function.
func (o options) load(ctx context.Context, p *population, name string, concurrent int,
	read func() (counters, error), open func(i int) (sendFunc, error),
) (result, error) {
	r := result{Name: name}
	senders := make([]sendFunc, concurrent)
	for i := range senders {
		var err error
		if senders[i], err = open(i); err != nil {
			return r, err
		}
	}
	var accepted, refused atomic.Int64
	var measuring atomic.Bool
	hist := hdrhistogram.New(1, 60_000_000, 3)
	var mu sync.Mutex
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	var wg sync.WaitGroup
	errs := make(chan error, concurrent)
	for i, send := range senders {
		wg.Go(func() {
			k := p.picker(i)
			own := hdrhistogram.New(1, 60_000_000, 3)
			for ctx.Err() == nil {
				start := time.Now()
				ok, err := send(context.Background(), k.next())
				if err != nil {
					errs <- err
					cancel()
					return
				}
				if !measuring.Load() {
					continue
				}
				if !ok {
					refused.Add(1)
					continue
				}
				accepted.Add(1)
				_ = own.RecordValue(time.Since(start).Microseconds())
			}
			mu.Lock()
			defer mu.Unlock()
			hist.Merge(own)
		})
	}
	if err := wait(ctx, min(warmUp, o.length), errs); err != nil {
		return r, err
	}
	before, err := read()
	if err != nil {
		return r, err
	}
	measuring.Store(true)
	start := time.Now()
	if err := wait(ctx, o.length, errs); err != nil {
		return r, err
	}
	measuring.Store(false)
	elapsed := time.Since(start)
	n := float64(accepted.Load())
	after, err := read()
	cancel()
	wg.Wait()
	if err != nil {
		return r, err
	}
	if n == 0 {
		return r, errors.New("no send was accepted")
	}
	r.fill(n, float64(refused.Load()), elapsed, after.since(before), hist)
	return r, nil
}

func wait(ctx context.Context, d time.Duration, errs chan error) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case err := <-errs:
		return err
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}

// ownCounters reads what this process used.
func ownCounters() counters {
	var u syscall.Rusage
	_ = syscall.Getrusage(syscall.RUSAGE_SELF, &u)
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return counters{own: time.Duration(u.Utime.Nano() + u.Stime.Nano()), allocs: m.Mallocs}
}

func machine() string {
	model := "unknown processor"
	if b, err := os.ReadFile("/proc/cpuinfo"); err == nil {
		model = field(string(b), "model name")
	}
	memory := ""
	if b, err := os.ReadFile("/proc/meminfo"); err == nil {
		memory = field(string(b), "MemTotal")
	}
	return runtime.GOOS + "/" + runtime.GOARCH + ", " + model + ", " + itoa(runtime.NumCPU()) + " cores, " + memory +
		", " + runtime.Version()
}
