package dm

import "context"

// SafetyStore keeps what reports, moderation and the rights to one's data need. It is a part of Store.
type SafetyStore interface {
	// Report returns a report. Errors: NOT_FOUND.
	Report(ctx context.Context, id ReportID) (*Report, error)
	// Reports lists reports, up to limit after the place (nil: from the start).
	Reports(ctx context.Context, list ReportList, after *TimePlace, limit int) ([]*Report, error)
	// Evidence returns what was sealed with a report. Errors: NOT_FOUND, also once its retention has ended.
	Evidence(ctx context.Context, id ReportID) (*Evidence, error)
	// Audit lists the audit log, newest first.
	Audit(ctx context.Context, filter AuditFilter, after *TimePlace, limit int) ([]AuditEntry, error)
}
