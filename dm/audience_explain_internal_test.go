package dm

import (
	"strings"
	"testing"

	"github.com/aparte-im/aparte/dm/policy"
)

// Every case of override, decline, age, hold and audience: the explanation says where Decide sends
// it, names a rule that holds, and tells nothing of what the other has decided.
func TestExplainIsDecideAndTellsNothingOfTheOther(t *testing.T) {
	seen, keys := map[policy.Rule]int{}, map[string]bool{}
	for bits := range 1 << 10 {
		on := func(i int) bool { return bits>>i&1 == 1 }
		for _, audience := range []policy.Audience{policy.Everyone, policy.Friends, policy.NoOne} {
			for _, listed := range []policy.Listed{policy.NotListed, policy.ListedAlways, policy.ListedNever} {
				f := policy.Facts{
					RecipientOverride: policy.Override{Blocked: on(0), Restricted: on(1), Listed: listed}, Declined: on(2), Known: on(3),
					SenderFollows: on(4), RecipientFollows: on(5), SenderGone: on(6),
					RecipientGrid: policy.Preset(audience), RequestLimit: 3,
				}
				if on(7) {
					f.RecipientAge = policy.Under16
				}
				if on(8) {
					f.Pending = 3
				}
				if on(9) {
					f.HoldReason, f.Shielded = policy.HoldWords, true
				}
				e := explain(f, UserID{1}, setting{audience: audience, requestLimit: 3})
				seen[e.Rule]++
				if v := policy.Decide(f); v.Route != e.Route || e.Sentence == "" || len(e.Relations) == 0 {
					t.Fatalf("%+v: explained as %+v, decided as %+v", f, e, v)
				}
				if explanationTexts[e.Key] == "" || strings.ContainsAny(e.Sentence, "{}") {
					t.Fatalf("%+v: said as %q, %q", f, e.Key, e.Sentence)
				}
				for _, p := range e.Parameters {
					if !strings.Contains(explanationTexts[e.Key], "{"+p.Name+"}") && p.Name != paramShared || p.Value == "" {
						t.Fatalf("%q has the parameter %+v", e.Key, p)
					}
				}
				keys[e.Key] = true
				theirs := f
				theirs.SenderOverride, theirs.SenderAge, theirs.Suspended = policy.Override{Blocked: true, Listed: policy.ListedNever}, policy.Under16, true
				if told := explain(theirs, UserID{1}, setting{audience: audience, requestLimit: 3}); told.Rule != e.Rule || told.Route != e.Route || told.Sentence != e.Sentence {
					t.Fatalf("%+v: what the other has decided shows: %+v, without it %+v", f, told, e)
				}
			}
		}
	}
	for key := range explanationTexts {
		if !keys[key] && key != "explain.shield" && key != "explain.audience.hidden" {
			t.Errorf("%s is never said", key)
		}
	}
	for _, rule := range []policy.Rule{policy.RuleBlock, policy.RuleGone, policy.RuleAge, policy.RuleDecline, policy.RuleNever, policy.RuleAudience, policy.RuleRequestFull, policy.RuleRestriction, policy.RuleHeld, policy.RuleAlways} {
		if seen[rule] == 0 {
			t.Errorf("rule %d is never named", rule)
		}
	}
}
