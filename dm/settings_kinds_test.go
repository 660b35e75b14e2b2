package dm_test

import (
	"testing"

	"github.com/aparte-im/aparte/dm/policy"
)

// Every grid of kinds that refuses links and videos from some relations × relations × audience: a
// kind is taken when one of the relations that decide the route takes it, and a refusal of a kind
// tells nothing else.
func TestDecideHonoursEveryGridOfKinds(t *testing.T) {
	s := parseStatement(t)
	names := []string{"KNOWN", "FRIEND", "FOLLOWED", "SUGGESTED", "FOLLOWER", "STRANGER"}
	refusedCases := 0
	for _, grid := range s.grids {
		for code := range 1 << len(names) {
			var refuses policy.KindGrid
			refused := map[string]bool{}
			for i, name := range names {
				if refused[name] = code>>i&1 == 1; refused[name] {
					refuses[relations[name]] = policy.KindLink | policy.KindVideo
				}
			}
			eachRelation(func(holds map[string]bool, f policy.Facts) {
				f.RecipientGrid, f.RecipientRefuses, f.RequestLimit = grid.grid(), refuses, 3
				in := situation{holds: holds, grid: grid}
				route := s.route(in)
				var deciding []string
				for _, row := range s.relations {
					if in.all(row[1]) {
						deciding = append(deciding, row[0])
					}
				}
				if deciding == nil {
					deciding = []string{"STRANGER"}
				}
				taken := false
				for _, name := range deciding {
					taken = taken || grid[name] == route && !refused[name]
				}
				for _, kinds := range []policy.Kinds{0, policy.KindText, policy.KindText | policy.KindLink, policy.KindVideo} {
					f.Kinds = kinds
					want := policy.DenialNone
					switch plain := kinds&(policy.KindLink|policy.KindVideo) == 0; {
					case route == "REFUSE":
						want = policy.DenialNotAccepting
					case !plain && !taken:
						want = policy.DenialKind
						refusedCases++
					}
					v := policy.Decide(f)
					if v.Denial != want {
						t.Fatalf("%v refusing %v, %v, kinds %b: denial %v, want %v", grid, refused, holds, kinds, v.Denial, want)
					}
					if all := v.Kinds == policy.AllKinds; want == policy.DenialNone && all != taken {
						t.Fatalf("%v refusing %v, %v: the sender is told kinds %b", grid, refused, holds, v.Kinds)
					}
					f := f
					f.RecipientOverride.Listed = policy.ListedAlways
					if v := policy.Decide(f); v.Denial != policy.DenialNone {
						t.Fatalf("who may always write is refused a kind: %v", v.Denial)
					}
					f.RecipientOverride = policy.Override{Blocked: true}
					if v := policy.Decide(f); v.Denial != policy.DenialNotAccepting || v.Kinds != 0 {
						t.Fatalf("a block reads as %+v", v)
					}
				}
				matters := f.SharedFriendsMatter()
				none, enough := f, f
				none.SharedFriends, enough.SharedFriends = 0, f.SharedFriendsNeeded
				if a, b := policy.Decide(none), policy.Decide(enough); (a.Route != b.Route || a.Kinds != b.Kinds) && !matters {
					t.Fatalf("%+v: shared friends change the verdict, and are not counted", f)
				}
			})
		}
	}
	if refusedCases == 0 {
		t.Error("the cases show nothing")
	}
}
