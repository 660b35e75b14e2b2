package policy_test

import (
	"fmt"
	"testing"

	"github.com/aparte-im/aparte/dm/policy"
	"github.com/aparte-im/aparte/dm/policy/policytest"
	"github.com/aparte-im/aparte/internal/testsample"
)

func TestPresetsMatchTheTable(t *testing.T) {
	s := policytest.Load(t)
	for name, audience := range policytest.Audiences {
		if got, want := policy.Preset(audience), s.Grids[name].Policy(); got != want {
			t.Errorf("%s: the grid is %v, the table has %v", name, got, want)
		}
	}
}

func TestDefaultsFollowTheAgeBandUntilTheUserChooses(t *testing.T) {
	s := policytest.Load(t)
	for name, band := range policytest.Bands {
		want := policytest.Audiences[s.Defaults[name]]
		if got := policy.NotChosen.Resolve(band, policy.Friends); got != want {
			t.Errorf("%s: the default is %v, the table has %v", name, got, want)
		}
		for _, operator := range policytest.Audiences {
			if name == "ADULT" {
				want = operator
			}
			if got := policy.NotChosen.Resolve(band, operator); got != want {
				t.Errorf("%s under the operator's default %v: %v, want %v", name, operator, got, want)
			}
			for _, chosen := range policytest.Audiences {
				want := chosen
				if chosen == policy.Everyone && name != "ADULT" {
					want = policy.Followers
				}
				if got := chosen.Resolve(band, operator); got != want {
					t.Errorf("%s: the choice %v under the operator's default %v gives %v, want %v", name, chosen, operator, got, want)
				}
			}
		}
	}
}

// gridFor returns the grid of a user of this age who has chosen an audience.
func gridFor(audience string, age policy.AgeBand) policy.Grid {
	return policytest.Audiences[audience].Resolve(age, policy.NoOne).Grid(policy.Grid{}, age)
}

// Every audience × relations × blocks × ages × decline × quota × the sender's own audience.
func TestDecideMatchesTheTables(t *testing.T) {
	s := policytest.Load(t)
	sw := testsample.NewSweep(t, 100)
	for audience, grid := range s.Grids {
		for senders, senderGrid := range s.Grids {
			policytest.EachSituation(sw, func(in policytest.Situation, f policy.Facts) {
				in.Grid, in.SenderGrid = grid, senderGrid
				f.RecipientGrid = gridFor(audience, f.RecipientAge)
				f.SenderGrid = gridFor(senders, f.SenderAge)
				checkVerdict(t, s, in, f, func() string { return audience + " to " + senders })
			})
		}
	}
	if sw.Cases < 1_000_000 || sw.Taken < sw.Enough(1_000_000) {
		t.Fatalf("only %d of %d cases ran", sw.Taken, sw.Cases)
	}
}

// Every override that the two can have taken × audience × relations × ages × decline × quota.
func TestDecideHonoursEveryOverride(t *testing.T) {
	s := policytest.Load(t)
	lists := map[string]policy.Listed{"": policy.NotListed, "always": policy.ListedAlways, "never": policy.ListedNever}
	decided, sw := map[string]int{}, testsample.NewSweep(t, 10)
	for audience, grid := range s.Grids {
		policytest.EachRelation(func(holds map[string]bool, f policy.Facts) {
			for band, age := range policytest.Bands {
				for name, listed := range lists {
					for senders, senderListed := range lists {
						for bits := range 1 << 4 {
							on := func(i int) bool { return bits>>i&1 == 1 }
							if !sw.Takes() {
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
							f.RecipientGrid = gridFor(audience, age)
							f.SenderGrid = s.Grids["NO_ONE"].Policy()
							holds["recipient blocks"], holds["recipient restricts"], holds["declined"] = on(0), on(1), on(2)
							holds["sender under 16"], holds["recipient under 16"] = age == policy.Under16, age == policy.Under16
							for list := range lists {
								holds["recipient lists "+list], holds["sender lists "+list] = list == name, list == senders
							}
							in := policytest.Situation{
								Holds: holds, Grid: grid, SenderGrid: s.Grids["NO_ONE"], SenderAge: band, RecipientAge: band,
								Pending: f.Pending, Limit: 3,
							}
							checkVerdict(t, s, in, f, func() string { return audience + " by override" })
							v := policy.Decide(f)
							if v.Route != v.Shown {
								decided["silently"]++
							}
							if v.Allowed() && gridFor(audience, age) == s.Grids["NO_ONE"].Policy() {
								decided["by name"]++
							}
						}
					}
				}
			}
		})
	}
	if decided["silently"] == 0 || decided["by name"] == 0 {
		t.Errorf("some outcomes did not occur: %v", decided)
	}
}

// Every CUSTOM grid × relations × quota.
func TestDecideFollowsEveryCustomGrid(t *testing.T) {
	s := policytest.Load(t)
	names := []string{"KNOWN", "FRIEND", "FOLLOWED", "SUGGESTED", "FOLLOWER", "STRANGER"}
	sw := testsample.NewSweep(t, 20)
	for code := range 1 << (2 * len(names)) {
		if !sw.Takes() {
			continue
		}
		custom := policytest.Grid{}
		for i, name := range names {
			custom[name] = policytest.ByWelcome[code>>(2*i)&3]
		}
		grid := policy.Custom.Grid(custom.Policy(), policy.Adult)
		policytest.EachRelation(func(holds map[string]bool, f policy.Facts) {
			in := policytest.Situation{Holds: holds, Grid: custom, SenderGrid: custom, SenderAge: "ADULT", Pending: 2, Limit: 3}
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
	s := policytest.Load(t)
	matter, idle := 0, 0
	for _, grid := range s.Grids {
		// With the second grid the sender accepts replies from suggested people only, which no
		// preset does.
		for _, senders := range []policy.Grid{grid.Policy(), {policy.Suggested: policy.RouteRequests}} {
			policytest.EachRelation(func(_ map[string]bool, f policy.Facts) {
				f.RecipientGrid, f.SenderGrid, f.RequestLimit = grid.Policy(), senders, 3
				none, enough := f, f
				none.SharedFriends, enough.SharedFriends = 0, f.SharedFriendsNeeded
				without, with := policy.Decide(none), policy.Decide(enough)
				changes := without.Route != with.Route || without.CanReply != with.CanReply
				familiar := f.Known || f.RecipientFollows
				if got := f.SharedFriendsMatter(); changes && !got || familiar && got && !changes {
					t.Errorf("%+v: the verdict changes with shared friends: %v; SharedFriendsMatter: %v", f, changes, got)
				}
				for name, decide := range privateDecisions {
					for _, other := range s.Grids {
						decided := f
						decided.RecipientGrid = other.Policy()
						decide(&decided)
						if f.SharedFriendsMatter() != decided.SharedFriendsMatter() {
							t.Errorf("%+v: %s shows in whether shared friends are counted", f, name)
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
		t.Errorf("shared friends matter %d times and do not %d times; both must occur", matter, idle)
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
	s := policytest.Load(t)
	f := policy.Facts{RecipientGrid: s.Grids["SUGGESTED_FRIENDS"].Policy(), SharedFriends: 9, RequestLimit: 3}
	if v := policy.Decide(f); v.Allowed() {
		t.Errorf("SharedFriendsNeeded is 0, but the verdict is %+v", v)
	}
}

func checkVerdict(t *testing.T, s policytest.Spec, in policytest.Situation, f policy.Facts, name func() string) {
	t.Helper()
	want, got := s.Answer(in), policy.Decide(f)
	remaining := -1
	if got.Remaining != nil {
		remaining = *got.Remaining
	}
	shown := want.Route
	if shown == "HIDDEN" {
		shown = "REQUESTS"
	}
	if got.Denial != policytest.Denials[want.Denial] || got.Route != policytest.Routes[want.Lands] || got.Shown != policytest.Routes[shown] || remaining != want.Remaining ||
		got.CanReply != want.CanReply || got.Allowed() != (want.Denial == "") {
		t.Fatalf("%s %+v:\n got %+v remaining %d\nwant %+v", name(), in.Holds, got, remaining, want)
	}
}
