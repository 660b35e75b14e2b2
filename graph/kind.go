package graph

import (
	"context"

	"github.com/aparte-im/aparte/dm"
	"github.com/aparte-im/aparte/dm/policy"
	"github.com/aparte-im/aparte/graph/auth"
	"github.com/aparte-im/aparte/graph/bind"
	"github.com/aparte-im/aparte/graph/generated"
)

func (messagingSettings) Kinds(_ context.Context, m *dm.Messaging) ([]*generated.RelationKinds, error) {
	return kindsOf(m.Refused), nil
}

// kindsOf lists what may be sent, from the closest relation to the farthest.
func kindsOf(refused policy.KindGrid) []*generated.RelationKinds {
	out := make([]*generated.RelationKinds, 0, len(refused))
	for i := len(refused) - 1; i >= 0; i-- {
		out = append(out, &generated.RelationKinds{Relation: policy.Relation(i), Kinds: bind.KindsOf(policy.AllKinds &^ refused[i])})
	}
	return out
}

// MessagePermission resolves what may be sent.
func (s *Server) MessagePermission() generated.MessagePermissionResolver { return messagePermission{} }

type messagePermission struct{}

func (messagePermission) Kinds(_ context.Context, p *dm.Permission) ([]bind.Kind, error) {
	if !p.Allowed() {
		return []bind.Kind{}, nil
	}
	return bind.KindsOf(p.Verdict.Kinds), nil
}

func (m mutation) SetAcceptedKinds(ctx context.Context, in []*generated.RelationKindsInput) (generated.SettingsResult, error) {
	accepted := make(map[policy.Relation]policy.Kinds, len(in))
	for _, r := range in {
		if _, twice := accepted[r.Relation]; twice {
			return refused[generated.SettingsResult](dm.Invalid("kinds", "Give each relation once."))
		}
		accepted[r.Relation] = 0
		for _, k := range r.Kinds {
			accepted[r.Relation] |= policy.Kinds(k)
		}
	}
	return m.settings(ctx, func(viewer dm.UserID) (dm.Messaging, error) {
		return m.service.SetAcceptedKinds(ctx, viewer, accepted)
	})
}

func (m mutation) SetRequestLinks(ctx context.Context, on bool) (generated.SettingsResult, error) {
	return m.settings(ctx, func(viewer dm.UserID) (dm.Messaging, error) {
		return m.service.SetRequestLinks(ctx, viewer, on)
	})
}

// LinksHidden reads the folder and the setting only for a message that has something to hide.
func (r message) LinksHidden(ctx context.Context, m *dm.Message) (bool, error) {
	viewer, err := auth.ViewerOf(ctx)
	if err != nil || m.Sender == viewer || !m.HoldsLink() {
		return false, err
	}
	view, err := loadersOf(ctx).view(ctx, m.ConversationID())
	if err != nil || view == nil || view.Folder != dm.FolderRequests && view.Folder != dm.FolderHidden {
		return false, err
	}
	settings, err := loadersOf(ctx).messaging(ctx)
	return !settings.RequestLinks, err
}
