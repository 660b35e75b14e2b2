package graph

import (
	"context"
	"time"

	"github.com/aparte-im/aparte/dm"
	"github.com/aparte-im/aparte/graph/auth"
	"github.com/aparte-im/aparte/graph/bind"
	"github.com/aparte-im/aparte/graph/generated"
)

func (m mutation) Report(ctx context.Context, in generated.ReportInput) (generated.ReportResult, error) {
	viewer, err := auth.ViewerOf(ctx)
	if err != nil {
		return nil, err
	}
	report := dm.ReportInput{ClientReportID: in.ClientReportID, Category: in.Category, Note: in.Note, Block: in.Block}
	readable := true
	if conversation := given(in.Target.ConversationID); conversation != nil {
		report.Conversation, readable = dm.ParseConversationID(*conversation)
	}
	for _, text := range in.Target.MessageIds {
		id, ok := dm.ParseMessageID(text)
		report.Messages, readable = append(report.Messages, id), readable && ok
	}
	if !readable {
		return refused[generated.ReportResult](dm.NotFound("message or conversation"))
	}
	made, err := m.service.Report(ctx, viewer, report)
	if err != nil {
		return refused[generated.ReportResult](err)
	}
	shown, err := reportOf(ctx, made)
	if err != nil {
		return nil, err
	}
	return generated.ReportSuccess{Report: shown}, nil
}

func (m mutation) AppealDecision(ctx context.Context, notice, text string) (generated.NoticeResult, error) {
	viewer, err := auth.ViewerOf(ctx)
	if err != nil {
		return nil, err
	}
	id, ok := dm.ParseNoticeID(notice)
	if !ok {
		return refused[generated.NoticeResult](dm.NotFound("notice"))
	}
	r, err := m.service.Appeal(ctx, viewer, id, text)
	if err != nil {
		return refused[generated.NoticeResult](err)
	}
	return generated.NoticeSuccess{Notice: noticeOf(r)}, nil
}

func (q query) MyReports(ctx context.Context, first *int, after *string) (*generated.ReportConnection, error) {
	viewer, err := auth.ViewerOf(ctx)
	if err != nil {
		return nil, err
	}
	page := pageOf(first, after, defaultPage)
	found, err := q.service.MyReports(ctx, viewer, page)
	if err != nil {
		return nil, err
	}
	out := &generated.ReportConnection{PageInfo: reportPage(found, page, dm.ReportList{Reporter: viewer}), Edges: []*generated.ReportEdge{}, Nodes: []*generated.Report{}}
	seePeople(ctx, found.Items)
	for _, r := range found.Items {
		shown, err := reportOf(ctx, r)
		if err != nil {
			return nil, err
		}
		out.Nodes = append(out.Nodes, shown)
		out.Edges = append(out.Edges, &generated.ReportEdge{Node: shown, Cursor: r.PlaceIn(dm.ReportList{Reporter: viewer})})
	}
	return out, nil
}

func (q query) MyNotices(ctx context.Context, first *int, after *string) (*generated.NoticeConnection, error) {
	viewer, err := auth.ViewerOf(ctx)
	if err != nil {
		return nil, err
	}
	page := pageOf(first, after, defaultPage)
	found, err := q.service.MyNotices(ctx, viewer, page)
	if err != nil {
		return nil, err
	}
	out := &generated.NoticeConnection{PageInfo: reportPage(found, page, dm.ReportList{Concerned: viewer}), Edges: []*generated.NoticeEdge{}, Nodes: []*generated.Notice{}}
	for _, r := range found.Items {
		shown := noticeOf(r)
		out.Nodes = append(out.Nodes, shown)
		out.Edges = append(out.Edges, &generated.NoticeEdge{Node: shown, Cursor: r.PlaceIn(dm.ReportList{Concerned: viewer})})
	}
	return out, nil
}

func (q query) MyRestrictions(ctx context.Context) (*generated.Restrictions, error) {
	viewer, err := auth.ViewerOf(ctx)
	if err != nil {
		return nil, err
	}
	stands, err := q.service.MyRestrictions(ctx, viewer)
	if err != nil {
		return nil, err
	}
	return &generated.Restrictions{SuspendedUntil: timeOrNil(stands.SuspendedUntil), OutreachUntil: timeOrNil(stands.OutreachUntil)}, nil
}

func reportPage(found dm.Page[*dm.Report], page dm.PageRequest, list dm.ReportList) *bind.PageInfo {
	info := bind.PageOf(found, page.After != "", func(r *dm.Report) string { return r.PlaceIn(list) })
	return &info
}

// seePeople takes note of those whom reports are about and of who made them: one read for all.
func seePeople(ctx context.Context, reports []*dm.Report) {
	for _, r := range reports {
		loadersOf(ctx).users.expect(r.Reporter, r.Reported)
	}
}

// reportOf shows a report to who made it: neither the moderators nor what the person was told.
func reportOf(ctx context.Context, r *dm.Report) (*generated.Report, error) {
	about, err := loadersOf(ctx).user(ctx, r.Reported)
	if err != nil {
		return nil, err
	}
	out := &generated.Report{
		ID: r.ID.String(), About: about, ConversationID: r.Conversation.String(), Category: r.Category, MessageCount: r.Count,
		Digest: r.Digest, CreatedAt: r.CreatedAt, State: generated.ReportStateOpen, DecidedAt: timeOrNil(r.DecidedAt),
	}
	switch {
	case r.State != dm.ReportOpen:
		acted := r.Action != dm.ActionNone
		out.State, out.ActionTaken = generated.ReportStateDecided, &acted
	case r.ClaimedBy != "":
		out.State = generated.ReportStateInReview
	}
	return out, nil
}

// noticeOf shows a decision to the person concerned: nothing of who reported.
func noticeOf(r *dm.Report) *generated.Notice {
	return &generated.Notice{
		ID: r.ID.Notice(), At: r.DecidedAt, Action: r.Action, Category: r.Category, Statement: r.Statement,
		EndsAt: timeOrNil(r.EndsAt), AppealableUntil: r.AppealableUntil, Appeal: appealOf(r),
	}
}

func appealOf(r *dm.Report) *generated.Appeal {
	if r.AppealedAt.IsZero() {
		return nil
	}
	out := &generated.Appeal{Text: r.Appeal, At: r.AppealedAt, DecidedAt: timeOrNil(r.AppealDecidedAt)}
	if r.AppealOutcome != dm.AppealNone {
		out.Outcome, out.Statement = &r.AppealOutcome, &r.AppealStatement
	}
	return out
}

func timeOrNil(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}
