package graph

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"slices"
	"sync"
	"time"

	"github.com/99designs/gqlgen/graphql/handler/transport"
	"github.com/gorilla/websocket"
)

// Close codes of graphql-transport-ws, and of RFC 6455 where a client shall connect again.
const (
	closeRestart        = websocket.CloseServiceRestart
	closeTryLater       = websocket.CloseTryAgainLater
	closeBadMessage     = 4400
	closeUnauthorized   = 4401
	closeForbidden      = 4403
	closeSubprotocol    = 4406
	closeInitTimeout    = 4408
	closeTooManyInits   = 4429
	closeControlTimeout = time.Second
)

var errExpired = errors.New("the token has ended")

// serveSocket speaks graphql-transport-ws. gqlgen's transport does the talking; socket stands between it and the wire
// and mends what it gets wrong.
func (s *Server) serveSocket(w http.ResponseWriter, r *http.Request) {
	conn, err := s.upgrader.Upgrade(w, r, nil)
	if err != nil {
		return // the upgrader has answered
	}
	ctx, cancel := s.work.stream(r.Context())
	defer cancel(nil)
	k := &socket{Conn: conn, ctx: ctx}
	defer k.finish()
	// gqlgen looks at the context only once the connection_init has come.
	defer context.AfterFunc(ctx, k.finish)()
	if !slices.Contains(websocket.Subprotocols(r), subprotocol) {
		_ = k.WriteClose(closeSubprotocol, "Subprotocol not acceptable")
		return
	}
	conn.SetReadLimit(maxBody)
	transport.Websocket{
		Implementation: opened{k},
		InitTimeout:    s.config.InitTimeout,
		InitFunc: func(ctx context.Context, payload transport.InitPayload) (context.Context, *transport.InitPayload, error) {
			return s.openSocket(ctx, k, cancel, r.Header, payload)
		},
		PingPongInterval: s.config.KeepAlive,
	}.Do(w, r.WithContext(ctx), s.exec)
}

// openSocket checks what a connection_init shows: a token in its payload or, from programs that can set one, a header.
func (s *Server) openSocket(ctx context.Context, k *socket, cancel context.CancelCauseFunc, header http.Header,
	payload transport.InitPayload,
) (context.Context, *transport.InitPayload, error) {
	c := credentialsOf(header)
	if token := bearer(payload.Authorization()); token != "" {
		c.token = token
	} else if token := payload.GetString("token"); token != "" {
		c.token = token
	}
	if as := payload.GetString(headerAs); as != "" {
		c.as = as
	}
	known, err := s.doors.enter(ctx, c)
	if err != nil {
		code, reason := closeTryLater, codeInternal
		var p *problem
		if errors.As(err, &p) {
			code, reason = closeForbidden, p.code
		} else {
			s.config.Logger.ErrorContext(ctx, "socket not opened", "error", err)
		}
		ctx = transport.WithWebsocketCloseCode(ctx, code)
		return transport.AppendCloseReason(ctx, reason), nil, err
	}
	id := *known
	id.socket = true
	k.expire(id.expires.Sub(s.config.Clock()), cancel)
	leave := s.guests.enter(&id, cancel)
	context.AfterFunc(k.ctx, leave)
	device := payload.GetString(headerDevice)
	if device == "" {
		device = deviceOf(header)
	}
	return withOrigin(withIdentity(ctx, &id), &id, device), nil, nil
}

// opened hands gqlgen a socket that has been opened already.
type opened struct{ k *socket }

func (a opened) Accept(http.ResponseWriter, *http.Request, transport.WebsocketAcceptOptions) (transport.WebsocketConn, error) {
	return a.k, nil
}

// socket is one connection. gqlgen reads from one goroutine and writes under its own lock.
type socket struct {
	*websocket.Conn
	// ctx ends with the connection, and its cause says why.
	ctx context.Context

	mu sync.Mutex
	// open: the connection_init was accepted. lost: nothing can be read any more. closed: a close frame was sent.
	open, lost, closed bool
	// ended are the operations that were answered with an error, which is the end of them.
	ended []string
	timer *time.Timer
}

// NextReader returns the next message.
func (k *socket) NextReader() (int, io.Reader, error) {
	kind, r, err := k.Conn.NextReader()
	if err != nil {
		k.mu.Lock()
		k.lost = true
		k.mu.Unlock()
		if websocket.IsCloseError(err, websocket.CloseNormalClosure, websocket.CloseGoingAway, websocket.CloseNoStatusReceived) {
			err = transport.ErrWebsocketClosed
		}
	}
	return kind, r, err
}

// WriteJSON writes one message, or drops the connection of a client that does not read.
func (k *socket) WriteJSON(v any) error {
	b, err := json.Marshal(v)
	if err != nil {
		return err
	}
	if !k.watch(b) {
		return nil
	}
	_ = k.SetWriteDeadline(time.Now().Add(writeWait))
	if err := k.WriteMessage(websocket.TextMessage, b); err != nil {
		_ = k.Conn.Close()
		return err
	}
	return nil
}

// watch looks at what goes out, whose type stands last, and reports whether it may: gqlgen follows an error with a
// complete, at which the official client ends the next operation.
func (k *socket) watch(b []byte) bool {
	ack := bytes.HasSuffix(b, []byte(`"type":"connection_ack"}`))
	failed := bytes.HasSuffix(b, []byte(`"type":"error"}`))
	complete := bytes.HasSuffix(b, []byte(`"type":"complete"}`))
	if !ack && !failed && !complete {
		return true
	}
	var message struct {
		ID string `json:"id"`
	}
	_ = json.Unmarshal(b, &message)
	k.mu.Lock()
	defer k.mu.Unlock()
	switch at := slices.Index(k.ended, message.ID); {
	case ack:
		k.open = true
	case failed:
		k.ended = append(k.ended, message.ID)
	case at >= 0:
		k.ended = slices.Delete(k.ended, at, at+1)
		return false
	}
	return true
}

// WriteClose sends the close frame, once.
func (k *socket) WriteClose(code int, reason string) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.closed {
		return nil
	}
	k.closed = true
	code, reason = k.closeCode(code, reason)
	return k.WriteControl(websocket.CloseMessage, websocket.FormatCloseMessage(code, reason),
		time.Now().Add(closeControlTimeout))
}

// closeCode is the code that the protocol asks for where gqlgen has another.
func (k *socket) closeCode(code int, reason string) (int, string) {
	switch cause := context.Cause(k.ctx); {
	case errors.Is(cause, errExpired):
		return closeForbidden, "Token expired"
	case errors.Is(cause, errRevoked):
		return closeForbidden, "Token revoked"
	case cause != nil: // the shutdown
		return closeRestart, "Service restart"
	case code >= 4000 || code == closeTryLater || k.lost:
		return code, reason
	case reason == "connection initialisation timeout":
		return closeInitTimeout, "Connection initialisation timeout"
	case reason == "unexpected message" && !k.open:
		return closeUnauthorized, "Unauthorized"
	case reason == "unexpected message":
		return closeTooManyInits, "Too many initialisation requests"
	default:
		// gqlgen ends the connection by itself only for what it could not read.
		return closeBadMessage, "Invalid message"
	}
}

// expire ends the connection when its token does.
func (k *socket) expire(after time.Duration, cancel context.CancelCauseFunc) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.timer = time.AfterFunc(after, func() { cancel(errExpired) })
}

// finish closes what gqlgen has left open.
func (k *socket) finish() {
	_ = k.WriteClose(websocket.CloseNormalClosure, "")
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.timer != nil {
		k.timer.Stop()
	}
	_ = k.Conn.Close()
}
