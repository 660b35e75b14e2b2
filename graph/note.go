package graph

import (
	"context"
	"net/netip"

	"github.com/99designs/gqlgen/graphql"
	"go.opentelemetry.io/otel/trace"

	"github.com/aparte-im/aparte/graph/access"
	"github.com/aparte-im/aparte/graph/apierror"
	"github.com/aparte-im/aparte/graph/socket"
)

// noteOperation tells the access log of a query or mutation over HTTP, and what came of it.
func (s *Server) noteOperation(ctx context.Context, response *graphql.Response) {
	if s.config.Access == nil {
		return
	}
	op := graphql.GetOperationContext(ctx).Operation
	if op == nil {
		return // it was not admitted
	}
	n := access.NoteOf(ctx)
	n.Ran(string(op.Operation), className(op.SelectionSet))
	n.Failed(apierror.CodeOf(response))
}

// beginOnSocket is what sockets tell of their operations; nil when there are neither traces nor an
// access log, so that it costs nothing then.
func (s *Server) beginOnSocket() func(context.Context, netip.Addr, *graphql.RawParams) (context.Context, func(socket.Outcome)) {
	if s.spans == nil && s.config.Access == nil {
		return nil
	}
	return func(ctx context.Context, address netip.Addr, params *graphql.RawParams) (context.Context, func(socket.Outcome)) {
		var note *access.Note
		if s.config.Access != nil {
			ctx, note = access.Begin(ctx)
			note.Address = address
		}
		var span trace.Span
		if s.spans != nil {
			ctx, span = s.spans.socketOperation(ctx, params)
		}
		return ctx, func(out socket.Outcome) {
			if span != nil {
				span.End()
			}
			if out.Operation != nil {
				note.Ran(string(out.Operation.Operation), className(out.Operation.SelectionSet))
			}
			note.Failed(apierror.CodeOf(&graphql.Response{Errors: out.Errors}))
			s.config.Access.Operation(ctx, note, out.Bytes)
		}
	}
}
