package dm

import (
	"context"
	"encoding/binary"
	"time"
)

// TimePlace is the keyset place in a list that goes by time, ties by id.
type TimePlace struct {
	At time.Time
	ID [16]byte
}

// String is the opaque text form.
func (p TimePlace) String() string {
	b := binary.BigEndian.AppendUint64(nil, uint64(p.At.UnixMicro()))
	return encodePlace('t', append(b, p.ID[:]...))
}

func parseTimePlace(s string) (*TimePlace, *Error) {
	if s == "" {
		return nil, nil
	}
	b, ok := decodePlace('t', s)
	if !ok || len(b) != 24 {
		return nil, badPlace()
	}
	p := &TimePlace{At: time.UnixMicro(int64(binary.BigEndian.Uint64(b))).UTC()}
	if p.At.Year() < 1 || p.At.Year() > 9999 {
		return nil, badPlace()
	}
	copy(p.ID[:], b[8:])
	return p, nil
}

func listPlaced[T any](page PageRequest, read func(*TimePlace, int) ([]T, error)) (Page[T], error) {
	place, refusal := parseTimePlace(page.After)
	if refusal == nil {
		refusal = page.check()
	}
	if refusal != nil {
		return Page[T]{}, refusal
	}
	found, err := read(place, page.First+1)
	return Cut(found, page.First), err
}

// ReportList names a list of reports.
type ReportList struct {
	// Exactly one of the three is set: the reports that one made (newest first), the decisions
	// about one (newest decision first), or the queue of a state (oldest first).
	Reporter, Concerned UserID
	State               ReportState
	// With State: only this category, only about this person, only those that nobody holds.
	Category  Category
	Reported  UserID
	Unclaimed bool
}

// MyReports lists the reports that the viewer made, newest first. Errors: INVALID_INPUT.
func (s *Service) MyReports(ctx context.Context, viewer UserID, page PageRequest) (Page[*Report], error) {
	return s.reports(ctx, ReportList{Reporter: viewer}, page)
}

// MyNotices lists the decisions about the viewer that did something, newest first. Errors:
// INVALID_INPUT.
func (s *Service) MyNotices(ctx context.Context, viewer UserID, page PageRequest) (Page[*Report], error) {
	return s.reports(ctx, ReportList{Concerned: viewer}, page)
}

// Queue lists the reports in a state, oldest first, for moderators. Errors: INVALID_INPUT.
func (s *Service) Queue(ctx context.Context, list ReportList, page PageRequest) (Page[*Report], error) {
	if list.State < ReportOpen || list.State > ReportClosed {
		return Page[*Report]{}, Invalid("state", "No such state.")
	}
	list.Reporter, list.Concerned = UserID{}, UserID{}
	return s.reports(ctx, list, page)
}

func (s *Service) reports(ctx context.Context, list ReportList, page PageRequest) (Page[*Report], error) {
	return listPlaced(page, func(after *TimePlace, limit int) ([]*Report, error) {
		return s.moderation.Reports(ctx, list, after, limit)
	})
}

// PlaceIn is the report's place in a list, for the next page.
func (r *Report) PlaceIn(list ReportList) string {
	at := r.CreatedAt
	if !list.Concerned.IsZero() {
		at = r.DecidedAt
	}
	return TimePlace{At: at, ID: r.ID}.String()
}

// ReportForModerator returns a report without its evidence. Errors: NOT_FOUND.
func (s *Service) ReportForModerator(ctx context.Context, id ReportID) (*Report, error) {
	return s.moderation.Report(ctx, id)
}

// MyReport returns a report that the viewer made. Errors: NOT_FOUND.
func (s *Service) MyReport(ctx context.Context, viewer UserID, id ReportID) (*Report, error) {
	r, err := s.moderation.Report(ctx, id)
	if err != nil {
		return nil, err
	}
	if r.Reporter != viewer {
		return nil, NotFound("report")
	}
	return r, nil
}

// MyNotice returns a decision about the viewer, as MyNotices lists it. Errors: NOT_FOUND.
func (s *Service) MyNotice(ctx context.Context, viewer UserID, id ReportID) (*Report, error) {
	r, err := s.moderation.Report(ctx, id)
	if err != nil {
		return nil, err
	}
	if r.Reported != viewer || r.DecidedAt.IsZero() || r.Action == ActionNone {
		return nil, NotFound("notice")
	}
	return r, nil
}

// Restrictions are what stands against a user's writing. Zero times: nothing.
type Restrictions struct{ SuspendedUntil, OutreachUntil time.Time }

// MyRestrictions tells the viewer what stands against their writing now. Errors: NOT_FOUND.
func (s *Service) MyRestrictions(ctx context.Context, viewer UserID) (Restrictions, error) {
	tx, err := s.inspectUser(ctx, viewer)
	if err != nil {
		return Restrictions{}, err
	}
	h, out := tx.Head(viewer), Restrictions{}
	if h.SuspendedUntil.After(tx.now) {
		out.SuspendedUntil = h.SuspendedUntil
	}
	if h.OutreachUntil.After(tx.now) {
		out.OutreachUntil = h.OutreachUntil
	}
	return out, nil
}
