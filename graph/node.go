package graph

import (
	"context"
	"strings"

	"github.com/aparte-im/aparte/dm"
	"github.com/aparte-im/aparte/graph/auth"
	"github.com/aparte-im/aparte/graph/bind"
	"github.com/aparte-im/aparte/graph/generated"
)

// The ids of what each viewer has one of begin with these. The rest is that of the viewer's id.
const unreadPrefix, settingsPrefix, userPrefix = "unr_", "set_", "usr_"

func ownID(prefix string, viewer dm.UserID) string {
	return prefix + strings.TrimPrefix(viewer.String(), userPrefix)
}

// Unread resolves the id of unread counts.
func (s *Server) Unread() generated.UnreadResolver { return unread{} }

type unread struct{}

func (unread) ID(ctx context.Context, _ *dm.Counted) (string, error) {
	viewer, err := auth.ViewerOf(ctx)
	return ownID(unreadPrefix, viewer), err
}

func (messagingSettings) ID(ctx context.Context, _ *dm.Messaging) (string, error) {
	viewer, err := auth.ViewerOf(ctx)
	return ownID(settingsPrefix, viewer), err
}

// Node reads anything by its id. It returns nil for what does not exist and for what is not the
// viewer's (I9).
func (q query) Node(ctx context.Context, id string) (bind.Node, error) {
	if user, ok := dm.ParseUserID(id); ok {
		return nodeOf(loadersOf(ctx).user(ctx, user))
	}
	if caseID, ok := parseCaseID(id); ok {
		if _, err := moderatorOf(ctx); err != nil {
			return nil, nil //nolint:nilerr // to everybody else no case exists
		}
		r, err := q.service.ReportForModerator(ctx, caseID)
		if err != nil {
			return nil, absent(err)
		}
		return nodeOf(caseOf(ctx, r))
	}
	viewer, err := auth.ViewerOf(ctx)
	if err != nil {
		return nil, err
	}
	switch id {
	case ownID(unreadPrefix, viewer):
		return nodeOf(q.Unread(ctx))
	case ownID(settingsPrefix, viewer):
		return nodeOf(q.MessagingSettings(ctx))
	}
	if conversation, ok := dm.ParseConversationID(id); ok {
		return nodeOf(loadersOf(ctx).view(ctx, conversation))
	}
	if message, ok := dm.ParseMessageID(id); ok {
		return nodeOf(loadersOf(ctx).message(ctx, message))
	}
	if report, ok := dm.ParseReportID(id); ok {
		r, err := q.service.MyReport(ctx, viewer, report)
		if err != nil {
			return nil, absent(err)
		}
		return nodeOf(reportOf(ctx, r))
	}
	if notice, ok := dm.ParseNoticeID(id); ok {
		r, err := q.service.MyNotice(ctx, viewer, notice)
		if err != nil {
			return nil, absent(err)
		}
		return noticeOf(r), nil
	}
	if code, ok := dm.ParseContactCodeID(id); ok {
		c, err := q.service.ContactCode(ctx, viewer, code)
		return nodeOf(c, absent(err))
	}
	if change, ok := dm.ParseChangeID(id); ok {
		c, err := q.service.SettingsChange(ctx, viewer, change)
		if err != nil {
			return nil, absent(err)
		}
		return &c, nil
	}
	if _, ok := dm.ParseJobID(id); ok {
		return nodeOf(q.ExportJob(ctx, &id))
	}
	return nil, nil
}

// nodeOf turns a nil of a concrete type into null.
func nodeOf[T any](v *T, err error) (bind.Node, error) {
	if v == nil || err != nil {
		return nil, err
	}
	return v, nil
}
