package bind

import (
	"context"

	"github.com/99designs/gqlgen/graphql"
)

// Slice marshals the elements of a list one after the other. gqlgen starts a goroutine for each,
// whose stack grows anew each time; that costs more than the elements do. Nothing is gained by it
// here: what elements read is read for all of them by the first (graph/loader.go). Its arguments
// are those of graphql.MarshalSliceConcurrently, in whose place internal/gqlserial calls it.
func Slice(ctx context.Context, length int, _ int64, _ bool, marshal func(context.Context, int) graphql.Marshaler) graphql.Array {
	out := make(graphql.Array, length)
	for i := range length {
		out[i] = element(graphql.WithFieldContext(ctx, &graphql.FieldContext{Index: &i}), i, marshal)
	}
	return out
}

func element(ctx context.Context, i int, marshal func(context.Context, int) graphql.Marshaler) (out graphql.Marshaler) {
	defer func() {
		if p := recover(); p != nil {
			graphql.AddError(ctx, graphql.Recover(ctx, p))
			out = graphql.Null
		}
	}()
	return marshal(ctx, i)
}

// Field resolves a field at once, where generated code would do it on a goroutine of its own.
// nonNull says that the object around it cannot be without it.
func Field(ctx context.Context, out *graphql.FieldSet, op *graphql.OperationContext, i int, nonNull bool,
	resolve func(context.Context) graphql.Marshaler,
) {
	value := field(ctx, op, resolve)
	out.Values[i] = value
	if nonNull && value == graphql.Null || !nonNull && value == graphql.RequiredNull {
		out.Invalids++
	}
}

func field(ctx context.Context, op *graphql.OperationContext, resolve func(context.Context) graphql.Marshaler) (out graphql.Marshaler) {
	defer func() {
		if p := recover(); p != nil {
			op.Error(ctx, op.Recover(ctx, p))
			out = graphql.Null
		}
	}()
	return resolve(ctx)
}
