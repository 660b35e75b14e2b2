package graph

import (
	"context"
	"math"
	"net/http"
	"strconv"
	"time"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"github.com/aparte-im/aparte/dm"
	"github.com/aparte-im/aparte/graph/rates"
)

// tooFast returns the error of a request that is over its rate, with the seconds to wait.
func tooFast(wait time.Duration) *gqlerror.Error {
	err := gqlError(codeRateLimited, "That is too fast. Wait a moment.")
	err.Extensions["retryAfterSeconds"] = seconds(wait)
	return err
}

// throttle charges every admitted operation to its budgets, over each transport. The resolver of
// sendMessage charges sends, because their refusal is a member of its result.
type throttle struct {
	rates    *rates.Rates
	observer Observer
}

func (throttle) ExtensionName() string { return "Throttle" }

func (throttle) Validate(graphql.ExecutableSchema) error { return nil }

// MutateOperationContext is called by gqlgen before an operation runs.
func (t throttle) MutateOperationContext(ctx context.Context, op *graphql.OperationContext) *gqlerror.Error {
	class, n := rates.Reads, 1
	if op.Operation.Operation == ast.Mutation {
		class, n = rates.Changes, changes(op.Operation.SelectionSet)
	}
	if wait := t.take(ctx, n, class); wait > 0 {
		return tooFast(wait)
	}
	return nil
}

// take spends n of each class from the budgets of the viewer and of the request's address. The host
// application, moderators and exempt users have no budgets.
func (t throttle) take(ctx context.Context, n int, classes ...rates.Class) time.Duration {
	id := identityOf(ctx)
	if t.rates == nil || id == nil || id.admin || id.moderator || id.exempt {
		return 0
	}
	wait, class := t.rates.Take(id.viewer, addressIn(ctx), n, classes...)
	if wait > 0 {
		t.observer.throttled(class.String())
	}
	return wait
}

// send spends from the budget of sends, and with a contact code from the budget of codes too.
// Errors: RATE_LIMITED; then neither budget is spent.
func (t throttle) send(ctx context.Context, withCode bool) error {
	classes := []rates.Class{rates.Sends, rates.Codes}
	if !withCode {
		classes = classes[:1]
	}
	if wait := t.take(ctx, 1, classes...); wait > 0 {
		return dm.TooFast(wait)
	}
	return nil
}

// code spends from the budget of attempts to use a contact code. Errors: RATE_LIMITED.
func (t throttle) code(ctx context.Context) error {
	if wait := t.take(ctx, 1, rates.Codes); wait > 0 {
		return dm.TooFast(wait)
	}
	return nil
}

// refused charges a request with a bad token or operation to its address. It never fails: the next
// request of an address without budget is refused before it is read.
func (t throttle) refused(ctx context.Context) {
	if id := identityOf(ctx); id != nil && (id.admin || id.exempt) {
		return
	}
	t.rates.Take(dm.UserID{}, addressIn(ctx), 1, rates.Refusals)
}

// changes counts the fields of a mutation except sendMessage. A field that a directive leaves out
// counts too.
func changes(set ast.SelectionSet) (n int) {
	for _, s := range set {
		switch s := s.(type) {
		case *ast.Field:
			if s.Name != "sendMessage" {
				n++
			}
		case *ast.InlineFragment:
			n += changes(s.SelectionSet)
		case *ast.FragmentSpread:
			n += changes(s.Definition.SelectionSet)
		}
	}
	return n
}

// waitOf returns the seconds to wait of a refused operation's first error, and 0 when it was not
// refused for its rate.
func waitOf(errs gqlerror.List) int {
	if len(errs) == 0 || errs[0].Extensions["code"] != codeRateLimited {
		return 0
	}
	wait, _ := errs[0].Extensions["retryAfterSeconds"].(int)
	return max(wait, 1)
}

// refuseFast answers a whole request with 429.
func refuseFast(w http.ResponseWriter, err *gqlerror.Error) {
	w.Header().Set("Retry-After", strconv.Itoa(waitOf(gqlerror.List{err})))
	writeErrors(w, http.StatusTooManyRequests, err)
}

// Timeouts limit how long an operation may take. Zero is the default, below zero is no limit.
type Timeouts struct {
	// Query limits a query, and a subscription until it has begun. The default is 10 seconds.
	Query time.Duration
	// Mutation limits a mutation. The default is 30 seconds, which is longer than a change is
	// retried while the database is unavailable.
	Mutation time.Duration
}

func (t *Timeouts) normalize() {
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
	errQueryTimeout    = &problem{codeTimeout, "This took too long. Ask for less, or try again.", http.StatusOK}
	errMutationTimeout = &problem{
		codeTimeout, "This took too long, and whether it was done is not known. The same call again tells; a message with " +
			"the same clientMessageId is never sent twice.", http.StatusOK,
	}
)

// limit returns a context with the timeout of a query or a mutation. A subscription has no timeout
// here; its first read has one.
func (t Timeouts) limit(ctx context.Context, kind ast.Operation) (context.Context, context.CancelFunc) {
	switch kind {
	case ast.Query:
		return context.WithTimeoutCause(ctx, t.Query, errQueryTimeout)
	case ast.Mutation:
		return context.WithTimeoutCause(ctx, t.Mutation, errMutationTimeout)
	}
	return ctx, func() {}
}

// timedOut returns the problem to report when the context ended by one of the timeouts, or nil.
func timedOut(ctx context.Context) *problem {
	switch p, _ := context.Cause(ctx).(*problem); p { //nolint:errorlint // the cause is exactly one of these
	case errQueryTimeout, errMutationTimeout:
		return p
	}
	return nil
}
