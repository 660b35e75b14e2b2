package store

import (
	"context"
	"time"

	entsql "entgo.io/ent/dialect/sql"
	"github.com/google/uuid"

	"github.com/aparte-im/aparte/dm"
	ent "github.com/aparte-im/aparte/ent/generated"
	"github.com/aparte-im/aparte/ent/generated/predicate"
	"github.com/aparte-im/aparte/ent/generated/report"
)

func reportOf(r *ent.Report) *dm.Report {
	return &dm.Report{
		ID: dm.ReportID(r.ID), Reporter: dm.UserID(r.ReporterID), Reported: dm.UserID(r.ReportedID),
		Conversation: dm.ConversationID(r.ConversationID), ClientReportID: r.ClientReportID, Fingerprint: r.Fingerprint,
		Category: dm.Category(r.Category), Count: int(r.Messages), Digest: r.Digest, CreatedAt: fromMicros(r.CreatedAt),
		State: dm.ReportState(r.State), ClaimedBy: r.ClaimedBy, ClaimedUntil: fromMicros(r.ClaimedUntil),
		Action: dm.Action(r.Action), Statement: r.Statement, DecidedBy: r.DecidedBy, DecidedAt: fromMicros(r.DecidedAt),
		EndsAt: fromMicros(r.EndsAt), AppealableUntil: fromMicros(r.AppealableUntil), Appeal: r.Appeal,
		AppealedAt: fromMicros(r.AppealedAt), AppealOutcome: dm.AppealOutcome(r.AppealOutcome),
		AppealStatement: r.AppealStatement, AppealDecidedBy: r.AppealDecidedBy,
		AppealDecidedAt: fromMicros(r.AppealDecidedAt), SettledAt: fromMicros(r.SettledAt),
	}
}

func reportsOf(rows []*ent.Report, err error) ([]*dm.Report, error) {
	var out []*dm.Report
	for _, r := range rows {
		out = append(out, reportOf(r))
	}
	return out, err
}

// setReportState sets what moderators and appeals change.
func setReportState(m *ent.ReportMutation, r *dm.Report) {
	m.SetState(int16(r.State))
	m.SetClaimedBy(r.ClaimedBy)
	m.SetClaimedUntil(toMicros(r.ClaimedUntil))
	m.SetAction(int16(r.Action))
	m.SetStatement(r.Statement)
	m.SetDecidedBy(r.DecidedBy)
	m.SetDecidedAt(toMicros(r.DecidedAt))
	m.SetEndsAt(toMicros(r.EndsAt))
	m.SetAppealableUntil(toMicros(r.AppealableUntil))
	m.SetAppeal(r.Appeal)
	m.SetAppealedAt(toMicros(r.AppealedAt))
	m.SetAppealOutcome(int16(r.AppealOutcome))
	m.SetAppealStatement(r.AppealStatement)
	m.SetAppealDecidedBy(r.AppealDecidedBy)
	m.SetAppealDecidedAt(toMicros(r.AppealDecidedAt))
	m.SetSettledAt(toMicros(r.SettledAt))
}

// Report implements dm.Store.
func (s *Store) Report(ctx context.Context, id dm.ReportID) (*dm.Report, error) {
	r, err := s.ent.Report.Get(ctx, uuid.UUID(id))
	if err != nil {
		return nil, notFound(err, "report")
	}
	return reportOf(r), nil
}

// Reports implements dm.Store. A reporter's and a reported person's lists begin with the newest,
// the queue with the oldest.
func (s *Store) Reports(ctx context.Context, list dm.ReportList, place *dm.TimePlace, limit int) ([]*dm.Report, error) {
	at, id := maxMicros, uuid.Max
	oldestFirst := list.Reporter.IsZero() && list.Concerned.IsZero()
	if oldestFirst {
		at, id = 0, uuid.Nil
	}
	if place != nil {
		at, id = toMicros(place.At), place.ID
	}
	q := s.ent.Report.Query().Limit(limit)
	switch {
	case !list.Reporter.IsZero():
		q.Where(report.ReporterID(uuid.UUID(list.Reporter)), before(report.FieldCreatedAt, report.FieldID, at, id)).
			Order(report.ByCreatedAt(entsql.OrderDesc()), report.ByID(entsql.OrderDesc()))
	case !list.Concerned.IsZero():
		q.Where(report.ReportedID(uuid.UUID(list.Concerned)), before(report.FieldDecidedAt, report.FieldID, at, id),
			report.DecidedAtGT(0), report.ActionGT(int16(dm.ActionNone))).
			Order(report.ByDecidedAt(entsql.OrderDesc()), report.ByID(entsql.OrderDesc()))
	default:
		q.Where(report.State(int16(list.State)), after(report.FieldCreatedAt, report.FieldID, at, id)).
			Where(s.queueFilter(list)...).Order(report.ByCreatedAt(), report.ByID())
	}
	return reportsOf(q.All(ctx))
}

func (s *Store) queueFilter(list dm.ReportList) (out []predicate.Report) {
	if list.Category != 0 {
		out = append(out, report.Category(int16(list.Category)))
	}
	if !list.Reported.IsZero() {
		out = append(out, report.ReportedID(uuid.UUID(list.Reported)))
	}
	if list.Unclaimed {
		out = append(out, report.ClaimedUntilLTE(toMicros(s.clock())))
	}
	return out
}

// Evidence implements dm.Store.
func (s *Store) Evidence(ctx context.Context, id dm.ReportID) (*dm.Evidence, error) {
	e, err := s.ent.Evidence.Get(ctx, uuid.UUID(id))
	if err != nil {
		return nil, notFound(err, "evidence")
	}
	return &dm.Evidence{Report: id, Sealed: e.Sealed, Digest: e.Digest, Count: int(e.Messages)}, nil
}

// reportWindow is how far back a reporter's reports are counted: dm.PastReports.
const reportWindow = 24 * time.Hour

// loadReports reads what a scope asks of reports. The heads of their people are locked.
func (s *Store) loadReports(ctx context.Context, ses *session, tx *dm.Tx, scope dm.Scope) error {
	if scope.ReportKey != nil {
		if err := s.loadPastReports(ctx, ses, tx, *scope.ReportKey); err != nil {
			return err
		}
	}
	for _, id := range scope.Reports {
		found, err := ses.ent.Report.Get(ctx, uuid.UUID(id))
		if ent.IsNotFound(err) {
			return nil
		}
		if err != nil {
			return err
		}
		// The other decisions that hold: a decision ends only what no other one keeps up.
		others, err := reportsOf(ses.ent.Report.Query().Where(report.ReportedID(found.ReportedID), report.DecidedAtGT(0),
			report.EndsAtGT(toMicros(tx.Now())), report.IDNEQ(found.ID)).All(ctx))
		if err != nil {
			return err
		}
		tx.AddReports(append(others, reportOf(found))...)
	}
	return nil
}

func (s *Store) loadPastReports(ctx context.Context, ses *session, tx *dm.Tx, key dm.ReportKey) error {
	var past dm.PastReports
	reporter := report.ReporterID(uuid.UUID(key.Reporter))
	made, err := ses.ent.Report.Query().Where(reporter, report.ClientReportID(key.ClientReportID)).Only(ctx)
	switch {
	case err == nil:
		past.First = reportOf(made)
	case !ent.IsNotFound(err):
		return err
	}
	recent, err := ses.ent.Report.Query().Where(reporter, report.CreatedAtGT(toMicros(tx.Now().Add(-reportWindow)))).
		Order(report.ByCreatedAt(), report.ByID()).Limit(s.rules.ReportLimit).All(ctx)
	if err != nil {
		return err
	}
	if past.Recent = len(recent); past.Recent > 0 {
		past.Oldest = fromMicros(recent[0].CreatedAt)
	}
	tx.AddPastReports(past)
	return nil
}

// writeSafety writes reports, evidence, restrictions, jobs and the audit log.
func (s *Store) writeSafety(ctx context.Context, ses *session, c *dm.Changes) error {
	for _, r := range c.NewReports {
		create := ses.ent.Report.Create().SetID(uuid.UUID(r.ID)).SetReporterID(uuid.UUID(r.Reporter)).
			SetReportedID(uuid.UUID(r.Reported)).SetConversationID(uuid.UUID(r.Conversation)).
			SetClientReportID(r.ClientReportID).SetFingerprint(r.Fingerprint).SetCategory(int16(r.Category)).
			SetMessages(int32(r.Count)).SetDigest(r.Digest).SetCreatedAt(toMicros(r.CreatedAt))
		setReportState(create.Mutation(), r)
		if err := create.Exec(ctx); err != nil {
			return err
		}
	}
	for _, r := range c.Reports {
		update := ses.ent.Report.Update().Where(report.ID(uuid.UUID(r.ID)))
		setReportState(update.Mutation(), r)
		if err := update.Exec(ctx); err != nil {
			return err
		}
	}
	for _, e := range c.Evidence {
		err := ses.ent.Evidence.Create().SetID(uuid.UUID(e.Report)).SetSealed(e.Sealed).SetDigest(e.Digest).
			SetMessages(int32(e.Count)).Exec(ctx)
		if err != nil {
			return err
		}
	}
	for _, h := range c.Restricted {
		err := updateHead(ctx, ses, h.User, "suspended_until = $2, outreach_until = $3",
			toMicros(h.SuspendedUntil), toMicros(h.OutreachUntil))
		if err != nil {
			return err
		}
	}
	if err := writeJobs(ctx, ses, c.NewJobs); err != nil {
		return err
	}
	return writeAudit(ctx, ses, c.Audit)
}
