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

// tooFast refuses a whole request. It says how long to wait.
func tooFast(wait time.Duration) *gqlerror.Error {
	err := gqlError(codeRateLimited, "That is too fast. Wait a moment.")
	err.Extensions["retryAfterSeconds"] = seconds(wait)
	return err
}

// throttle is where every operation that was admitted meets its budgets, whichever way it was sent. Sends are counted by
// their resolver, because their refusal is a member of their result.
type throttle struct {
	rates    *rates.Rates
	observer Observer
}

func (throttle) ExtensionName() string { return "Throttle" }

func (throttle) Validate(graphql.ExecutableSchema) error { return nil }

// MutateOperationContext is where gqlgen lets an operation be looked at before it runs.
func (t throttle) MutateOperationContext(ctx context.Context, op *graphql.OperationContext) *gqlerror.Error {
	class, n := rates.Reads, 1
	if op.Operation.Operation == ast.Mutation {
		class, n = rates.Changes, changes(op.Operation.SelectionSet)
	}
	if wait := t.take(ctx, class, n); wait > 0 {
		return tooFast(wait)
	}
	return nil
}

// take takes from the budgets of who asks and of where from. The host application and who is exempt have none.
func (t throttle) take(ctx context.Context, class rates.Class, n int) time.Duration {
	id := identityOf(ctx)
	if t.rates == nil || id == nil || id.admin || id.moderator || id.exempt {
		return 0
	}
	wait := t.rates.Take(class, id.viewer, addressIn(ctx), n)
	if wait > 0 {
		t.observer.throttled(class.String())
	}
	return wait
}

// send takes from the budget of sends. Errors: RATE_LIMITED.
func (t throttle) send(ctx context.Context) error {
	if wait := t.take(ctx, rates.Sends, 1); wait > 0 {
		return dm.TooFast(wait)
	}
	return nil
}

// code takes from the budget of tries of contact codes. Errors: RATE_LIMITED.
func (t throttle) code(ctx context.Context) error {
	if wait := t.take(ctx, rates.Codes, 1); wait > 0 {
		return dm.TooFast(wait)
	}
	return nil
}

// refused notes that nothing came of a request. It never fails: the next one does, before it is looked at.
func (t throttle) refused(ctx context.Context) {
	if id := identityOf(ctx); id != nil && (id.admin || id.exempt) {
		return
	}
	t.rates.Take(rates.Refusals, dm.UserID{}, addressIn(ctx), 1)
}

// changes counts the fields of a mutation but the sends. A field that is left out by a directive counts too.
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

// waitOf is how long the first error of a refused operation says to wait, 0 when it is none for its rate.
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

// Timeouts bound how long an operation may take. Zero is the default, less than zero is no bound.
type Timeouts struct {
	// Query bounds a query, and a subscription until it has begun. 10 seconds.
	Query time.Duration
	// Mutation bounds a mutation: for longer than a change is tried again while the database is away. 30 seconds.
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

// What a timeout says. A change may have been made: it is written whole or not at all, and does not end with who waits.
var (
	errQueryTimeout    = &problem{codeTimeout, "This took too long. Ask for less, or try again.", http.StatusOK}
	errMutationTimeout = &problem{
		codeTimeout, "This took too long, and whether it was done is not known. The same call again tells; a message with " +
			"the same clientMessageId is never sent twice.", http.StatusOK,
	}
)

// limit bounds the time of an operation. Subscriptions last; their begin is bounded where they begin.
func (t Timeouts) limit(ctx context.Context, kind ast.Operation) (context.Context, context.CancelFunc) {
	switch kind {
	case ast.Query:
		return context.WithTimeoutCause(ctx, t.Query, errQueryTimeout)
	case ast.Mutation:
		return context.WithTimeoutCause(ctx, t.Mutation, errMutationTimeout)
	}
	return ctx, func() {}
}

// timedOut returns what an error is when it only says that the time was over.
func timedOut(ctx context.Context) *problem {
	switch p, _ := context.Cause(ctx).(*problem); p { //nolint:errorlint // the cause is exactly one of these
	case errQueryTimeout, errMutationTimeout:
		return p
	}
	return nil
}
