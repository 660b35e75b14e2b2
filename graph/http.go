package graph

import (
	"errors"
	"net/http"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"

	"github.com/aparte-im/aparte/graph/access"
)

// serveRequest answers a POST or GET: with one response, or with a stream of them when the client
// accepts one. It stands in for gqlgen's transports, which echo what they cannot read, have no
// bound on a body and answer other statuses than the protocol asks for.
func (s *Server) serveRequest(w http.ResponseWriter, r *http.Request) {
	defer s.guard(w, r)
	accept := readAccept(r.Header)
	if p := checkRequest(w, r, accept); p != nil {
		s.refuseError(w, r, p)
		return
	}
	id, err := s.authenticator.enter(r.Context(), credentialsOf(r.Header))
	if err != nil {
		s.throttle.refused(r.Context())
		s.refuseError(w, r, err)
		return
	}
	limit := s.config.Limits.Body
	if id.admin {
		limit = s.config.Limits.BodyAdmin
	}
	params, p := readParams(w, r, int64(limit))
	if p != nil {
		s.refuseError(w, r, p)
		return
	}
	ctx := graphql.StartOperationTrace(withOrigin(withIdentity(r.Context(), id), id, deviceOf(r.Header)))
	r = r.WithContext(ctx)
	op, errs := s.exec.CreateOperationContext(ctx, params)
	if len(errs) > 0 {
		if waitOf(errs) > 0 {
			refuseFast(w, errs[0])
			return
		}
		s.throttle.refused(ctx)
		ctx = graphql.WithOperationContext(ctx, op)
		response := s.exec.DispatchError(ctx, errs)
		access.NoteOf(ctx).Failed(codeOf(response))
		writeResponse(w, accept, http.StatusBadRequest, response)
		return
	}
	switch kind := op.Operation.Operation; {
	case r.Method == http.MethodGet && kind == ast.Mutation:
		w.Header().Set("Allow", http.MethodPost)
		refuse(w, http.StatusMethodNotAllowed, codeMethodNotAllowed, "A mutation needs POST.")
	case kind == ast.Subscription && !accept.follows():
		refuse(w, http.StatusNotAcceptable, codeNotAcceptable, "A subscription needs a WebSocket, or Accept: "+typeStream+".")
	case kind == ast.Subscription || accept.streams():
		s.serveStream(w, r, op, id)
	default:
		responses, ctx := s.exec.DispatchOperation(ctx, op)
		if response := responses(ctx); response != nil {
			s.writeOpen(w, r, accept, op, response)
		}
	}
}

// guard answers what no resolver's own recovery caught.
func (s *Server) guard(w http.ResponseWriter, r *http.Request) {
	if p := recover(); p != nil {
		if err, ok := p.(error); ok && errors.Is(err, http.ErrAbortHandler) {
			panic(p)
		}
		s.refuseError(w, r, recovered(r.Context(), p))
	}
}
