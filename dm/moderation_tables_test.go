package dm_test

import (
	"testing"

	"github.com/aparte-im/aparte/dm"
	"github.com/aparte-im/aparte/dm/policy"
)

// Decisions of moderators × other denials × relations, for the widest audience and the closed
// one.
func TestWhatModeratorsDecidedIsTheStatement(t *testing.T) {
	s := parseStatement(t)
	rules := dm.DefaultRules()
	seen, sw := map[policy.Denial]int{}, newSweep(t, 20)
	for _, name := range []string{"EVERYONE", "NO_ONE"} {
		audience := dm.Settings{Audience: audiences[name]}
		eachSituation(sw, func(in situation, f policy.Facts) {
			if in.pending == 2 || in.pending == 4 {
				return
			}
			in.grid, in.senders = s.grids[name], s.grids["EVERYONE"]
			f.RecipientGrid = rules.Grid(audience, f.RecipientAge)
			f.SenderGrid = rules.Grid(dm.Settings{Audience: policy.Everyone}, f.SenderAge)
			for bits := range 1 << 2 {
				f.Suspended, f.OutreachStopped = bits&1 != 0, bits&2 != 0
				in.holds["suspended"], in.holds["outreach stopped"] = f.Suspended, f.OutreachStopped
				checkVerdict(t, s, in, f, func() string { return "to " + name })
				seen[policy.Decide(f).Denial]++
			}
			in.holds["suspended"], in.holds["outreach stopped"] = false, false
		})
	}
	if seen[policy.DenialSuspended] == 0 || seen[policy.DenialOutreachLimit] == 0 || seen[policy.DenialNone] == 0 {
		t.Errorf("only these were met: %v", seen)
	}
}

// Whether the recipient blocks, declined, is gone or lets nobody in must not show through a limit
// of the sender's own.
func TestALimitOfTheSendersOwnHidesWhatTheRecipientDid(t *testing.T) {
	for _, limit := range []policy.Facts{{Suspended: true}, {OutreachStopped: true}} {
		open := limit
		open.RecipientGrid, open.RequestLimit = dm.DefaultRules().Grid(dm.Settings{Audience: policy.Everyone}, policy.Adult), 3
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
