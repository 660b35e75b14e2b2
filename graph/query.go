package graph

import (
	"context"

	"github.com/aparte-im/aparte/dm"
	"github.com/aparte-im/aparte/graph/auth"
	"github.com/aparte-im/aparte/graph/bind"
	"github.com/aparte-im/aparte/graph/generated"
	"github.com/aparte-im/aparte/graph/limits"
)

// Server is the root of the resolvers.
var _ generated.ResolverRoot = (*Server)(nil)

// Query resolves reads.
func (s *Server) Query() generated.QueryResolver {
	return query{s.service, s.throttle, s.config.MountPath}
}

type query struct {
	service  *dm.Service
	throttle limits.Throttle
	// mountPath is that of Config.
	mountPath string
}

const (
	defaultPage     = 20
	defaultMessages = 50
)

// pageOf reads the arguments of a page; an explicit null is the default.
func pageOf(first *int, after *string, byDefault int) dm.PageRequest {
	p := dm.PageRequest{First: byDefault}
	if first != nil {
		p.First = *first
	}
	if after != nil {
		p.After = *after
	}
	return p
}

// given returns nil for an empty string: in an optional input it equals leaving the input out.
// Generated clients in Go send zero values.
func given(text *string) *string {
	if text == nil || *text == "" {
		return nil
	}
	return text
}

// absent turns NOT_FOUND into null, which is how queries answer for what does not exist or is not
// the viewer's (I9).
func absent(err error) error {
	if dm.CodeOf(err) == dm.CodeNotFound {
		return nil
	}
	return err
}

func (q query) Me(ctx context.Context) (*dm.User, error) {
	viewer, err := auth.ViewerOf(ctx)
	if err != nil {
		return nil, err
	}
	return loadersOf(ctx).user(ctx, viewer)
}

func (q query) User(ctx context.Context, key generated.UserBy) (*dm.User, error) {
	id, handle, externalID := given(key.ID), given(key.Handle), given(key.ExternalID)
	count := 0
	for _, by := range []*string{id, handle, externalID} {
		if by != nil {
			count++
		}
	}
	if count != 1 {
		return nil, dm.Invalid("by", "Give exactly one of id, handle and externalId.")
	}
	if id != nil {
		user, ok := dm.ParseUserID(*id)
		if !ok {
			return nil, nil
		}
		return loadersOf(ctx).user(ctx, user)
	}
	var u *dm.User
	var err error
	if handle != nil {
		u, err = q.service.UserByHandle(ctx, *handle)
	} else {
		u, err = q.service.UserByExternalID(ctx, *externalID)
	}
	if err != nil {
		return nil, absent(err)
	}
	loadersOf(ctx).seeUser(u)
	return u, nil
}

func (q query) SearchUsers(ctx context.Context, query string, first *int, after *string) (*bind.UserConnection, error) {
	page := pageOf(first, after, defaultPage)
	found, err := q.service.SearchUsers(ctx, loadersOf(ctx).viewer, query, page)
	return users(ctx, found, page, err)
}

func (q query) SuggestedFriends(ctx context.Context, first *int, after *string) (*bind.UserConnection, error) {
	viewer, err := auth.ViewerOf(ctx)
	if err != nil {
		return nil, err
	}
	page := pageOf(first, after, defaultPage)
	found, err := q.service.SuggestedFriends(ctx, viewer, page)
	return users(ctx, found, page, err)
}

func (q query) BlockedUsers(ctx context.Context, first *int, after *string) (*bind.UserConnection, error) {
	viewer, err := auth.ViewerOf(ctx)
	if err != nil {
		return nil, err
	}
	page := pageOf(first, after, defaultPage)
	found, err := q.service.BlockedUsers(ctx, viewer, page)
	return users(ctx, found, page, err)
}

func users(ctx context.Context, found dm.Page[dm.FoundUser], page dm.PageRequest, err error) (*bind.UserConnection, error) {
	if err != nil {
		return nil, err
	}
	for _, u := range found.Items {
		loadersOf(ctx).seeUser(u.User)
	}
	return &bind.UserConnection{Page: found, After: page.After != ""}, nil
}

func (q query) Inbox(ctx context.Context, folder *dm.Folder, first *int, after *string) (*bind.ConversationConnection, error) {
	viewer, err := auth.ViewerOf(ctx)
	if err != nil {
		return nil, err
	}
	in := dm.FolderInbox
	if folder != nil {
		in = *folder
	}
	page := pageOf(first, after, defaultPage)
	views, err := q.service.Inbox(ctx, viewer, in, page)
	if err != nil {
		return nil, err
	}
	loadersOf(ctx).see(views.Items...)
	return &bind.ConversationConnection{Page: views, After: page.After != ""}, nil
}

func (q query) Conversation(ctx context.Context, id string) (bind.Conversation, error) {
	if _, err := auth.ViewerOf(ctx); err != nil {
		return nil, err
	}
	conversation, ok := dm.ParseConversationID(id)
	if !ok {
		return nil, nil
	}
	// A nil *dm.View in the interface would not be null.
	if v, err := loadersOf(ctx).view(ctx, conversation); v != nil || err != nil {
		return v, err
	}
	return nil, nil
}

func (q query) ConversationWith(ctx context.Context, userID string) (*dm.View, error) {
	viewer, err := auth.ViewerOf(ctx)
	if err != nil {
		return nil, err
	}
	other, ok := dm.ParseUserID(userID)
	if !ok || other == viewer {
		return nil, nil
	}
	return loadersOf(ctx).view(ctx, dm.ConversationOf(viewer, other))
}

func (q query) Unread(ctx context.Context) (*dm.Counted, error) {
	viewer, err := auth.ViewerOf(ctx)
	if err != nil {
		return nil, err
	}
	counted, err := q.service.Unread(ctx, viewer)
	return &counted, err
}

func (q query) MessagingSettings(ctx context.Context) (*dm.Messaging, error) {
	viewer, err := auth.ViewerOf(ctx)
	if err != nil {
		return nil, err
	}
	settings, err := q.service.Messaging(ctx, viewer)
	return &settings, err
}

func (q query) SettingsHistory(ctx context.Context, first *int, after *string) (*generated.SettingsChangeConnection, error) {
	viewer, err := auth.ViewerOf(ctx)
	if err != nil {
		return nil, err
	}
	page := pageOf(first, after, defaultPage)
	found, err := q.service.History(ctx, viewer, page)
	if err != nil {
		return nil, err
	}
	info := bind.PageOf(found, page.After != "", func(c dm.SettingsChange) string { return c.Place() })
	out := &generated.SettingsChangeConnection{
		PageInfo: &info, Nodes: make([]*dm.SettingsChange, len(found.Items)), Edges: make([]*generated.SettingsChangeEdge, len(found.Items)),
	}
	for i := range found.Items {
		c := &found.Items[i]
		out.Nodes[i], out.Edges[i] = c, &generated.SettingsChangeEdge{Node: c, Cursor: c.Place()}
	}
	return out, nil
}
