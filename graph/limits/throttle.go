package limits

import (
	"context"
	"time"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"github.com/aparte-im/aparte/dm"
	"github.com/aparte-im/aparte/graph/apierror"
	"github.com/aparte-im/aparte/graph/auth"
	"github.com/aparte-im/aparte/graph/clientaddr"
	"github.com/aparte-im/aparte/graph/rates"
)

// TooFast returns the error of a request that is over its rate, with the seconds to wait.
func TooFast(wait time.Duration) *gqlerror.Error {
	err := apierror.GraphQL(apierror.CodeRateLimited, "That is too fast. Wait a moment.")
	err.Extensions["retryAfterSeconds"] = apierror.Seconds(wait)
	return err
}

// Throttle charges every admitted operation to its budgets, over each transport. The resolver of
// sendMessage charges sends, because their refusal is a member of its result. It is an extension of
// gqlgen's executor and safe for concurrent use.
type Throttle struct {
	// Rates has the budgets. Nil: there are none.
	Rates *rates.Rates
	// Refused is called with the class of a budget that refused. Nil: it is not.
	Refused func(class string)
}

// ExtensionName names the extension for gqlgen.
func (Throttle) ExtensionName() string { return "Throttle" }

// Validate accepts every schema.
func (Throttle) Validate(graphql.ExecutableSchema) error { return nil }

// MutateOperationContext is called by gqlgen before an operation runs.
func (t Throttle) MutateOperationContext(ctx context.Context, op *graphql.OperationContext) *gqlerror.Error {
	class, n := rates.Reads, 1
	if op.Operation.Operation == ast.Mutation {
		class, n = rates.Changes, changes(op.Operation.SelectionSet)
	}
	if wait := t.take(ctx, n, class); wait > 0 {
		return TooFast(wait)
	}
	return nil
}

// take spends n of each class from the budgets of the viewer and of the request's address. The host
// application, moderators and exempt users have no budgets.
func (t Throttle) take(ctx context.Context, n int, classes ...rates.Class) time.Duration {
	id := auth.IdentityOf(ctx)
	if t.Rates == nil || id == nil || id.Admin || id.Moderator || id.Exempt {
		return 0
	}
	wait, class := t.Rates.Take(id.Viewer, clientaddr.In(ctx), n, classes...)
	if wait > 0 && t.Refused != nil {
		t.Refused(class.String())
	}
	return wait
}

// Send spends from the budget of sends, and with a contact code from the budget of codes too.
// Errors: RATE_LIMITED; then neither budget is spent.
func (t Throttle) Send(ctx context.Context, withCode bool) error {
	classes := []rates.Class{rates.Sends, rates.Codes}
	if !withCode {
		classes = classes[:1]
	}
	if wait := t.take(ctx, 1, classes...); wait > 0 {
		return dm.TooFast(wait)
	}
	return nil
}

// Code spends from the budget of attempts to use a contact code. Errors: RATE_LIMITED.
func (t Throttle) Code(ctx context.Context) error {
	if wait := t.take(ctx, 1, rates.Codes); wait > 0 {
		return dm.TooFast(wait)
	}
	return nil
}

// Fail charges a request with a bad token or operation to its address. It never fails: the next
// request of an address without budget is refused before it is read.
func (t Throttle) Fail(ctx context.Context) {
	if id := auth.IdentityOf(ctx); id != nil && (id.Admin || id.Exempt) {
		return
	}
	t.Rates.Take(dm.UserID{}, clientaddr.In(ctx), 1, rates.Refusals)
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

// WaitOf returns the seconds to wait of a refused operation's first error, and 0 when it was not
// refused for its rate.
func WaitOf(errs gqlerror.List) int {
	if len(errs) == 0 || errs[0].Extensions["code"] != apierror.CodeRateLimited {
		return 0
	}
	wait, _ := errs[0].Extensions["retryAfterSeconds"].(int)
	return max(wait, 1)
}
