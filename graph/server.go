package graph

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/netip"
	"sync"
	"time"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"
	"go.opentelemetry.io/otel/trace"

	"github.com/aparte-im/aparte/dm"
	"github.com/aparte-im/aparte/graph/access"
	"github.com/aparte-im/aparte/graph/admission"
	"github.com/aparte-im/aparte/graph/apierror"
	"github.com/aparte-im/aparte/graph/auth"
	"github.com/aparte-im/aparte/graph/clientaddr"
	"github.com/aparte-im/aparte/graph/connlimit"
	"github.com/aparte-im/aparte/graph/generated"
	"github.com/aparte-im/aparte/graph/limits"
	"github.com/aparte-im/aparte/graph/rates"
	"github.com/aparte-im/aparte/graph/socket"
	"github.com/aparte-im/aparte/graph/transport"
)

// Config is what a Server is made of.
type Config struct {
	// Service is the product. Required.
	Service *dm.Service
	// Verify checks tokens. Required; see HS256.
	Verify auth.Verifier
	// CreateUsers makes a valid token of an unknown subject create the user from its claims.
	CreateUsers bool
	// VerifyAsks says that Verify asks another service. Then an address that has sent too many bad
	// tokens waits before another unknown token is verified for it.
	VerifyAsks bool
	// Introspection lets clients read the schema. They need a token for it like for everything.
	Introspection bool
	// Limits bound what one request may ask for.
	Limits limits.Request
	// Documents, where there are some, are the only ones that are taken.
	Documents *admission.Documents
	// Origins are the web origins ("https://app.example.com") that may open a WebSocket, besides the service's own.
	Origins []string
	// LoopbackOrigins lets pages from this machine open a WebSocket, whatever their port: for
	// development.
	LoopbackOrigins bool
	// KeepAlive is the time between signs of life on an event stream. Zero: 25 seconds.
	KeepAlive time.Duration
	// WriteWait is how long a client of an event stream may take to read what its connection has no
	// room for, until it is cut off. Zero: 5 seconds.
	WriteWait time.Duration
	// Sockets bounds what clients may take of WebSockets. Zeros are the defaults of package socket.
	Sockets socket.Limits
	// ConnectionLimits bound the connections that stay, of a user and of an address. Nil:
	// connlimit.PerUser and connlimit.PerAddress.
	ConnectionLimits *connlimit.Limits
	// RevocationPoll is how often Run asks who was revoked or deleted. Zero: 2 seconds.
	RevocationPoll time.Duration
	// Rates bound how fast users and addresses may ask. Nil: they are not bounded.
	Rates *rates.Rates
	// Proxies are believed about where a request comes from. Without any it comes from the other
	// end of its connection.
	Proxies clientaddr.Proxies
	// Timeouts bound how long an operation may take.
	Timeouts limits.Timeouts
	// Exports opens the files that exports wrote. Nil: none are offered.
	Exports Exports
	// MountPath is the path under which the service is mounted, as "/dm": addresses that it tells
	// clients start with it.
	MountPath string
	// Observer is told what happens. Its functions may be nil.
	Observer Observer
	// Tracing makes spans of requests, operations and events. Nil: there are none.
	Tracing trace.TracerProvider
	// Access gets a line for each operation of a socket, and is told here what a request was about;
	// its Wrap writes the lines of requests. Nil: none.
	Access *access.Log
	// Logger gets internal errors. Nil: none are logged.
	Logger *slog.Logger
	// Clock tells when tokens end. Nil: time.Now.
	Clock func() time.Time
}

func (c *Config) normalize() error {
	var errs []error
	if c.Service == nil {
		errs = append(errs, errors.New("graph: Config.Service is missing"))
	}
	if c.Verify == nil {
		errs = append(errs, errors.New("graph: Config.Verify is missing: without it nobody can be let in"))
	}
	if err := c.Limits.Normalize(); err != nil {
		errs = append(errs, err)
	}
	if err := c.Proxies.Normalize(); err != nil {
		errs = append(errs, err)
	}
	c.Timeouts.Normalize()
	if _, err := transport.NewOrigins(c.Origins, c.LoopbackOrigins); err != nil {
		errs = append(errs, err)
	}
	if c.KeepAlive < 0 || c.WriteWait < 0 {
		errs = append(errs, errors.New("graph: Config.KeepAlive and WriteWait cannot be negative"))
	}
	if c.WriteWait == 0 {
		c.WriteWait = transport.DefaultWriteWait
	}
	if c.KeepAlive == 0 {
		c.KeepAlive = transport.DefaultKeepAlive
	}
	if c.ConnectionLimits == nil {
		c.ConnectionLimits = connlimit.New(connlimit.PerUser, connlimit.PerAddress)
	}
	if c.RevocationPoll <= 0 {
		c.RevocationPoll = auth.DefaultRevocationPoll
	}
	if c.Logger == nil {
		c.Logger = slog.New(slog.DiscardHandler)
	}
	if c.Clock == nil {
		c.Clock = time.Now
	}
	return errors.Join(errs...)
}

// Server answers GraphQL on one path, whichever it is mounted on. It must be shut down.
type Server struct {
	config           Config
	service          *dm.Service
	exec             *admission.Executor
	authenticator    *auth.Authenticator
	sessions         *auth.LiveSessions
	origins          transport.Origins
	sockets          *socket.Transport
	throttle         limits.Throttle
	work             *work
	compressor       *transport.Compressor
	connectionLimits *connlimit.Limits
	streams          *transport.Streams
	// untrusted warns once of a proxy that is not trusted.
	untrusted sync.Once
	// profiles are those of people in live events.
	profiles *profiles
	// spans is nil when nobody asked for traces.
	spans *spans
}

// New returns a Server, or all that is wrong with the configuration.
func New(c Config) (*Server, error) {
	if err := c.normalize(); err != nil {
		return nil, err
	}
	s := &Server{config: c, service: c.Service, sessions: auth.NewLiveSessions(c.Service, c.Clock), work: newWork(), connectionLimits: c.ConnectionLimits, throttle: limits.Throttle{Rates: c.Rates, Refused: c.Observer.Throttled}}
	s.spans, s.profiles = newSpans(c.Tracing), newProfiles(c.Clock)
	s.authenticator = auth.New(auth.Config{Service: c.Service, Verify: c.Verify, CreateUsers: c.CreateUsers, Clock: c.Clock, Gate: s.gate()}, s.sessions)
	var err error
	if s.origins, err = transport.NewOrigins(c.Origins, c.LoopbackOrigins); err != nil {
		return nil, err
	}
	s.exec, err = admission.New(generated.NewExecutableSchema(generated.Config{Resolvers: s}),
		admission.Config{Limits: c.Limits, Documents: c.Documents, Introspection: c.Introspection, Budget: s.throttle})
	if err != nil {
		return nil, err
	}
	s.streams = transport.NewStreams(transport.StreamConfig{
		Exec: s.exec, ConnectionLimits: c.ConnectionLimits, Sessions: s.sessions, Ending: s.work.ending,
		KeepAlive: c.KeepAlive, WriteWait: c.WriteWait, Ended: c.Observer.StreamEnded, Logger: c.Logger, Clock: c.Clock,
	})
	if s.compressor, err = transport.NewCompressor(); err != nil {
		return nil, err
	}
	s.exec.SetErrorPresenter(s.present)
	s.exec.SetRecoverFunc(func(_ context.Context, p any) error { return apierror.Recovered(p) })
	s.exec.AroundOperations(transport.WithSubscription)
	s.exec.AroundOperations(s.logOperation)
	if s.spans != nil {
		s.exec.AroundOperations(s.spans.operation)
	}
	s.exec.AroundResponses(s.respond)
	s.exec.AroundRootFields(s.rootField)
	s.sockets, err = s.newSockets()
	return s, err
}

// ServeHTTP answers one request: a query, a mutation, an event stream or a socket.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if !s.work.enter() {
		w.Header().Set("Retry-After", "1")
		transport.Refuse(w, http.StatusServiceUnavailable, apierror.CodeShuttingDown, "The service is restarting. Try again in a moment.")
		return
	}
	defer s.work.leave()
	if s.spans != nil && !s.sockets.Supports(r) {
		var end func()
		w, r, end = s.spans.request(w, r)
		defer end()
	}
	r = r.WithContext(clientaddr.With(r.Context(), s.budgetAddress(r)))
	if s.sockets.Supports(r) {
		s.serveSocket(w, r)
		return
	}
	s.serveRequest(w, r)
}

// budgetAddress returns the address whose budgets a request spends. A proxy that is not trusted has
// none, because all clients behind it would share them.
func (s *Server) budgetAddress(r *http.Request) netip.Addr {
	if !s.config.Proxies.Untrusted(r) {
		return s.config.Proxies.Client(r)
	}
	s.untrusted.Do(func() {
		s.config.Logger.WarnContext(r.Context(), "a proxy that is not trusted forwards requests, so the limits of an address "+
			"are not applied to them; name its network in --trusted-proxies (Config.Proxies)", "header", s.config.Proxies.Header)
	})
	return netip.Addr{}
}

// gate returns what is asked before an unknown token is verified, or nil.
func (s *Server) gate() func(context.Context) error {
	if !s.config.VerifyAsks {
		return nil
	}
	return func(ctx context.Context) error {
		if err := s.throttle.CheckToken(ctx); err != nil {
			return err
		}
		return nil
	}
}

// Run looks for users who were revoked or deleted on other nodes, and ends their sockets and
// streams here, until ctx ends. Without it they last until their tokens end.
func (s *Server) Run(ctx context.Context) {
	s.sessions.Run(ctx, s.config.RevocationPoll, func(err error) {
		s.config.Logger.WarnContext(ctx, "revocations were not read; trying again", "error", err)
	})
}

// Shutdown takes no more requests, ends every subscription and socket in a way at which clients
// connect anew, and waits until nothing runs any more or ctx ends; it returns ctx's error then. It
// may be called more than once.
func (s *Server) Shutdown(ctx context.Context) error {
	idle := s.work.end()
	err := s.sockets.Shutdown(ctx)
	select {
	case <-idle:
		return err
	case <-ctx.Done():
		return ctx.Err()
	}
}

// respond runs around every response: once for a query or mutation, once per event of a
// subscription.
func (s *Server) respond(ctx context.Context, next graphql.ResponseHandler) *graphql.Response {
	op := graphql.GetOperationContext(ctx).Operation // nil: it was not admitted
	if op != nil {
		var cancel context.CancelFunc
		ctx, cancel = s.config.Timeouts.Context(ctx, op.Operation)
		defer cancel()
		if op.Operation != ast.Mutation {
			ctx = withLoaders(ctx, s.service)
		}
	}
	state := transport.SubscriptionOf(ctx)
	if state != nil {
		loadersOf(ctx).profiles = s.profiles
	}
	if s.spans != nil && op != nil {
		inner := next
		next = func(ctx context.Context) *graphql.Response { return s.spans.response(ctx, state, inner) }
	}
	if state == nil {
		began := time.Now()
		response := next(ctx)
		s.config.Observer.operation(ctx, response, began)
		s.noteOperation(ctx, response)
		return response
	}
	if response := next(state.InField(ctx)); response != nil {
		state.Propagate(response)
		return response
	}
	if err := state.Failure(ctx); err != nil {
		return &graphql.Response{Errors: gqlerror.List{s.present(ctx, err)}, Data: []byte("null")}
	}
	return nil
}

// rootField gives each field of a mutation its own loaders: it must see what it has just done.
func (s *Server) rootField(ctx context.Context, next graphql.RootResolver) graphql.Marshaler {
	if graphql.GetOperationContext(ctx).Operation.Operation == ast.Mutation {
		ctx = withLoaders(ctx, s.service)
	}
	if s.spans != nil {
		return s.spans.rootField(ctx, next)
	}
	return next(ctx)
}

// Streams tells how many event streams are followed.
func (s *Server) Streams() int64 { return s.streams.Count() }
