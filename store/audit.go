package store

import (
	"context"
	"database/sql"

	"github.com/google/uuid"

	"github.com/aparte-im/aparte/dm"
)

// writeAudit adds to the audit log, which nothing else writes to.
func writeAudit(ctx context.Context, ses *session, entries []dm.AuditEntry) error {
	for _, e := range entries {
		var report any
		if e.Report != (dm.ReportID{}) {
			report = uuidText(e.Report)
		}
		_, err := ses.conn.ExecContext(ctx, `INSERT INTO audit_log (id, at, actor, act, report_id, user_id, request_id)
			VALUES ($1, $2, $3, $4, $5, $6, $7)`,
			newUUID(), toMicros(e.At), e.Actor, e.Act, report, uuidText(e.User), e.RequestID)
		if err != nil {
			return err
		}
	}
	return nil
}

// Audit implements dm.Store.
func (s *Store) Audit(ctx context.Context, filter dm.AuditFilter, after *dm.TimePlace, limit int) ([]dm.AuditEntry, error) {
	at, id := maxMicros, uuid.Max.String()
	if after != nil {
		at, id = toMicros(after.At), uuidText(after.ID)
	}
	where, args := "(at, id) < ($1, $2)", []any{at, id, limit}
	if filter.Report != (dm.ReportID{}) {
		where, args = "report_id = $4 AND "+where, append(args, uuidText(filter.Report))
	}
	rows, err := s.read.QueryContext(ctx, "SELECT id, at, actor, act, report_id, user_id, request_id FROM audit_log WHERE "+
		where+" ORDER BY at DESC, id DESC LIMIT $3", args...)
	if err != nil {
		return nil, err
	}
	var out []dm.AuditEntry
	return out, eachRow(rows, func(rows *sql.Rows) error {
		var e dm.AuditEntry
		var id, user uuid.UUID
		var report uuid.NullUUID
		var at int64
		err := rows.Scan(&id, &at, &e.Actor, &e.Act, &report, &user, &e.RequestID)
		e.ID, e.At, e.Report, e.User = id, fromMicros(at), dm.ReportID(report.UUID), dm.UserID(user)
		out = append(out, e)
		return err
	})
}
