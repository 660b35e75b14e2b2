package admission

import (
	"context"
	"errors"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"github.com/aparte-im/aparte/dm"
	"github.com/aparte-im/aparte/graph/apierror"
	"github.com/aparte-im/aparte/graph/bind"
	"github.com/aparte-im/aparte/graph/limits"
)

// bound refuses operations that would cost more than anybody's due. Each fragment is weighed once,
// so that the check is linear in the document, however fragments are nested.
type bound struct {
	introspection bool
	limits        limits.Request
}

func (bound) ExtensionName() string { return "Bound" }

func (bound) Validate(graphql.ExecutableSchema) error { return nil }

// MutateOperationContext is where gqlgen lets an operation be looked at before it runs.
func (b bound) MutateOperationContext(_ context.Context, op *graphql.OperationContext) *gqlerror.Error {
	op.DisableIntrospection = !b.introspection
	w := weigher{op: op, introspection: b.introspection, limits: b.limits}
	cost, err := w.selection(op.Operation.SelectionSet)
	switch {
	case errors.Is(err, errPageSize):
		out := apierror.GraphQL(string(dm.CodeInvalidInput), "Ask for 1 to %d items.", b.limits.PageSize)
		out.Extensions["field"] = "first"
		return out
	case err != nil:
		return apierror.GraphQL(apierror.CodeValidation, "%s", err)
	case cost > b.limits.Cost:
		return tooMuch("cost", b.limits.Cost, "The operation asks for more than %d fields. Ask for smaller pages.")
	}
	return nil
}

var (
	errIntrospection = errors.New("introspection is off")
	errDefer         = errors.New("@defer is not offered")
	errPageSize      = errors.New("the page is too large")
)

// introspectionCost is what a look at the schema counts: about as many fields as the standard one
// asks for. How deep it goes is bounded by a rule of gqlparser's.
const introspectionCost = 5000

type weigher struct {
	op            *graphql.OperationContext
	introspection bool
	limits        limits.Request
	fragments     map[string]int
}

func (w *weigher) selection(set ast.SelectionSet) (cost int, err error) {
	for _, s := range set {
		one, err := w.one(s)
		if err != nil {
			return 0, err
		}
		cost = min(cost+one, w.limits.Cost+1) // no sum grows beyond what is refused anyway
	}
	return cost, nil
}

func (w *weigher) one(s ast.Selection) (int, error) {
	switch s := s.(type) {
	case *ast.Field:
		return w.field(s)
	case *ast.InlineFragment:
		if s.Directives.ForName("defer") != nil {
			return 0, errDefer
		}
		return w.selection(s.SelectionSet)
	case *ast.FragmentSpread:
		if s.Directives.ForName("defer") != nil {
			return 0, errDefer
		}
		return w.fragment(s)
	}
	return 0, nil
}

func (w *weigher) fragment(s *ast.FragmentSpread) (int, error) {
	if known, ok := w.fragments[s.Name]; ok {
		return known, nil
	}
	cost, err := w.selection(s.Definition.SelectionSet)
	if w.fragments == nil {
		w.fragments = map[string]int{}
	}
	w.fragments[s.Name] = cost
	return cost, err
}

func (w *weigher) field(f *ast.Field) (int, error) {
	if f.Name == "__schema" || f.Name == "__type" {
		if !w.introspection {
			return 0, errIntrospection
		}
		return introspectionCost, nil
	}
	inner, err := w.selection(f.SelectionSet)
	if err != nil {
		return 0, err
	}
	size, err := w.pageSize(f)
	if err != nil {
		return 0, err
	}
	return min(1+inner*size, w.limits.Cost+1), nil
}

// pageSize is how many items a field may return. A size that is out of range for everybody is
// refused later, with its path. Errors: errPageSize where the operator allows less.
func (w *weigher) pageSize(f *ast.Field) (int, error) {
	def := f.Definition.Arguments.ForName("first")
	if def == nil {
		return 1, nil
	}
	var v any
	if given := f.Arguments.ForName("first"); given != nil {
		var err error
		if v, err = given.Value.Value(w.op.Variables); err != nil {
			return dm.MaxPage, nil //nolint:nilerr // refused where it is used
		}
	}
	// Left out, null, or a variable that is either: the default holds.
	given := v != nil
	if !given && def.DefaultValue != nil {
		v, _ = def.DefaultValue.Value(nil)
	}
	n, err := bind.UnmarshalInt64(v)
	if err != nil {
		return dm.MaxPage, nil //nolint:nilerr // refused where it is used
	}
	if given && n > int64(w.limits.PageSize) && w.limits.PageSize < dm.MaxPage {
		return 0, errPageSize
	}
	return int(min(max(n, 1), dm.MaxPage)), nil
}
