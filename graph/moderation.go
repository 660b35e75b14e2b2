package graph

import (
	"context"
	"strings"
	"time"
	"unicode"

	"github.com/99designs/gqlgen/graphql"

	"github.com/aparte-im/aparte/dm"
	"github.com/aparte-im/aparte/graph/auth"
	"github.com/aparte-im/aparte/graph/bind"
	"github.com/aparte-im/aparte/graph/generated"
)

// maxRequestID bounds what is taken over from the header of a proxy.
const maxRequestID = 64

// moderatorOf returns who moderates: the subject of a token with the scope moderator. The scope
// admin is not enough: who keeps the house does not read what people report. Errors: FORBIDDEN.
func moderatorOf(ctx context.Context) (dm.Moderator, error) {
	id := auth.IdentityOf(ctx)
	if id == nil || !id.Moderator {
		return dm.Moderator{}, errNotModerator
	}
	return dm.Moderator{Name: id.Subject, RequestID: requestIDOf(ctx)}, nil
}

// requestIDOf is the id that the proxy gave the request (X-Request-Id), or a fresh one.
func requestIDOf(ctx context.Context) string {
	if graphql.HasOperationContext(ctx) {
		given := graphql.GetOperationContext(ctx).Headers.Get("X-Request-Id")
		if given != "" && len(given) <= maxRequestID && !strings.ContainsFunc(given, func(r rune) bool {
			return r > unicode.MaxASCII || !unicode.IsPrint(r)
		}) {
			return given
		}
	}
	return requestID(ctx)
}

func (q query) ModerationQueue(ctx context.Context, state dm.ReportState, category *dm.Category, reported *string, unclaimed bool,
	first *int, after *string,
) (*generated.CaseConnection, error) {
	if _, err := moderatorOf(ctx); err != nil {
		return nil, err
	}
	list := dm.ReportList{State: state, Unclaimed: unclaimed}
	if category != nil {
		list.Category = *category
	}
	out := &generated.CaseConnection{PageInfo: &bind.PageInfo{}, Edges: []*generated.CaseEdge{}, Nodes: []*generated.ModerationCase{}}
	if reported = given(reported); reported != nil {
		user, ok := dm.ParseUserID(*reported)
		if !ok {
			return out, nil
		}
		list.Reported = user
	}
	page := pageOf(first, after, defaultPage)
	found, err := q.service.Queue(ctx, list, page)
	if err != nil {
		return nil, err
	}
	out.PageInfo = reportPage(found, page, list)
	seePeople(ctx, found.Items)
	for _, r := range found.Items {
		shown, err := caseOf(ctx, r)
		if err != nil {
			return nil, err
		}
		out.Nodes = append(out.Nodes, shown)
		out.Edges = append(out.Edges, &generated.CaseEdge{Node: shown, Cursor: r.PlaceIn(list)})
	}
	return out, nil
}

// casePrefix begins the id of a case. The rest is that of its report.
const casePrefix, reportPrefix = "cas_", "rep_"

func parseCaseID(text string) (dm.ReportID, bool) {
	rest, ok := strings.CutPrefix(text, casePrefix)
	if !ok {
		return dm.ReportID{}, false
	}
	return dm.ParseReportID(reportPrefix + rest)
}

func (q query) ModerationCase(ctx context.Context, text string) (*generated.ModerationCase, error) {
	if _, err := moderatorOf(ctx); err != nil {
		return nil, err
	}
	id, ok := parseCaseID(text)
	if !ok {
		return nil, nil
	}
	r, err := q.service.ReportForModerator(ctx, id)
	if err != nil {
		return nil, absent(err)
	}
	return caseOf(ctx, r)
}

func (q query) Evidence(ctx context.Context, text string) (*generated.Evidence, error) {
	by, err := moderatorOf(ctx)
	if err != nil {
		return nil, err
	}
	id, ok := dm.ParseReportID(text)
	if !ok {
		return nil, nil
	}
	e, err := q.service.LookAt(ctx, by, id)
	if err != nil {
		return nil, absent(err)
	}
	sealed, err := e.Open()
	if err != nil {
		return nil, err
	}
	out := &generated.Evidence{ReportID: id.String(), Sealed: e.Sealed, Digest: e.Digest, Note: sealed.Note}
	for _, m := range sealed.Messages {
		out.Messages = append(out.Messages, &generated.SealedMessage{
			MessageID: m.ID, Seq: int(m.Seq), SenderID: m.Sender, SentAt: m.SentAt, Reported: m.Reported, Removed: m.Removed,
			Body: m.Body, Video: m.Video,
		})
	}
	return out, nil
}

func (q query) AuditLog(ctx context.Context, report *string, first *int, after *string) (*generated.AuditConnection, error) {
	if err := auth.RequireAdmin(ctx); err != nil {
		return nil, err
	}
	var filter dm.AuditFilter
	out := &generated.AuditConnection{PageInfo: &bind.PageInfo{}, Edges: []*generated.AuditEdge{}, Nodes: []*generated.AuditEntry{}}
	if report = given(report); report != nil {
		id, ok := dm.ParseReportID(*report)
		if !ok {
			return out, nil
		}
		filter.Report = id
	}
	page := pageOf(first, after, defaultPage)
	found, err := q.service.Audit(ctx, filter, page)
	if err != nil {
		return nil, err
	}
	info := bind.PageOf(found, page.After != "", dm.AuditEntry.Place)
	out.PageInfo = &info
	for _, e := range found.Items {
		entry := &generated.AuditEntry{At: e.At, Actor: e.Actor, Action: e.Act, UserID: e.User.String(), RequestID: e.RequestID}
		if e.Report != (dm.ReportID{}) {
			text := e.Report.String()
			entry.ReportID = &text
		}
		out.Nodes = append(out.Nodes, entry)
		out.Edges = append(out.Edges, &generated.AuditEdge{Node: entry, Cursor: e.Place()})
	}
	return out, nil
}

func (m mutation) ClaimReport(ctx context.Context, report string, minutes int) (generated.CaseResult, error) {
	return m.moderate(ctx, report, func(by dm.Moderator, id dm.ReportID) (*dm.Report, error) {
		return m.service.Claim(ctx, by, id, time.Duration(minutes)*time.Minute)
	})
}

func (m mutation) DecideReport(ctx context.Context, in generated.DecideReportInput) (generated.CaseResult, error) {
	return m.moderate(ctx, in.ReportID, func(by dm.Moderator, id dm.ReportID) (*dm.Report, error) {
		d := dm.Decision{Action: in.Action, Statement: in.Statement}
		if in.Hours != nil {
			// Bounded before it is multiplied, so that no number can wrap into the range that is
			// allowed.
			d.For = time.Duration(min(max(*in.Hours, -1), int(dm.MaxAction.Hours())+1)) * time.Hour
		}
		return m.service.DecideReport(ctx, by, id, d)
	})
}

func (m mutation) DecideAppeal(ctx context.Context, in generated.DecideAppealInput) (generated.CaseResult, error) {
	return m.moderate(ctx, in.ReportID, func(by dm.Moderator, id dm.ReportID) (*dm.Report, error) {
		return m.service.DecideAppeal(ctx, by, id, in.Outcome == dm.AppealReversed, in.Statement)
	})
}

func (m mutation) moderate(ctx context.Context, report string, change func(dm.Moderator, dm.ReportID) (*dm.Report, error)) (generated.CaseResult, error) {
	by, err := moderatorOf(ctx)
	if err != nil {
		return nil, err
	}
	id, ok := dm.ParseReportID(report)
	if !ok {
		return refused[generated.CaseResult](dm.NotFound("report"))
	}
	r, err := change(by, id)
	if err != nil {
		return refused[generated.CaseResult](err)
	}
	shown, err := caseOf(ctx, r)
	if err != nil {
		return nil, err
	}
	return generated.CaseSuccess{Case: shown}, nil
}

// caseOf shows a report to moderators, without its words.
func caseOf(ctx context.Context, r *dm.Report) (*generated.ModerationCase, error) {
	seePeople(ctx, []*dm.Report{r})
	reported, err := loadersOf(ctx).user(ctx, r.Reported)
	if err != nil {
		return nil, err
	}
	reporter, err := loadersOf(ctx).user(ctx, r.Reporter)
	if err != nil {
		return nil, err
	}
	out := &generated.ModerationCase{
		ID: casePrefix + strings.TrimPrefix(r.ID.String(), reportPrefix), ReportID: r.ID.String(), State: r.State, Category: r.Category, MessageCount: r.Count, Digest: r.Digest, CreatedAt: r.CreatedAt,
		Reported: reported, Reporter: reporter, DecidedAt: timeOrNil(r.DecidedAt), EndsAt: timeOrNil(r.EndsAt), Appeal: appealOf(r),
	}
	if r.ClaimedBy != "" {
		out.ClaimedBy, out.ClaimedUntil = &r.ClaimedBy, timeOrNil(r.ClaimedUntil)
	}
	if !r.DecidedAt.IsZero() {
		out.Action, out.Statement, out.DecidedBy = &r.Action, &r.Statement, &r.DecidedBy
	}
	return out, nil
}
