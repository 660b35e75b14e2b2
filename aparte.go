// Package aparte embeds the Aparté direct-message backend in a Go program.
//
// # Purpose
//
// Aparté adds direct messages to an app that has users and a follow graph: a GraphQL API with live
// delivery over WebSocket and server-sent events, on SQLite or Postgres. A program creates a
// [Server] with [New], mounts its [Server.Handler] beside its own routes, and keeps [Server.Run]
// running:
//
//	server, err := aparte.New(aparte.Config{
//		DatabaseURL: "postgres://app@localhost/app",
//		Tokens:      aparte.TokenConfig{Secrets: [][]byte{secret}},
//		MountPath:   "/dm",
//	})
//	if err != nil {
//		return err
//	}
//	defer server.Close()
//	mux.Handle("/dm/", server.Handler())
//	go server.Run(ctx)
//
// The clients of the app then reach the API at /dm/graphql with a token that the program signs
// ([SignToken]) or that it verifies itself ([Config.VerifyToken]). The program keeps the users and
// the follow graph up to date with [Server.UpsertUsers], [Server.SetFollows] and the methods beside
// them; it needs no HTTP calls to itself.
//
// The command cmd/aparte is built on this package: it adds flags, a listener and tools for
// operators.
//
// # Invariants
//
// The promises of the product hold whether it is embedded or not: ARCHITECTURE.md lists them. The
// package changes nothing of the process: it registers no metrics, installs no handlers and reads
// no environment variables unless the configuration asks for it.
//
// # Concurrency and lifecycle
//
// A Server is safe for concurrent use. It answers requests from New on. Run does the work in the
// background and ends gracefully with its context; Close waits for Run and closes the database.
// Several servers, in one process or many, may share a Postgres database. A SQLite database belongs
// to one server.
//
// # Stability
//
// There is no release yet. From version 1 on this package follows semantic versioning, and so do
// the types of packages dm and dm/policy that its exported names use. [Server.Service] gives access
// to all of package dm, whose methods may change in a minor version. The other packages of the
// module (graph, store, live, ent, web) are importable but may change in any version.
package aparte

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"sync"
	"sync/atomic"

	"github.com/aparte-im/aparte/dm"
	"github.com/aparte-im/aparte/graph"
	"github.com/aparte-im/aparte/graph/access"
	"github.com/aparte-im/aparte/graph/auth"
	"github.com/aparte-im/aparte/graph/connlimit"
	"github.com/aparte-im/aparte/graph/rates"
	"github.com/aparte-im/aparte/internal/background"
	"github.com/aparte-im/aparte/internal/metrics"
	"github.com/aparte-im/aparte/live"
	"github.com/aparte-im/aparte/store"
)

// Server is the direct-message backend of one program. Create it with [New] and close it with
// [Server.Close]. It is safe for concurrent use.
type Server struct {
	config  Config
	store   *store.Store
	service *dm.Service
	api     *graph.Server
	access  *access.Log
	metrics *metrics.Metrics
	worker  *background.Worker
	keys    *auth.KeySet
	handler http.Handler

	draining atomic.Bool
	// begun guards that Run runs once and not after Close.
	begun  sync.Mutex
	ran    bool
	ended  chan struct{} // closed when Run has returned
	stop   context.CancelFunc
	closed func() error
}

// New opens the database and returns a Server that answers requests. The schema of the database
// must be current; see [Migrate]. The error names every field of the configuration that is wrong.
func New(c Config) (*Server, error) { return NewWithContext(context.Background(), c) }

// NewWithContext is [New] with a context that can cancel the opening of the database. The context
// has no effect after the return.
func NewWithContext(ctx context.Context, c Config) (*Server, error) {
	if err := c.normalize(); err != nil {
		return nil, err
	}
	s := &Server{config: c, ended: make(chan struct{}), stop: func() {}}
	s.closed = sync.OnceValue(s.close)
	hub := live.NewHub()
	open := store.Config{URL: c.DatabaseURL, Schema: c.Schema, Connections: c.DatabaseConnections, Rules: c.Rules, Publisher: hub, Logger: c.Logger, Tracing: c.TracerProvider}
	var observer graph.Observer
	if c.Metrics != nil {
		m, err := metrics.New(c.Metrics)
		if err != nil {
			return nil, fmt.Errorf("aparte: Config.Metrics: %w", err)
		}
		s.metrics, open.Observer, observer = m, m.Store(), m.Graph()
	}
	var err error
	if s.store, err = store.Open(ctx, open); err != nil {
		return nil, err
	}
	if err := s.build(ctx, hub, observer); err != nil {
		return nil, errors.Join(err, s.store.Close())
	}
	return s, nil
}

// build makes the parts that stand on the store.
func (s *Server) build(ctx context.Context, hub *live.Hub, observer graph.Observer) error {
	c := s.config
	s.service = dm.New(dm.Config{
		Store: store.Traced(s.store), Bus: hub, PollInterval: c.PollInterval, Classification: c.classifier(),
	})
	verify, err := s.verifier(ctx)
	if err != nil {
		return err
	}
	work := background.Config{Service: s.service, Store: s.store, Retention: background.Retention(c.Retention), Logger: c.Logger}
	var files graph.Exports
	if c.ExportDir != "" {
		if work.Exports, err = background.OpenExports(c.ExportDir); err != nil {
			return err
		}
		files = work.Exports
	}
	s.worker = background.New(work)
	s.access = c.accessLog()
	s.api, err = graph.New(graph.Config{
		Service: s.service, Verify: verify, VerifyAsks: c.VerifyToken != nil, CreateUsers: c.CreateUsers, Introspection: c.Introspection, Exports: files,
		MountPath: c.MountPath, Origins: c.AllowedOrigins, LoopbackOrigins: c.LoopbackOrigins, Logger: c.Logger,
		Limits: c.Limits, Documents: c.TrustedDocuments, Rates: rates.New(*c.Rates), Proxies: c.Proxies, Timeouts: c.Timeouts,
		Observer: observer, Tracing: c.TracerProvider, Access: s.access, Sockets: c.Connections.Sockets,
		ConnectionLimits: connlimit.New(max(c.Connections.PerUser, 0), max(c.Connections.PerAddress, 0)),
		KeepAlive:        c.Connections.StreamKeepAlive, WriteWait: c.Connections.StreamWriteWait,
		RevocationPoll: c.Connections.RevocationPoll,
	})
	if err != nil {
		return err
	}
	if s.metrics != nil {
		if err := s.metrics.Watch(s.store, s.api, hub); err != nil {
			return fmt.Errorf("aparte: Config.Metrics: %w", err)
		}
	}
	s.handler = s.routes()
	return nil
}

// Service returns the product's Go API: everything that the GraphQL API does, with the viewer as an
// argument. Its methods apply the same rules as the API, and may change in a minor version.
func (s *Server) Service() *dm.Service { return s.service }

// Ready reports whether the server should get requests: it returns an error while it stops, and
// when the database does not answer, takes no writes or has another schema.
func (s *Server) Ready(ctx context.Context) error {
	if s.draining.Load() {
		return errStopping
	}
	return s.store.CheckReady(ctx)
}

// Drain makes Ready return an error from now on, while requests are answered as before. A program
// that stands behind a load balancer calls it some seconds before it ends the context of Run and
// closes its listener, so that new requests go elsewhere first. It may be called more than once.
func (s *Server) Drain() { s.draining.Store(true) }

var errStopping = errors.New("aparte: the server is stopping")

// Run does the work in the background until ctx ends: it removes records older than their
// retention, writes exports, finishes erasures, fetches the key set, and disconnects users who were
// revoked on other nodes.
//
// When ctx ends, Run stops the API gracefully: new requests are refused, sockets and event streams
// end in a way at which clients reconnect, and requests that have begun are answered. Call
// [net/http.Server.Shutdown] at the same time, which waits for the same connections. Run returns
// nil, or an error when this takes longer than [Config.ShutdownTimeout].
//
// Run may be called once.
func (s *Server) Run(ctx context.Context) error {
	work, cancel := context.WithCancel(context.WithoutCancel(ctx))
	if err := s.begin(cancel); err != nil {
		cancel()
		return err
	}
	defer close(s.ended)
	defer s.draining.Store(true)
	var owned sync.WaitGroup
	defer owned.Wait()
	defer cancel()
	owned.Go(func() { s.worker.Run(work) })
	owned.Go(func() { s.api.Run(work) })
	if s.keys != nil {
		owned.Go(func() { s.keys.Run(work) })
	}
	select {
	case <-ctx.Done():
	case <-work.Done(): // closed
	}
	return s.drain()
}

func (s *Server) begin(stop context.CancelFunc) error {
	s.begun.Lock()
	defer s.begun.Unlock()
	if s.ran {
		return errors.New("aparte: Run was called already, or the server is closed")
	}
	s.ran, s.stop = true, stop
	return nil
}

// drain ends the API gracefully. It may be called more than once.
func (s *Server) drain() error {
	s.draining.Store(true)
	ctx, cancel := context.WithTimeout(context.Background(), max(s.config.ShutdownTimeout, 0))
	defer cancel()
	if err := s.api.Shutdown(ctx); err != nil {
		return fmt.Errorf("aparte: the graceful stop took longer than %s: %w", max(s.config.ShutdownTimeout, 0), err)
	}
	return nil
}

// Close stops the server: it ends Run and waits for it, waits for sends that have begun, and closes
// the database. Stop the HTTP server that serves the handler before. Close may be called more than
// once.
func (s *Server) Close() error { return s.closed() }

func (s *Server) close() error {
	s.begun.Lock()
	ran, stop := s.ran, s.stop
	s.ran = true
	s.begun.Unlock()
	var err error
	if ran {
		stop()
		<-s.ended
	} else {
		err = s.drain()
	}
	return errors.Join(err, s.store.Close())
}
