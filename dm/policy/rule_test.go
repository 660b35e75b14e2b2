package policy_test

import (
	"testing"

	"github.com/aparte-im/aparte/dm/policy"
)

// Every combination of hidden word × classification × earlier hold × relation: the content of a
// stranger's message is filtered, the classifier takes precedence over a hidden word, and the
// sender sees a request in each case.
func TestDecideFiltersTheContentOfStrangersOnly(t *testing.T) {
	open := policy.Preset(policy.Everyone)
	for _, known := range []bool{false, true} {
		for _, word := range []bool{false, true} {
			for c := policy.ClassifiedNone; c <= policy.ClassifiedRefuse; c++ {
				for held := policy.HoldNone; held <= policy.HoldClassification; held++ {
					f := policy.Facts{RecipientGrid: open, SenderGrid: open, RequestLimit: 3, Known: known}
					f.HiddenWord, f.Classification, f.HoldReason = word, c, held
					v := policy.Decide(f)
					want := policy.HoldNone
					switch {
					case known:
					case c == policy.ClassifiedRefuse:
						if v.Denial != policy.DenialKind {
							t.Errorf("%+v: the classifier refuses, but the verdict is %+v", f, v)
						}
						continue
					case c == policy.ClassifiedHide || held == policy.HoldClassification:
						want = policy.HoldClassification
					case word || held == policy.HoldWords:
						want = policy.HoldWords
					}
					route, shown := policy.RouteRequests, policy.RouteRequests
					if known {
						route, shown = policy.RouteInbox, policy.RouteInbox
					}
					if want != policy.HoldNone {
						route = policy.RouteHidden
					}
					if !v.Allowed() || v.HoldReason != want || v.Route != route || v.Shown != shown {
						t.Errorf("%+v: %+v, want route %v, shown %v, hold reason %v", f, v, route, shown, want)
					}
				}
			}
		}
	}
}

// Every combination of the conditions: RuleOf returns the first rule of this list that applies.
func TestRuleOfReturnsTheFirstRuleThatApplies(t *testing.T) {
	conditions := []struct {
		rule  policy.Rule
		apply func(*policy.Facts)
	}{
		{policy.RuleBlock, func(f *policy.Facts) { f.RecipientOverride.Blocked = true }},
		{policy.RuleGone, func(f *policy.Facts) { f.SenderGone = true }},
		{policy.RuleAge, func(f *policy.Facts) { f.RecipientAge = policy.Under16 }},
		{policy.RuleDecline, func(f *policy.Facts) { f.Declined = true }},
		{policy.RuleNever, func(f *policy.Facts) { f.RecipientOverride.Listed = policy.ListedNever }},
		{policy.RuleRequestFull, func(f *policy.Facts) { f.Pending = f.RequestLimit }},
		{policy.RuleHeld, func(f *policy.Facts) { f.HiddenWord = true }},
		{policy.RuleShield, func(f *policy.Facts) { f.Shielded = true }},
	}
	open := policy.Preset(policy.Everyone)
	for bits := range 1 << len(conditions) {
		f := policy.Facts{RecipientGrid: open, SenderGrid: open, RequestLimit: 3}
		want := policy.RuleAudience
		for i := range conditions {
			c := conditions[len(conditions)-1-i]
			if bits>>i&1 == 1 {
				c.apply(&f)
				want = c.rule
			}
		}
		if got := policy.RuleOf(f, policy.Decide(f)); got != want {
			t.Errorf("%+v: rule %d, want %d", f, got, want)
		}
	}
	for name, c := range map[string]struct {
		facts policy.Facts
		want  policy.Rule
	}{
		"a closed audience": {policy.Facts{}, policy.RuleAudience},
		"a restricted friend": {policy.Facts{
			Known: true, RecipientGrid: open, RecipientOverride: policy.Override{Restricted: true},
		}, policy.RuleRestriction},
		"ALWAYS":              {policy.Facts{RecipientOverride: policy.Override{Listed: policy.ListedAlways}}, policy.RuleAlways},
		"ALWAYS of a minor":   {policy.Facts{RecipientAge: policy.Age16To17, RecipientOverride: policy.Override{Listed: policy.ListedAlways}}, policy.RuleAudience},
		"a deleted recipient": {policy.Facts{RecipientGone: true}, policy.RuleGone},
	} {
		if got := policy.RuleOf(c.facts, policy.Decide(c.facts)); got != c.want {
			t.Errorf("%s: rule %d, want %d", name, got, c.want)
		}
	}
}

// Every pair of presets: Loosens reports that a relation gets a more welcoming route.
func TestLoosensComparesEveryRelation(t *testing.T) {
	for a := policy.Everyone; a < policy.Custom; a++ {
		for b := policy.Everyone; b < policy.Custom; b++ {
			// Each preset admits at least the relations of the presets after it.
			if got := policy.Preset(a).Loosens(policy.Preset(b)); got != (a < b) {
				t.Errorf("%v loosens %v: %v", a, b, got)
			}
		}
	}
}

// Every value has a name of its own, and the sets list the names of their members.
func TestValuesHaveNames(t *testing.T) {
	seen := map[string]bool{}
	name := func(s string) {
		if s == "" || seen[s] {
			t.Errorf("the name %q is empty or used twice", s)
		}
		seen[s] = true
	}
	for a := policy.Everyone; a <= policy.Custom; a++ {
		name(a.String())
	}
	clear(seen)
	for r := range policy.RelationCount {
		name(r.String())
	}
	clear(seen)
	for r := policy.RouteRefuse; r <= policy.RouteInbox; r++ {
		name(r.String())
	}
	clear(seen)
	for b := policy.Adult; b <= policy.Under16; b++ {
		name(b.String())
	}
	clear(seen)
	for _, kind := range policy.AllKinds.Names() {
		name(kind)
	}
	if got := policy.KindLink.Names(); len(got) != 1 || got[0] != "LINK" {
		t.Errorf("KindLink has the names %v", got)
	}
	refused := policy.KindGrid{policy.Stranger: policy.KindLink, policy.Follower: policy.KindVideo}
	if refused.Any() != policy.KindLink|policy.KindVideo {
		t.Errorf("%v refuses %b", refused, refused.Any())
	}
}
