package storetest

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/aparte-im/aparte/dm"
	"github.com/aparte-im/aparte/dm/policy"
)

func testFollow(t *testing.T, b Backend) {
	w := newWorld(t, b)
	alice, bob := w.pair()
	w.audience(bob, policy.Friends)
	w.must(w.service.Follow(t.Context(), alice, bob))
	w.must(w.service.Follow(t.Context(), alice, bob))
	if s := w.standing(alice, bob); !s.ViewerFollows || s.FollowsViewer || s.Permission.Allowed() {
		t.Errorf("a follower stands %+v", s)
	}
	if s := w.standing(bob, alice); s.ViewerFollows || !s.FollowsViewer {
		t.Errorf("who is followed stands %+v", s)
	}
	w.must(w.service.Follow(t.Context(), bob, alice))
	if s := w.standing(alice, bob); !s.FollowsViewer || s.Permission.Folder != dm.FolderInbox {
		t.Errorf("a friend stands %+v", s)
	}
	w.send(alice, bob, "friend")
	w.must(w.service.Unfollow(t.Context(), bob, alice))
	w.must(w.service.Unfollow(t.Context(), bob, alice))
	_, err := w.trySend(alice, bob, "no friend any more", w.key())
	w.denied(err, policy.DenialNotAccepting)
	w.refused(w.service.Follow(t.Context(), alice, alice), dm.CodeInvalidInput)
	w.refused(w.service.Follow(t.Context(), alice, dm.NewUserID()), dm.CodeNotFound)
	w.refused(w.service.Follow(t.Context(), dm.NewUserID(), alice), dm.CodeNotFound)
	w.consistent(alice, bob)
}

// Two people who share K friends are suggested to each other; K-1 are not enough, and a follow one
// way is no friend.
func testSharedFriends(t *testing.T, b Backend) {
	w := newWorld(t, b)
	alice, bob := w.pair()
	shared := w.users(w.config.Rules.SharedFriends)
	w.audience(bob, policy.SuggestedFriends)
	for i, friend := range shared {
		if s := w.standing(alice, bob); s.Permission.Allowed() {
			t.Fatalf("with %d shared friends she is suggested", i)
		}
		_, err := w.trySend(alice, bob, "hello", w.key())
		w.denied(err, policy.DenialNotAccepting)
		w.friends(alice, friend)
		w.must(w.service.Follow(t.Context(), bob, friend))
		if i < len(shared)-1 {
			w.must(w.service.Follow(t.Context(), friend, bob))
		}
	}
	if s := w.standing(alice, bob); s.Permission.Allowed() {
		t.Fatal("a follow one way makes a shared friend")
	}
	w.must(w.service.Follow(t.Context(), shared[len(shared)-1], bob))
	if s := w.standing(alice, bob); s.Permission.Folder != dm.FolderRequests {
		t.Fatalf("with enough shared friends: %+v", s.Permission)
	}
	w.send(alice, bob, "hello")
	w.must(w.service.Unfollow(t.Context(), bob, shared[0]))
	_, err := w.trySend(alice, bob, "hello", w.key())
	w.denied(err, policy.DenialNotAccepting)
	w.must(w.service.Follow(t.Context(), bob, shared[0]))
	w.must(w.service.Block(t.Context(), shared[0], alice))
	_, err = w.trySend(alice, bob, "a block ends a friendship", w.key())
	w.denied(err, policy.DenialNotAccepting)
}

func testUpsertUsers(t *testing.T, b Backend) {
	w := newWorld(t, b)
	picture := "https://v.example/a.png"
	born := time.Date(2019, 5, 4, 3, 2, 1, 654321000, time.UTC)
	in := dm.UserInput{
		ExternalID: "42", Handle: "Alice", DisplayName: "Alice Ñandú 👋", AvatarURL: &picture, CreatedAt: born, Exempt: true,
	}
	first, err := w.service.UpsertUsers(t.Context(), []dm.UserInput{in, {ExternalID: "43", Handle: "bob"}})
	w.must(err)
	want := &dm.User{
		ID: first[0].ID, ExternalID: "42", Handle: "alice", DisplayName: "Alice Ñandú 👋", AvatarURL: &picture,
		Exempt: true, CreatedAt: born,
	}
	for name, read := range map[string]func() (*dm.User, error){
		"the answer":     func() (*dm.User, error) { return first[0], nil },
		"by handle":      func() (*dm.User, error) { return w.service.UserByHandle(t.Context(), "@ALICE") },
		"by external id": func() (*dm.User, error) { return w.service.UserByExternalID(t.Context(), "42") },
		"by id": func() (*dm.User, error) {
			users, err := w.service.Users(t.Context(), []dm.UserID{want.ID, dm.NewUserID()})
			if len(users) != 1 {
				t.Errorf("%d users for one that exists", len(users))
			}
			return users[want.ID], err
		},
	} {
		got, err := read()
		w.must(err)
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s, -want +got:\n%s", name, diff)
		}
	}
	if first[1].DisplayName != "bob" || !first[1].CreatedAt.Equal(w.clock.Now()) {
		t.Errorf("bob is %+v", first[1])
	}

	// The same again changes nothing but what is told; what the user chose stays.
	alice := first[0].ID
	w.audience(alice, policy.NoOne)
	again, err := w.service.UpsertUsers(t.Context(), []dm.UserInput{
		{ExternalID: "44", Handle: "chloe"},
		{ExternalID: "42", Handle: "alice2", DisplayName: "Alice", AgeBand: policy.Age16To17},
	})
	w.must(err)
	if u := again[1]; u.ID != alice || u.Handle != "alice2" || u.AvatarURL != nil || u.Exempt || !u.CreatedAt.Equal(born) {
		t.Errorf("alice changed is %+v", u)
	}
	_, err = w.service.UserByHandle(t.Context(), "alice")
	w.refused(err, dm.CodeNotFound)
	m, err := w.service.Messaging(t.Context(), alice)
	w.must(err)
	if m.Audience != policy.NoOne {
		t.Errorf("an upsert overwrote her audience with %v", m.Audience)
	}
	// The age band counts from the next send on.
	_, err = w.service.UpsertUsers(t.Context(), []dm.UserInput{{ExternalID: "43", Handle: "bob", AgeBand: policy.Under16}})
	w.must(err)
	_, err = w.trySend(first[1].ID, again[0].ID, "hello", w.key())
	w.denied(err, policy.DenialAgeRestricted)
}

func testUpsertUsersAllOrNothing(t *testing.T, b Backend) {
	w := newWorld(t, b)
	w.users(1) // u1
	for name, in := range map[string][]dm.UserInput{
		"another's handle": {{ExternalID: "n1", Handle: "n1"}, {ExternalID: "n2", Handle: "u1"}},
		"a bad handle":     {{ExternalID: "n1", Handle: "n1"}, {ExternalID: "n2", Handle: "n 2"}},
		"a handle twice":   {{ExternalID: "n1", Handle: "n1"}, {ExternalID: "n2", Handle: "N1"}},
		"an id twice":      {{ExternalID: "n1", Handle: "n1"}, {ExternalID: "n1", Handle: "n2"}},
		"none":             {},
		"too many":         make([]dm.UserInput, dm.MaxBulk+1),
	} {
		_, err := w.service.UpsertUsers(t.Context(), in)
		if dm.CodeOf(err) != dm.CodeInvalidInput {
			t.Errorf("%s: %v", name, err)
		}
		if _, err := w.service.UserByHandle(t.Context(), "n1"); dm.CodeOf(err) != dm.CodeNotFound {
			t.Errorf("%s: half of it was written: %v", name, err)
		}
	}
	users := make([]dm.UserInput, dm.MaxBulk)
	for i := range users {
		key := w.key()
		users[i] = dm.UserInput{ExternalID: key, Handle: key}
	}
	if ids := w.upsert(users...); len(ids) != dm.MaxBulk {
		t.Errorf("%d of %d users", len(ids), dm.MaxBulk)
	}
}

// A user for whom the host gives no handle keeps the one from before, or gets one.
func testUpsertUsersWithoutHandles(t *testing.T, b Backend) {
	w := newWorld(t, b)
	upsert := func(in ...dm.UserInput) []*dm.User {
		t.Helper()
		users, err := w.service.UpsertUsers(t.Context(), in)
		w.must(err)
		return users
	}
	upsert(dm.UserInput{ExternalID: "2", Handle: "bob", DisplayName: "Bob"}, dm.UserInput{ExternalID: "1", Handle: "ann"})
	for range 2 {
		users := upsert(dm.UserInput{ExternalID: "3"}, dm.UserInput{ExternalID: "2", DisplayName: "Robert"}, dm.UserInput{ExternalID: "1"},
			dm.UserInput{ExternalID: "4", DisplayName: "Dora"})
		made, other := users[0], users[3]
		if made.Handle == "" || made.DisplayName != made.Handle || other.Handle == made.Handle || other.DisplayName != "Dora" {
			t.Errorf("without a handle: %+v and %+v", made, other)
		}
		if u := users[1]; u.Handle != "bob" || u.DisplayName != "Robert" {
			t.Errorf("bob is %+v", u)
		}
		if u := users[2]; u.Handle != "ann" || u.DisplayName != "ann" {
			t.Errorf("ann is %+v", u)
		}
		found, err := w.service.UserByHandle(t.Context(), made.Handle)
		w.must(err)
		if found.ID != made.ID {
			t.Errorf("the handle that was made leads to %+v", found)
		}
	}
	if u := upsert(dm.UserInput{ExternalID: "3", Handle: "cleo"})[0]; u.Handle != "cleo" || u.DisplayName != "cleo" {
		t.Errorf("with a handle at last: %+v", u)
	}
}

func testSetEdges(t *testing.T, b Backend) {
	w := newWorld(t, b)
	alice, bob := w.pair() // u1, u2
	edge := func(from, to string, suggested, remove bool) dm.EdgeEdit {
		return dm.EdgeEdit{From: "ext-" + from, To: "ext-" + to, Suggested: suggested, Remove: remove}
	}
	w.audience(bob, policy.SuggestedFriends)
	for _, step := range []struct {
		name           string
		edits          []dm.EdgeEdit
		follows        bool
		followed       bool
		allowed        bool
		suggestedPairs int
	}{
		{"follow", []dm.EdgeEdit{edge("u1", "u2", false, false)}, true, false, false, 0},
		{"again", []dm.EdgeEdit{edge("u1", "u2", false, false)}, true, false, false, 0},
		{"suggest", []dm.EdgeEdit{edge("u2", "u1", true, false)}, true, false, true, 1},
		{"swap", []dm.EdgeEdit{edge("u1", "u2", false, true), edge("u2", "u1", false, false)}, false, true, true, 1},
		{"last counts", []dm.EdgeEdit{edge("u2", "u1", false, true), edge("u2", "u1", false, false), edge("u1", "u2", true, true)}, false, true, true, 0},
		{"remove", []dm.EdgeEdit{edge("u2", "u1", false, true), edge("u2", "u1", false, true)}, false, false, false, 0},
	} {
		w.must(w.service.SetEdges(t.Context(), step.edits))
		s := w.standing(alice, bob)
		if s.ViewerFollows != step.follows || s.FollowsViewer != step.followed || s.Permission.Allowed() != step.allowed {
			t.Errorf("%s: alice stands %+v", step.name, s)
		}
		for _, viewer := range []dm.UserID{alice, bob} {
			found, err := w.service.SuggestedFriends(t.Context(), viewer, dm.PageRequest{First: 10})
			w.must(err)
			if len(found.Items) != step.suggestedPairs {
				t.Errorf("%s: %d are suggested, want %d", step.name, len(found.Items), step.suggestedPairs)
			}
		}
	}
	for name, edits := range map[string][]dm.EdgeEdit{
		"unknown": {edge("u1", "u2", false, false), edge("u1", "nobody", false, false)},
		"a null":  {edge("u1", "u2", false, false), edge("u1", "\x00", false, false)},
	} {
		if err := w.service.SetEdges(t.Context(), edits); dm.CodeOf(err) != dm.CodeNotFound {
			t.Errorf("%s: %v", name, err)
		}
	}
	w.refused(w.service.SetEdges(t.Context(), []dm.EdgeEdit{edge("u1", "u2", false, false), edge("u1", "u1", false, false)}), dm.CodeInvalidInput)
	w.refused(w.service.SetEdges(t.Context(), nil), dm.CodeInvalidInput)
	if w.standing(alice, bob).ViewerFollows {
		t.Error("half of a refused call was written")
	}
}

func testDeleteUser(t *testing.T, b Backend) {
	w := newWorld(t, b)
	alice, bob := w.pair()
	carol := w.users(1)[0]
	w.friends(alice, bob)
	w.send(alice, bob, "hello")
	w.send(bob, alice, "hi")
	w.send(carol, alice, "a request")
	w.must(w.service.SetEdges(t.Context(), []dm.EdgeEdit{{From: "ext-u1", To: "ext-u3", Suggested: true}}))
	w.must(w.service.DeleteUser(t.Context(), "ext-u1"))

	// The other side's history keeps its shape; nothing else is left.
	if v := w.view(bob, alice); v.LastSeq != 2 || v.Folder != dm.FolderInbox {
		t.Errorf("bob sees %+v", v)
	}
	w.gapless(w.view(bob, alice))
	users, err := w.service.Users(t.Context(), []dm.UserID{alice})
	w.must(err)
	if u := users[alice]; u == nil || !u.Deleted || u.Handle == "u1" || u.ExternalID == "ext-u1" || u.DisplayName == "u1" {
		t.Errorf("what is left of alice is %+v", users[alice])
	}
	_, err = w.trySend(bob, alice, "still there?", w.key())
	w.denied(err, policy.DenialNotAccepting)
	for name, err := range map[string]error{
		"handle":       second(w.service.UserByHandle(t.Context(), "u1")),
		"external id":  second(w.service.UserByExternalID(t.Context(), "ext-u1")),
		"again":        w.service.DeleteUser(t.Context(), "ext-u1"),
		"follow":       w.service.Follow(t.Context(), bob, alice),
		"her follow":   w.service.Follow(t.Context(), alice, carol),
		"her send":     second(w.trySend(alice, carol, "from beyond", w.key())),
		"her settings": second(w.service.SetReadReceipts(t.Context(), alice, false)),
		"her reading":  second(w.service.MarkRead(t.Context(), alice, dm.ConversationOf(alice, bob), 2)),
		"her yes":      second(w.service.AcceptRequest(t.Context(), alice, dm.ConversationOf(alice, carol))),
		"her no":       third(w.service.DeclineRequests(t.Context(), alice, []dm.ConversationID{dm.ConversationOf(alice, carol)})),
		"a null":       w.service.DeleteUser(t.Context(), "\x00"),
	} {
		if dm.CodeOf(err) != dm.CodeNotFound {
			t.Errorf("%s: %v", name, err)
		}
	}
	found, err := w.service.SuggestedFriends(t.Context(), carol, dm.PageRequest{First: 10})
	w.must(err)
	if len(found.Items) != 0 {
		t.Errorf("carol is suggested a deleted user")
	}
	if s := w.standing(bob, alice); s.ViewerFollows || s.FollowsViewer {
		t.Errorf("bob stands %+v to a deleted user", s)
	}
	// The names are free, for somebody new.
	anew := w.upsert(dm.UserInput{ExternalID: "ext-u1", Handle: "u1"})[0]
	if anew == alice {
		t.Error("a deleted user came back to life with their conversations")
	}
	w.noView(anew, bob)
	w.consistent(bob, anew)
}

func second[T any](_ T, err error) error { return err }

func third[T, U any](_ T, _ U, err error) error { return err }
