package graph

import (
	"context"
	"errors"
	"time"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"

	"github.com/aparte-im/aparte/dm"
	"github.com/aparte-im/aparte/graph/apierror"
	"github.com/aparte-im/aparte/graph/bind"
)

// Observer is told what happens, for figures and logs. Each function may be nil, is called on the
// way of a request and must not wait. Its arguments contain no names, ids or message text.
type Observer struct {
	// Operation was answered. kind is query, mutation or subscription (which is told when it
	// begins); name is its field of the schema, or "several"; code is the first error's, empty for
	// none.
	Operation func(kind, name, code string, took time.Duration)
	// Sent tells what became of a message: sent, again, a denial, or the code of a refusal.
	Sent func(verdict string)
	// Delivered is the time from the change of an event to where its transport takes it. Events
	// from before the subscription began are not told.
	Delivered func(lag time.Duration)
	// Throttled tells of which class somebody wanted more than their budget holds.
	Throttled func(class string)
	// StreamEnded tells why an event stream ended.
	StreamEnded func(reason string)
}

// operation notes a query or a mutation that was answered. An operation that was not admitted does
// not count.
func (o Observer) operation(ctx context.Context, response *graphql.Response, began time.Time) {
	if o.Operation == nil {
		return
	}
	op := graphql.GetOperationContext(ctx).Operation
	if op == nil {
		return
	}
	o.Operation(string(op.Operation), className(op.SelectionSet), apierror.CodeOf(response), time.Since(began))
}

// className is a name of which there are no more than the schema has fields: what a client calls an
// operation is its own word.
func className(set ast.SelectionSet) string {
	if len(set) == 1 {
		switch s := set[0].(type) {
		case *ast.Field:
			return s.Name
		case *ast.InlineFragment:
			return className(s.SelectionSet)
		case *ast.FragmentSpread:
			return className(s.Definition.SelectionSet)
		}
	}
	return "several"
}

// sent notes what became of a message.
func (o Observer) sent(sent dm.Sent, err error) {
	if o.Sent == nil {
		return
	}
	o.Sent(verdictOf(sent, err))
}

func verdictOf(sent dm.Sent, err error) string {
	var e *dm.Error
	switch {
	case err == nil && sent.Repeated:
		return "again"
	case err == nil:
		return "sent"
	case !errors.As(err, &e):
		return apierror.CodeInternal
	case e.Code == dm.CodeMessageNotAllowed:
		return bind.DenialName(e.Denial)
	}
	return string(e.Code)
}
