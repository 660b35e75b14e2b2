package dm

import (
	"context"
	"time"
)

// AuditAct is what was done.
type AuditAct uint8

// The acts.
const (
	AuditClaim AuditAct = iota + 1
	AuditLook
	AuditDecide
	AuditDecideAppeal
	AuditErase
)

// AuditEntry is one entry of the audit log. Entries are added, never changed, and removed only at
// the end of their retention.
type AuditEntry struct {
	ID [16]byte
	At time.Time
	// Actor is the moderator's name, or the subject of the service token.
	Actor string
	Act   AuditAct
	// Report is zero for an erasure; User is the person concerned.
	Report ReportID
	User   UserID
	// RequestID is that of the request which did it, as the service's log has it.
	RequestID string
}

// AuditFilter narrows the audit log. The zero filter lists all.
type AuditFilter struct{ Report ReportID }

func (tx *Tx) audit(by Moderator, act AuditAct, r *Report) {
	tx.out.Audit = append(tx.out.Audit, AuditEntry{
		At: tx.now, Actor: by.Name, Act: act, Report: r.ID, User: r.Reported, RequestID: by.RequestID,
	})
}

// Audit lists the audit log, newest first. Errors: INVALID_INPUT.
func (s *Service) Audit(ctx context.Context, filter AuditFilter, page PageRequest) (Page[AuditEntry], error) {
	return listPlaced(page, func(after *TimePlace, limit int) ([]AuditEntry, error) {
		return s.moderation.Audit(ctx, filter, after, limit)
	})
}

// Place is the entry's place in the log, for the next page.
func (e AuditEntry) Place() string { return TimePlace{At: e.At, ID: e.ID}.String() }
