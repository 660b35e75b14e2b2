package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"runtime"
	"runtime/pprof"
	"strings"
	"time"

	"github.com/aparte-im/aparte/dm"
	"github.com/aparte-im/aparte/graph"
	"github.com/aparte-im/aparte/graph/auth"
	"github.com/aparte-im/aparte/internal/heap"
	"github.com/aparte-im/aparte/live"
	"github.com/aparte-im/aparte/store"
)

// serveCommand makes this program the measured server, in a process of its own.
const serveCommand = "serve-api"

// benchSecret signs the tokens of people who exist for a minute.
var benchSecret = []byte("bench-bench-bench-bench-bench-32")

// serveAPI serves GraphQL on a free port, prints its address and ends with its standard input.
func serveAPI(ctx context.Context, url string) int {
	if err := serveUntilEOF(ctx, url); err != nil {
		fmt.Fprintln(os.Stderr, "bench server:", err)
		return 1
	}
	return 0
}

func serveUntilEOF(ctx context.Context, url string) error {
	if path := os.Getenv("BENCH_CPUPROFILE"); path != "" {
		f, err := os.Create(path)
		if err != nil {
			return err
		}
		defer f.Close()
		if err := pprof.StartCPUProfile(f); err != nil {
			return err
		}
		defer pprof.StopCPUProfile()
	}
	defer runtime.KeepAlive(heap.Tune(os.Getenv)) // as the product does
	hub := live.NewHub()
	s, err := store.Open(ctx, store.Config{URL: url, Rules: dm.DefaultRules(), Publisher: hub})
	if err != nil {
		return err
	}
	defer s.Close()
	verify, err := auth.HS256(benchSecret, nil)
	if err != nil {
		return err
	}
	server, err := graph.New(graph.Config{Service: dm.New(dm.Config{Store: s, Bus: hub}), Verify: verify})
	if err != nil {
		return err
	}
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	h := &http.Server{Handler: server, ReadHeaderTimeout: time.Minute}
	ended := make(chan error, 1)
	go func() { ended <- h.Serve(listener) }()
	fmt.Println(listener.Addr())
	_, _ = io.Copy(io.Discard, os.Stdin)
	err = errors.Join(server.Shutdown(ctx), h.Close())
	<-ended
	return err
}

// apiServer is the measured server in its own process.
type apiServer struct {
	address string
	cmd     *exec.Cmd
	hold    io.Closer
}

func startAPI(ctx context.Context, url string) (*apiServer, error) {
	cmd := exec.CommandContext(ctx, os.Args[0], serveCommand, url)
	cmd.Stderr = os.Stderr
	hold, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	s := &apiServer{cmd: cmd, hold: hold}
	address, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		s.stop()
		return nil, fmt.Errorf("the server did not start: %w", err)
	}
	s.address = strings.TrimSpace(address)
	return s, nil
}

// stop ends the server and waits for it.
func (s *apiServer) stop() {
	_ = s.hold.Close()
	_ = s.cmd.Wait()
}

// api sends over HTTP, each connection for everybody.
func (o options) api(ctx context.Context, pg *postgres, p *population, name string, concurrent int) (result, error) {
	return o.overAPI(ctx, pg, p, name, concurrent, func(api *apiTarget, _ int) (sendFunc, error) {
		c, err := api.dial(ctx)
		if err != nil {
			return nil, err
		}
		return c.send, nil
	})
}

// socketAPI sends over WebSockets, each that of one person.
func (o options) socketAPI(ctx context.Context, pg *postgres, p *population, name string, concurrent int) (result, error) {
	people := p.talkers(concurrent)
	return o.overAPI(ctx, pg, p, name, concurrent, func(api *apiTarget, i int) (sendFunc, error) {
		c, err := api.socket(ctx, people[i].id)
		if err != nil {
			return nil, err
		}
		return func(ctx context.Context, s dm.Send) (bool, error) {
			s.Sender, s.Recipient = people[i].id, people[i].next()
			return c.send(ctx, s)
		}, nil
	})
}

// overAPI sends from this process to a server in another; the CPU of the server's row is that
// process's alone.
func (o options) overAPI(ctx context.Context, pg *postgres, p *population, name string, concurrent int,
	open func(*apiTarget, int) (sendFunc, error),
) (result, error) {
	r := result{Name: name}
	server, err := startAPI(ctx, pg.url)
	if err != nil {
		return r, err
	}
	defer server.stop()
	read := func() (counters, error) {
		c, err := pg.read()
		if err != nil {
			return c, err
		}
		c.allocs = 0
		c.own, err = treeCPU(server.cmd.Process.Pid)
		return c, err
	}
	api := &apiTarget{address: server.address, external: map[dm.UserID]string{}}
	for i, id := range p.people {
		api.external[id] = fmt.Sprintf("u%07d", i)
	}
	if err := api.greet(ctx, p.people); err != nil {
		return r, err
	}
	// Half as many in a second as store.Append, so for twice as long: a page that is written for
	// the first time goes whole into the WAL, and the shorter row would have more of these to a
	// send.
	o.length *= 2
	return o.load(ctx, p, name, concurrent, read, func(i int) (sendFunc, error) { return open(api, i) })
}
