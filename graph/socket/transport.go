package socket

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

	"github.com/aparte-im/aparte/dm"
	"github.com/aparte-im/aparte/graph/connlimit"
)

// Protocol is the one subprotocol that is spoken.
const Protocol = "graphql-transport-ws"

// Config is what a Transport is made of.
type Config struct {
	Limits Limits
	// ConnectionLimits bound the connections of a user and of an address. Required.
	ConnectionLimits *connlimit.Limits
	// Enter tells who a client is, by what its connection_init shows. Required. An error that is no
	// *Refusal is internal, and shows as 1013.
	Enter func(context.Context, Greeting) (Session, error)
	// Admit is asked before each operation, with the session's context. Its error is the
	// operation's only answer; what it returns otherwise is called when the operation has ended.
	// Nil: everything is admitted.
	Admit func(context.Context, netip.Addr) (release func(), err error)
	// Begin, where there is one, is told of each operation, with the session's context, before it
	// is admitted; the operation runs with the context that it returns. ended is called when the
	// operation was answered or refused, or, for a subscription, is followed.
	Begin func(context.Context, netip.Addr, *graphql.RawParams) (_ context.Context, ended func(Outcome))
	// Present makes an error public. Required.
	Present func(context.Context, error) *gqlerror.Error
	// Address is where a request comes from, for its seats. Required.
	Address func(*http.Request) netip.Addr
	// Refuse answers a handshake that is turned away. Required.
	Refuse func(http.ResponseWriter, *http.Request, HandshakeRefusal)
	// Clock tells when sessions end. Nil: time.Now.
	Clock func() time.Time
	// Logger gets internal errors. Nil: none are logged.
	Logger *slog.Logger
}

// Outcome is what became of an operation. For a subscription it describes the start.
type Outcome struct {
	// Operation is nil when it was not admitted.
	Operation *ast.OperationDefinition
	// Errors are those of the answer.
	Errors gqlerror.List
	// Bytes were written.
	Bytes int64
}

// Greeting is what a client shows of itself.
type Greeting struct {
	// Header is the handshake's; nil at a renewal.
	Header http.Header
	// Payload is what stands in the connection_init, or in the ping that renews a session.
	Payload map[string]any
	Address netip.Addr
	// Device is that of the session that is renewed.
	Device string
}

// Session is what a client may be taken for, until it ends.
type Session struct {
	// Values carries the identity to the operations. Its end is not looked at.
	Values context.Context //nolint:containedctx // the connection outlives the request that brought it
	// User is whose connection this is, for its seat. Zero: nobody's.
	User dm.UserID
	// Guard, where there is one, is called when the session begins. It may call end, then or later,
	// to say that the session counts no more; leave says that it need not any more.
	Guard func(end func()) (leave func())
	// Key must be the same when a session is renewed: nobody becomes somebody else.
	Key     string
	Expires time.Time
	// Device is what the client calls itself.
	Device string
}

// Refusal says how a connection is closed that is not let in.
type Refusal struct {
	Code   int
	Reason string
}

func (r *Refusal) Error() string { return r.Reason }

// HandshakeRefusal says why a handshake is turned away.
type HandshakeRefusal struct {
	Status     int
	Message    string
	RetryAfter time.Duration
}

// Transport implements graphql.Transport. It must be shut down.
type Transport struct {
	config   Config
	registry *registry
	pool     *pool
	counts   counts

	// ending is done once the shutdown has begun.
	ending context.Context //nolint:containedctx // it is the transport's own life
	end    context.CancelFunc
	// tasks are the goroutines that Shutdown waits for. mu keeps it from counting up while somebody
	// waits.
	mu    sync.Mutex
	ended bool
	tasks sync.WaitGroup
}

var _ graphql.Transport = (*Transport)(nil)

// New returns a Transport.
func New(c Config) (*Transport, error) {
	if c.Enter == nil || c.Present == nil || c.Refuse == nil || c.ConnectionLimits == nil || c.Address == nil {
		return nil, errors.New("socket: one of Config.Enter, Present, Refuse, ConnectionLimits and Address is missing")
	}
	if err := c.Limits.normalize(); err != nil {
		return nil, err
	}
	if c.Clock == nil {
		c.Clock = time.Now
	}
	if c.Logger == nil {
		c.Logger = slog.New(slog.DiscardHandler)
	}
	t := &Transport{config: c, pool: newPool(c.Limits.Workers)}
	t.registry = newRegistry()
	t.ending, t.end = context.WithCancel(context.Background())
	return t, nil
}

// task runs something that Shutdown waits for; it reports whether there was time for it.
func (t *Transport) task(run func()) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.ended {
		return false
	}
	t.tasks.Go(run)
	return true
}

// Shutdown takes no more connections, ends those there are and waits until nothing runs any more,
// or ctx ends: then it cuts what is left and returns ctx's error. It may be called more than once.
func (t *Transport) Shutdown(ctx context.Context) error {
	t.end()
	t.drain(ctx)
	done := make(chan struct{})
	go func() {
		t.tasks.Wait() // the connections, whose end is the end of their operations
		t.mu.Lock()
		t.ended = true
		t.mu.Unlock()
		t.pool.close()
		close(done)
	}()
	select {
	case <-done:
		return nil
	case <-ctx.Done():
		for _, c := range t.registry.all() {
			c.abort()
		}
		return ctx.Err()
	}
}

// drain ends connection after connection, in no order. A few go at once; many take as long as
// DrainWindow.
func (t *Transport) drain(ctx context.Context) {
	conns := t.registry.close()
	window := min(t.config.Limits.DrainWindow, time.Duration(len(conns))*drainStep)
	if deadline, ok := ctx.Deadline(); ok {
		window = min(window, time.Until(deadline)/2)
	}
	var pause *time.Timer
	begun := time.Now()
	for i, c := range conns { // a map's order, so none
		due := window * time.Duration(i) / time.Duration(len(conns))
		if wait := due - time.Since(begun); wait > drainStep {
			if pause == nil {
				pause = time.NewTimer(wait)
				defer pause.Stop()
			} else {
				pause.Reset(wait)
			}
			select {
			case <-pause.C:
			case <-ctx.Done():
			}
		}
		c.drain()
	}
}
