package graph

import (
	"context"

	"github.com/aparte-im/aparte/dm"
	"github.com/aparte-im/aparte/graph/auth"
	"github.com/aparte-im/aparte/graph/generated"
)

func (m mutation) SetRequestPreviews(ctx context.Context, on bool) (generated.SettingsResult, error) {
	return m.settings(ctx, func(viewer dm.UserID) (dm.Messaging, error) {
		return m.service.SetRequestPreviews(ctx, viewer, on)
	})
}

func (m mutation) EndSurgeShield(ctx context.Context, held dm.ShieldEnd) (generated.ShieldResult, error) {
	viewer, err := auth.ViewerOf(ctx)
	if err != nil {
		return nil, err
	}
	settings, walked, err := m.service.EndSurgeShield(ctx, viewer, held)
	if err != nil {
		return refused[generated.ShieldResult](err)
	}
	return generated.ShieldSuccess{Settings: &settings, Moved: walked.Moved, More: walked.More}, nil
}

func (m mutation) ReleaseHiddenRequests(ctx context.Context) (generated.BulkResult, error) {
	return m.bulk(ctx, m.service.ReleaseHidden)
}

func (m mutation) bulk(ctx context.Context, act func(context.Context, dm.UserID) (dm.BulkResult, error)) (generated.BulkResult, error) {
	viewer, err := auth.ViewerOf(ctx)
	if err != nil {
		return nil, err
	}
	walked, err := act(ctx, viewer)
	if err != nil {
		return refused[generated.BulkResult](err)
	}
	unread, err := m.service.Unread(ctx, viewer)
	if err != nil {
		return nil, err
	}
	return generated.BulkSuccess{Moved: walked.Moved, More: walked.More, Unread: &unread}, nil
}

func (m mutation) AcceptAllRequests(ctx context.Context, filter dm.RequestFilter) (generated.BulkResult, error) {
	return m.bulk(ctx, func(ctx context.Context, viewer dm.UserID) (dm.BulkResult, error) {
		return m.service.AcceptAll(ctx, viewer, filter)
	})
}

func (m mutation) DeclineAllRequests(ctx context.Context, filter dm.RequestFilter) (generated.BulkResult, error) {
	return m.bulk(ctx, func(ctx context.Context, viewer dm.UserID) (dm.BulkResult, error) {
		return m.service.DeclineAll(ctx, viewer, filter)
	})
}
