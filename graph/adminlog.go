package graph

import (
	"context"
	"strings"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"

	"github.com/aparte-im/aparte/graph/auth"
)

// logAdmin logs each operation of a token with the scope of the host application: its subject, the
// fields of the schema and, with Aparte-As, the id of the user for whom it acts.
func (s *Server) logAdmin(ctx context.Context, next graphql.OperationHandler) graphql.ResponseHandler {
	if id := auth.IdentityOf(ctx); id != nil && id.Admin {
		op := graphql.GetOperationContext(ctx).Operation
		attributes := []any{"subject", id.Subject, "kind", string(op.Operation), "operation", rootFields(op.SelectionSet)}
		if id.Viewer != id.Owner {
			attributes = append(attributes, "acting_for", id.Viewer.String())
		}
		s.config.Logger.InfoContext(ctx, "the admin scope was used", attributes...)
	}
	return next(ctx)
}

// rootFields returns the names of the fields that an operation asks for, with commas between.
func rootFields(set ast.SelectionSet) string {
	var names []string
	for _, selection := range set {
		names = append(names, className(ast.SelectionSet{selection}))
	}
	return strings.Join(names, ",")
}
