package dm

import (
	"context"
	"time"
)

const day = 24 * time.Hour

// MaxOutreach is the largest number that an operator may set for these rules.
const MaxOutreach = 1_000_000

// Outreach is what a user's head keeps of how they write to new people: two numbers, whatever the
// number of people.
//
// A budget of n new people a day is a bucket that holds n and fills evenly, one each 24 h / n. So
// nobody waits for midnight, n can be spent at once, and over any stretch of days it is n a day. It
// is kept as one time, FullAt, which each new person moves by 24 h / n; when n changes, what was
// spent stays the same share of a day.
type Outreach struct {
	// FullAt is when the whole budget is there again. Past: it is there.
	FullAt time.Time
	// Refusals make the budget smaller.
	Refusals Refusals
}

// Refusals counts the people who have declined, blocked or reported a request of this user. Today's
// count changes nothing before the next day (UTC), and only whole steps of Rules.OutreachRefusals
// count: otherwise what is left would tell the sender who has just refused them.
type Refusals struct {
	// Day is the day of Today, in days since 1970 UTC.
	Day         int64
	Past, Today int
}

// maxRefusals is as far as a day counts; it keeps both counts in 16 bits.
const maxRefusals = 1<<15 - 1

// on carries the counts over to a day: what came in counts in full on the next one, and loses a
// quarter each day after.
func (r Refusals) on(today int64) Refusals {
	for r.Day < today && (r.Past > 0 || r.Today > 0) {
		r.Past, r.Today = min(r.Past*3/4+r.Today, maxRefusals), 0
		r.Day++
	}
	r.Day = max(r.Day, today)
	return r
}

func dayOf(t time.Time) int64 { return t.Unix() / int64(day/time.Second) }

// OutreachBudget is what a user is told of it.
type OutreachBudget struct {
	// PerDay is how many new people a day they may write to, Remaining how many now.
	PerDay, Remaining int
	// RetryAfter is when there is room for one more; zero while Remaining is not.
	RetryAfter time.Duration
}

// outreach is a user's budget at a time, or nil for who has none: the exempt, and everybody where
// the operator sets none.
func (r Rules) outreach(h *Head, now time.Time) *OutreachBudget {
	n := r.outreachPerDay(h, now)
	if h.OutreachUntil.After(now) {
		// stopped by moderators
		return &OutreachBudget{PerDay: n, RetryAfter: h.OutreachUntil.Sub(now)}
	}
	if n == 0 {
		return nil
	}
	step := outreachStep(n)
	spent := max(0, h.Outreach.FullAt.Sub(now))
	b := &OutreachBudget{PerDay: n, Remaining: int(max(0, (day-spent)/step))}
	if b.Remaining == 0 {
		b.RetryAfter = spent - (day - step)
	}
	return b
}

// outreachPerDay is 0 where there is no limit.
func (r Rules) outreachPerDay(h *Head, now time.Time) int {
	n := r.OutreachPerDay
	if n == 0 || h.Exempt {
		return 0
	}
	if now.Sub(h.JoinedAt) < r.NewAccountFor {
		n = min(n, r.NewAccountOutreach)
	}
	if r.OutreachRefusals > 0 {
		n /= 1 + h.Outreach.Refusals.on(dayOf(now)).Past/r.OutreachRefusals
	}
	return max(1, n)
}

func outreachStep(perDay int) time.Duration {
	return (day / time.Duration(perDay)).Truncate(time.Microsecond)
}

// spendOutreach takes one new person off the sender's budget.
func (tx *Tx) spendOutreach(h *Head) {
	n := tx.rules.outreachPerDay(h, tx.now)
	if n == 0 {
		return
	}
	from := h.Outreach.FullAt
	if from.Before(tx.now) {
		from = tx.now
	}
	h.Outreach.FullAt = from.Add(outreachStep(n))
	tx.out.Heads[h.User] = h
}

// refuse counts against the sender that the recipient wants no request of theirs. Refusals of
// people to whom the sender never wrote do not count, so that a crowd of blockers cannot silence
// a sender who never wrote to them.
func (tx *Tx) refuse(sender UserID) {
	h := tx.in.Heads[sender]
	r := h.Outreach.Refusals.on(dayOf(tx.now))
	r.Today = min(r.Today+1, maxRefusals)
	h.Outreach.Refusals = r
	tx.out.Heads[sender] = h
}

// Outreach returns the viewer's budget, nil without one. Errors: NOT_FOUND.
func (s *Service) Outreach(ctx context.Context, viewer UserID) (*OutreachBudget, error) {
	tx, err := s.inspectUser(ctx, viewer)
	if err != nil {
		return nil, err
	}
	return tx.Outreach(viewer), nil
}

// Outreach returns a user's budget, nil without one.
func (tx *Tx) Outreach(viewer UserID) *OutreachBudget {
	return tx.rules.outreach(tx.in.Heads[viewer], tx.now)
}
