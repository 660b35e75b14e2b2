package dm_test

import (
	"testing"

	"github.com/aparte-im/aparte/dm"
)

// What moderators decided × what else can deny × relations, for the widest audience and the closed one.
func TestWhatModeratorsDecidedIsTheStatement(t *testing.T) {
	s := parseStatement(t)
	rules := dm.DefaultRules()
	seen := map[dm.Denial]int{}
	for _, name := range []string{"EVERYONE", "NO_ONE"} {
		audience := dm.Settings{Audience: audiences[name]}
		eachSituation(func(in situation, f dm.Facts) {
			if in.pending == 2 || in.pending == 4 {
				return
			}
			in.grid, in.senders = s.grids[name], s.grids["EVERYONE"]
			f.RecipientGrid = rules.Grid(audience, f.RecipientAge)
			f.SenderGrid = rules.Grid(dm.Settings{Audience: dm.Everyone}, f.SenderAge)
			for bits := range 1 << 2 {
				f.Suspended, f.OutreachStopped = bits&1 != 0, bits&2 != 0
				in.holds["suspended"], in.holds["outreach stopped"] = f.Suspended, f.OutreachStopped
				checkVerdict(t, s, in, f, func() string { return "to " + name })
				seen[dm.Decide(f).Denial]++
			}
			in.holds["suspended"], in.holds["outreach stopped"] = false, false
		})
	}
	if seen[dm.DenialSuspended] == 0 || seen[dm.DenialOutreachLimit] == 0 || seen[dm.DenialNone] == 0 {
		t.Errorf("only these were met: %v", seen)
	}
}

// Whether the recipient blocks, declined, is gone or lets nobody in must not show through a limit of the sender's own.
func TestALimitOfTheSendersOwnHidesWhatTheRecipientDid(t *testing.T) {
	for _, limit := range []dm.Facts{{Suspended: true}, {OutreachStopped: true}} {
		open := limit
		open.RecipientGrid, open.RequestLimit = dm.DefaultRules().Grid(dm.Settings{Audience: dm.Everyone}, dm.Adult), 3
		want := dm.Decide(open)
		for bits := range 1 << 4 {
			f := open
			f.RecipientGone, f.Declined = bits&1 != 0, bits&2 != 0
			if bits&4 != 0 {
				f.RecipientGrid = dm.Grid{}
			}
			if bits&8 != 0 {
				f.RecipientAge = dm.Under16
			}
			if got := dm.Decide(f); got != want {
				t.Errorf("%+v: %+v, an open recipient gives %+v", f, got, want)
			}
		}
	}
}
