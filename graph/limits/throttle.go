package limits

import (
	"context"
	"errors"
	"math"
	"net/netip"
	"time"

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
// sendMessage charges sends, because their refusal is a member of its result. It is safe
// for concurrent use.
type Throttle struct {
	// Rates has the budgets. Nil: there are none.
	Rates *rates.Rates
	// Refused is called with the class of a budget that refused. Nil: it is not.
	Refused func(class string)
}

// Take charges an operation to its budgets. It returns an error, and charges nothing, when one of
// them is empty.
func (t Throttle) Take(ctx context.Context, op *ast.OperationDefinition) *gqlerror.Error {
	class, n := rates.Reads, 1
	if op.Operation == ast.Mutation {
		class, n = rates.Changes, changes(op.SelectionSet)
	}
	if wait := t.take(ctx, n, class); wait > 0 {
		return TooFast(wait)
	}
	return nil
}

// Check returns an error when the viewer's budget of refusals is empty, or when the budgets of the
// viewer and of the request's address leave nothing for an operation of any of these kinds. It
// charges nothing, so that a request is refused before work is done for it.
func (t Throttle) Check(ctx context.Context, kinds ...ast.Operation) *gqlerror.Error {
	id := auth.IdentityOf(ctx)
	if t.Rates == nil || id == nil || id.Unlimited() {
		return nil
	}
	if wait := t.Rates.Wait(id.Viewer, netip.Addr{}, rates.Refusals); wait > 0 {
		return t.refuse(rates.Refusals, wait)
	}
	class, shortest := rates.Reads, time.Duration(math.MaxInt64)
	for _, kind := range kinds {
		of := []rates.Class{rates.Reads}
		if kind == ast.Mutation {
			of = []rates.Class{rates.Changes, rates.Sends}
		}
		for _, one := range of {
			if wait := t.Rates.Wait(id.Viewer, clientaddr.In(ctx), one); wait < shortest {
				class, shortest = one, wait
			}
		}
	}
	if len(kinds) == 0 || shortest == 0 {
		return nil
	}
	return t.refuse(class, shortest)
}

// CheckToken returns an error when the request's address has sent so many bad tokens that no
// further token is verified for it. It charges nothing.
func (t Throttle) CheckToken(ctx context.Context) *gqlerror.Error {
	if wait := t.Rates.Wait(dm.UserID{}, clientaddr.In(ctx), rates.Refusals); wait > 0 {
		return t.refuse(rates.Refusals, wait)
	}
	return nil
}

// TokenRefused charges credentials that were refused with err to the request's address. It returns
// an error to answer with instead when the address has no budget for that left, and nil otherwise.
// Errors that are not about the credentials, such as an outage of the database, charge nothing.
func (t Throttle) TokenRefused(ctx context.Context, err error) *gqlerror.Error {
	var over *gqlerror.Error
	if errors.As(err, &over) {
		return over // of CheckToken
	}
	var refusal *apierror.Error
	if !errors.As(err, &refusal) {
		return nil
	}
	if wait, class := t.Rates.Take(dm.UserID{}, clientaddr.In(ctx), 1, rates.Refusals); wait > 0 {
		return t.refuse(class, wait)
	}
	return nil
}

// Fail charges a bad operation to its viewer. Check refuses the next one when the budget is empty.
func (t Throttle) Fail(ctx context.Context) {
	if id := auth.IdentityOf(ctx); id != nil && !id.Unlimited() {
		t.Rates.Take(id.Viewer, netip.Addr{}, 1, rates.Refusals)
	}
}

func (t Throttle) refuse(class rates.Class, wait time.Duration) *gqlerror.Error {
	if t.Refused != nil {
		t.Refused(class.String())
	}
	return TooFast(wait)
}

// take spends n of each class from the budgets of the viewer and of the request's address. The host
// application, moderators and exempt users have no budgets.
func (t Throttle) take(ctx context.Context, n int, classes ...rates.Class) time.Duration {
	id := auth.IdentityOf(ctx)
	if t.Rates == nil || id == nil || id.Unlimited() {
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
