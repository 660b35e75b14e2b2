package graph

import (
	"context"

	"github.com/aparte-im/aparte/dm"
	"github.com/aparte-im/aparte/dm/policy"
	"github.com/aparte-im/aparte/graph/auth"
	"github.com/aparte-im/aparte/graph/bind"
	"github.com/aparte-im/aparte/graph/generated"
)

func (q query) ExplainWhoCanMessageMe(ctx context.Context, as string) (*dm.Explanation, error) {
	viewer, err := auth.ViewerOf(ctx)
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

func (q query) ExplainRelation(ctx context.Context, relation policy.Relation) (*dm.Explanation, error) {
	viewer, err := auth.ViewerOf(ctx)
	if err != nil {
		return nil, err
	}
	e, err := q.service.ExplainRelation(ctx, viewer, relation)
	if err != nil {
		return nil, err
	}
	return &e, nil
}

// Explanation resolves the person whom an explanation is about, and what they may send.
func (s *Server) Explanation() generated.ExplanationResolver { return explanation{} }

type explanation struct{}

func (explanation) User(ctx context.Context, e *dm.Explanation) (*dm.User, error) {
	if e.User == (dm.UserID{}) {
		return nil, nil
	}
	return loadersOf(ctx).user(ctx, e.User)
}

func (explanation) Kinds(_ context.Context, e *dm.Explanation) ([]bind.Kind, error) {
	return bind.KindsOf(e.Kinds), nil
}
