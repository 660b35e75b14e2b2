package policy

// Rule is the reason why a person's messages go where they go, as the recipient may know it. The
// sender never learns it.
type Rule uint8

// The rules. RuleOf gives the order in which they are checked.
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

// RuleOf returns the rule that decided v, the verdict of Decide on f. Among several that apply, the
// first in the switch below is returned.
func RuleOf(f Facts, v Verdict) Rule {
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
