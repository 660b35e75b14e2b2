package dm

import "context"

// Rule is what decided where a person's messages go, as the recipient may know it. A sender never learns it.
type Rule uint8

// The rules, in the order in which they are looked for.
const (
	RuleBlock Rule = iota
	RuleGone
	RuleAge
	RuleDecline
	RuleNever
	RuleAudience
	RuleRequestFull
	RuleRestriction
	RuleHeld
	RuleShield
	RuleAlways
)

// Explanation is what would become of a message that a person sent to the viewer now, and why.
type Explanation struct {
	User UserID
	// Relations is what the person is to the viewer, the closest first.
	Relations []Relation
	Rule      Rule
	Route     Route
	// Key names the sentence that says it, Parameters are what stands in it, Sentence is it in English.
	Key        string
	Parameters []Parameter
	Sentence   string
}

// ExplainWhoCanMessageMe shows the viewer's setting with another person's eyes: by the same Decide as the send, on what
// the viewer has decided and may know. What the other has decided, as a block of theirs, stays out of it. Errors:
// NOT_FOUND, INVALID_INPUT.
func (s *Service) ExplainWhoCanMessageMe(ctx context.Context, viewer, as UserID) (Explanation, error) {
	if viewer == as {
		return Explanation{}, Invalid("as", "This is yourself.")
	}
	tx, err := s.store.Inspect(ctx, Scope{Pairs: []Pair{PairOf(viewer, as)}})
	if err != nil {
		return Explanation{}, err
	}
	f, ok := tx.facts(as, viewer)
	if !ok {
		return Explanation{}, NotFound("user")
	}
	h := tx.Head(viewer)
	now := setting{
		audience: tx.rules.Audience(h.Settings, h.AgeBand), shieldAt: h.ShieldAt, requestLimit: tx.rules.RequestLimit,
		sharedKnow: tx.rules.SharedFriends,
	}
	if c := tx.Conversation(viewer, as); c != nil {
		mine, _ := c.Sides(viewer)
		now.declinedUntil = mine.DeclinedUntil
	}
	return f.explain(as, now), nil
}

func (f Facts) explain(as UserID, now setting) Explanation {
	// The other's own side is nothing of the viewer's business.
	f.SenderOverride, f.SenderAge, f.Suspended, f.OutreachStopped, f.OutreachLimited = Override{}, Adult, false, false, false
	v := Decide(f)
	shared := f.SharedFriends >= f.SharedFriendsNeeded && f.SharedFriendsNeeded > 0
	e := Explanation{User: as, Route: v.Route, Rule: f.rule(v)}
	for i := range relationCount {
		if r := relationCount - 1 - i; f.holds(r, shared) {
			e.Relations = append(e.Relations, r)
		}
	}
	e.say(f, now)
	return e
}

// rule names what decided a verdict.
func (f Facts) rule(v Verdict) Rule {
	switch {
	case f.RecipientOverride.Blocked:
		return RuleBlock
	case f.SenderGone, f.RecipientGone:
		return RuleGone
	case f.RecipientAge == Under16:
		return RuleAge
	case f.Declined:
		return RuleDecline
	case f.listed() == ListedNever:
		return RuleNever
	case v.Denial == DenialRequestLimit:
		return RuleRequestFull
	case !v.Allowed():
		return RuleAudience
	case v.HoldReason == HoldWords, v.HoldReason == HoldClassification:
		return RuleHeld
	case v.HoldReason == HoldShield:
		return RuleShield
	case v.Route != RouteInbox && v.Shown == RouteInbox:
		return RuleRestriction
	case f.listed() == ListedAlways:
		return RuleAlways
	}
	return RuleAudience
}
