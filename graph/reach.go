package graph

import (
	"context"

	"github.com/aparte-im/aparte/dm"
	"github.com/aparte-im/aparte/graph/auth"
	"github.com/aparte-im/aparte/graph/generated"
)

func (q query) WhoCouldMessageMe(ctx context.Context, in []*generated.RelationRouteInput) ([]*dm.Reach, error) {
	viewer, err := auth.ViewerOf(ctx)
	if err != nil {
		return nil, err
	}
	routes, err := routesFrom(in)
	if err != nil {
		return nil, err
	}
	reaches, err := q.service.WhoCouldMessageMe(ctx, viewer, routes)
	if err != nil {
		return nil, err
	}
	out := make([]*dm.Reach, len(reaches))
	for i := range reaches {
		out[i] = &reaches[i]
	}
	return out, nil
}

// AudienceReach resolves what an audience means.
func (s *Server) AudienceReach() generated.AudienceReachResolver { return audienceReach{} }

type audienceReach struct{}

func (audienceReach) Routes(_ context.Context, r *dm.Reach) ([]*generated.RelationRoute, error) {
	return routesOf(r.Grid), nil
}
