package dm

import (
	"context"
	"time"
)

// ReportState is how far the moderators are with a report.
type ReportState uint8

// The states. A claim is not one of them: it ends by itself.
const (
	ReportOpen ReportState = iota + 1
	ReportDecided
	ReportAppealed
	ReportClosed
)

// Action is what a decision does to the person concerned.
type Action uint8

// The actions. ActionNone: the report did not hold, and nobody is told but who made it.
const (
	ActionNone Action = iota + 1
	ActionWarn
	ActionLimitOutreach
	ActionSuspend
)

// timed reports whether the action lasts for a time.
func (a Action) timed() bool { return a == ActionLimitOutreach || a == ActionSuspend }

// AppealOutcome is what became of an appeal.
type AppealOutcome uint8

// The outcomes. AppealNone: not decided yet.
const (
	AppealNone AppealOutcome = iota
	AppealUpheld
	AppealReversed
)

// Report is a report and what became of it. The words are in its Evidence.
type Report struct {
	ID                 ReportID
	Reporter, Reported UserID
	Conversation       ConversationID
	ClientReportID     string
	// Fingerprint tells a retry from another report with the same key.
	Fingerprint string
	Category    Category
	// Count is how many messages were reported, Digest that of the evidence.
	Count     int
	Digest    string
	CreatedAt time.Time
	State     ReportState
	// ClaimedBy holds the report until ClaimedUntil.
	ClaimedBy    string
	ClaimedUntil time.Time
	// The decision. Statement gives the person concerned the reasons; EndsAt is zero where nothing
	// lasts.
	Action            Action
	Statement         string
	DecidedBy         string
	DecidedAt, EndsAt time.Time
	// AppealableUntil is when the time to appeal ends, as it was when it was decided.
	AppealableUntil time.Time
	// The appeal of the person concerned, and its decision.
	Appeal          string
	AppealedAt      time.Time
	AppealOutcome   AppealOutcome
	AppealStatement string
	AppealDecidedBy string
	AppealDecidedAt time.Time
	// SettledAt is when anything last happened to it: its retention counts from there.
	SettledAt time.Time
}

// Moderator is who works on reports: a name of the host's, and the id of the request for the audit
// log.
type Moderator struct{ Name, RequestID string }

// Bounds of moderation.
const (
	MaxClaim      = 24 * time.Hour
	MaxAction     = 10 * 365 * 24 * time.Hour
	maxStatement  = 4000
	maxAppealText = 4000
)

// Claim gives the moderator the report until the time is over. If two moderators claim it at once,
// one gets it. A second claim by its holder moves its end. Errors: NOT_FOUND, INVALID_INPUT,
// REPORT_CLAIMED.
func (s *Service) Claim(ctx context.Context, by Moderator, id ReportID, hold time.Duration) (*Report, error) {
	if hold < time.Minute || hold > MaxClaim {
		return nil, Invalid("minutes", "A claim lasts from 1 minute to %d.", int(MaxClaim.Minutes()))
	}
	return s.moderate(ctx, by, id, func(tx *Tx, r *Report) error {
		if r.State != ReportOpen && r.State != ReportAppealed {
			return Invalid("reportId", "This report is decided.")
		}
		if err := tx.free(r, by); err != nil {
			return err
		}
		r.ClaimedBy, r.ClaimedUntil = by.Name, tx.now.Add(hold).Truncate(time.Microsecond)
		tx.audit(by, AuditClaim, r)
		return nil
	})
}

// free refuses when somebody else holds the report.
func (tx *Tx) free(r *Report, by Moderator) error {
	if r.ClaimedBy != "" && r.ClaimedBy != by.Name && r.ClaimedUntil.After(tx.now) {
		return &Error{
			Code: CodeReportClaimed, Detail: "Another moderator holds this report.", RetryAfter: r.ClaimedUntil.Sub(tx.now),
		}
	}
	return nil
}

// held refuses unless the moderator holds the report.
func (tx *Tx) held(r *Report, by Moderator) error {
	if err := tx.free(r, by); err != nil {
		return err
	}
	if r.ClaimedBy != by.Name || !r.ClaimedUntil.After(tx.now) {
		return Invalid("reportId", "Claim the report first.")
	}
	return nil
}

// LookAt returns the evidence to the moderator who holds the report. The audit log has the look
// before the evidence is read. Errors: NOT_FOUND, INVALID_INPUT, REPORT_CLAIMED.
func (s *Service) LookAt(ctx context.Context, by Moderator, id ReportID) (*Evidence, error) {
	_, err := s.moderate(ctx, by, id, func(tx *Tx, r *Report) error {
		if err := tx.held(r, by); err != nil {
			return err
		}
		tx.audit(by, AuditLook, r)
		return nil
	})
	if err != nil {
		return nil, err
	}
	return s.moderation.Evidence(ctx, id)
}

// Decision is what a moderator decides about a report.
type Decision struct {
	Action Action
	// Statement gives the reasons to the person concerned; needed unless nothing is done.
	Statement string
	// For is how long the action lasts; needed with ActionLimitOutreach and ActionSuspend only.
	For time.Duration
}

// DecideReport decides a report that the moderator holds. Its effect on the person holds when it
// returns (I1). The person is told the reasons; the reporter is told that it was decided. Deciding
// the same again changes nothing. Errors: NOT_FOUND, INVALID_INPUT, REPORT_CLAIMED.
func (s *Service) DecideReport(ctx context.Context, by Moderator, id ReportID, d Decision) (*Report, error) {
	var refusal *Error
	if d.Statement, refusal = normalizeText("statement", d.Statement, maxStatement); refusal != nil {
		return nil, refusal
	}
	switch {
	case d.Action < ActionNone || d.Action > ActionSuspend:
		return nil, Invalid("action", "No such action.")
	case d.Action != ActionNone && d.Statement == "":
		return nil, Invalid("statement", "The person concerned is owed the reasons.")
	case d.Action.timed() && (d.For < time.Hour || d.For > MaxAction):
		return nil, Invalid("hours", "This action lasts from 1 hour to %d.", int(MaxAction.Hours()))
	case !d.Action.timed() && d.For != 0:
		return nil, Invalid("hours", "This action has no end.")
	}
	return s.moderate(ctx, by, id, func(tx *Tx, r *Report) error {
		if r.State != ReportOpen {
			if r.DecidedBy == by.Name && r.Action == d.Action && r.Statement == d.Statement {
				return nil
			}
			return Invalid("reportId", "This report is decided.")
		}
		if err := tx.held(r, by); err != nil {
			return err
		}
		tx.decide(by, r, d)
		return nil
	})
}

func (tx *Tx) decide(by Moderator, r *Report, d Decision) {
	r.State, r.Action, r.Statement, r.DecidedBy, r.DecidedAt = ReportDecided, d.Action, d.Statement, by.Name, tx.now
	r.ClaimedBy, r.ClaimedUntil = "", time.Time{}
	r.AppealableUntil = tx.now.Add(tx.rules.AppealFor).Truncate(time.Microsecond)
	if d.Action.timed() {
		r.EndsAt = tx.now.Add(d.For).Truncate(time.Microsecond)
		tx.sanction(r.Reported)
	}
	tx.audit(by, AuditDecide, r)
	tx.tell(r.Reporter)
	if d.Action != ActionNone {
		tx.tell(r.Reported)
	}
}

// Appeal asks for a second look at a decision about the viewer, once, while Rules.AppealFor lasts.
// Errors: NOT_FOUND, INVALID_INPUT.
func (s *Service) Appeal(ctx context.Context, viewer UserID, id ReportID, text string) (*Report, error) {
	text, refusal := normalizeText("text", text, maxAppealText)
	if refusal == nil && text == "" {
		refusal = Invalid("text", "Say why.")
	}
	if refusal != nil {
		return nil, refusal
	}
	r, err := s.moderation.Report(ctx, id)
	if err != nil {
		return nil, NotFoundAs(err, "notice")
	}
	if r.Reported != viewer {
		return nil, NotFound("notice")
	}
	return s.changeReport(ctx, r, func(tx *Tx, r *Report) error {
		switch {
		case tx.in.Heads[viewer].Gone || r.Action <= ActionNone:
			return NotFound("notice")
		case r.Appeal == text:
			return nil
		case r.State != ReportDecided:
			return Invalid("noticeId", "This decision was appealed already.")
		case tx.now.After(r.AppealableUntil):
			return Invalid("noticeId", "The time to appeal is over.")
		}
		r.State, r.Appeal, r.AppealedAt = ReportAppealed, text, tx.now
		tx.tell(viewer)
		return nil
	})
}

// DecideAppeal decides an appeal that the moderator holds; who took the decision does not.
// Reversing it ends what it does to the person, as far as no other decision does the same. Errors:
// NOT_FOUND, INVALID_INPUT, REPORT_CLAIMED.
func (s *Service) DecideAppeal(ctx context.Context, by Moderator, id ReportID, reverse bool, statement string) (*Report, error) {
	statement, refusal := normalizeText("statement", statement, maxStatement)
	if refusal == nil && statement == "" {
		refusal = Invalid("statement", "The person concerned is owed the reasons.")
	}
	if refusal != nil {
		return nil, refusal
	}
	outcome := AppealUpheld
	if reverse {
		outcome = AppealReversed
	}
	return s.moderate(ctx, by, id, func(tx *Tx, r *Report) error {
		if r.State == ReportClosed && r.AppealDecidedBy == by.Name && r.AppealOutcome == outcome && r.AppealStatement == statement {
			return nil
		}
		if r.State != ReportAppealed {
			return Invalid("reportId", "No appeal waits here.")
		}
		if r.DecidedBy == by.Name {
			return Invalid("reportId", "Somebody else decides about an appeal than who took the decision.")
		}
		if err := tx.held(r, by); err != nil {
			return err
		}
		r.State, r.AppealOutcome, r.AppealStatement, r.AppealDecidedBy, r.AppealDecidedAt = ReportClosed, outcome, statement, by.Name, tx.now
		r.ClaimedBy, r.ClaimedUntil = "", time.Time{}
		if reverse && r.Action.timed() {
			tx.sanction(r.Reported)
		}
		tx.audit(by, AuditDecideAppeal, r)
		tx.tell(r.Reported)
		return nil
	})
}

func (s *Service) moderate(ctx context.Context, by Moderator, id ReportID, change func(*Tx, *Report) error) (*Report, error) {
	if by.Name == "" {
		return nil, Invalid("moderator", "A moderator needs a name.")
	}
	r, err := s.moderation.Report(ctx, id)
	if err != nil {
		return nil, err
	}
	return s.changeReport(ctx, r, change)
}

// changeReport runs a change under the lock of the person concerned, which all changes of reports
// about them take.
func (s *Service) changeReport(ctx context.Context, r *Report, change func(*Tx, *Report) error) (*Report, error) {
	var out *Report
	scope := Scope{Users: []UserID{r.Reporter, r.Reported}, Reports: []ReportID{r.ID}}
	err := s.txs.Change(ctx, scope, func(tx *Tx) error {
		loaded := tx.in.Reports[r.ID]
		if loaded == nil {
			return NotFound("report")
		}
		out = loaded
		before := *loaded
		if err := change(tx, loaded); err != nil {
			return err
		}
		if *loaded != before {
			loaded.SettledAt = tx.now
			tx.out.Reports = append(tx.out.Reports, loaded)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return out, nil
}

// sanction makes a head say what the decisions about its user come to that stand now.
func (tx *Tx) sanction(user UserID) {
	h := tx.in.Heads[user]
	suspended, outreach := time.Time{}, time.Time{}
	for _, r := range tx.in.Reports {
		if r.Reported != user || r.AppealOutcome == AppealReversed || !r.EndsAt.After(tx.now) {
			continue
		}
		switch {
		case r.Action == ActionSuspend && r.EndsAt.After(suspended):
			suspended = r.EndsAt
		case r.Action == ActionLimitOutreach && r.EndsAt.After(outreach):
			outreach = r.EndsAt
		}
	}
	h.SuspendedUntil, h.OutreachUntil = suspended, outreach
	tx.out.Restricted = append(tx.out.Restricted, h)
}

// tell says to a user's devices that their notices or reports stand otherwise.
func (tx *Tx) tell(user UserID) {
	if h := tx.in.Heads[user]; h != nil && !h.Gone {
		tx.event(user, EventNoticesChanged, nil, nil)
	}
}
