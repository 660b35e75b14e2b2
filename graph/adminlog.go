package graph

import (
	"context"
	"strings"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"

	"github.com/aparte-im/aparte/graph/auth"
)

// logOperation logs an operation of a token with the scope of the host application, with the fields
// of the schema.
func (s *Server) logOperation(ctx context.Context, next graphql.OperationHandler) graphql.ResponseHandler {
	if id := auth.IdentityOf(ctx); id != nil && id.Admin {
		op := graphql.GetOperationContext(ctx).Operation
		s.logAdmin(ctx, id, string(op.Operation), rootFields(op.SelectionSet))
	}
	return next(ctx)
}

// logAdmin logs one use of the scope of the host application: the subject of the token and, with
// Aparte-As, the id of the user for whom it acts.
func (s *Server) logAdmin(ctx context.Context, id *auth.Identity, kind, operation string) {
	attributes := []any{"subject", id.Subject, "kind", kind, "operation", operation}
	if id.Viewer != id.Owner {
		attributes = append(attributes, "acting_for", id.Viewer.String())
	}
	s.config.Logger.InfoContext(ctx, "the admin scope was used", attributes...)
}

// rootFields returns the names of the fields that an operation asks for, with commas between.
func rootFields(set ast.SelectionSet) string {
	var names []string
	for _, selection := range set {
		names = append(names, className(ast.SelectionSet{selection}))
	}
	return strings.Join(names, ",")
}
