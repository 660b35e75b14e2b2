package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"github.com/aparte-im/aparte/classify"
	"github.com/aparte-im/aparte/dm"
	"github.com/aparte-im/aparte/graph"
	"github.com/aparte-im/aparte/graph/access"
	"github.com/aparte-im/aparte/graph/connlimit"
	"github.com/aparte-im/aparte/graph/rates"
	"github.com/aparte-im/aparte/graph/socket"
	"github.com/aparte-im/aparte/internal/heap"
	"github.com/aparte-im/aparte/live"
	"github.com/aparte-im/aparte/store"
	"github.com/aparte-im/aparte/web"
)

// serverConfig is all that a server is made of, checked.
type serverConfig struct {
	listen, databaseURL, opsListen         string
	tokens                                 graph.TokenConfig
	keys                                   graph.KeySetConfig
	createUsers, playground, introspection bool
	origins                                []string
	rules                                  dm.Rules
	retention                              retentionSettings
	classifier                             *classify.Webhook
	classifierFailed                       string
	pollInterval, shutdownTimeout          time.Duration
	limits                                 graph.Limits
	documents                              *graph.Documents
	connections                            connectionSettings
	rates                                  *rates.Rates
	proxies                                graph.Proxies
	timeouts                               graph.Timeouts
	dev, behindTLS                         bool
	// exportDir is the directory of exports; none are offered when it is empty.
	exportDir string
	traces    traceSettings
	access    accessSettings
	logger    *slog.Logger
}

// server is a running service: its parts, in the order in which they were made.
type server struct {
	floor    heap.Floor
	config   serverConfig
	logger   *slog.Logger
	store    *store.Store
	service  *dm.Service
	api      *graph.Server
	listener net.Listener
	metrics  *metrics
	tracer   *tracer
	access   *access.Log
	ops      *opsServer
	http     *http.Server
	draining atomic.Bool
	// owned are the goroutines that stop ends and waits for.
	owned  sync.WaitGroup
	cancel context.CancelFunc
}

// Limits of a connection. There is no limit on the time of a whole answer: a subscription may last for days. What is not read
// has one (answers.go).
const (
	headerTimeout  = 10 * time.Second
	idleTimeout    = 2 * time.Minute
	maxHeaderBytes = 32 << 10
)

// start makes the parts of a server and begins to listen. Requests are answered once it runs. It must be run, or
// abandoned.
func start(ctx context.Context, s serverConfig) (*server, error) {
	floor := heap.Tune(os.Getenv)
	hub := live.NewHub()
	traces, err := newTracer(ctx, s.traces, s.logger)
	if err != nil {
		return nil, err
	}
	open := store.Config{URL: s.databaseURL, Rules: s.rules, Publisher: hub, Logger: s.logger, Tracing: traces.spans()}
	var figures *metrics
	var observer graph.Observer
	if s.opsListen != "" { // nobody looks otherwise, so nothing is counted
		figures = newMetrics()
		open.Observer, observer = figures.ofStore(), figures.ofGraph()
	}
	st, err := store.Open(ctx, open)
	if err != nil {
		return nil, errors.Join(err, traces.close())
	}
	srv := &server{floor: floor, config: s, logger: s.logger, store: st, metrics: figures, tracer: traces, access: s.access.open(s.logger, s.proxies)}
	srv.service = dm.New(dm.Config{
		Store: store.Traced(st), Bus: hub, PollInterval: s.pollInterval, Classification: classification(s.classifier, s.classifierFailed, s.logger),
	})
	var work context.Context
	work, srv.cancel = context.WithCancel(context.WithoutCancel(ctx))
	verify, err := srv.verifier(work)
	if err != nil {
		return nil, srv.abandon(err)
	}
	exports, err := openSpool(s.exportDir)
	if err != nil {
		return nil, srv.abandon(err)
	}
	srv.api, err = graph.New(graph.Config{
		Exports: exports.files(),
		Service: srv.service, Verify: verify, CreateUsers: s.createUsers, Introspection: s.introspection,
		Origins: s.origins, LoopbackOrigins: s.dev, Logger: s.logger,
		Limits: s.limits, Documents: s.documents, Rates: s.rates, Proxies: s.proxies, Timeouts: s.timeouts, Observer: observer,
		Tracing: traces.spans(), Access: srv.access, Sockets: socket.Limits(s.connections.Sockets),
		ConnectionLimits: connlimit.New(s.connections.PerUser, s.connections.PerAddress), KeepAlive: s.connections.StreamKeepAlive,
		WriteWait: s.connections.StreamWriteWait, RevocationPoll: s.connections.RevocationPoll,
	})
	if err != nil {
		return nil, srv.abandon(err)
	}
	if srv.listener, err = new(net.ListenConfig).Listen(ctx, "tcp", s.listen); err != nil {
		return nil, srv.abandon(err)
	}
	if figures != nil {
		figures.watch(st, srv.api, hub)
		if srv.ops, err = listenOps(ctx, s.opsListen, srv); err != nil {
			return nil, srv.abandon(err)
		}
		srv.owned.Go(func() {
			if err := srv.ops.serve(); err != nil {
				srv.logger.Error("the listener for operators failed", "error", err)
			}
		})
	}
	srv.http = &http.Server{
		Handler: srv.routes(), ReadHeaderTimeout: headerTimeout, IdleTimeout: idleTimeout, MaxHeaderBytes: maxHeaderBytes,
		ErrorLog: slog.NewLogLogger(s.logger.Handler(), slog.LevelDebug),
	}
	srv.owned.Go(func() { srv.keepRetention(work, exports) })
	srv.owned.Go(func() { srv.api.Run(work) })
	srv.owned.Go(func() { srv.doErasures(work) })
	for _, kind := range []dm.JobKind{dm.JobSortHidden, dm.JobSortRequests} {
		srv.owned.Go(func() { srv.doSorting(work, kind) })
	}
	if exports != nil {
		srv.owned.Go(func() { srv.doExports(work, exports) })
	}
	return srv, nil
}

// routes is every address that the server answers.
func (s *server) routes() http.Handler {
	mux := http.NewServeMux()
	mux.Handle("/graphql", allowOrigins(s.config.origins, refuseOtherSites(s.config.origins, s.api)))
	mux.Handle(graph.ExportPath, allowOrigins(s.config.origins, refuseOtherSites(s.config.origins, http.HandlerFunc(s.api.ServeExport))))
	mux.HandleFunc("GET /healthz", serveHealth)
	mux.HandleFunc("GET /readyz", s.serveReady)
	mux.Handle("/", web.Handler(web.Config{Dev: s.config.dev, Playground: s.config.playground, Client: true}))
	if !s.config.dev {
		return boundAnswer(s.config.connections.AnswerWriteWait, s.access.Wrap(secureHeaders(s.config.behindTLS, boundBody(s.metrics.count(mux)))))
	}
	mux.HandleFunc("GET /dev/people", s.servePeople)
	return boundAnswer(s.config.connections.AnswerWriteWait, onlyLoopback(secureHeaders(false, boundBody(mux))))
}

// address is where the server listens, with the port that the system chose for port 0.
func (s *server) address() string { return s.listener.Addr().String() }

// checkReady reports whether the database answers, takes writes and has the schema.
func (s *server) checkReady(ctx context.Context) error { return s.store.CheckReady(ctx) }

// run serves until ctx ends, then stops gracefully.
func (s *server) run(ctx context.Context) error {
	failed := make(chan error, 1)
	s.owned.Go(func() { failed <- s.http.Serve(s.listener) })
	select {
	case err := <-failed:
		return s.stop(fmt.Errorf("serve: %w", err))
	case <-ctx.Done():
	}
	s.logger.Info("stopping")
	err := s.stop(nil)
	s.logger.Info("stopped")
	return err
}

// stop ends what runs, in an order that loses nothing: no new connection, then no new request and no subscription, then
// the sends under way, then the database.
func (s *server) stop(cause error) error {
	s.draining.Store(true)
	ctx, cancel := context.WithTimeout(context.Background(), s.config.shutdownTimeout)
	defer cancel()
	var connections sync.WaitGroup
	var shut error
	// Its first act is to close the listener; then it waits for the requests that the API ends meanwhile.
	connections.Go(func() { shut = s.http.Shutdown(ctx) })
	err := s.api.Shutdown(ctx)
	connections.Wait()
	if err = errors.Join(err, shut); err != nil {
		err = fmt.Errorf("the graceful stop took longer than %s: %w", s.config.shutdownTimeout, errors.Join(err, s.http.Close()))
	}
	return s.abandon(errors.Join(cause, err))
}

// abandon ends a server that does not run (any more), and returns the cause.
func (s *server) abandon(cause error) error {
	if s.cancel != nil {
		s.cancel()
	}
	if s.listener != nil {
		// Closed already when it ran.
		_ = s.listener.Close()
	}
	if s.ops != nil {
		s.ops.close()
	}
	s.owned.Wait()
	closed := s.store.Close()
	if err := s.tracer.close(); err != nil {
		s.logger.Warn("the last traces were not sent", "error", err)
	}
	return errors.Join(cause, closed)
}
