package dm

import (
	"context"

	"github.com/aparte-im/aparte/dm/policy"
)

// Explanation is what would become of a message that a person sent to the viewer now, and why.
type Explanation struct {
	// User is empty where the explanation is about a relation.
	User UserID
	// Relations is what the person is to the viewer, the closest first.
	Relations []policy.Relation
	Rule      policy.Rule
	Route     policy.Route
	// Kinds is what the person may send; zero where Route is REFUSE.
	Kinds policy.Kinds
	// Key names the sentence that says it, Parameters are what stands in it, Sentence is it in
	// English.
	Key        string
	Parameters []Parameter
	Sentence   string
}

// ExplainWhoCanMessageMe shows the viewer's setting with another person's eyes: by the same Decide
// as the send, on what the viewer has decided and may know. The other person's decisions, such as a
// block, stay out of it. Errors: NOT_FOUND, INVALID_INPUT.
func (s *Service) ExplainWhoCanMessageMe(ctx context.Context, viewer, as UserID) (Explanation, error) {
	if viewer == as {
		return Explanation{}, Invalid("as", "This is yourself.")
	}
	tx, err := s.txs.Inspect(ctx, Scope{Pairs: []Pair{PairOf(viewer, as)}, Relations: true})
	if err != nil {
		return Explanation{}, err
	}
	f, ok := tx.facts(as, viewer)
	if !ok {
		return Explanation{}, NotFound("user")
	}
	now := tx.setting(tx.Head(viewer))
	if c := tx.Conversation(viewer, as); c != nil {
		mine, _ := c.Sides(viewer)
		now.declinedUntil = mine.DeclinedUntil
	}
	return explain(f, as, now), nil
}

// setting returns what an explanation says of the settings of the user of h.
func (tx *Tx) setting(h *Head) setting {
	return setting{
		audience: tx.rules.Audience(h.Settings, h.AgeBand), shieldAt: h.ShieldAt, requestLimit: tx.rules.RequestLimit,
		sharedKnow: tx.rules.SharedFriends,
	}
}

func explain(f policy.Facts, as UserID, now setting) Explanation {
	// The other person's own side must not show to the viewer.
	f.SenderOverride, f.SenderAge, f.Suspended, f.OutreachStopped, f.OutreachLimited = policy.Override{}, policy.Adult, false, false, false
	v := policy.Decide(f)
	e := Explanation{User: as, Route: v.Route, Rule: policy.RuleOf(f, v)}
	if v.Route != policy.RouteRefuse {
		e.Kinds = v.Kinds
	}
	for i := range policy.RelationCount {
		if r := policy.RelationCount - 1 - i; f.Holds(r) {
			e.Relations = append(e.Relations, r)
		}
	}
	e.say(f, now)
	return e
}
