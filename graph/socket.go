package graph

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strconv"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"github.com/aparte-im/aparte/graph/apierror"
	"github.com/aparte-im/aparte/graph/auth"
	"github.com/aparte-im/aparte/graph/clientaddr"
	"github.com/aparte-im/aparte/graph/limits"
	"github.com/aparte-im/aparte/graph/socket"
	"github.com/aparte-im/aparte/graph/transport"
)

// Close codes of a connection that is not let in: 4403, which the protocol has for it, and 1013, at
// which a client connects again.
const (
	closeForbidden = 4403
	closeTryLater  = 1013
)

// newSockets makes the transport of WebSockets, which knows nothing of tokens and of people.
func (s *Server) newSockets() (*socket.Transport, error) {
	return socket.New(socket.Config{
		Begin:            s.beginOnSocket(),
		Limits:           s.config.Sockets,
		ConnectionLimits: s.connectionLimits,
		Address:          clientaddr.FromRequest,
		Enter:            s.enterSocket,
		Present: func(ctx context.Context, err error) *gqlerror.Error {
			if errors.Is(err, socket.ErrTooManyOperations) {
				err = errTooManyOperations
			}
			return s.present(ctx, err)
		},
		Refuse: func(w http.ResponseWriter, r *http.Request, refusal socket.HandshakeRefusal) {
			if refusal.RetryAfter > 0 {
				w.Header().Set("Retry-After", strconv.Itoa(apierror.Seconds(refusal.RetryAfter)))
			}
			switch refusal.Status {
			case http.StatusServiceUnavailable:
				transport.Refuse(w, http.StatusServiceUnavailable, apierror.CodeShuttingDown, refusal.Message)
			case http.StatusTooManyRequests:
				transport.Refuse(w, http.StatusTooManyRequests, apierror.CodeRateLimited, refusal.Message)
			case http.StatusMethodNotAllowed:
				w.Header().Set("Allow", http.MethodGet)
				transport.Refuse(w, http.StatusMethodNotAllowed, apierror.CodeMethodNotAllowed, refusal.Message)
			case http.StatusUpgradeRequired:
				w.Header().Set("Sec-WebSocket-Version", "13")
				transport.Refuse(w, http.StatusUpgradeRequired, apierror.CodeBadRequest, refusal.Message)
			case http.StatusHTTPVersionNotSupported:
				transport.Refuse(w, http.StatusHTTPVersionNotSupported, apierror.CodeBadRequest, refusal.Message)
			default:
				transport.Refuse(w, http.StatusBadRequest, apierror.CodeBadRequest, refusal.Message)
			}
		},
		Clock:  s.config.Clock,
		Logger: s.config.Logger,
	})
}

// serveSocket shakes hands, unless a page of another site asks.
func (s *Server) serveSocket(w http.ResponseWriter, r *http.Request) {
	if !s.origins.Allow(r) {
		transport.Refuse(w, http.StatusForbidden, apierror.CodeForbidden, "This origin may not open a socket here.")
		return
	}
	s.sockets.Do(w, r, rationed{s.exec, s.throttle})
}

// rationed counts the operations that come to nothing, as they are over HTTP.
type rationed struct {
	graphql.GraphExecutor
	throttle limits.Throttle
}

// CreateOperationContext refuses a viewer whose budget of refusals is empty before any work.
func (e rationed) CreateOperationContext(ctx context.Context, params *graphql.RawParams) (*graphql.OperationContext, gqlerror.List) {
	if err := e.throttle.Check(ctx); err != nil {
		return &graphql.OperationContext{}, gqlerror.List{err}
	}
	return e.GraphExecutor.CreateOperationContext(ctx, params)
}

// DispatchError charges an operation that is not accepted to its viewer.
func (e rationed) DispatchError(ctx context.Context, errs gqlerror.List) *graphql.Response {
	if limits.WaitOf(errs) == 0 {
		e.throttle.Fail(ctx)
	}
	return e.GraphExecutor.DispatchError(ctx, errs)
}

// enterSocket checks what a connection_init or a renewal shows: a token in its payload or, from
// programs that can set one, a header of the handshake.
func (s *Server) enterSocket(ctx context.Context, g socket.Greeting) (socket.Session, error) {
	c := auth.CredentialsOf(g.Header)
	for _, name := range []string{"Authorization", "authorization"} {
		if token := auth.Bearer(textOf(g.Payload, name)); token != "" {
			c.Token = token
		}
	}
	if token := textOf(g.Payload, "token"); token != "" {
		c.Token = token
	}
	if as := textOf(g.Payload, auth.HeaderAs); as != "" {
		c.As = as
	}
	id, err := s.authenticator.Enter(clientaddr.With(ctx, g.Address), c)
	if err != nil {
		var p *apierror.Error
		if over := s.throttle.TokenRefused(clientaddr.With(ctx, g.Address), err); over != nil {
			return socket.Session{}, &socket.Refusal{Code: closeTryLater, Reason: apierror.CodeRateLimited}
		}
		if errors.As(err, &p) {
			return socket.Session{}, &socket.Refusal{Code: closeForbidden, Reason: p.Code}
		}
		return socket.Session{}, err
	}
	device := textOf(g.Payload, headerDevice)
	if device == "" && g.Header != nil {
		device = deviceOf(g.Header)
	} else if device == "" {
		device = g.Device
	}
	return socket.Session{
		Values: withOrigin(auth.WithIdentity(clientaddr.With(context.Background(), g.Address), id), id, device),
		User:   id.Viewer, Expires: id.Expires, Device: device,
		Key:   fmt.Sprint(id.Viewer, id.Admin, id.Moderator, id.Subject),
		Guard: func(end func()) func() { return s.sessions.Enter(id, func(error) { end() }) },
	}, nil
}

func textOf(payload map[string]any, name string) string {
	s, _ := payload[name].(string)
	return s
}

// Sockets tells how many WebSockets there are.
func (s *Server) Sockets() socket.Counts { return s.sockets.Counts() }
