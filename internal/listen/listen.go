// Package listen serves HTTP handlers on addresses until it is told to stop.
//
// Purpose. The command serves the API and, on a second address, the pages for operators.
//
// Invariants. There is no limit on the time of a whole response: a subscription may last for days.
// Package middleware bounds slow clients. Serve closes the listener of the API first when it stops.
//
// Concurrency and lifecycle. Open begins to listen; then Serve or Close is called once. Serve
// returns when every goroutine of it has ended.
package listen

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"syscall"
	"time"
)

// Limits of a connection.
const (
	headerTimeout  = 10 * time.Second
	idleTimeout    = 2 * time.Minute
	maxHeaderBytes = 32 << 10
	// operatorsTimeout bounds the stop of the second address: a profile that still runs is cut.
	operatorsTimeout = time.Second
)

// Config says what is served where.
type Config struct {
	// Address and Handler are those of the API. Required.
	Address string
	Handler http.Handler
	// OperatorsAddress and Operators are those of the second address. Empty: none.
	OperatorsAddress string
	Operators        http.Handler
	// Run runs until its context ends, beside the HTTP servers. It ends the long-lived responses of
	// Handler.
	Run func(context.Context) error
	// Drain is called when a stop begins. Requests are then served for DrainDelay as before, so
	// that a load balancer which asks /readyz sends them elsewhere before the listener closes.
	Drain      func()
	DrainDelay time.Duration
	// ShutdownTimeout bounds a graceful stop, after DrainDelay.
	ShutdownTimeout time.Duration
	Logger          *slog.Logger
}

// Server listens on the addresses of a Config.
type Server struct {
	config         Config
	api, operators net.Listener
}

// Open begins to listen. Connections wait until Serve runs.
func Open(ctx context.Context, c Config) (*Server, error) {
	s := &Server{config: c}
	var err error
	if s.api, err = new(net.ListenConfig).Listen(ctx, "tcp", c.Address); err != nil {
		return nil, &AddressError{Flag: "listen", Address: c.Address, Err: err}
	}
	if c.OperatorsAddress != "" {
		if s.operators, err = new(net.ListenConfig).Listen(ctx, "tcp", c.OperatorsAddress); err != nil {
			return nil, errors.Join(&AddressError{Flag: "ops-listen", Address: c.OperatorsAddress, Err: err}, s.api.Close())
		}
	}
	return s, nil
}

// AddressError says that a server cannot listen on an address, and which flag names another.
type AddressError struct {
	Flag, Address string
	Err           error
}

func (e *AddressError) Error() string {
	if errors.Is(e.Err, syscall.EADDRINUSE) {
		return fmt.Sprintf("another program listens on %s: stop it, or give another address with --%s", e.Address, e.Flag)
	}
	return fmt.Sprintf("cannot listen on %s, which --%s names: %v", e.Address, e.Flag, e.Err)
}

// Unwrap returns the system's error.
func (e *AddressError) Unwrap() error { return e.Err }

// Address returns the address of the API, with the port that the system chose for port 0.
func (s *Server) Address() string { return s.api.Addr().String() }

// OperatorsAddress returns the second address, empty when there is none.
func (s *Server) OperatorsAddress() string {
	if s.operators == nil {
		return ""
	}
	return s.operators.Addr().String()
}

// Serve answers requests until ctx ends, then stops gracefully: it drains for a while, the listener
// of the API closes, requests that have begun are answered, and the second address closes last.
func (s *Server) Serve(ctx context.Context) error {
	running, cancel := context.WithCancel(context.WithoutCancel(ctx))
	defer cancel()
	c := s.config
	var draining atomic.Bool
	api := &http.Server{
		Handler: closing(&draining, c.Handler), ReadHeaderTimeout: headerTimeout, IdleTimeout: idleTimeout, MaxHeaderBytes: maxHeaderBytes,
		ErrorLog: slog.NewLogLogger(c.Logger.Handler(), slog.LevelDebug),
	}
	var serving, stopping sync.WaitGroup
	defer serving.Wait()
	defer s.serveOperators(&serving)()
	var runErr, serveErr, shutErr error
	stopping.Go(func() {
		runErr = c.Run(running)
		cancel() // Run ended by itself when running has not
	})
	failed := make(chan error, 1)
	serving.Go(func() { failed <- api.Serve(s.api) })
	select {
	case <-ctx.Done():
		draining.Store(true)
		s.drain(running)
	case <-running.Done():
	case err := <-failed:
		serveErr = fmt.Errorf("serve: %w", err)
	}
	c.Logger.Info("stopping")
	cancel()
	stopping.Go(func() {
		timeout, cancel := context.WithTimeout(context.Background(), c.ShutdownTimeout)
		defer cancel()
		if err := api.Shutdown(timeout); err != nil {
			shutErr = fmt.Errorf("the graceful stop took longer than %s: %w", c.ShutdownTimeout, errors.Join(err, api.Close()))
		}
	})
	stopping.Wait()
	c.Logger.Info("stopped")
	return errors.Join(serveErr, runErr, shutErr)
}

// drain goes on serving for the delay, or until running ends.
func (s *Server) drain(running context.Context) {
	c := s.config
	if c.Drain != nil {
		c.Drain()
	}
	if c.DrainDelay <= 0 {
		return
	}
	c.Logger.Info("draining", "delay", c.DrainDelay.String())
	delay := time.NewTimer(c.DrainDelay)
	defer delay.Stop()
	select {
	case <-delay.C:
	case <-running.Done():
	}
}

// closing ends each connection with its next response while the server drains: a proxy that keeps
// connections must not send a request on one that the stop then closes.
func closing(draining *atomic.Bool, h http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if draining.Load() && r.Header.Get("Upgrade") == "" {
			w.Header().Set("Connection", "close")
		}
		h.ServeHTTP(w, r)
	})
}

// serveOperators serves the second address, and returns the function that ends it.
func (s *Server) serveOperators(serving *sync.WaitGroup) func() {
	if s.operators == nil {
		return func() {}
	}
	operators := &http.Server{Handler: s.config.Operators, ReadHeaderTimeout: headerTimeout}
	serving.Go(func() {
		if err := operators.Serve(s.operators); !errors.Is(err, http.ErrServerClosed) {
			s.config.Logger.Error("the listener for operators failed", "error", err)
		}
	})
	return func() {
		ctx, cancel := context.WithTimeout(context.Background(), operatorsTimeout)
		defer cancel()
		if operators.Shutdown(ctx) != nil {
			_ = operators.Close()
		}
	}
}
