package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"text/tabwriter"
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"
	"golang.org/x/sync/errgroup"

	"github.com/aparte-im/aparte/graph/auth"
)

// liveSample is an event of screenSubscription as it goes over the wire.
const liveSample = `{"data":{"inboxEvents":{"cursor":"cur_06h0cjge79rdh9r7vcv25rioas06h0cjge79rdh9","unread":{"messages":12345},` +
	`"message":{"id":"msg_06h0cjge79rdh9r7vcv25rioas06h0","seq":12345,"body":"1795411234567890123","sender":{"handle":"u0000001"}}}}}`

// liveResult is one live row.
type liveResult struct {
	Name          string  `json:"name"`
	Subscriptions int     `json:"subscriptions"`
	RSS           float64 `json:"rss_bytes_each,omitempty"`
	Heap          float64 `json:"heap_bytes_each,omitempty"`
	Stacks        float64 `json:"stack_bytes_each,omitempty"`
	Goroutines    float64 `json:"goroutines_each,omitempty"`
	Rate          float64 `json:"events_per_s,omitempty"`
	CPU           float64 `json:"cpu_us_per_event,omitempty"`
	Logs          float64 `json:"log_reads_per_event,omitempty"`
	P50           float64 `json:"p50_ms,omitempty"`
	P99           float64 `json:"p99_ms,omitempty"`
}

// liveSizes are those of the live rows.
type liveSizes struct {
	idle, busy, many int
	hold             time.Duration
	// trickle is how many events a second the many get while they are held.
	trickle int
}

func defaultLiveSizes() liveSizes {
	return liveSizes{idle: 10_000, busy: 1_000, many: 50_000, hold: time.Minute, trickle: 1_000}
}

// Names of the live rows begin with one of these.
const (
	liveIdle    = "idle"
	liveDeliver = "deliver"
	liveHold    = "hold"
)

// measureLive measures what subscriptions cost and nothing else, and holds as many as may be for a
// while.
func (o options) measureLive(ctx context.Context) error {
	fmt.Println(machine())
	rows, err := o.liveRows(ctx)
	if err != nil {
		return err
	}
	if o.wants(liveHold) {
		if err := rows.add(o.hold(ctx)); err != nil {
			return err
		}
	}
	rows.print()
	return writeJSON(o.out, rows.all)
}

// liveRows measures what subscriptions cost: idle, and for each event, beside gqlgen's own
// transport and beside plain writes. The server is always in a process of its own, and all of it is
// counted.
func (o options) liveRows(ctx context.Context) (*liveRows, error) {
	raiseFiles()
	rows := &liveRows{}
	for _, kind := range []string{kindStock, kindOurs} {
		name := liveIdle + " " + kind
		if !o.wants(name) {
			continue
		}
		if err := rows.add(o.idle(ctx, name, kind, o.live.idle)); err != nil {
			return nil, err
		}
	}
	for _, kind := range []string{kindRaw, kindStock, kindOurs} {
		for _, window := range []int{1, 16} {
			if kind == kindRaw && window > 1 {
				continue
			}
			name := liveDeliver + " " + kind
			if window > 1 {
				name += fmt.Sprintf(" %d", window)
			}
			if !o.wants(name) {
				continue
			}
			if err := rows.add(o.deliver(ctx, name, kind, window)); err != nil {
				return nil, err
			}
		}
	}
	return rows, nil
}

type liveRows struct{ all []liveResult }

func (r *liveRows) add(one liveResult, err error) error {
	if err != nil {
		return fmt.Errorf("%s: %w", one.Name, err)
	}
	fmt.Fprintf(os.Stderr, "%+v\n", one)
	r.all = append(r.all, one)
	return nil
}

func (r *liveRows) print() {
	if len(r.all) == 0 {
		return
	}
	w := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(w, "row\tsubscriptions\tRSS each\theap each\tstacks each\tgoroutines each\tevents/s\tCPU µs an event\tlog reads an event\tp50 ms\tp99 ms\t")
	by := map[string]liveResult{}
	for _, x := range r.all {
		by[x.Name] = x
		fmt.Fprintf(w, "%s\t%d\t%.0f\t%.0f\t%.0f\t%.2f\t%.0f\t%.1f\t%.4f\t%.2f\t%.2f\t\n", x.Name, x.Subscriptions, x.RSS, x.Heap, x.Stacks,
			x.Goroutines, x.Rate, x.CPU, x.Logs, x.P50, x.P99)
	}
	_ = w.Flush()
	fmt.Println()
	ours, raw := by[liveDeliver+" "+kindOurs+" 16"], by[liveDeliver+" "+kindRaw]
	if idle := by[liveIdle+" "+kindOurs]; idle.RSS > 0 {
		printCheck("RSS of an idle subscription, bytes", idle.RSS, 20<<10, false)
	}
	if ours.Rate > 0 && raw.Rate > 0 {
		printCheck("events/s, ours / raw", ours.Rate/raw.Rate, 0.4, true)
		printCheck("CPU of an event, raw / ours", raw.CPU/ours.CPU, 0.4, true)
	}
	if hold := by[liveHold]; hold.P99 > 0 {
		printCheck("p99 of a delivery while many are held, ms", hold.P99, 100, false)
	}
}

// raiseFiles lets this process, and those that it starts, have a file for each connection.
func raiseFiles() {
	const enough = 120_000
	var l syscall.Rlimit
	if syscall.Getrlimit(syscall.RLIMIT_NOFILE, &l) == nil && l.Cur < enough {
		_ = syscall.Setrlimit(syscall.RLIMIT_NOFILE, &syscall.Rlimit{Cur: enough, Max: max(l.Max, enough)})
	}
}

// held is on how many connections, and how many on each, the subscriptions are held: one on each,
// or more where the system allows a process no file for every one.
func (o options) held() (connections, each int) {
	var l syscall.Rlimit
	if syscall.Getrlimit(syscall.RLIMIT_NOFILE, &l) != nil || l.Cur > uint64(o.live.many)+1000 {
		return o.live.many, 1
	}
	each = (o.live.many-1)/(int(l.Cur)-1000) + 1
	connections = (o.live.many-1)/each + 1
	fmt.Printf("the system allows a process %d files: %d subscriptions are held on %d connections, %d on each\n",
		l.Cur, connections*each, connections, each)
	return connections, each
}

// liveChild is a measured server.
type liveChild struct {
	address string
	cmd     *exec.Cmd
	say     io.WriteCloser
	hear    *bufio.Reader
	clients []*socketClient
	readers sync.WaitGroup
	// read counts the events that clients have; latency has how old they were, while it is there.
	read    atomic.Int64
	mu      sync.Mutex
	latency *hdrhistogram.Histogram
}

func startLive(ctx context.Context, kind string, people int) (*liveChild, error) {
	c := &liveChild{cmd: exec.CommandContext(ctx, os.Args[0], liveCommand, kind, strconv.Itoa(people))}
	c.cmd.Stderr = os.Stderr
	var err error
	if c.say, err = c.cmd.StdinPipe(); err != nil {
		return nil, err
	}
	out, err := c.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := c.cmd.Start(); err != nil {
		return nil, err
	}
	c.hear = bufio.NewReader(out)
	address, err := c.hear.ReadString('\n')
	if err != nil {
		return nil, fmt.Errorf("the server did not start: %w", err)
	}
	c.address = strings.TrimSpace(address)
	return c, nil
}

// do has the server do something and returns its state after it.
func (c *liveChild) do(format string, args ...any) (s liveState, err error) {
	if _, err = fmt.Fprintf(c.say, format+"\n", args...); err != nil {
		return s, err
	}
	line, err := c.hear.ReadBytes('\n')
	if err == nil {
		err = json.Unmarshal(line, &s)
	}
	return s, err
}

// connect opens a connection for each of the people, with so many subscriptions; 0: with none, to
// read what is written raw. Source addresses change, because each has ports for some 28,000
// connections to the same server.
func (c *liveChild) connect(ctx context.Context, people, subscriptions int) error {
	c.clients = make([]*socketClient, people)
	var all errgroup.Group
	all.SetLimit(64)
	for i := range people {
		all.Go(func() error {
			from := net.TCPAddr{IP: net.IPv4(127, 0, 0, byte(2+i/20_000))}
			conn, err := (&net.Dialer{LocalAddr: &from}).DialContext(ctx, "tcp", c.address)
			if err != nil {
				return err
			}
			token, err := auth.SignToken(benchSecret, liveName(i), time.Hour)
			if err != nil {
				return err
			}
			s := &socketClient{conn: conn, read: bufio.NewReaderSize(conn, 2<<10)}
			if err := s.open(token); err != nil {
				return err
			}
			for id := range subscriptions {
				if err := s.subscribe(id+1, screenSubscription); err != nil {
					return err
				}
			}
			if subscriptions > 0 {
				// It is answered when the subscriptions were read.
				if err := s.write(`{"type":"ping"}`); err != nil {
					return err
				}
				if _, err := s.next(); err != nil {
					return err
				}
			}
			c.clients[i] = s
			// It reads from now on: pings of a connection that waits for the others want an answer.
			c.readers.Go(func() { c.listen(s) })
			return nil
		})
	}
	return all.Wait()
}

var bodyMark = []byte(`"body":"`)

func (c *liveChild) listen(s *socketClient) {
	for {
		text, err := s.next()
		if err != nil {
			return
		}
		i := bytes.Index(text, bodyMark)
		if i < 0 {
			continue
		}
		c.read.Add(1)
		if c.latency == nil {
			continue
		}
		now := time.Now().UnixNano()
		digits, _, _ := bytes.Cut(text[i+len(bodyMark):], []byte(`"`))
		at, err := strconv.ParseInt(string(digits), 10, 64)
		if err != nil {
			continue
		}
		c.mu.Lock()
		_ = c.latency.RecordValue(max((now-at)/1000, 1))
		c.mu.Unlock()
	}
}

func (c *liveChild) stop() {
	for _, s := range c.clients {
		if s != nil {
			s.close()
		}
	}
	c.readers.Wait()
	_ = c.say.Close()
	_ = c.cmd.Wait()
}

// idle is what a subscription costs that has nothing to say.
func (o options) idle(ctx context.Context, name, kind string, n int) (liveResult, error) {
	r := liveResult{Name: name, Subscriptions: n}
	c, err := startLive(ctx, kind, n)
	if err != nil {
		return r, err
	}
	defer c.stop()
	before, err := c.do("collect")
	if err != nil {
		return r, err
	}
	if err := c.connect(ctx, n, 1); err != nil {
		return r, err
	}
	after, err := c.settle(int64(n))
	each := func(a, b int64) float64 { return float64(b-a) / float64(n) }
	r.RSS, r.Heap, r.Stacks = each(before.RSS, after.RSS), each(before.Heap, after.Heap), each(before.Stacks, after.Stacks)
	r.Goroutines = float64(after.Goroutines-before.Goroutines) / float64(n)
	return r, err
}

// settle waits until every subscription is followed, which reads its log once, and collects
// garbage.
func (c *liveChild) settle(n int64) (liveState, error) {
	for {
		s, err := c.do("collect")
		if err != nil || s.Logs >= n {
			if err == nil {
				s, err = c.do("collect") // stacks shrink by half at a time
			}
			return s, err
		}
	}
}

// deliver is what an event costs on its way to one of many subscriptions.
func (o options) deliver(ctx context.Context, name, kind string, window int) (liveResult, error) {
	r := liveResult{Name: name, Subscriptions: o.live.busy}
	c, err := startLive(ctx, kind, o.live.busy)
	if err != nil {
		return r, err
	}
	defer c.stop()
	subscriptions := 1
	if kind == kindRaw {
		subscriptions = 0
	}
	if err := c.connect(ctx, o.live.busy, subscriptions); err != nil {
		return r, err
	}
	if kind != kindRaw {
		if _, err := c.settle(int64(o.live.busy)); err != nil {
			return r, err
		}
	}
	before, err := c.do("deliver %d %d %v", o.live.busy, window, warmUp)
	if err != nil {
		return r, err
	}
	start := time.Now()
	after, err := c.do("deliver %d %d %v", o.live.busy, window, o.length)
	took := time.Since(start).Seconds()
	events := float64(after.Events - before.Events)
	r.Rate, r.CPU = events/took, float64(after.CPU-before.CPU)/1e3/events
	r.Logs = float64(after.Logs-before.Logs) / events
	return r, err
}

// hold keeps many subscriptions for a while, with events for some of them, and tells how old these
// are when they are read.
func (o options) hold(ctx context.Context) (liveResult, error) {
	connections, each := o.held()
	n, trickle := connections*each, max(o.live.trickle/each, 1)
	r, length := liveResult{Name: liveHold, Subscriptions: n}, o.live.hold
	c, err := startLive(ctx, kindOurs, connections)
	if err != nil {
		return r, err
	}
	defer c.stop()
	before, err := c.do("collect")
	if err != nil {
		return r, err
	}
	c.latency = hdrhistogram.New(1, 60_000_000, 3)
	if err := c.connect(ctx, connections, each); err != nil {
		return r, err
	}
	settled, err := c.settle(int64(n))
	if err != nil {
		return r, err
	}
	start := time.Now()
	after, err := c.do("trickle %d %d %v", connections, trickle, length)
	if err != nil {
		return r, err
	}
	for end := time.Now().Add(10 * time.Second); c.read.Load() < after.Events && time.Now().Before(end); {
		if after, err = c.do("state"); err != nil {
			return r, err
		}
	}
	took := time.Since(start).Seconds()
	if c.read.Load() < int64(length.Seconds())*int64(trickle*each)*9/10 {
		return r, fmt.Errorf("of the events of %v only %d arrived", length, c.read.Load())
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	r.RSS = float64(settled.RSS-before.RSS) / float64(n)
	r.Heap = float64(settled.Heap-before.Heap) / float64(n)
	r.Goroutines = float64(settled.Goroutines-before.Goroutines) / float64(n)
	r.Rate, r.CPU = float64(c.read.Load())/took, float64(after.CPU-settled.CPU)/1e3/float64(c.read.Load())
	r.P50, r.P99 = float64(c.latency.ValueAtQuantile(50))/1e3, float64(c.latency.ValueAtQuantile(99))/1e3
	return r, nil
}
