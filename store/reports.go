package store

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"github.com/google/uuid"

	"github.com/aparte-im/aparte/dm"
)

// The columns of a report: what stays, what moderators change.
var (
	reportMade = shape{
		{"id", kindUUID},
		{"reporter_id", kindUUID},
		{"reported_id", kindUUID},
		{"conversation_id", kindUUID},
		{"client_report_id", kindText},
		{"fingerprint", kindText},
		{"category", kindInt2},
		{"messages", kindInt4},
		{"digest", kindText},
		{"created_at", kindInt},
	}
	reportState = shape{
		{"state", kindInt2},
		{"claimed_by", kindText},
		{"claimed_until", kindInt},
		{"action", kindInt2},
		{"statement", kindText},
		{"decided_by", kindText},
		{"decided_at", kindInt},
		{"ends_at", kindInt},
		{"appealable_until", kindInt},
		{"appeal", kindText},
		{"appealed_at", kindInt},
		{"appeal_outcome", kindInt2},
		{"appeal_statement", kindText},
		{"appeal_decided_by", kindText},
		{"appeal_decided_at", kindInt},
		{"settled_at", kindInt},
	}
	reportShape = append(reportMade[:len(reportMade):len(reportMade)], reportState...)
	selectsMade = "SELECT " + reportShape.names("") + " FROM reports WHERE "
)

// querier is what reads: a session's connection or the pool.
type querier interface {
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
}

func listReports(ctx context.Context, from querier, where string, args ...any) ([]*dm.Report, error) {
	rows, err := from.QueryContext(ctx, selectsMade+where, args...)
	if err != nil {
		return nil, err
	}
	var out []*dm.Report
	return out, eachRow(rows, func(rows *sql.Rows) error {
		r, err := scanReport(rows)
		out = append(out, r)
		return err
	})
}

func scanReport(rows *sql.Rows) (*dm.Report, error) {
	var r dm.Report
	var id, reporter, reported, conversation uuid.UUID
	times := make([]int64, 8)
	err := rows.Scan(&id, &reporter, &reported, &conversation, &r.ClientReportID, &r.Fingerprint, &r.Category, &r.Count,
		&r.Digest, &times[0], &r.State, &r.ClaimedBy, &times[1], &r.Action, &r.Statement, &r.DecidedBy, &times[2], &times[3],
		&times[4], &r.Appeal, &times[5], &r.AppealOutcome, &r.AppealStatement, &r.AppealDecidedBy, &times[6], &times[7])
	r.ID, r.Reporter, r.Reported = dm.ReportID(id), dm.UserID(reporter), dm.UserID(reported)
	r.Conversation = dm.ConversationID(conversation)
	for i, to := range []*time.Time{
		&r.CreatedAt, &r.ClaimedUntil, &r.DecidedAt, &r.EndsAt, &r.AppealableUntil, &r.AppealedAt, &r.AppealDecidedAt, &r.SettledAt,
	} {
		*to = fromMicros(times[i])
	}
	return &r, err
}

func addReport(rows rowset, r *dm.Report) {
	rows.id(r.ID)
	rows.id(r.Reporter)
	rows.id(r.Reported)
	rows.id(r.Conversation)
	rows.text(r.ClientReportID)
	rows.text(r.Fingerprint)
	rows.int(int64(r.Category))
	rows.int(int64(r.Count))
	rows.text(r.Digest)
	rows.int(toMicros(r.CreatedAt))
	rows.int(int64(r.State))
	rows.text(r.ClaimedBy)
	rows.int(toMicros(r.ClaimedUntil))
	rows.int(int64(r.Action))
	rows.text(r.Statement)
	rows.text(r.DecidedBy)
	rows.int(toMicros(r.DecidedAt))
	rows.int(toMicros(r.EndsAt))
	rows.int(toMicros(r.AppealableUntil))
	rows.text(r.Appeal)
	rows.int(toMicros(r.AppealedAt))
	rows.int(int64(r.AppealOutcome))
	rows.text(r.AppealStatement)
	rows.text(r.AppealDecidedBy)
	rows.int(toMicros(r.AppealDecidedAt))
	rows.int(toMicros(r.SettledAt))
}

// Report implements dm.Store.
func (s *Store) Report(ctx context.Context, id dm.ReportID) (*dm.Report, error) {
	found, err := listReports(ctx, s.read, "id = $1", uuidText(id))
	if err == nil && len(found) == 0 {
		return nil, dm.NotFound("report")
	}
	if err != nil {
		return nil, err
	}
	return found[0], nil
}

// Reports implements dm.Store.
func (s *Store) Reports(ctx context.Context, list dm.ReportList, after *dm.TimePlace, limit int) ([]*dm.Report, error) {
	at, id := maxMicros, uuid.Max.String()
	oldestFirst := list.Reporter.IsZero() && list.Concerned.IsZero()
	if oldestFirst {
		at, id = 0, uuid.Nil.String()
	}
	if after != nil {
		at, id = toMicros(after.At), uuidText(after.ID)
	}
	switch {
	case !list.Reporter.IsZero():
		return listReports(ctx, s.read, `reporter_id = $1 AND (created_at, id) < ($2, $3)
			ORDER BY created_at DESC, id DESC LIMIT $4`, uuidText(list.Reporter), at, id, limit)
	case !list.Concerned.IsZero():
		return listReports(ctx, s.read, `reported_id = $1 AND (decided_at, id) < ($2, $3) AND decided_at > 0 AND action > 1
			ORDER BY decided_at DESC, id DESC LIMIT $4`, uuidText(list.Concerned), at, id, limit)
	}
	where := "state = $1 AND (created_at, id) > ($2, $3)"
	args := []any{list.State, at, id, limit}
	narrow := func(condition string, value any) {
		args = append(args, value)
		where += fmt.Sprintf(" AND "+condition, len(args))
	}
	if list.Category != 0 {
		narrow("category = $%d", list.Category)
	}
	if !list.Reported.IsZero() {
		narrow("reported_id = $%d", uuidText(list.Reported))
	}
	if list.Unclaimed {
		narrow("claimed_until <= $%d", toMicros(s.clock()))
	}
	return listReports(ctx, s.read, where+" ORDER BY created_at, id LIMIT $4", args...)
}

// Evidence implements dm.Store.
func (s *Store) Evidence(ctx context.Context, id dm.ReportID) (*dm.Evidence, error) {
	e := &dm.Evidence{Report: id}
	err := s.read.QueryRowContext(ctx, "SELECT sealed, digest, messages FROM evidence WHERE id = $1", uuidText(id)).
		Scan(&e.Sealed, &e.Digest, &e.Count)
	if err != nil {
		return nil, notFound(err, "evidence")
	}
	return e, nil
}

// reportWindow is how far back a reporter's reports are counted: dm.PastReports.
const reportWindow = 24 * time.Hour

// loadReports reads for a ledger what its scope asks of reports. The heads of their people are locked.
func (s *Store) loadReports(ctx context.Context, ses *session, tx *dm.Tx, scope dm.Scope) error {
	if key := scope.ReportKey; key != nil {
		var past dm.PastReports
		made, err := listReports(ctx, ses.conn, "reporter_id = $1 AND client_report_id = $2", uuidText(key.Reporter), key.ClientReportID)
		if err != nil {
			return err
		}
		if len(made) > 0 {
			past.First = made[0]
		}
		recent, err := listReports(ctx, ses.conn, "reporter_id = $1 AND created_at > $2 ORDER BY created_at, id LIMIT $3",
			uuidText(key.Reporter), toMicros(tx.Now().Add(-reportWindow)), s.rules.ReportLimit)
		if err != nil {
			return err
		}
		if past.Recent = len(recent); past.Recent > 0 {
			past.Oldest = recent[0].CreatedAt
		}
		tx.AddPastReports(past)
	}
	for _, id := range scope.Reports {
		found, err := listReports(ctx, ses.conn, "id = $1", uuidText(id))
		if err != nil || len(found) == 0 {
			return err
		}
		// With all that stands against the person: what a decision ends depends on the others.
		others, err := listReports(ctx, ses.conn, "reported_id = $1 AND decided_at > 0 AND ends_at > $2 AND id <> $3",
			uuidText(found[0].Reported), toMicros(tx.Now()), uuidText(id))
		if err != nil {
			return err
		}
		tx.AddReports(append(found, others...)...)
	}
	return nil
}

// writeSafety writes what a ledger says of reports, evidence, restrictions and the audit log.
func (s *Store) writeSafety(ctx context.Context, ses *session, c *dm.Changes) error {
	if err := s.writeReports(ctx, ses, c); err != nil {
		return err
	}
	for _, e := range c.Evidence {
		_, err := ses.conn.ExecContext(ctx, "INSERT INTO evidence (id, sealed, digest, messages) VALUES ($1, $2, $3, $4)",
			uuidText(e.Report), e.Sealed, e.Digest, e.Count)
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

func (s *Store) writeReports(ctx context.Context, ses *session, c *dm.Changes) error {
	if len(c.NewReports)+len(c.Reports) == 0 {
		return nil
	}
	rows := s.dialect.rowset(reportShape)
	for _, r := range append(c.NewReports[:len(c.NewReports):len(c.NewReports)], c.Reports...) {
		addReport(rows, r)
	}
	text := "INSERT INTO reports (" + reportShape.names("") + ") SELECT " + reportShape.names("r.") + " FROM " +
		s.dialect.source(reportShape, 1) + " WHERE true ON CONFLICT (id) DO UPDATE SET " + reportShape.assignments(len(reportMade))
	_, err := ses.conn.ExecContext(ctx, text, rows.args(nil)...)
	return err
}
