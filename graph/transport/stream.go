package transport

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"net/netip"
	"os"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"

	"github.com/aparte-im/aparte/dm"
	"github.com/aparte-im/aparte/graph/apierror"
	"github.com/aparte-im/aparte/graph/auth"
	"github.com/aparte-im/aparte/graph/clientaddr"
	"github.com/aparte-im/aparte/graph/connlimit"
)

// Defaults of StreamConfig.
const (
	DefaultKeepAlive = 25 * time.Second
	DefaultWriteWait = 5 * time.Second
)

const (
	// drainStep and drainMost say how a shutdown spreads the ends of streams, so that their clients
	// do not come back at once.
	drainStep = time.Millisecond
	drainMost = 5 * time.Second
	// headerResume is how a client of server-sent events says where it was.
	headerResume = "Last-Event-ID"
)

var (
	errShutdown   = errors.New("the service is restarting")
	errTokenEnded = errors.New("the token has ended")
)

// StreamConfig is what Streams are made of. All fields but Ended are required.
type StreamConfig struct {
	Exec             graphql.GraphExecutor
	ConnectionLimits *connlimit.Limits
	Sessions         *auth.LiveSessions
	// Ending is done once a shutdown has begun.
	Ending context.Context //nolint:containedctx // of the server
	// KeepAlive is the time between signs of life on an event stream.
	KeepAlive time.Duration
	// WriteWait is how long a client may take to read what its connection has no room for, until it
	// is cut off.
	WriteWait time.Duration
	// Ended is called with the reason why a stream ended. Nil: it is not.
	Ended  func(reason string)
	Logger *slog.Logger
	Clock  func() time.Time
}

// Streams answers operations as server-sent events, in the distinct connections mode of
// graphql-sse. It is safe for concurrent use.
type Streams struct {
	StreamConfig
	count atomic.Int64
}

// NewStreams returns Streams.
func NewStreams(c StreamConfig) *Streams { return &Streams{StreamConfig: c} }

// Count returns how many event streams are followed.
func (s *Streams) Count() int64 { return s.count.Load() }

// stream is one operation answered as server-sent events. It costs the goroutine that serves its
// request, which waits for the next event itself, and a timer.
//
// Each event of the inbox has its cursor as its id, and Last-Event-ID resumes from it. A stream
// that the service ends has no event "complete": the client connects again, and resumes.
type stream struct {
	s       *Streams
	ctx     context.Context //nolint:containedctx // the stream is one call
	cancel  context.CancelCauseFunc
	control *http.ResponseController

	mu sync.Mutex
	w  http.ResponseWriter
	// beat is the timer of the next comment. It runs from the last thing that was written.
	beat *time.Timer
	done bool
}

// Serve answers one operation. It returns false, and has written nothing, when a subscription is
// over the connection limits of its user or its address.
func (s *Streams) Serve(w http.ResponseWriter, r *http.Request, op *graphql.OperationContext, id *auth.Identity) bool {
	if op.Operation.Operation == ast.Subscription {
		leave, ok := s.occupy(id.Viewer, clientaddr.FromRequest(r))
		if !ok {
			return false
		}
		defer leave()
	}
	ctx, cancel := context.WithCancelCause(r.Context())
	defer cancel(nil)
	defer context.AfterFunc(s.Ending, func() { s.drainStream(cancel) })()
	expiry := time.AfterFunc(id.Expires.Sub(s.Clock()), func() { cancel(errTokenEnded) })
	defer expiry.Stop()
	defer s.Sessions.Enter(id, cancel)()

	t := &stream{s: s, ctx: ctx, cancel: cancel, control: http.NewResponseController(w), w: w}
	defer t.finish()
	_ = t.control.SetReadDeadline(time.Time{}) // a server's timeouts are for requests that end
	h := w.Header()
	h.Set("Content-Type", TypeStream)
	h.Set("Cache-Control", "no-store")
	h.Set("X-Accel-Buffering", "no")
	t.write([]byte(":\n\n"))
	t.keepAlive()

	state := &Subscription{after: r.Header.Get(headerResume)}
	t.answer(context.WithValue(ctx, streamKey{}, state), op, state)
	t.farewell()
	return true
}

// answer writes what the operation yields.
func (t *stream) answer(ctx context.Context, op *graphql.OperationContext, state *Subscription) {
	defer func() {
		if p := recover(); p != nil {
			// The headers are written, so all that can be told is that this is no normal end.
			t.s.Logger.ErrorContext(ctx, "stream failed", "error", apierror.Recovered(p))
			t.cancel(fmt.Errorf("panic: %v", p))
		}
	}()
	responses, ctx := t.s.Exec.DispatchOperation(ctx, op)
	defer state.Close()
	var b []byte
	for {
		state.pull(ctx)
		response := responses(ctx)
		if response == nil {
			return
		}
		b = append(b[:0], "event: next\n"...)
		if state.cursor != "" {
			b = append(append(append(b, "id: "...), state.cursor...), '\n')
		}
		b = append(b, "data: "...)
		b = AppendResponse(b, response)
		t.write(append(b, "\n\n"...))
		if cap(b) > maxIdleBuffer {
			b = nil
		}
		if op.Operation.Operation != ast.Subscription {
			return
		}
	}
}

// maxIdleBuffer is the largest buffer that a stream keeps while it waits: as large as most events.
const maxIdleBuffer = 2 << 10

// endOf names why a stream ended, for figures.
func endOf(cause error) string {
	switch {
	case cause == nil:
		return "complete"
	case errors.Is(cause, errShutdown):
		return "shutdown"
	case errors.Is(cause, errTokenEnded):
		return "token_ended"
	case errors.Is(cause, auth.ErrRevoked):
		return "revoked"
	case errors.Is(cause, os.ErrDeadlineExceeded):
		return "unread"
	case errors.Is(cause, context.Canceled):
		return "left"
	}
	return "failed"
}

// farewell is the last word: that there is no more, or why the client should come back. Comments
// are for people; the protocol has no word for it.
func (t *stream) farewell() {
	if t.s.Ended != nil {
		t.s.Ended(endOf(context.Cause(t.ctx)))
	}
	switch cause := context.Cause(t.ctx); {
	case cause == nil:
		t.write([]byte("event: complete\ndata:\n\n"))
	case errors.Is(cause, errShutdown):
		// How long a browser's EventSource waits.
		retry := 500 + rand.IntN(2000)
		t.write([]byte("retry: " + strconv.Itoa(retry) + "\n: " + apierror.CodeShuttingDown + "\n\n"))
	case errors.Is(cause, errTokenEnded), errors.Is(cause, auth.ErrRevoked):
		t.write([]byte(": " + apierror.CodeUnauthenticated + "\n\n"))
	}
}

// write writes one piece at once. A client that does not read it in time is cut off.
func (t *stream) write(b []byte) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.done {
		return
	}
	_ = t.control.SetWriteDeadline(time.Now().Add(t.s.WriteWait))
	_, err := t.w.Write(b)
	if err == nil {
		err = t.control.Flush()
	}
	if err != nil {
		t.done = true
		t.cancel(err)
		return
	}
	if t.beat != nil {
		t.beat.Reset(t.s.KeepAlive)
	}
}

// keepAlive writes a comment whenever nothing else was written for a while.
func (t *stream) keepAlive() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.beat = time.AfterFunc(t.s.KeepAlive, func() { t.write([]byte(":\n\n")) })
}

// finish leaves the connection as it was found: the next request may use it. The timer may fire
// while it runs, and then finds that nothing is to be written any more.
func (t *stream) finish() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.done = true
	if t.beat != nil {
		t.beat.Stop()
	}
	_ = t.control.SetWriteDeadline(time.Time{})
}

// drainStream ends a stream at a shutdown: at once if there are few, in its turn if there are many.
func (s *Streams) drainStream(cancel context.CancelCauseFunc) {
	window := min(time.Duration(s.count.Load())*drainStep, drainMost)
	time.AfterFunc(rand.N(window+1), func() { cancel(errShutdown) })
}

// occupy counts a stream against the connection limits. leave must follow.
func (s *Streams) occupy(viewer dm.UserID, address netip.Addr) (leave func(), ok bool) {
	if !s.ConnectionLimits.TakeAddress(address) {
		return nil, false
	}
	if !s.ConnectionLimits.TakeUser(viewer) {
		s.ConnectionLimits.FreeAddress(address)
		return nil, false
	}
	s.count.Add(1)
	return func() {
		s.count.Add(-1)
		s.ConnectionLimits.FreeUser(viewer)
		s.ConnectionLimits.FreeAddress(address)
	}, true
}
