package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"runtime"
	"runtime/debug"
	"runtime/pprof"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/gobwas/ws"

	"github.com/aparte-im/aparte/dm"
	"github.com/aparte-im/aparte/graph"
	"github.com/aparte-im/aparte/graph/auth"
	"github.com/aparte-im/aparte/graph/connlimit"
	"github.com/aparte-im/aparte/internal/heap"
	"github.com/aparte-im/aparte/live"
)

// liveCommand makes this program the server of the live rows: KIND PEOPLE.
const liveCommand = "serve-live"

// The kinds of server that are measured.
const (
	kindOurs  = "ours"
	kindStock = "stock gqlgen"
	kindRaw   = "raw"
)

// liveState is what a server says of itself, after its garbage was collected and given back to the
// system.
type liveState struct {
	RSS        int64 `json:"rss"`
	Heap       int64 `json:"heap"`
	Stacks     int64 `json:"stacks"`
	Goroutines int   `json:"goroutines"`
	CPU        int64 `json:"cpu_ns"`
	// Events were delivered since the start; Logs is how often a log was read.
	Events int64 `json:"events"`
	Logs   int64 `json:"logs"`
}

// liveServer is the measured server, from within.
type liveServer struct {
	store *liveStore
	hub   *live.Hub
	// events counts those that were handed to a watcher, or written raw.
	events atomic.Int64
	mu     sync.Mutex
	conns  []net.Conn
}

// countingHub notes what watchers have taken.
type countingHub struct{ *liveServer }

type countingSubscription struct {
	dm.Subscription
	server *liveServer
}

func (h countingHub) Publish(events []*dm.Event) { h.hub.Publish(events) }

func (h countingHub) Signal(user dm.UserID, payload []byte) { h.hub.Signal(user, payload) }

func (h countingHub) Subscribe(user dm.UserID, s dm.Subscriber) dm.Subscription {
	return countingSubscription{h.hub.Subscribe(user, s), h.liveServer}
}

func (s countingSubscription) Take(position int64) (*dm.Event, bool) {
	e, ok := s.Subscription.Take(position)
	if ok {
		s.server.events.Add(1)
	}
	return e, ok
}

func serveLive(ctx context.Context, kind, people string) int {
	n, err := strconv.Atoi(people)
	if err == nil {
		err = serveLiveUntilEOF(ctx, kind, n)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench live server:", err)
		return 1
	}
	return 0
}

func serveLiveUntilEOF(ctx context.Context, kind string, people int) error {
	defer runtime.KeepAlive(heap.Tune(os.Getenv)) // as the product does
	s := &liveServer{store: newLiveStore(people), hub: live.NewHub()}
	service := dm.New(dm.Config{Store: s.store, Bus: countingHub{s}})
	verify, err := auth.HS256(benchSecret, nil)
	if err != nil {
		return err
	}
	var h http.Handler
	end := func() error { return nil }
	switch kind {
	case kindOurs:
		server, err := graph.New(graph.Config{Service: service, Verify: verify, ConnectionLimits: connlimit.New(0, 0)})
		if err != nil {
			return err
		}
		h, end = server, func() error {
			// The clients go with their process; what is left is not waited for.
			ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Second)
			defer cancel()
			if err := server.Shutdown(ctx); !errors.Is(err, context.DeadlineExceeded) {
				return err
			}
			return nil
		}
	case kindStock:
		h = newStock(service, s.store, verify)
	case kindRaw:
		h = http.HandlerFunc(s.serveRaw)
	}
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	web := &http.Server{Handler: h, ReadHeaderTimeout: time.Minute}
	ended := make(chan error, 1)
	go func() { ended <- web.Serve(listener) }()
	fmt.Println(listener.Addr())
	s.obey(kind)
	err = errors.Join(end(), web.Close())
	<-ended
	return err
}

// obey does what the driver says, line by line, and answers each with the state after it.
func (s *liveServer) obey(kind string) {
	lines := bufio.NewScanner(os.Stdin)
	for lines.Scan() {
		f := strings.Fields(lines.Text())
		switch f[0] {
		case "deliver": // PEOPLE WINDOW DURATION
			people, _ := strconv.Atoi(f[1])
			window, _ := strconv.Atoi(f[2])
			length, _ := time.ParseDuration(f[3])
			if kind == kindRaw {
				s.writeRaw(length)
			} else {
				s.publish(people, int64(window), length)
			}
		case "trickle": // PEOPLE PER-SECOND DURATION
			people, _ := strconv.Atoi(f[1])
			rate, _ := strconv.Atoi(f[2])
			length, _ := time.ParseDuration(f[3])
			s.trickle(people, rate, length)
		case "collect":
			runtime.GC()
			debug.FreeOSMemory()
			if path := os.Getenv("BENCH_HEAPPROFILE"); path != "" {
				if f, err := os.Create(path); err == nil {
					_ = pprof.WriteHeapProfile(f)
					_ = f.Close()
				}
			}
		}
		b, err := json.Marshal(s.state())
		if err != nil {
			panic(err) // numbers
		}
		fmt.Println(string(b))
	}
}

func (s *liveServer) state() liveState {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	var use syscall.Rusage
	_ = syscall.Getrusage(syscall.RUSAGE_SELF, &use)
	status, _ := os.ReadFile("/proc/self/status")
	rss, _ := strconv.ParseInt(strings.TrimSuffix(field(string(status), "VmRSS"), " kB"), 10, 64)
	return liveState{
		RSS: rss << 10, Heap: int64(m.HeapAlloc), Stacks: int64(m.StackInuse), Goroutines: runtime.NumGoroutine(),
		CPU: use.Utime.Nano() + use.Stime.Nano(), Events: s.taken(), Logs: s.store.logs.Load(),
	}
}

// taken counts the events that watchers have, whichever way they came, or that were written raw.
func (s *liveServer) taken() int64 { return s.events.Load() + s.store.read.Load() }

// publish keeps so many events on their way to each of the people, who have one subscription each.
func (s *liveServer) publish(people int, window int64, length time.Duration) {
	if path := os.Getenv("BENCH_CPUPROFILE"); path != "" {
		if f, err := os.Create(path); err == nil {
			_ = pprof.StartCPUProfile(f)
			defer pprof.StopCPUProfile()
		}
	}
	before := s.taken()
	sent := int64(0)
	batch := make([]*dm.Event, 0, 64)
	for end := time.Now().Add(length); time.Now().Before(end); {
		for i := range people {
			p := s.store.ends[i].Load() + 1
			batch = append(batch, s.store.event(i, p, time.Now()))
			s.store.ends[i].Store(p)
			if len(batch) == cap(batch) || i == people-1 {
				s.hub.Publish(batch)
				sent += int64(len(batch))
				batch = batch[:0]
			}
		}
		for sent-(s.taken()-before) > int64(people)*(window-1) {
			runtime.Gosched()
		}
	}
	for s.taken()-before < sent {
		runtime.Gosched()
	}
}

// trickle publishes at a fixed rate, to one after the other.
func (s *liveServer) trickle(people, rate int, length time.Duration) {
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()
	start := time.Now()
	for sent := 0; time.Since(start) < length; <-tick.C {
		for due := int(time.Since(start).Seconds() * float64(rate)); sent < due; sent++ {
			i := sent * 7919 % people
			p := s.store.ends[i].Load() + 1
			e := s.store.event(i, p, time.Now())
			s.store.ends[i].Store(p)
			s.hub.Publish([]*dm.Event{e})
		}
	}
}

// serveRaw shakes hands, acknowledges, and leaves the connection to writeRaw.
func (s *liveServer) serveRaw(w http.ResponseWriter, r *http.Request) {
	conn, _, _, err := ws.HTTPUpgrader{Protocol: func(string) bool { return true }}.Upgrade(r, w)
	if err != nil {
		return
	}
	if err := ws.WriteFrame(conn, ws.NewTextFrame([]byte(`{"type":"connection_ack"}`))); err != nil {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.conns = append(s.conns, conn)
}

// writeRaw writes a frame of the bytes of an event to one connection after the other, from as many
// goroutines as there are processors.
func (s *liveServer) writeRaw(length time.Duration) {
	payload := `{"id":"1","type":"next","payload":` + liveSample + `}`
	frame := ws.MustCompileFrame(ws.NewTextFrame([]byte(payload)))
	workers := runtime.GOMAXPROCS(0)
	s.mu.Lock()
	conns := slices.Clone(s.conns)
	s.mu.Unlock()
	var all sync.WaitGroup
	end := time.Now().Add(length)
	for w := range workers {
		all.Go(func() {
			for time.Now().Before(end) {
				for i := w; i < len(conns); i += workers {
					if _, err := conns[i].Write(frame); err != nil {
						return
					}
					s.events.Add(1)
				}
			}
		})
	}
	all.Wait()
}
