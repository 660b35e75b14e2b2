package graph

import (
	"context"

	"github.com/aparte-im/aparte/dm"
	"github.com/aparte-im/aparte/dm/policy"
	"github.com/aparte-im/aparte/graph/auth"
	"github.com/aparte-im/aparte/graph/bind"
	"github.com/aparte-im/aparte/graph/generated"
)

func (q query) RestrictedUsers(ctx context.Context, first *int, after *string) (*bind.UserConnection, error) {
	viewer, err := auth.ViewerOf(ctx)
	if err != nil {
		return nil, err
	}
	page := pageOf(first, after, defaultPage)
	found, err := q.service.RestrictedUsers(ctx, viewer, page)
	return users(ctx, found, page, err)
}

func (q query) ListedUsers(ctx context.Context, list policy.Listed, first *int, after *string) (*bind.UserConnection, error) {
	viewer, err := auth.ViewerOf(ctx)
	if err != nil {
		return nil, err
	}
	page := pageOf(first, after, defaultPage)
	found, err := q.service.ListedUsers(ctx, viewer, list, page)
	return users(ctx, found, page, err)
}

func (m mutation) RestrictUser(ctx context.Context, id string) (generated.UserResult, error) {
	return m.person(ctx, id, m.service.Restrict)
}

func (m mutation) UnrestrictUser(ctx context.Context, id string) (generated.UserResult, error) {
	return m.person(ctx, id, m.service.Unrestrict)
}

func (m mutation) SetListed(ctx context.Context, id string, list *policy.Listed) (generated.UserResult, error) {
	return m.person(ctx, id, func(ctx context.Context, viewer, other dm.UserID) error {
		listed := policy.NotListed
		if list != nil {
			listed = *list
		}
		return m.service.SetListed(ctx, viewer, other, listed)
	})
}
