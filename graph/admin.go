package graph

import (
	"context"

	"github.com/aparte-im/aparte/dm"
	"github.com/aparte-im/aparte/graph/auth"
	"github.com/aparte-im/aparte/graph/generated"
)

func (m mutation) UpsertUsers(ctx context.Context, in []*dm.UserInput) (generated.UpsertUsersResult, error) {
	if err := auth.RequireAdmin(ctx); err != nil {
		return nil, err
	}
	users := make([]dm.UserInput, len(in))
	for i, u := range in {
		users[i] = *u
		users[i].AvatarURL = given(u.AvatarURL)
	}
	kept, err := m.service.UpsertUsers(ctx, users)
	if err != nil {
		return refused[generated.UpsertUsersResult](err)
	}
	m.profiles.changed()
	for _, u := range kept {
		loadersOf(ctx).seeUser(u)
	}
	return generated.UpsertUsersSuccess{Users: kept}, nil
}

func (m mutation) SetFollows(ctx context.Context, follows []*dm.EdgeEdit) (generated.PairsResult, error) {
	return m.setEdges(ctx, follows, false)
}

func (m mutation) SetSuggestions(ctx context.Context, suggestions []*dm.EdgeEdit) (generated.PairsResult, error) {
	return m.setEdges(ctx, suggestions, true)
}

func (m mutation) setEdges(ctx context.Context, in []*dm.EdgeEdit, suggested bool) (generated.PairsResult, error) {
	if err := auth.RequireAdmin(ctx); err != nil {
		return nil, err
	}
	edits := make([]dm.EdgeEdit, len(in))
	for i, e := range in {
		edits[i] = *e
		edits[i].Suggested = suggested
	}
	if err := m.service.SetEdges(ctx, edits); err != nil {
		return refused[generated.PairsResult](err)
	}
	return generated.PairsSuccess{Count: len(edits)}, nil
}

func (m mutation) RevokeTokens(ctx context.Context, externalID string) (generated.RevokeTokensResult, error) {
	if err := auth.RequireAdmin(ctx); err != nil {
		return nil, err
	}
	revoked, err := m.service.RevokeTokens(ctx, externalID)
	if err != nil {
		return refused[generated.RevokeTokensResult](err)
	}
	m.sessions.Revoke(revoked)
	return generated.RevokeTokensSuccess{ExternalID: externalID, ValidAfter: revoked.At}, nil
}

// UsersChanged applies changes of users that were just committed to the connections of this node at
// once: it drops cached profiles and disconnects users who were revoked or deleted. When it fails,
// the next poll of Run does it.
func (s *Server) UsersChanged(ctx context.Context) { applyUserChanges(ctx, s.profiles, s.sessions) }

func (m mutation) usersChanged(ctx context.Context) { applyUserChanges(ctx, m.profiles, m.sessions) }

func applyUserChanges(ctx context.Context, p *profiles, sessions *auth.LiveSessions) {
	p.changed()
	_ = sessions.LookNow(ctx)
}

func (m mutation) DeleteUser(ctx context.Context, externalID string) (generated.DeleteUserResult, error) {
	if err := auth.RequireAdmin(ctx); err != nil {
		return nil, err
	}
	if err := m.service.DeleteUser(ctx, externalID); err != nil {
		return refused[generated.DeleteUserResult](err)
	}
	m.usersChanged(ctx)
	return generated.DeleteUserSuccess{ExternalID: externalID}, nil
}
