package dm_test

import (
	"testing"

	"github.com/aparte-im/aparte/dm"
)

// Every audience × relations × who opens a request × outreach × shield × code × block × decline × quota.
func TestDecideAboutNewPeopleIsTheStatement(t *testing.T) {
	s := parseStatement(t)
	limited, hidden, invited := 0, 0, 0
	for audience, grid := range s.grids {
		eachNewPerson(func(in situation, f dm.Facts) {
			in.grid, in.senders = grid, s.grids["EVERYONE"]
			f.RecipientGrid, f.SenderGrid = grid.grid(), s.grids["EVERYONE"].grid()
			checkVerdict(t, s, in, f, func() string { return audience })
			switch v := dm.Decide(f); {
			case v.Denial == dm.DenialOutreachLimit:
				limited++
			case v.Route == dm.RouteHidden:
				hidden++
				if v.Held != dm.HeldShield {
					t.Fatalf("%+v: no preset hides, but the request is held by %v", f, v.Held)
				}
			case v.Route == dm.RouteInbox && f.Invited && s.route(in) == "REFUSE":
				invited++
			}
		})
	}
	if limited < 50 || hidden < 50 || invited < 1000 {
		t.Fatalf("%d limited, %d hidden, %d invited: too few to show anything", limited, hidden, invited)
	}
}

// A shield makes shared friends matter where the grid alone does not, and the send counts them only when told so.
func TestSharedFriendsMatterUnderTheShield(t *testing.T) {
	s := parseStatement(t)
	matter := 0
	for _, grid := range s.grids {
		eachNewPerson(func(_ situation, f dm.Facts) {
			f.RecipientGrid, f.SenderGrid, f.SharedFriends = grid.grid(), grid.grid(), 0
			with := f
			with.SharedFriends = f.SharedFriendsNeeded
			a, b := dm.Decide(f), dm.Decide(with)
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

func eachNewPerson(visit func(in situation, f dm.Facts)) {
	eachRelation(func(holds map[string]bool, relations dm.Facts) {
		for bits := range 1 << 8 {
			on := func(i int) bool { return bits>>i&1 == 1 }
			for _, pending := range []int{0, 2, 3} {
				f := relations
				f.Pending, f.RequestLimit = pending, 3
				f.NewPerson, f.OutreachLimited, f.Shielded, f.Invited = on(0), on(1), on(2), on(3)
				if !on(4) {
					f.OutreachLeft = 1
				}
				f.RecipientStance.Blocked, f.Declined = on(5), on(6)
				holds["opens a request"], holds["outreach spent"] = on(0), on(1) && on(4)
				holds["shield"], holds["code"] = on(2), on(3)
				holds["recipient blocks"], holds["declined"] = on(5), on(6)
				holds["recipient says never"] = on(7)
				if on(7) {
					f.RecipientStance.Listed = dm.ListedNever
				}
				visit(situation{holds: holds, senderAge: "ADULT", pending: pending, limit: 3}, f)
			}
		}
	})
}
