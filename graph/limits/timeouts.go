package limits

import (
	"context"
	"math"
	"net/http"
	"time"

	"github.com/aparte-im/aparte/graph/apierror"
	"github.com/vektah/gqlparser/v2/ast"
)

// Timeouts limit how long an operation may take. Zero is the default, below zero is no limit.
type Timeouts struct {
	// Query limits a query, and a subscription until it has begun. The default is 10 seconds.
	Query time.Duration
	// Mutation limits a mutation. The default is 30 seconds, which is longer than a change is
	// retried while the database is unavailable.
	Mutation time.Duration
}

// Normalize sets defaults.
func (t *Timeouts) Normalize() {
	for _, d := range []struct {
		value     *time.Duration
		byDefault time.Duration
	}{{&t.Query, 10 * time.Second}, {&t.Mutation, 30 * time.Second}} {
		switch {
		case *d.value == 0:
			*d.value = d.byDefault
		case *d.value < 0:
			*d.value = math.MaxInt64
		}
	}
}

// The errors of a timeout. A mutation that timed out may have been made: it is written whole or not
// at all, and goes on without its caller.
var (
	errQueryTimeout    = &apierror.Error{Code: apierror.CodeTimeout, Message: "This took too long. Ask for less, or try again.", Status: http.StatusOK}
	errMutationTimeout = &apierror.Error{
		Code: apierror.CodeTimeout, Message: "This took too long, and whether it was done is not known. The same call again tells; a message with " +
			"the same clientMessageId is never sent twice.", Status: http.StatusOK,
	}
)

// Context returns a context with the timeout of a query or a mutation. A subscription has no
// timeout here; its first read has one.
func (t Timeouts) Context(ctx context.Context, kind ast.Operation) (context.Context, context.CancelFunc) {
	switch kind {
	case ast.Query:
		return context.WithTimeoutCause(ctx, t.Query, errQueryTimeout)
	case ast.Mutation:
		return context.WithTimeoutCause(ctx, t.Mutation, errMutationTimeout)
	}
	return ctx, func() {}
}

// TimedOut returns the error to report when the context ended by one of the timeouts, or nil.
func TimedOut(ctx context.Context) *apierror.Error {
	switch p, _ := context.Cause(ctx).(*apierror.Error); p { //nolint:errorlint // the cause is exactly one of these
	case errQueryTimeout, errMutationTimeout:
		return p
	}
	return nil
}
