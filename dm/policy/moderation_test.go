package policy_test

import (
	"testing"

	"github.com/aparte-im/aparte/dm/policy"
	"github.com/aparte-im/aparte/dm/policy/policytest"
	"github.com/aparte-im/aparte/internal/testsample"
)

// Decisions of moderators × other policytest.Denials × relations, for the widest audience and the
// closed one.
func TestDecideMatchesTheTablesForModeratedSenders(t *testing.T) {
	s := policytest.Load(t)
	seen, sw := map[policy.Denial]int{}, testsample.NewSweep(t, 20)
	for _, name := range []string{"EVERYONE", "NO_ONE"} {
		policytest.EachSituation(sw, func(in policytest.Situation, f policy.Facts) {
			if in.Pending == 2 || in.Pending == 4 {
				return
			}
			in.Grid, in.SenderGrid = s.Grids[name], s.Grids["EVERYONE"]
			f.RecipientGrid = gridFor(name, f.RecipientAge)
			f.SenderGrid = gridFor("EVERYONE", f.SenderAge)
			for bits := range 1 << 2 {
				f.Suspended, f.OutreachStopped = bits&1 != 0, bits&2 != 0
				in.Holds["suspended"], in.Holds["outreach stopped"] = f.Suspended, f.OutreachStopped
				checkVerdict(t, s, in, f, func() string { return "to " + name })
				seen[policy.Decide(f).Denial]++
			}
			in.Holds["suspended"], in.Holds["outreach stopped"] = false, false
		})
	}
	if seen[policy.DenialSuspended] == 0 || seen[policy.DenialOutreachLimit] == 0 || seen[policy.DenialNone] == 0 {
		t.Errorf("some denials did not occur: %v", seen)
	}
}

// A block, a decline, a deleted account and a closed audience of the recipient do not show to a
// sender whom a limit of their own stops.
func TestALimitOfTheSenderHidesTheRecipientsDecisions(t *testing.T) {
	for _, limit := range []policy.Facts{{Suspended: true}, {OutreachStopped: true}} {
		open := limit
		open.RecipientGrid, open.RequestLimit = gridFor("EVERYONE", policy.Adult), 3
		want := policy.Decide(open)
		for bits := range 1 << 4 {
			f := open
			f.RecipientGone, f.Declined = bits&1 != 0, bits&2 != 0
			if bits&4 != 0 {
				f.RecipientGrid = policy.Grid{}
			}
			if bits&8 != 0 {
				f.RecipientAge = policy.Under16
			}
			if got := policy.Decide(f); got != want {
				t.Errorf("%+v: %+v, an open recipient gives %+v", f, got, want)
			}
		}
	}
}
