package dm_test

import (
	"testing"

	"github.com/aparte-im/aparte/dm"
)

// Every code × audience × relations × overrides × ages × decline × quota, and the sender's own limits.
func TestDecideAboutBearersIsTheStatement(t *testing.T) {
	s := parseStatement(t)
	rules := dm.DefaultRules()
	seen := map[string]int{}
	for audience, grid := range s.grids {
		eachRelation(func(holds map[string]bool, relations dm.Facts) {
			for code, fact := range codes {
				for band, age := range bands {
					for bits := range 1 << 9 {
						on := func(i int) bool { return bits>>i&1 == 1 }
						f := relations
						f.Code, f.RecipientAge, f.RequestLimit = fact, age, 3
						f.RecipientOverride = dm.Override{Blocked: on(0), Restricted: on(1)}
						f.SenderOverride.Blocked, f.Declined, f.Suspended = on(2), on(3), on(4)
						f.OutreachStopped, f.Self = on(5), on(6)
						if on(7) {
							f.RecipientOverride.Listed = dm.ListedNever
						}
						if on(8) {
							f.Pending, f.SenderAge = 3, dm.Under16
						}
						f.RecipientGrid = rules.Grid(dm.Settings{Audience: audiences[audience]}, age)
						f.SenderGrid = s.grids["EVERYONE"].grid()
						holds["code"], holds["bad code"] = code == "good", code == "bad"
						holds["recipient blocks"], holds["recipient restricts"] = on(0), on(1)
						holds["sender blocks"], holds["declined"], holds["suspended"] = on(2), on(3), on(4)
						holds["outreach stopped"], holds["self"] = on(5), on(6)
						holds["recipient says never"], holds["sender under 16"] = on(7), on(8)
						holds["recipient under 16"] = age == dm.Under16
						in := situation{
							holds: holds, grid: grid, senders: s.grids["EVERYONE"], senderAge: "ADULT", recipientAge: band,
							pending: f.Pending, limit: 3,
						}
						if on(8) {
							in.senderAge = "UNDER 16"
						}
						checkVerdict(t, s, in, f, func() string { return audience + " to a bearer of a code: " + code })
						v := dm.Decide(f)
						seen[code+" "+string(rune('0'+int(v.Route)))]++
						if v.Allowed() && (on(0) || on(7) || on(3) || age == dm.Under16) {
							t.Fatalf("%+v: a code is stronger than what the recipient has decided about this person", f)
						}
						if v.Denial == dm.DenialNotAccepting && fact != dm.CodeNone {
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

// Whatever stops who bears a code on the recipient's side, the whole verdict is that of a code that does not exist.
func TestABlockReadsLikeABadCode(t *testing.T) {
	s := parseStatement(t)
	for _, grid := range s.grids {
		eachRelation(func(_ map[string]bool, f dm.Facts) {
			f.RecipientGrid, f.SenderGrid, f.RequestLimit, f.Code = grid.grid(), grid.grid(), 3, dm.CodeBad
			bad := dm.Decide(f)
			if bad.Denial != dm.DenialContactCode {
				return // welcome without a code
			}
			for name, change := range map[string]func(*dm.Facts){
				"block": func(f *dm.Facts) { f.RecipientOverride.Blocked = true }, "never": func(f *dm.Facts) { f.RecipientOverride.Listed = dm.ListedNever },
				"decline": func(f *dm.Facts) { f.Declined = true }, "gone": func(f *dm.Facts) { f.RecipientGone = true },
				"age": func(f *dm.Facts) { f.RecipientAge = dm.Under16 },
			} {
				for _, fact := range []dm.CodeFact{dm.CodeBad, dm.CodeGood} {
					with := f
					with.Code = fact
					change(&with)
					if v := dm.Decide(with); v != bad {
						t.Fatalf("%s: %+v, a bad code: %+v", name, v, bad)
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
