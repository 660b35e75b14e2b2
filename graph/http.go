package graph

import (
	"errors"
	"net/http"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"

	"github.com/aparte-im/aparte/graph/access"
	"github.com/aparte-im/aparte/graph/apierror"
	"github.com/aparte-im/aparte/graph/auth"
	"github.com/aparte-im/aparte/graph/limits"
	"github.com/aparte-im/aparte/graph/transport"
)

// serveRequest answers a POST or GET: with one response, or with a stream of them when the client
// accepts one. It stands in for gqlgen's transports, which echo what they cannot read, have no
// bound on a body and answer other statuses than the protocol asks for.
func (s *Server) serveRequest(w http.ResponseWriter, r *http.Request) {
	defer s.guard(w, r)
	accept := transport.ReadAccept(r.Header)
	if p := transport.CheckRequest(w, r, accept); p != nil {
		s.refuseError(w, r, p)
		return
	}
	id, err := s.authenticator.Enter(r.Context(), auth.CredentialsOf(r.Header))
	if err != nil {
		s.refuseToken(w, r, err)
		return
	}
	ctx := auth.WithIdentity(r.Context(), id)
	if err := s.throttle.Check(ctx); err != nil {
		transport.RefuseFast(w, err)
		return
	}
	limit := s.config.Limits.Body
	if id.Admin {
		limit = s.config.Limits.BodyAdmin
	}
	params, p := transport.ReadParams(w, r, int64(limit))
	if p != nil {
		s.throttle.Fail(ctx)
		s.refuseError(w, r, p)
		return
	}
	ctx = graphql.StartOperationTrace(withOrigin(ctx, id, deviceOf(r.Header)))
	r = r.WithContext(ctx)
	op, errs := s.exec.CreateOperationContext(ctx, params)
	if len(errs) > 0 {
		if limits.WaitOf(errs) > 0 {
			transport.RefuseFast(w, errs[0])
			return
		}
		s.throttle.Fail(ctx)
		ctx = graphql.WithOperationContext(ctx, op)
		response := s.exec.DispatchError(ctx, errs)
		access.NoteOf(ctx).Failed(apierror.CodeOf(response))
		transport.WriteResponse(w, accept, http.StatusBadRequest, response)
		return
	}
	switch kind := op.Operation.Operation; {
	case r.Method == http.MethodGet && kind == ast.Mutation:
		w.Header().Set("Allow", http.MethodPost)
		transport.Refuse(w, http.StatusMethodNotAllowed, apierror.CodeMethodNotAllowed, "A mutation needs POST.")
	case kind == ast.Subscription && !accept.Follows():
		transport.Refuse(w, http.StatusNotAcceptable, apierror.CodeNotAcceptable, "A subscription needs a WebSocket, or Accept: "+transport.TypeStream+".")
	case kind == ast.Subscription || accept.Streams():
		access.NoteOf(ctx).Ran(string(kind), className(op.Operation.SelectionSet))
		if !s.streams.Serve(w, r, op, id) {
			s.refuseError(w, r, errStreams)
		}
	default:
		responses, ctx := s.exec.DispatchOperation(ctx, op)
		if response := responses(ctx); response != nil {
			s.compressor.Write(w, r, accept, op, response)
		}
	}
}

// refuseToken answers a request whose credentials were not accepted, and charges them to its
// address.
func (s *Server) refuseToken(w http.ResponseWriter, r *http.Request, err error) {
	if over := s.throttle.TokenRefused(r.Context(), err); over != nil {
		transport.RefuseFast(w, over)
		return
	}
	s.refuseError(w, r, err)
}

// guard answers what no resolver's own recovery caught.
func (s *Server) guard(w http.ResponseWriter, r *http.Request) {
	if p := recover(); p != nil {
		if err, ok := p.(error); ok && errors.Is(err, http.ErrAbortHandler) {
			panic(p)
		}
		s.refuseError(w, r, apierror.Recovered(p))
	}
}
