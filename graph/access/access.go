// Package access writes the access log: one structured line for each request, and for each
// operation of a WebSocket connection.
//
// Purpose. Operators see each request and its result: request id, route, status, kind of operation,
// field of the schema, time and size. The log is off by default.
//
// Invariants. A line holds nothing about a person and no text of the client: no user, no variables,
// no operation name, no path beyond the route's pattern, and no address unless addresses are turned
// on.
//
// Concurrency. A Log is safe for concurrent use. The handler of a request writes its Note, which is
// read after the response.
//
// Lifecycle. A nil *Log is off and costs a request nothing. There is nothing to close.
package access

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"log/slog"
	"net/http"
	"net/netip"
	"sync"
	"sync/atomic"
	"time"
)

// Config is what a Log is made of.
type Config struct {
	// Logger gets the lines. Required.
	Logger *slog.Logger
	// Failed leaves out what went well.
	Failed bool
	// Sample keeps one in so many of what went well; less than 2: all of it.
	Sample int
	// Address tells where a request comes from. Nil: no line says it.
	Address func(*http.Request) netip.Addr
}

// Log writes the access log.
type Log struct {
	config Config
	well   atomic.Uint64
}

// New returns a Log.
func New(c Config) *Log { return &Log{config: c} }

// Note is what is known of one request or operation of a socket.
type Note struct {
	// ID is the request's id: random, and the one that an internal error tells.
	ID string
	// Began is when it did, Address where from; it shows only where that was asked for.
	Began   time.Time
	Address netip.Addr

	mu                    sync.Mutex
	kind, operation, code string
	trace                 string
}

type noteKey struct{}

// NoteOf returns the note of the request that ctx belongs to, or nil.
func NoteOf(ctx context.Context) *Note {
	n, _ := ctx.Value(noteKey{}).(*Note)
	return n
}

// Begin makes a note and puts it into the context.
func Begin(ctx context.Context) (context.Context, *Note) {
	n := &Note{ID: NewID(), Began: time.Now()}
	return context.WithValue(ctx, noteKey{}, n), n
}

// NewID returns a random id for a request.
func NewID() string {
	var b [8]byte
	_, _ = rand.Read(b[:]) // never fails
	return hex.EncodeToString(b[:])
}

// Ran notes which operation it was: query, mutation or subscription, and its field of the schema.
// Nil notes nothing.
func (n *Note) Ran(kind, operation string) {
	if n == nil {
		return
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	n.kind, n.operation = kind, operation
}

// Failed notes the code of the first error. Nil and an empty code note nothing.
func (n *Note) Failed(code string) {
	if n == nil || code == "" {
		return
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.code == "" {
		n.code = code
	}
}

// Traced notes the trace that it is in. Nil notes nothing.
func (n *Note) Traced(id string) {
	if n == nil {
		return
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	n.trace = id
}

// Wrap writes a line for each request that next has answered. On a nil Log it is next. A request
// that became a socket has its line when it did.
func (l *Log) Wrap(next http.Handler) http.Handler {
	if l == nil {
		return next
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ctx, n := Begin(r.Context())
		counted := Count(w)
		r = r.WithContext(ctx)
		// Also when next panics, which is how net/http is told to drop a connection.
		answered := false
		defer func() {
			if !answered {
				n.Failed("ABORTED")
			}
			if l.config.Address != nil {
				n.Address = l.config.Address(r)
			}
			l.write(ctx, n, "http", counted.Answered(), counted.Bytes,
				slog.String("method", Method(r.Method)), slog.String("path", r.Pattern))
		}()
		next.ServeHTTP(counted, r)
		answered = true
	})
}

// Operation writes the line of an operation of a socket. Nil writes nothing.
func (l *Log) Operation(ctx context.Context, n *Note, bytes int64) {
	if l != nil {
		l.write(ctx, n, "websocket", http.StatusOK, bytes)
	}
}

func (l *Log) write(ctx context.Context, n *Note, transport string, status int, bytes int64, more ...slog.Attr) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.code == "" && status < http.StatusBadRequest {
		if l.config.Failed || (l.config.Sample > 1 && l.well.Add(1)%uint64(l.config.Sample) != 1) {
			return
		}
	}
	attrs := append(make([]slog.Attr, 0, 12), slog.String("requestId", n.ID), slog.String("transport", transport))
	attrs = append(attrs, more...)
	if transport == "http" {
		attrs = append(attrs, slog.Int("status", status))
	}
	for _, a := range []struct{ key, value string }{
		{"kind", n.kind}, {"operation", n.operation}, {"code", n.code}, {"traceId", n.trace},
	} {
		if a.value != "" {
			attrs = append(attrs, slog.String(a.key, a.value))
		}
	}
	attrs = append(attrs, slog.Float64("ms", float64(time.Since(n.Began).Microseconds())/1000), slog.Int64("bytes", bytes))
	if l.config.Address != nil && n.Address.IsValid() {
		attrs = append(attrs, slog.String("address", n.Address.String()))
	}
	l.config.Logger.LogAttrs(context.WithoutCancel(ctx), slog.LevelInfo, "request", attrs...)
}

// Method is a method of HTTP, or OTHER: a client may write any word.
func Method(m string) string {
	switch m {
	case http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete,
		http.MethodOptions, http.MethodConnect, http.MethodTrace:
		return m
	}
	return "OTHER"
}
