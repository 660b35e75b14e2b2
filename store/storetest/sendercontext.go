package storetest

import (
	"fmt"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/aparte-im/aparte/dm"
	"github.com/aparte-im/aparte/dm/policy"
)

func (w *world) acquaintance(viewer, other dm.UserID) *dm.SenderContext {
	w.Helper()
	found, err := w.service.SenderContexts(w.Context(), viewer, []dm.UserID{other})
	w.must(err)
	if found[other] == nil {
		w.Fatalf("no acquaintance")
	}
	return found[other]
}

// How one knows the sender of a request: who follows whom, whom they share, how old their account
// is. Blocks do not show, and young people are counted, not named.
func testAcquaintance(t *testing.T, b Backend) {
	w := newWorld(t, b)
	ctx := t.Context()
	alice, bob := w.pair()
	if diff := cmp.Diff(&dm.SenderContext{JoinedAt: w.clock.Now()}, w.acquaintance(bob, alice)); diff != "" {
		t.Errorf("of strangers, -want +got:\n%s", diff)
	}
	friends := w.users(5)
	for _, f := range friends {
		w.friends(alice, f)
		w.friends(bob, f)
	}
	external := func(id dm.UserID) string {
		users, err := w.service.Users(ctx, []dm.UserID{id})
		w.must(err)
		return users[id].ExternalID
	}
	aged := func(id dm.UserID, band policy.AgeBand) {
		e := external(id)
		w.upsert(dm.UserInput{ExternalID: e, Handle: e[len("ext-"):], DisplayName: e, AgeBand: band})
	}
	named := func(a *dm.SenderContext) (ids []dm.UserID) {
		for _, u := range a.SharedFriends.Some {
			ids = append(ids, u.ID)
		}
		return ids
	}
	shares := func(viewer, other dm.UserID, count int, some ...dm.UserID) {
		t.Helper()
		a := w.acquaintance(viewer, other)
		got := named(a)
		slices.SortFunc(got, func(x, y dm.UserID) int { return slices.Compare(x[:], y[:]) })
		if a.SharedFriends.Count != count || a.SharedFriends.IsCapped || !slices.Equal(got, some) {
			t.Errorf("they share %+v, want %d, of whom %v", a.SharedFriends, count, some)
		}
	}
	shares(bob, alice, 5, friends[0], friends[1], friends[2])
	shares(alice, bob, 5, friends[0], friends[1], friends[2])
	// A person who has blocked either is no shared friend; whether it was they, or the other, does
	// not show.
	w.must(w.service.Block(ctx, friends[0], alice))
	shares(bob, alice, 4, friends[1], friends[2], friends[3])
	w.must(w.service.Block(ctx, bob, friends[1]))
	shares(bob, alice, 3, friends[2], friends[3], friends[4])
	aged(friends[2], policy.Age16To17)
	aged(friends[3], policy.Under16)
	shares(bob, alice, 3, friends[4])
	aged(bob, policy.Age16To17)
	shares(bob, alice, 3, friends[2], friends[4])
	aged(bob, policy.Adult)
	w.must(w.service.DeleteUser(ctx, external(friends[4])))
	shares(bob, alice, 2)

	w.must(w.service.Follow(ctx, alice, bob))
	w.must(w.service.SetEdges(ctx, []dm.EdgeEdit{{From: external(alice), To: external(bob), Suggested: true}}))
	if a := w.acquaintance(bob, alice); !a.FollowsViewer || a.ViewerFollows || !a.Suggested {
		t.Errorf("a follower who is suggested: %+v", a)
	}
	if a := w.acquaintance(alice, bob); a.FollowsViewer || !a.ViewerFollows || !a.Suggested {
		t.Errorf("whom one follows: %+v", a)
	}
	before := w.acquaintance(alice, bob)
	w.must(w.service.Block(ctx, bob, alice))
	if diff := cmp.Diff(before, w.acquaintance(alice, bob)); diff != "" {
		t.Errorf("the block shows to who is blocked, -before +after:\n%s", diff)
	}
	if a := w.acquaintance(bob, alice); a.FollowsViewer {
		t.Errorf("whom one has blocked still follows: %+v", a)
	}
	w.must(w.service.DeleteUser(ctx, external(alice)))
	if diff := cmp.Diff(&dm.SenderContext{}, w.acquaintance(bob, alice)); diff != "" {
		t.Errorf("of a deleted account, -want +got:\n%s", diff)
	}
}

// With more friends than are looked at on one side, the other side's are; the count ends at 50.
func testAcquaintanceOfMany(t *testing.T, b Backend) {
	w := newWorld(t, b)
	star, fan := w.pair()
	const crowd = 1060
	in, edges := make([]dm.UserInput, crowd), make([]dm.EdgeEdit, 0, 2*crowd)
	for i := range in {
		name := fmt.Sprint("fan-", i)
		in[i] = dm.UserInput{ExternalID: name, Handle: name, DisplayName: name}
		edges = append(edges, dm.EdgeEdit{From: name, To: "ext-u1"}, dm.EdgeEdit{From: "ext-u1", To: name})
		if i > 1000 { // beyond those of the star's friends that are looked at
			edges = append(edges, dm.EdgeEdit{From: name, To: "ext-u2"}, dm.EdgeEdit{From: "ext-u2", To: name})
		}
	}
	for chunk := range slices.Chunk(in, 100) {
		w.upsert(chunk...)
	}
	for chunk := range slices.Chunk(edges, 100) {
		w.must(w.service.SetEdges(t.Context(), chunk))
	}
	for _, p := range [][2]dm.UserID{{star, fan}, {fan, star}} {
		if a := w.acquaintance(p[0], p[1]); a.SharedFriends.Count != 50 || !a.SharedFriends.IsCapped || len(a.SharedFriends.Some) != 3 {
			t.Errorf("they share %+v", a.SharedFriends)
		}
		w.audience(p[0], policy.SuggestedFriends)
		if got := w.standing(p[1], p[0]).Permission.Folder; got != dm.FolderRequests {
			t.Errorf("with 59 shared friends a message lands in folder %v", got)
		}
	}
}
