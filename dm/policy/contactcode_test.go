package policy_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/aparte-im/aparte/dm/policy"
	"github.com/aparte-im/aparte/dm/policy/policytest"
	"github.com/aparte-im/aparte/internal/testsample"
)

// Every code × audience × relations × overrides × ages × decline × quota, and the sender's own
// limits.
func TestDecideMatchesTheTablesForRedeemers(t *testing.T) {
	s := policytest.Load(t)
	seen, sw := map[string]int{}, testsample.NewSweep(t, 50)
	for audience, grid := range s.Grids {
		policytest.EachRelation(func(holds map[string]bool, relations policy.Facts) {
			for code, fact := range policytest.Codes {
				for band, age := range policytest.Bands {
					for bits := range 1 << 9 {
						on := func(i int) bool { return bits>>i&1 == 1 }
						if !sw.Takes() {
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
						f.RecipientGrid = gridFor(audience, age)
						f.SenderGrid = s.Grids["EVERYONE"].Policy()
						holds["code"], holds["bad code"] = code == "good", code == "bad"
						holds["recipient blocks"], holds["recipient restricts"] = on(0), on(1)
						holds["sender blocks"], holds["declined"], holds["suspended"] = on(2), on(3), on(4)
						holds["outreach stopped"], holds["self"] = on(5), on(6)
						holds["recipient lists never"], holds["sender under 16"] = on(7), on(8)
						holds["recipient under 16"] = age == policy.Under16
						in := policytest.Situation{
							Holds: holds, Grid: grid, SenderGrid: s.Grids["EVERYONE"], SenderAge: "ADULT", RecipientAge: band,
							Pending: f.Pending, Limit: 3,
						}
						if on(8) {
							in.SenderAge = "UNDER 16"
						}
						checkVerdict(t, s, in, f, func() string { return audience + " to a redeemer of a code: " + code })
						v := policy.Decide(f)
						seen[code+" "+string(rune('0'+int(v.Route)))]++
						if v.Allowed() && (on(0) || on(7) || age == policy.Under16) || v.Route != policy.RouteRefuse && on(3) {
							t.Fatalf("%+v: a code overrides a decision of the recipient about this person", f)
						}
						if v.Denial == policy.DenialNotAccepting && fact != policy.CodeNone {
							t.Fatalf("%+v: a redeemer gets the denial of a recipient who does not accept messages", f)
						}
					}
				}
			}
		})
	}
	if len(seen) < 6 {
		t.Errorf("too few outcomes: %v", seen)
	}
}

// Everything on the recipient's side that stops a redeemer gives the verdict of a code that does
// not exist.
func TestABlockAndABadCodeGiveTheSameVerdict(t *testing.T) {
	s := policytest.Load(t)
	for _, grid := range s.Grids {
		policytest.EachRelation(func(_ map[string]bool, f policy.Facts) {
			f.RecipientGrid, f.SenderGrid, f.RequestLimit, f.Code = grid.Policy(), grid.Policy(), 3, policy.CodeBad
			bad := policy.Decide(f)
			if bad.Denial != policy.DenialContactCode {
				return // allowed without a code
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

// A decline changes nothing that the sender sees, with a code and without.
func TestADeclineAndAPendingRequestGiveTheSameAnswer(t *testing.T) {
	s := policytest.Load(t)
	for _, grid := range s.Grids {
		policytest.EachRelation(func(_ map[string]bool, f policy.Facts) {
			f.RecipientGrid, f.SenderGrid, f.RequestLimit = grid.Policy(), grid.Policy(), 3
			for _, code := range []policy.CodeFact{policy.CodeNone, policy.CodeBad, policy.CodeGood} {
				for n := range 4 {
					f.Pending = n
					declined := f
					declined.Declined = true
					pending, redeemedPending := policy.DecideWithCode(f, code)
					after, redeemed := policy.DecideWithCode(declined, code)
					if after.Route != policy.RouteRefuse {
						t.Fatalf("%+v: a declined message goes to %v", f, after.Route)
					}
					after.Route, pending.Route = 0, 0
					if diff := cmp.Diff(pending, after); diff != "" || redeemed != redeemedPending {
						t.Fatalf("%+v: a decline shows:\n%s", f, diff)
					}
				}
			}
		})
	}
}
