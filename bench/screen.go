package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"
	"golang.org/x/sync/errgroup"

	"github.com/aparte-im/aparte/dm"
	"github.com/aparte-im/aparte/dm/policy"
)

// Sizes of the rows from send to screen: people who watch, and connections that send.
const (
	screenWatchers    = 500
	screenConnections = 256
	screenPatience    = 10 * time.Second
)

const screenSubscription = `subscription { inboxEvents { cursor unread { messages }
	... on MessageAdded { message { id seq body sender { handle } } } } }`

// screenShares are parts of the largest rate, with the most that p50 and p99 may be, in ms. Zero:
// no promise.
var screenShares = []struct {
	share    float64
	p50, p99 float64
}{{0.2, 2, 8}, {0.5, 5, 25}, {0.8, 0, 0}}

// screen measures from the moment at which a send is due to the moment at which its event is read
// from the recipient's own WebSocket. The sends are due at fixed times, whatever became of those
// before (an open loop), so a server that falls behind cannot hide it. The largest rate is measured
// before, in a closed loop with the same watchers.
func (o options) screen(ctx context.Context, pg *postgres, p *population, add func(result, error) error) error {
	if !o.wants("screen") {
		return nil
	}
	if err := pg.fresh(ctx, o.trial); err != nil {
		return err
	}
	server, err := startAPI(ctx, pg.url)
	if err != nil {
		return add(result{Name: "screen"}, err)
	}
	defer server.stop()
	s := &screenBench{options: o, api: &apiTarget{address: server.address, external: map[dm.UserID]string{}}, pairs: p.friends(screenWatchers)}
	s.broken = make(chan error, len(s.pairs))
	for i, id := range p.people {
		s.api.external[id] = fmt.Sprintf("u%07d", i)
	}
	if err := s.open(ctx); err != nil {
		return add(result{Name: "screen"}, err)
	}
	defer s.close()
	return s.measureShares(ctx, pg, add)
}

// measureShares measures the rows in rounds and adds the median of each figure. A round has a
// checkpoint behind it, and its parts are parts of its own largest rate.
func (s *screenBench) measureShares(ctx context.Context, pg *postgres, add func(result, error) error) error {
	measured := make([][]result, 1+len(screenShares))
	for round := range s.rounds {
		if _, err := pg.db.ExecContext(ctx, checkpoint); err != nil {
			return err
		}
		most, err := s.closedLoop()
		if err != nil {
			return add(most, err)
		}
		all := []result{most}
		for _, share := range screenShares {
			r, err := s.openLoop(most.Rate, share.share)
			if err != nil {
				return add(r, err)
			}
			all = append(all, r)
		}
		for i, r := range all {
			fmt.Fprintf(os.Stderr, "%-22s %8.0f sends/s  p50 %.2f ms  p99 %.2f ms, round %d of %d\n",
				r.Name, r.Rate, r.P50, r.P99, round+1, s.rounds)
			measured[i] = append(measured[i], r)
		}
	}
	for i, all := range measured {
		r := result{
			Name: all[0].Name,
			Rate: median(all, func(r result) float64 { return r.Rate }).Rate,
			P50:  median(all, func(r result) float64 { return r.P50 }).P50,
			P99:  median(all, func(r result) float64 { return r.P99 }).P99,
		}
		if err := add(r, nil); err != nil {
			return err
		}
		if i == 0 || screenShares[i-1].p50 == 0 {
			continue
		}
		printCheck(r.Name+" of the largest rate, p50 ms", r.P50, screenShares[i-1].p50, false)
		printCheck(r.Name+" of the largest rate, p99 ms", r.P99, screenShares[i-1].p99, false)
	}
	return nil
}

// friends returns pairs of friends, each person in one of them, who may write to each other without
// limit.
func (p *population) friends(n int) [][2]dm.UserID {
	var out [][2]dm.UserID
	used := map[int32]bool{}
	for i, pair := range p.pairs {
		a, b := pair[0], pair[1]
		if i%3 != 0 || used[a] || used[b] || audienceOf(int(a)) != policy.Everyone || audienceOf(int(b)) != policy.Everyone {
			continue
		}
		used[a], used[b] = true, true
		if out = append(out, [2]dm.UserID{p.people[a], p.people[b]}); len(out) == n {
			break
		}
	}
	return out
}

// screenBench is the people of these rows: each watcher on a socket of their own, and the
// connections that send.
type screenBench struct {
	options
	api     *apiTarget
	pairs   [][2]dm.UserID
	clients []*apiClient
	sockets []*socketClient
	readers sync.WaitGroup
	// broken has what ended a reader.
	broken chan error
	// seen counts the events that were read; due tells when a send was due.
	seen atomic.Int64
	run  atomic.Pointer[screenRun]
	sent int
}

// screenRun is one row while it is measured. Sends before first belong to an earlier one.
type screenRun struct {
	first int
	start time.Time
	every time.Duration
	mu    sync.Mutex
	hist  *hdrhistogram.Histogram
}

func (s *screenBench) open(ctx context.Context) error {
	for range screenConnections {
		c, err := s.api.dial(ctx)
		if err != nil {
			return err
		}
		s.clients = append(s.clients, c)
	}
	for _, pair := range s.pairs {
		c, err := s.api.socket(ctx, pair[1])
		if err != nil {
			return err
		}
		s.sockets = append(s.sockets, c)
		if err := c.subscribe(1, screenSubscription); err != nil {
			return err
		}
		s.readers.Go(func() { s.broken <- s.watch(c) })
	}
	// A subscription has no answer of its own: a send to each that arrives shows that all of them
	// watch.
	for i := range s.pairs {
		if err := s.send(s.clients[0], i); err != nil {
			return err
		}
	}
	s.sent = len(s.pairs)
	return s.wait()
}

func (s *screenBench) close() {
	for _, c := range s.sockets {
		c.close()
	}
	s.readers.Wait()
	for _, c := range s.clients {
		_ = c.conn.Close()
	}
}

// watch reads a person's events until the socket is closed.
func (s *screenBench) watch(c *socketClient) error {
	for {
		text, err := c.next()
		if err != nil {
			return err
		}
		now := time.Now()
		_, after, ok := bytes.Cut(text, []byte(`"body":"#`))
		if !ok {
			return fmt.Errorf("no event: %s", text)
		}
		digits, _, _ := bytes.Cut(after, []byte(`"`))
		k, err := strconv.Atoi(string(digits))
		if err != nil {
			return err
		}
		if r := s.run.Load(); r != nil && k >= r.first && r.every > 0 {
			r.mu.Lock()
			_ = r.hist.RecordValue(now.Sub(r.start.Add(time.Duration(k-r.first) * r.every)).Microseconds())
			r.mu.Unlock()
		}
		s.seen.Add(1)
	}
}

func (s *screenBench) send(c *apiClient, k int) error {
	pair := s.pairs[k%len(s.pairs)]
	ok, err := c.send(context.Background(), dm.Send{
		Sender: pair[0], Recipient: pair[1], Body: "#" + strconv.Itoa(k), ClientMessageID: "screen-" + strconv.Itoa(k),
	})
	if err == nil && !ok {
		err = errors.New("a send was refused")
	}
	return err
}

// wait waits until every event was read.
func (s *screenBench) wait() error {
	end := time.After(screenPatience)
	for s.seen.Load() < int64(s.sent) {
		select {
		case err := <-s.broken:
			return fmt.Errorf("a watcher: %w", err)
		case <-end:
			return fmt.Errorf("%d sends were acknowledged, %d events arrived", s.sent, s.seen.Load())
		case <-time.After(time.Millisecond):
		}
	}
	return nil
}

// closedLoop sends as fast as answers come.
func (s *screenBench) closedLoop() (result, error) {
	s.run.Store(nil)
	next := atomic.Int64{}
	next.Store(int64(s.sent))
	start := time.Now()
	end := start.Add(s.length)
	var senders errgroup.Group
	for _, c := range s.clients {
		senders.Go(func() error {
			for time.Now().Before(end) {
				if err := s.send(c, int(next.Add(1)-1)); err != nil {
					return err
				}
			}
			return nil
		})
	}
	err := senders.Wait()
	n := int(next.Load()) - s.sent
	s.sent += n
	if err == nil {
		err = s.wait()
	}
	return result{Name: "screen, all", Rate: float64(n) / time.Since(start).Seconds()}, err
}

// openLoop sends at a part of the largest rate, each at its time.
func (s *screenBench) openLoop(most, share float64) (result, error) {
	run := &screenRun{
		first: s.sent, every: time.Duration(float64(time.Second) / (most * share)), start: time.Now().Add(100 * time.Millisecond),
		hist: hdrhistogram.New(1, 60_000_000, 3),
	}
	s.run.Store(run)
	n := int(s.length / run.every)
	due := make(chan int, n)
	var senders errgroup.Group
	for _, c := range s.clients {
		senders.Go(func() error {
			for k := range due {
				if err := s.send(c, k); err != nil {
					return err
				}
			}
			return nil
		})
	}
	for i := range n {
		sleepUntil(run.start.Add(time.Duration(i) * run.every))
		due <- run.first + i
	}
	close(due)
	err := senders.Wait()
	s.sent += n
	if err == nil {
		err = s.wait()
	}
	run.mu.Lock()
	defer run.mu.Unlock()
	return result{
		Name: fmt.Sprintf("screen, %.0f %%", 100*share),
		Rate: float64(n) / s.length.Seconds(),
		P50:  float64(run.hist.ValueAtPercentile(50)) / 1000, P99: float64(run.hist.ValueAtPercentile(99)) / 1000,
	}, err
}
