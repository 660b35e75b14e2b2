package dm

import "context"

// ModerationStore reads reports, their evidence and the audit log.
type ModerationStore interface {
	// Report returns a report. Errors: NOT_FOUND.
	Report(ctx context.Context, id ReportID) (*Report, error)
	// Reports lists reports, up to limit after a place (nil: from the start).
	Reports(ctx context.Context, list ReportList, after *TimePlace, limit int) ([]*Report, error)
	// Evidence returns the evidence that was sealed with a report. Errors: NOT_FOUND, also once its
	// retention has ended.
	Evidence(ctx context.Context, id ReportID) (*Evidence, error)
	// Audit lists the audit log, newest first, up to limit after a place (nil: from the start).
	Audit(ctx context.Context, filter AuditFilter, after *TimePlace, limit int) ([]AuditEntry, error)
}
