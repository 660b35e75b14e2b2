package dm_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/aparte-im/aparte/dm"
	"github.com/aparte-im/aparte/dm/policy"
)

// Every code × audience × relations × overrides × ages × decline × quota, and the sender's own
// limits.
func TestDecideAboutRedeemersIsTheStatement(t *testing.T) {
	s := parseStatement(t)
	rules := dm.DefaultRules()
	seen, sw := map[string]int{}, newSweep(t, 50)
	for audience, grid := range s.grids {
		eachRelation(func(holds map[string]bool, relations policy.Facts) {
			for code, fact := range codes {
				for band, age := range bands {
					for bits := range 1 << 9 {
						on := func(i int) bool { return bits>>i&1 == 1 }
						if !sw.takes() {
							continue
						}
						f := relations
						f.Code, f.RecipientAge, f.RequestLimit = fact, age, 3
						f.RecipientOverride = policy.Override{Blocked: on(0), Restricted: on(1)}
						f.SenderOverride.Blocked, f.Declined, f.Suspended = on(2), on(3), on(4)
						f.OutreachStopped, f.Self = on(5), on(6)
						if on(7) {
							f.RecipientOverride.Listed = policy.ListedNever
						}
						if on(8) {
							f.Pending, f.SenderAge = 3, policy.Under16
						}
						f.RecipientGrid = rules.Grid(dm.Settings{Audience: audiences[audience]}, age)
						f.SenderGrid = s.grids["EVERYONE"].grid()
						holds["code"], holds["bad code"] = code == "good", code == "bad"
						holds["recipient blocks"], holds["recipient restricts"] = on(0), on(1)
						holds["sender blocks"], holds["declined"], holds["suspended"] = on(2), on(3), on(4)
						holds["outreach stopped"], holds["self"] = on(5), on(6)
						holds["recipient says never"], holds["sender under 16"] = on(7), on(8)
						holds["recipient under 16"] = age == policy.Under16
						in := situation{
							holds: holds, grid: grid, senders: s.grids["EVERYONE"], senderAge: "ADULT", recipientAge: band,
							pending: f.Pending, limit: 3,
						}
						if on(8) {
							in.senderAge = "UNDER 16"
						}
						checkVerdict(t, s, in, f, func() string { return audience + " to a redeemer of a code: " + code })
						v := policy.Decide(f)
						seen[code+" "+string(rune('0'+int(v.Route)))]++
						if v.Allowed() && (on(0) || on(7) || age == policy.Under16) || v.Route != policy.RouteRefuse && on(3) {
							t.Fatalf("%+v: a code is stronger than what the recipient has decided about this person", f)
						}
						if v.Denial == policy.DenialNotAccepting && fact != policy.CodeNone {
							t.Fatalf("%+v: who bears a code is told of the recipient", f)
						}
					}
				}
			}
		})
	}
	if len(seen) < 6 {
		t.Errorf("the cases show nothing: %v", seen)
	}
}

// Everything on the recipient's side that stops a redeemer gives the verdict of a code that does
// not exist.
func TestABlockReadsLikeABadCode(t *testing.T) {
	s := parseStatement(t)
	for _, grid := range s.grids {
		eachRelation(func(_ map[string]bool, f policy.Facts) {
			f.RecipientGrid, f.SenderGrid, f.RequestLimit, f.Code = grid.grid(), grid.grid(), 3, policy.CodeBad
			bad := policy.Decide(f)
			if bad.Denial != policy.DenialContactCode {
				return // welcome without a code
			}
			for name, change := range map[string]func(*policy.Facts){
				"block": func(f *policy.Facts) { f.RecipientOverride.Blocked = true }, "never": func(f *policy.Facts) { f.RecipientOverride.Listed = policy.ListedNever },
				"gone": func(f *policy.Facts) { f.RecipientGone = true },
				"age":  func(f *policy.Facts) { f.RecipientAge = policy.Under16 },
			} {
				for _, fact := range []policy.CodeFact{policy.CodeBad, policy.CodeGood} {
					with := f
					with.Code = fact
					change(&with)
					if v := policy.Decide(with); v != bad {
						t.Fatalf("%s: %+v, a bad code: %+v", name, v, bad)
					}
				}
			}
		})
	}
}

// A decline changes nothing that the sender is told, with a code and without.
func TestADeclineReadsLikeARequestThatWaits(t *testing.T) {
	s := parseStatement(t)
	for _, grid := range s.grids {
		eachRelation(func(_ map[string]bool, f policy.Facts) {
			f.RecipientGrid, f.SenderGrid, f.RequestLimit = grid.grid(), grid.grid(), 3
			for _, code := range []policy.CodeFact{policy.CodeNone, policy.CodeBad, policy.CodeGood} {
				for pending := range 4 {
					f.Pending = pending
					declined := f
					declined.Declined = true
					waits, wasUsed := policy.DecideWithCode(f, code)
					told, used := policy.DecideWithCode(declined, code)
					if told.Route != policy.RouteRefuse {
						t.Fatalf("%+v: a declined message goes to %v", f, told.Route)
					}
					told.Route, waits.Route = 0, 0
					if diff := cmp.Diff(waits, told); diff != "" || used != wasUsed {
						t.Fatalf("%+v: a decline shows:\n%s", f, diff)
					}
				}
			}
		})
	}
}

// A code is read as people type it, and every secret is another.
func TestContactCodesAreReadAsTyped(t *testing.T) {
	same := dm.ParseContactCode("0O1IL-abcde-fghjk-MNPQR")
	for _, typed := range []string{"00111ABCDEFGHJKMNPQR", " 0o1 il abcde fghjk mnpqr ", "OOIIIABCDEFGHJKMNPQR"} {
		if dm.ParseContactCode(typed) != same {
			t.Errorf("%q is read as another code", typed)
		}
	}
	if dm.ParseContactCode("00111ABCDEFGHJKMNPQS") == same || dm.ParseContactCode("") == (dm.CodeHash{}) {
		t.Error("two codes are one, or none is no code")
	}
}
