package policy_test

import (
	"testing"

	"github.com/aparte-im/aparte/dm/policy"
	"github.com/aparte-im/aparte/dm/policy/policytest"
)

// Every grid of kinds that refuses links and videos from some relations × relations × audience: a
// kind is accepted when one of the relations that decide the route accepts it, and a refusal of a
// kind reveals nothing else.
func TestDecideHonoursEveryGridOfKinds(t *testing.T) {
	s := policytest.Load(t)
	names := []string{"KNOWN", "FRIEND", "FOLLOWED", "SUGGESTED", "FOLLOWER", "STRANGER"}
	refusedCases := 0
	for _, grid := range s.Grids {
		for code := range 1 << len(names) {
			var refuses policy.KindGrid
			refused := map[string]bool{}
			for i, name := range names {
				if refused[name] = code>>i&1 == 1; refused[name] {
					refuses[policytest.Relations[name]] = policy.KindLink | policy.KindVideo
				}
			}
			policytest.EachRelation(func(holds map[string]bool, f policy.Facts) {
				f.RecipientGrid, f.RecipientRefuses, f.RequestLimit = grid.Policy(), refuses, 3
				in := policytest.Situation{Holds: holds, Grid: grid}
				route := s.Route(in)
				var deciding []string
				for _, row := range s.Relations {
					if in.All(row.Conditions) {
						deciding = append(deciding, row.Relation)
					}
				}
				if deciding == nil {
					deciding = []string{"STRANGER"}
				}
				accepted := false
				for _, name := range deciding {
					accepted = accepted || grid[name] == route && !refused[name]
				}
				for _, kinds := range []policy.Kinds{0, policy.KindText, policy.KindText | policy.KindLink, policy.KindVideo} {
					f.Kinds = kinds
					want := policy.DenialNone
					switch plain := kinds&(policy.KindLink|policy.KindVideo) == 0; {
					case route == "REFUSE":
						want = policy.DenialNotAccepting
					case !plain && !accepted:
						want = policy.DenialKind
						refusedCases++
					}
					v := policy.Decide(f)
					if v.Denial != want {
						t.Fatalf("%v refusing %v, %v, kinds %b: denial %v, want %v", grid, refused, holds, kinds, v.Denial, want)
					}
					if all := v.Kinds == policy.AllKinds; want == policy.DenialNone && all != accepted {
						t.Fatalf("%v refusing %v, %v: the verdict has the kinds %b", grid, refused, holds, v.Kinds)
					}
					f := f
					f.RecipientOverride.Listed = policy.ListedAlways
					if v := policy.Decide(f); v.Denial != policy.DenialNone {
						t.Fatalf("a sender on the list ALWAYS is refused a kind: %v", v.Denial)
					}
					f.RecipientOverride = policy.Override{Blocked: true}
					if v := policy.Decide(f); v.Denial != policy.DenialNotAccepting || v.Kinds != 0 {
						t.Fatalf("a block gives %+v", v)
					}
				}
				matters := f.SharedFriendsMatter()
				none, enough := f, f
				none.SharedFriends, enough.SharedFriends = 0, f.SharedFriendsNeeded
				if a, b := policy.Decide(none), policy.Decide(enough); (a.Route != b.Route || a.Kinds != b.Kinds) && !matters {
					t.Fatalf("%+v: shared friends change the verdict, but SharedFriendsMatter is false", f)
				}
			})
		}
	}
	if refusedCases == 0 {
		t.Error("no case refuses a kind")
	}
}
