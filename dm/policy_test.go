package dm_test

import (
	"fmt"
	"testing"

	"github.com/aparte-im/aparte/dm"
	"github.com/aparte-im/aparte/dm/policy"
)

func TestPresetsAreTheTable(t *testing.T) {
	s := parseStatement(t)
	rules := dm.DefaultRules()
	for name, audience := range audiences {
		if got, want := rules.Grid(dm.Settings{Audience: audience}, policy.Adult), s.grids[name].grid(); got != want {
			t.Errorf("%s: the grid is %v, the table says %v", name, got, want)
		}
	}
}

func TestDefaultsFollowTheAgeBandUntilTheUserChooses(t *testing.T) {
	s := parseStatement(t)
	for name, band := range bands {
		want := audiences[s.defaults[name]]
		if got := dm.DefaultRules().Audience(dm.Settings{}, band); got != want {
			t.Errorf("%s: the default is %v, the table says %v", name, got, want)
		}
		for _, operator := range audiences {
			rules := dm.DefaultRules()
			rules.DefaultAudience = operator
			if name == "ADULT" {
				want = operator
			}
			if got := rules.Audience(dm.Settings{}, band); got != want {
				t.Errorf("%s under the operator's default %v: %v, want %v", name, operator, got, want)
			}
			for _, chosen := range audiences {
				if chosen == policy.Everyone && name != "ADULT" {
					chosen = policy.Followers // minors cannot choose strangers
				}
				if got := rules.Audience(dm.Settings{Audience: chosen}, band); got != chosen {
					t.Errorf("%s: the operator's default %v overwrites the choice %v with %v", name, operator, chosen, got)
				}
			}
		}
	}
}

// Every audience × relations × blocks × ages × decline × quota × the sender's own audience.
func TestDecideIsTheStatement(t *testing.T) {
	s := parseStatement(t)
	rules := dm.DefaultRules()
	sw := newSweep(t, 100)
	for audience, grid := range s.grids {
		for senders, senderGrid := range s.grids {
			eachSituation(sw, func(in situation, f policy.Facts) {
				in.grid, in.senders = grid, senderGrid
				f.RecipientGrid = rules.Grid(dm.Settings{Audience: audiences[audience]}, f.RecipientAge)
				f.SenderGrid = rules.Grid(dm.Settings{Audience: audiences[senders]}, f.SenderAge)
				checkVerdict(t, s, in, f, func() string { return audience + " to " + senders })
			})
		}
	}
	if sw.cases < 1_000_000 || sw.taken < sw.enough(1_000_000) {
		t.Fatalf("only %d of %d cases ran", sw.taken, sw.cases)
	}
}

// Every override that the two can have taken × audience × relations × ages × decline × quota.
func TestDecideHonoursEveryOverride(t *testing.T) {
	s := parseStatement(t)
	rules := dm.DefaultRules()
	lists := map[string]policy.Listed{"": policy.NotListed, "always": policy.ListedAlways, "never": policy.ListedNever}
	decided, sw := map[string]int{}, newSweep(t, 10)
	for audience, grid := range s.grids {
		eachRelation(func(holds map[string]bool, f policy.Facts) {
			for band, age := range bands {
				for name, listed := range lists {
					for senders, senderListed := range lists {
						for bits := range 1 << 4 {
							on := func(i int) bool { return bits>>i&1 == 1 }
							if !sw.takes() {
								continue
							}
							f := f
							f.RecipientOverride = policy.Override{Blocked: on(0), Restricted: on(1), Listed: listed}
							f.SenderOverride = policy.Override{Restricted: on(1), Listed: senderListed}
							f.Declined, f.RequestLimit = on(2), 3
							if on(3) {
								f.Pending = 3
							}
							f.RecipientAge, f.SenderAge = age, age
							f.RecipientGrid = rules.Grid(dm.Settings{Audience: audiences[audience]}, age)
							f.SenderGrid = s.grids["NO_ONE"].grid()
							holds["recipient blocks"], holds["recipient restricts"], holds["declined"] = on(0), on(1), on(2)
							holds["sender under 16"], holds["recipient under 16"] = age == policy.Under16, age == policy.Under16
							for list := range lists {
								holds["recipient says "+list], holds["sender says "+list] = list == name, list == senders
							}
							in := situation{
								holds: holds, grid: grid, senders: s.grids["NO_ONE"], senderAge: band, recipientAge: band,
								pending: f.Pending, limit: 3,
							}
							checkVerdict(t, s, in, f, func() string { return audience + " by override" })
							v := policy.Decide(f)
							if v.Route != v.Shown {
								decided["silently"]++
							}
							if v.Allowed() && rules.Grid(dm.Settings{Audience: audiences[audience]}, age) == s.grids["NO_ONE"].grid() {
								decided["by name"]++
							}
						}
					}
				}
			}
		})
	}
	if decided["silently"] == 0 || decided["by name"] == 0 {
		t.Errorf("the cases show nothing: %v", decided)
	}
}

// Every CUSTOM grid there can be × relations × quota.
func TestDecideFollowsEveryCustomGrid(t *testing.T) {
	s := parseStatement(t)
	names := []string{"KNOWN", "FRIEND", "FOLLOWED", "SUGGESTED", "FOLLOWER", "STRANGER"}
	rules, sw := dm.DefaultRules(), newSweep(t, 20)
	for code := range 1 << (2 * len(names)) {
		if !sw.takes() {
			continue
		}
		custom := textGrid{}
		for i, name := range names {
			custom[name] = welcome[code>>(2*i)&3]
		}
		settings := dm.Settings{Audience: policy.Custom, Routes: custom.grid()}
		grid := rules.Grid(settings, policy.Adult)
		eachRelation(func(holds map[string]bool, f policy.Facts) {
			in := situation{holds: holds, grid: custom, senders: custom, senderAge: "ADULT", pending: 2, limit: 3}
			f.RecipientGrid, f.SenderGrid, f.Pending, f.RequestLimit = grid, grid, 2, 3
			checkVerdict(t, s, in, f, func() string { return fmt.Sprint(custom) })
		})
		if t.Failed() {
			return
		}
	}
}

// Shared friends are counted wherever they can change the verdict, and between close people only
// there. Otherwise the time of an answer shows whether they were counted, so the choice depends on
// nothing that the recipient keeps private.
func TestSharedFriendsMatterWherePrivateDecisionsDoNotShow(t *testing.T) {
	s := parseStatement(t)
	matter, idle := 0, 0
	for _, grid := range s.grids {
		// By the second the sender takes answers from nobody but suggested people, which only a
		// grid of their own can say.
		for _, senders := range []policy.Grid{grid.grid(), {policy.Suggested: policy.RouteRequests}} {
			eachRelation(func(_ map[string]bool, f policy.Facts) {
				f.RecipientGrid, f.SenderGrid, f.RequestLimit = grid.grid(), senders, 3
				none, enough := f, f
				none.SharedFriends, enough.SharedFriends = 0, f.SharedFriendsNeeded
				without, with := policy.Decide(none), policy.Decide(enough)
				changes := without.Route != with.Route || without.CanReply != with.CanReply
				familiar := f.Known || f.RecipientFollows
				if got := f.SharedFriendsMatter(); changes && !got || familiar && got && !changes {
					t.Errorf("%+v: the verdict changes with shared friends: %v; SharedFriendsMatter: %v", f, changes, got)
				}
				for what, private := range privateDecisions {
					for _, other := range s.grids {
						decided := f
						decided.RecipientGrid = other.grid()
						private(&decided)
						if f.SharedFriendsMatter() != decided.SharedFriendsMatter() {
							t.Errorf("%+v: %s shows in whether shared friends are counted", f, what)
						}
					}
				}
				if f.SharedFriendsMatter() {
					matter++
				} else {
					idle++
				}
			})
		}
	}
	if matter == 0 || idle == 0 {
		t.Errorf("matter %d times, not %d times: the test shows nothing", matter, idle)
	}
}

// privateDecisions are what a recipient can decide without the sender's knowledge, beside the
// choice of a preset.
var privateDecisions = map[string]func(*policy.Facts){
	"an audience":       func(*policy.Facts) {},
	"a block":           func(f *policy.Facts) { f.RecipientOverride.Blocked = true },
	"a restriction":     func(f *policy.Facts) { f.RecipientOverride.Restricted = true },
	"NEVER":             func(f *policy.Facts) { f.RecipientOverride.Listed = policy.ListedNever },
	"ALWAYS":            func(f *policy.Facts) { f.RecipientOverride.Listed = policy.ListedAlways },
	"a decline":         func(f *policy.Facts) { f.Declined = true },
	"a shield":          func(f *policy.Facts) { f.Shielded = true },
	"a hidden word":     func(f *policy.Facts) { f.HiddenWord = true },
	"a held request":    func(f *policy.Facts) { f.HoldReason = policy.HoldWords },
	"the age":           func(f *policy.Facts) { f.RecipientAge = policy.Under16 },
	"a deleted account": func(f *policy.Facts) { f.RecipientGone = true },
	"a kind for everybody": func(f *policy.Facts) {
		for r := range f.RecipientRefuses {
			f.RecipientRefuses[r] = policy.KindLink
		}
	},
}

func TestSharedFriendsCanBeTurnedOff(t *testing.T) {
	s := parseStatement(t)
	f := policy.Facts{RecipientGrid: s.grids["SUGGESTED_FRIENDS"].grid(), SharedFriends: 9, RequestLimit: 3}
	if v := policy.Decide(f); v.Allowed() {
		t.Errorf("with 0 shared friends needed nobody is suggested by them, but the verdict is %+v", v)
	}
}

func checkVerdict(t *testing.T, s statement, in situation, f policy.Facts, name func() string) {
	t.Helper()
	want, got := s.answer(in), policy.Decide(f)
	remaining := -1
	if got.Remaining != nil {
		remaining = *got.Remaining
	}
	shown := want.route
	if shown == "HIDDEN" {
		shown = "REQUESTS"
	}
	if got.Denial != denials[want.denial] || got.Route != routes[want.lands] || got.Shown != routes[shown] || remaining != want.remaining ||
		got.CanReply != want.canReply || got.Allowed() != (want.denial == "") {
		t.Fatalf("%s %+v:\n got %+v remaining %d\nwant %+v", name(), in.holds, got, remaining, want)
	}
}

// eachRelation goes through every combination of relations, by the facts that they follow from.
func eachRelation(visit func(holds map[string]bool, f policy.Facts)) {
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

// eachSituation adds to every combination of relations all that can deny, and visits the cases that
// the sweep takes. The maps are reused between visits.
func eachSituation(sw *sweep, visit func(in situation, f policy.Facts)) {
	eachRelation(func(holds map[string]bool, relations policy.Facts) {
		for bits := range 1 << 6 {
			on := func(i int) bool { return bits>>i&1 == 1 }
			for senderBand, senderAge := range bands {
				for recipientBand, recipientAge := range bands {
					for _, pending := range []int{0, 2, 3, 4} {
						if !sw.takes() {
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
						visit(situation{holds: holds, senderAge: senderBand, recipientAge: recipientBand, pending: pending, limit: 3}, f)
					}
				}
			}
		}
	})
}
