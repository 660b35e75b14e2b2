package store

import (
	"context"

	entsql "entgo.io/ent/dialect/sql"
	"github.com/google/uuid"

	"github.com/aparte-im/aparte/dm"
	ent "github.com/aparte-im/aparte/ent/generated"
	"github.com/aparte-im/aparte/ent/generated/auditentry"
)

// writeAudit adds to the audit log, which nothing else writes to.
func writeAudit(ctx context.Context, ses *session, entries []dm.AuditEntry) error {
	if len(entries) == 0 {
		return nil
	}
	rows := make([]*ent.AuditEntryCreate, len(entries))
	for i, e := range entries {
		rows[i] = ses.ent.AuditEntry.Create().SetAt(toMicros(e.At)).SetActor(e.Actor).SetAct(int16(e.Act)).
			SetUserID(uuid.UUID(e.User)).SetRequestID(e.RequestID)
		if e.Report != (dm.ReportID{}) {
			rows[i].SetReportID(uuid.UUID(e.Report))
		}
	}
	return ses.ent.AuditEntry.CreateBulk(rows...).Exec(ctx)
}

// Audit implements dm.Store.
func (s *Store) Audit(ctx context.Context, filter dm.AuditFilter, place *dm.TimePlace, limit int) ([]dm.AuditEntry, error) {
	at, id := maxMicros, uuid.Max
	if place != nil {
		at, id = toMicros(place.At), place.ID
	}
	q := s.ent.AuditEntry.Query().Where(before(auditentry.FieldAt, auditentry.FieldID, at, id)).
		Order(auditentry.ByAt(entsql.OrderDesc()), auditentry.ByID(entsql.OrderDesc())).Limit(limit)
	if filter.Report != (dm.ReportID{}) {
		q.Where(auditentry.ReportID(uuid.UUID(filter.Report)))
	}
	rows, err := q.All(ctx)
	if err != nil {
		return nil, err
	}
	var out []dm.AuditEntry
	for _, e := range rows {
		entry := dm.AuditEntry{
			ID: e.ID, At: fromMicros(e.At), Actor: e.Actor, Act: dm.AuditAct(e.Act), User: dm.UserID(e.UserID), RequestID: e.RequestID,
		}
		if e.ReportID != nil {
			entry.Report = dm.ReportID(*e.ReportID)
		}
		out = append(out, entry)
	}
	return out, nil
}
