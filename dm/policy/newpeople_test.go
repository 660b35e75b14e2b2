package policy_test

import (
	"testing"

	"github.com/aparte-im/aparte/dm/policy"
	"github.com/aparte-im/aparte/dm/policy/policytest"
	"github.com/aparte-im/aparte/internal/testsample"
)

// Every audience × relations × opened request × outreach × shield × code × block × decline ×
// quota.
func TestDecideMatchesTheTablesForNewPeople(t *testing.T) {
	s := policytest.Load(t)
	limited, hidden, invited, failed := 0, 0, 0, 0
	sw := testsample.NewSweep(t, 4)
	for audience, grid := range s.Grids {
		policytest.EachNewPerson(sw, func(in policytest.Situation, f policy.Facts) {
			in.Grid, in.SenderGrid = grid, s.Grids["EVERYONE"]
			f.RecipientGrid, f.SenderGrid = grid.Policy(), s.Grids["EVERYONE"].Policy()
			checkVerdict(t, s, in, f, func() string { return audience })
			switch v := policy.Decide(f); {
			case v.Denial == policy.DenialOutreachLimit:
				limited++
			case v.Denial == policy.DenialContactCode:
				failed++
			case v.Route == policy.RouteHidden:
				hidden++
				if v.HoldReason != policy.HoldShield {
					t.Fatalf("%+v: the hold reason is %v, but no preset has the route HIDDEN", f, v.HoldReason)
				}
			case v.Route == policy.RouteInbox && f.Code == policy.CodeGood && s.Route(in) == "REFUSE":
				invited++
			}
		})
	}
	if limited < sw.Enough(50) || hidden < sw.Enough(50) || invited < sw.Enough(1000) || failed < sw.Enough(1000) {
		t.Fatalf("%d limited, %d hidden, %d invited, %d with a failed code: too few to show anything", limited, hidden, invited, failed)
	}
}

// The surge shield makes shared friends matter where the grid alone does not. SharedFriendsMatter
// reports each such case, because the send counts shared friends only then.
func TestSharedFriendsMatterUnderTheShield(t *testing.T) {
	s := policytest.Load(t)
	matter, sw := 0, testsample.NewSweep(t, 20)
	for _, grid := range s.Grids {
		policytest.EachNewPerson(sw, func(_ policytest.Situation, f policy.Facts) {
			f.RecipientGrid, f.SenderGrid, f.SharedFriends = grid.Policy(), grid.Policy(), 0
			with := f
			with.SharedFriends = f.SharedFriendsNeeded
			a, b := policy.Decide(f), policy.Decide(with)
			if a.Route != b.Route || a.Denial != b.Denial || a.CanReply != b.CanReply {
				matter++
				if !f.SharedFriendsMatter() {
					t.Fatalf("%+v: shared friends change the verdict, but SharedFriendsMatter is false", f)
				}
			}
		})
	}
	if matter == 0 {
		t.Fatal("shared friends matter in no case")
	}
}
