package graph

import (
	"context"

	"github.com/aparte-im/aparte/dm"
	"github.com/aparte-im/aparte/dm/policy"
	"github.com/aparte-im/aparte/graph/generated"
)

// User resolves how the viewer stands to a person: one read for all people of a response.
func (s *Server) User() generated.UserResolver { return user{} }

type user struct{}

func (user) ViewerFollows(ctx context.Context, u *dm.User) (bool, error) {
	st, err := loadersOf(ctx).standing(ctx, u.ID)
	return st.ViewerFollows, err
}

func (user) FollowsViewer(ctx context.Context, u *dm.User) (bool, error) {
	st, err := loadersOf(ctx).standing(ctx, u.ID)
	return st.FollowsViewer, err
}

func (user) ViewerHasBlocked(ctx context.Context, u *dm.User) (bool, error) {
	st, err := loadersOf(ctx).standing(ctx, u.ID)
	return st.ViewerOverride.Blocked, err
}

func (user) ViewerRestricts(ctx context.Context, u *dm.User) (bool, error) {
	st, err := loadersOf(ctx).standing(ctx, u.ID)
	return st.ViewerOverride.Restricted, err
}

func (user) ViewerLists(ctx context.Context, u *dm.User) (*policy.Listed, error) {
	st, err := loadersOf(ctx).standing(ctx, u.ID)
	return &st.ViewerOverride.Listed, err
}

func (user) ViewerCanMessage(ctx context.Context, u *dm.User) (*dm.Permission, error) {
	st, err := loadersOf(ctx).standing(ctx, u.ID)
	return &st.Permission, err
}
