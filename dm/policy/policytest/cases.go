package policytest

import (
	"github.com/aparte-im/aparte/dm/policy"
	"github.com/aparte-im/aparte/internal/testsample"
)

// EachNewPerson visits the cases of people who write for the first time that the sweep takes.
func EachNewPerson(sw *testsample.Sweep, visit func(in Situation, f policy.Facts)) {
	EachRelation(func(holds map[string]bool, relations policy.Facts) {
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
				holds["recipient lists never"] = on(6)
				if on(6) {
					f.RecipientOverride.Listed = policy.ListedNever
				}
				for code, fact := range Codes {
					if !sw.Takes() {
						continue
					}
					f.Code = fact
					holds["code"], holds["bad code"] = code == "good", code == "bad"
					visit(Situation{Holds: holds, SenderAge: "ADULT", Pending: pending, Limit: 3}, f)
				}
			}
		}
	})
}

// EachRelation goes through every combination of relations, by the facts that they follow from.
func EachRelation(visit func(holds map[string]bool, f policy.Facts)) {
	const needed = 3
	for bits := range 1 << 4 {
		for _, shared := range []int{0, needed - 1, needed, needed + 1} {
			on := func(i int) bool { return bits>>i&1 == 1 }
			visit(map[string]bool{
				"known": on(0), "sender follows": on(1), "recipient follows": on(2), "host suggests": on(3),
				"enough shared friends": shared >= needed,
			}, policy.Facts{
				Known: on(0), SenderFollows: on(1), RecipientFollows: on(2), HostSuggested: on(3),
				SharedFriends: shared, SharedFriendsNeeded: needed,
			})
		}
	}
}

// EachSituation adds to every combination of relations all that can deny, and visits the cases that
// the sweep takes. The maps are reused between visits.
func EachSituation(sw *testsample.Sweep, visit func(in Situation, f policy.Facts)) {
	EachRelation(func(holds map[string]bool, relations policy.Facts) {
		for bits := range 1 << 6 {
			on := func(i int) bool { return bits>>i&1 == 1 }
			for senderBand, senderAge := range Bands {
				for recipientBand, recipientAge := range Bands {
					for _, pending := range []int{0, 2, 3, 4} {
						if !sw.Takes() {
							continue
						}
						f := relations
						f.Self, f.SenderOverride.Blocked, f.RecipientOverride.Blocked = on(0), on(1), on(2)
						f.RecipientGone, f.Declined = on(3), on(4)
						f.SenderAge, f.RecipientAge = senderAge, recipientAge
						f.Pending, f.RequestLimit = pending, 3
						holds["self"], holds["sender blocks"], holds["recipient blocks"] = on(0), on(1), on(2)
						f.SenderGone = on(5)
						holds["recipient gone"], holds["declined"] = on(3), on(4)
						holds["sender gone"] = on(5)
						holds["sender under 16"] = senderBand == "UNDER 16"
						holds["recipient under 16"] = recipientBand == "UNDER 16"
						visit(Situation{Holds: holds, SenderAge: senderBand, RecipientAge: recipientBand, Pending: pending, Limit: 3}, f)
					}
				}
			}
		}
	})
}
