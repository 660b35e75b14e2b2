package graph

import (
	"context"

	"github.com/aparte-im/aparte/dm"
	"github.com/aparte-im/aparte/dm/policy"
	"github.com/aparte-im/aparte/graph/auth"
	"github.com/aparte-im/aparte/graph/bind"
	"github.com/aparte-im/aparte/graph/generated"
)

// MessagingSettings resolves the grid of the settings that hold.
func (s *Server) MessagingSettings() generated.MessagingSettingsResolver { return messagingSettings{} }

type messagingSettings struct{}

func (messagingSettings) Routes(_ context.Context, m *dm.Messaging) ([]*generated.RelationRoute, error) {
	return routesOf(m.Grid), nil
}

// SettingsChanged resolves the settings of an event: the event says that they changed, the service
// how they stand.
func (s *Server) SettingsChanged() generated.SettingsChangedResolver {
	return settingsChanged{s.service}
}

type settingsChanged struct{ service *dm.Service }

func (r settingsChanged) Settings(ctx context.Context, _ *bind.SettingsChanged) (*dm.Messaging, error) {
	viewer, err := auth.ViewerOf(ctx)
	if err != nil {
		return nil, err
	}
	settings, err := r.service.Messaging(ctx, viewer)
	return &settings, err
}

// routesOf lists a grid from the closest relation to the farthest.
func routesOf(grid policy.Grid) []*generated.RelationRoute {
	out := make([]*generated.RelationRoute, 0, len(grid))
	for i := len(grid) - 1; i >= 0; i-- {
		out = append(out, &generated.RelationRoute{Relation: policy.Relation(i), Route: grid[i]})
	}
	return out
}

// routesFrom reads a part of a grid. Errors: INVALID_INPUT.
func routesFrom(in []*generated.RelationRouteInput) (map[policy.Relation]policy.Route, error) {
	routes := make(map[policy.Relation]policy.Route, len(in))
	for _, r := range in {
		if _, twice := routes[r.Relation]; twice {
			return nil, dm.Invalid("routes", "Give each relation once.")
		}
		routes[r.Relation] = r.Route
	}
	return routes, nil
}
