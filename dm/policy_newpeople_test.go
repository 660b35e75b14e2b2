package dm_test

import (
	"testing"

	"github.com/aparte-im/aparte/dm/policy"
)

// Every audience × relations × who opens a request × outreach × shield × code × block × decline ×
// quota.
func TestDecideAboutNewPeopleIsTheStatement(t *testing.T) {
	s := parseStatement(t)
	limited, hidden, invited, vain := 0, 0, 0, 0
	sw := newSweep(t, 4)
	for audience, grid := range s.grids {
		eachNewPerson(sw, func(in situation, f policy.Facts) {
			in.grid, in.senders = grid, s.grids["EVERYONE"]
			f.RecipientGrid, f.SenderGrid = grid.grid(), s.grids["EVERYONE"].grid()
			checkVerdict(t, s, in, f, func() string { return audience })
			switch v := policy.Decide(f); {
			case v.Denial == policy.DenialOutreachLimit:
				limited++
			case v.Denial == policy.DenialContactCode:
				vain++
			case v.Route == policy.RouteHidden:
				hidden++
				if v.HoldReason != policy.HoldShield {
					t.Fatalf("%+v: no preset hides, but the request is held by %v", f, v.HoldReason)
				}
			case v.Route == policy.RouteInbox && f.Code == policy.CodeGood && s.route(in) == "REFUSE":
				invited++
			}
		})
	}
	if limited < sw.enough(50) || hidden < sw.enough(50) || invited < sw.enough(1000) || vain < sw.enough(1000) {
		t.Fatalf("%d limited, %d hidden, %d invited, %d in vain: too few to show anything", limited, hidden, invited, vain)
	}
}

// A shield makes shared friends matter where the grid alone does not, and the send counts them only
// when told so.
func TestSharedFriendsMatterUnderTheShield(t *testing.T) {
	s := parseStatement(t)
	matter, sw := 0, newSweep(t, 20)
	for _, grid := range s.grids {
		eachNewPerson(sw, func(_ situation, f policy.Facts) {
			f.RecipientGrid, f.SenderGrid, f.SharedFriends = grid.grid(), grid.grid(), 0
			with := f
			with.SharedFriends = f.SharedFriendsNeeded
			a, b := policy.Decide(f), policy.Decide(with)
			if a.Route != b.Route || a.Denial != b.Denial || a.CanReply != b.CanReply {
				matter++
				if !f.SharedFriendsMatter() {
					t.Fatalf("%+v: shared friends change the verdict and are not counted", f)
				}
			}
		})
	}
	if matter == 0 {
		t.Fatal("shared friends never matter: the test shows nothing")
	}
}

var codes = map[string]policy.CodeFact{"none": policy.CodeNone, "bad": policy.CodeBad, "good": policy.CodeGood}

// eachNewPerson visits the cases of people who write for the first time that the sweep takes.
func eachNewPerson(sw *sweep, visit func(in situation, f policy.Facts)) {
	eachRelation(func(holds map[string]bool, relations policy.Facts) {
		for bits := range 1 << 7 {
			on := func(i int) bool { return bits>>i&1 == 1 }
			for _, pending := range []int{0, 2, 3} {
				f := relations
				f.Pending, f.RequestLimit = pending, 3
				f.NewPerson, f.OutreachLimited, f.Shielded = on(0), on(1), on(2)
				if !on(3) {
					f.OutreachLeft = 1
				}
				f.RecipientOverride.Blocked, f.Declined = on(4), on(5)
				holds["opens a request"], holds["outreach spent"] = on(0), on(1) && on(3)
				holds["shield"] = on(2)
				holds["recipient blocks"], holds["declined"] = on(4), on(5)
				holds["recipient says never"] = on(6)
				if on(6) {
					f.RecipientOverride.Listed = policy.ListedNever
				}
				for code, fact := range codes {
					if !sw.takes() {
						continue
					}
					f.Code = fact
					holds["code"], holds["bad code"] = code == "good", code == "bad"
					visit(situation{holds: holds, senderAge: "ADULT", pending: pending, limit: 3}, f)
				}
			}
		}
	})
}
