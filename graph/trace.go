package graph

import (
	"context"
	"net/http"
	"strings"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/trace"

	"github.com/aparte-im/aparte/graph/access"
	"github.com/aparte-im/aparte/graph/apierror"
	"github.com/aparte-im/aparte/graph/transport"
)

const traceName = "github.com/aparte-im/aparte/graph"

// spans makes the spans of requests, operations, resolvers and events. Their attributes come from
// the schema and from fixed tables: no names, ids or message text, and no text of an operation. Nil
// makes none.
type spans struct{ tracer trace.Tracer }

func newSpans(provider trace.TracerProvider) *spans {
	if provider == nil {
		return nil
	}
	return &spans{provider.Tracer(traceName)}
}

// request begins the span of a request, below the one that its traceparent names. end must be
// called.
func (t *spans) request(w http.ResponseWriter, r *http.Request) (_ http.ResponseWriter, _ *http.Request, end func()) {
	method := access.Method(r.Method)
	route := r.Pattern
	if route == "" {
		route = "/graphql"
	}
	ctx := propagation.TraceContext{}.Extract(r.Context(), propagation.HeaderCarrier(r.Header))
	ctx, span := t.tracer.Start(ctx, method+" "+route, trace.WithSpanKind(trace.SpanKindServer), trace.WithAttributes(
		attribute.String("http.request.method", method), attribute.String("http.route", route),
	))
	noteTrace(ctx, span)
	counted := access.Count(w)
	return counted, r.WithContext(ctx), func() {
		status := counted.Answered()
		span.SetAttributes(attribute.Int("http.response.status_code", status))
		if status >= http.StatusInternalServerError {
			span.SetStatus(codes.Error, "")
		}
		span.End()
	}
}

// socketOperation begins the span of what a client subscribes to on a socket, below the one that
// stands as traceparent in its extensions: a socket has no headers of its own for each operation.
func (t *spans) socketOperation(ctx context.Context, params *graphql.RawParams) (context.Context, trace.Span) {
	if parent, ok := params.Extensions["traceparent"].(string); ok {
		state, _ := params.Extensions["tracestate"].(string)
		ctx = propagation.TraceContext{}.Extract(ctx, propagation.MapCarrier{"traceparent": parent, "tracestate": state})
	}
	ctx, span := t.tracer.Start(ctx, "websocket subscribe", trace.WithSpanKind(trace.SpanKindServer))
	noteTrace(ctx, span)
	return ctx, span
}

func noteTrace(ctx context.Context, span trace.Span) {
	if span.IsRecording() {
		access.NoteOf(ctx).Traced(span.SpanContext().TraceID().String())
	}
}

// operation makes the span of an operation that was admitted. That of a subscription ends when it
// has begun.
func (t *spans) operation(ctx context.Context, next graphql.OperationHandler) graphql.ResponseHandler {
	op := graphql.GetOperationContext(ctx).Operation
	if op.Operation != ast.Subscription {
		return next(ctx)
	}
	ctx, span := t.begin(ctx, op)
	defer span.End()
	transport.SubscriptionOf(ctx).BeganInTrace()
	return next(ctx)
}

func (t *spans) begin(ctx context.Context, op *ast.OperationDefinition) (context.Context, trace.Span) {
	name := className(op.SelectionSet)
	return t.tracer.Start(ctx, string(op.Operation)+" "+name, trace.WithAttributes(
		attribute.String("graphql.operation.type", string(op.Operation)), attribute.String("aparte.operation", name),
	))
}

// response makes the span in which a query or mutation runs, or an event of a subscription is made:
// a trace of its own then, with a link to where the subscription began, because a subscription may
// last for days.
func (t *spans) response(ctx context.Context, state *transport.Subscription, next graphql.ResponseHandler) *graphql.Response {
	op := graphql.GetOperationContext(ctx).Operation
	var span trace.Span
	if state == nil {
		ctx, span = t.begin(ctx, op)
	} else {
		began := trace.SpanContextFromContext(ctx)
		if !began.IsSampled() {
			return next(ctx)
		}
		ctx, span = t.tracer.Start(ctx, "event "+className(op.SelectionSet),
			trace.WithNewRoot(), trace.WithLinks(trace.Link{SpanContext: began}))
	}
	defer span.End()
	response := next(ctx)
	if code := apierror.CodeOf(response); code != "" {
		span.SetAttributes(attribute.String("aparte.code", code))
		if code == apierror.CodeInternal {
			span.SetStatus(codes.Error, "")
		}
	}
	return response
}

// rootField makes the span of a resolver, which is one call of the service.
func (t *spans) rootField(ctx context.Context, next graphql.RootResolver) graphql.Marshaler {
	f := graphql.GetRootFieldContext(ctx)
	if f == nil || f.Field.Field == nil || strings.HasPrefix(f.Field.Name, "__") {
		return next(ctx)
	}
	root := "Query."
	if graphql.GetOperationContext(ctx).Operation.Operation == ast.Mutation {
		root = "Mutation."
	}
	ctx, span := t.tracer.Start(ctx, root+f.Field.Name)
	defer span.End()
	return next(ctx)
}
