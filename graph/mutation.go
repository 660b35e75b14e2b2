package graph

import (
	"context"

	"github.com/aparte-im/aparte/dm"
	"github.com/aparte-im/aparte/graph/auth"
	"github.com/aparte-im/aparte/graph/generated"
	"github.com/aparte-im/aparte/graph/limits"
)

// Mutation resolves changes.
func (s *Server) Mutation() generated.MutationResolver {
	return mutation{s.service, s.sessions, s.throttle, s.config.Exports != nil, s.config.Observer, s.profiles, s.config.MountPath}
}

type mutation struct {
	service  *dm.Service
	sessions *auth.LiveSessions
	throttle limits.Throttle
	// exports: files of exports can be had here.
	exports  bool
	observer Observer
	profiles *profiles
	// mountPath is that of Config.
	mountPath string
}

func (m mutation) SendMessage(ctx context.Context, in generated.SendMessageInput) (generated.SendMessageResult, error) {
	viewer, err := auth.ViewerOf(ctx)
	if err != nil {
		return nil, err
	}
	to := in.To
	to.UserID, to.ConversationID, in.ContactCode = given(to.UserID), given(to.ConversationID), given(in.ContactCode)
	if err = m.throttle.Send(ctx, in.ContactCode != nil); err != nil {
		m.observer.sent(dm.Sent{}, err)
		return refused[generated.SendMessageResult](err)
	}
	send := dm.SendInput{Video: card(in.Video), ClientMessageID: in.ClientMessageID, ContactCode: in.ContactCode}
	if in.Body != nil {
		send.Body = *in.Body
	}
	readable := true
	if to.UserID != nil {
		send.To, readable = dm.ParseUserID(*to.UserID)
	}
	if to.ConversationID != nil && readable {
		send.Conversation, readable = dm.ParseConversationID(*to.ConversationID)
	}
	if !readable {
		return refused[generated.SendMessageResult](dm.NotFound("user or conversation"))
	}
	sent, err := m.service.Send(ctx, viewer, send)
	m.observer.sent(sent, err)
	if err != nil {
		return refused[generated.SendMessageResult](err)
	}
	loadersOf(ctx).see(sent.View)
	return generated.SendMessageSuccess{Message: sent.Message, Conversation: sent.View, Remaining: sent.Remaining, Outreach: sent.Outreach}, nil
}

// card returns a card without its empty optional texts: they equal leaving them out.
func card(v *dm.VideoCard) *dm.VideoCard {
	if v == nil {
		return nil
	}
	return &dm.VideoCard{
		URL: v.URL, Title: given(v.Title), AuthorHandle: given(v.AuthorHandle), ThumbnailURL: given(v.ThumbnailURL),
	}
}

func (m mutation) SetWhoCanMessageMe(ctx context.Context, in generated.SetWhoCanMessageMeInput) (generated.SettingsResult, error) {
	routes, err := routesFrom(in.Routes)
	if err != nil {
		return refused[generated.SettingsResult](err)
	}
	return m.settings(ctx, func(viewer dm.UserID) (dm.Messaging, error) {
		return m.service.SetWhoCanMessageMe(ctx, viewer, in.Audience, routes)
	})
}

func (m mutation) SetReadReceipts(ctx context.Context, on bool) (generated.SettingsResult, error) {
	return m.settings(ctx, func(viewer dm.UserID) (dm.Messaging, error) {
		return m.service.SetReadReceipts(ctx, viewer, on)
	})
}

func (m mutation) settings(ctx context.Context, change func(dm.UserID) (dm.Messaging, error)) (generated.SettingsResult, error) {
	viewer, err := auth.ViewerOf(ctx)
	if err != nil {
		return nil, err
	}
	settings, err := change(viewer)
	if err != nil {
		return refused[generated.SettingsResult](err)
	}
	return generated.SettingsSuccess{Settings: &settings}, nil
}

func (m mutation) AcceptRequest(ctx context.Context, id string) (generated.ConversationResult, error) {
	return m.conversation(ctx, id, m.service.AcceptRequest)
}

func (m mutation) MarkRead(ctx context.Context, id string, upToSeq int) (generated.ConversationResult, error) {
	return m.conversation(ctx, id, func(ctx context.Context, viewer dm.UserID, id dm.ConversationID) (dm.Changed, error) {
		return m.service.MarkRead(ctx, viewer, id, int64(upToSeq))
	})
}

func (m mutation) SignalTyping(ctx context.Context, id string) (generated.ConversationResult, error) {
	return m.conversation(ctx, id, m.service.Typing)
}

func (m mutation) MuteConversation(ctx context.Context, id string, muted bool) (generated.ConversationResult, error) {
	return m.conversation(ctx, id, func(ctx context.Context, viewer dm.UserID, id dm.ConversationID) (dm.Changed, error) {
		return m.service.Mute(ctx, viewer, id, muted)
	})
}

func (m mutation) ArchiveConversation(ctx context.Context, id string, archived bool) (generated.ConversationResult, error) {
	return m.conversation(ctx, id, func(ctx context.Context, viewer dm.UserID, id dm.ConversationID) (dm.Changed, error) {
		return m.service.Archive(ctx, viewer, id, archived)
	})
}

func (m mutation) conversation(ctx context.Context, text string,
	change func(context.Context, dm.UserID, dm.ConversationID) (dm.Changed, error),
) (generated.ConversationResult, error) {
	viewer, err := auth.ViewerOf(ctx)
	if err != nil {
		return nil, err
	}
	id, ok := dm.ParseConversationID(text)
	if !ok {
		return refused[generated.ConversationResult](dm.NotFound("conversation"))
	}
	changed, err := change(ctx, viewer, id)
	if err != nil {
		return refused[generated.ConversationResult](err)
	}
	loadersOf(ctx).see(changed.View)
	return generated.ConversationSuccess{Conversation: changed.View, Unread: &changed.Unread}, nil
}

func (m mutation) DeclineRequests(ctx context.Context, texts []string) (generated.DeclineResult, error) {
	viewer, err := auth.ViewerOf(ctx)
	if err != nil {
		return nil, err
	}
	ids := make([]dm.ConversationID, len(texts))
	for i, text := range texts {
		ids[i], _ = dm.ParseConversationID(text) // a malformed id stays zero: no conversation
	}
	declined, unread, err := m.service.DeclineRequests(ctx, viewer, ids)
	if err != nil {
		return refused[generated.DeclineResult](err)
	}
	return generated.DeclineSuccess{Declined: declined, Unread: &unread}, nil
}

func (m mutation) FollowUser(ctx context.Context, id string) (generated.UserResult, error) {
	return m.person(ctx, id, m.service.Follow)
}

func (m mutation) UnfollowUser(ctx context.Context, id string) (generated.UserResult, error) {
	return m.person(ctx, id, m.service.Unfollow)
}

func (m mutation) BlockUser(ctx context.Context, id string) (generated.UserResult, error) {
	return m.person(ctx, id, m.service.Block)
}

func (m mutation) UnblockUser(ctx context.Context, id string) (generated.UserResult, error) {
	return m.person(ctx, id, m.service.Unblock)
}

func (m mutation) person(ctx context.Context, text string,
	change func(ctx context.Context, viewer, other dm.UserID) error,
) (generated.UserResult, error) {
	viewer, err := auth.ViewerOf(ctx)
	if err != nil {
		return nil, err
	}
	id, ok := dm.ParseUserID(text)
	if !ok {
		return refused[generated.UserResult](dm.NotFound("user"))
	}
	if err := change(ctx, viewer, id); err != nil {
		return refused[generated.UserResult](err)
	}
	u, err := loadersOf(ctx).user(ctx, id)
	if err != nil {
		return nil, err
	}
	return generated.UserSuccess{User: u}, nil
}
