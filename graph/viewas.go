package graph

import (
	"context"

	"github.com/aparte-im/aparte/dm"
	"github.com/aparte-im/aparte/graph/generated"
)

func (q query) ExplainWhoCanMessageMe(ctx context.Context, as string) (*dm.Explanation, error) {
	viewer, err := viewerOf(ctx)
	if err != nil {
		return nil, err
	}
	other, ok := dm.ParseUserID(as)
	if !ok {
		return nil, nil
	}
	e, err := q.service.ExplainWhoCanMessageMe(ctx, viewer, other)
	if err != nil {
		return nil, absent(err)
	}
	return &e, nil
}

// Explanation resolves whom an explanation is about.
func (s *Server) Explanation() generated.ExplanationResolver { return explanation{} }

type explanation struct{}

func (explanation) User(ctx context.Context, e *dm.Explanation) (*dm.User, error) {
	return loadersOf(ctx).user(ctx, e.User)
}
