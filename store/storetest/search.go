package storetest

import (
	"fmt"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/aparte-im/aparte/dm"
	"github.com/aparte-im/aparte/dm/policy"
)

// found returns the handles that a search lists, read in pages of several sizes, which agree.
func (w *world) found(viewer dm.UserID, query string) (handles []string) {
	w.Helper()
	whole, err := w.service.SearchUsers(w.Context(), viewer, query, dm.PageRequest{First: dm.MaxPage})
	w.must(err)
	for _, f := range walk(w, len(whole.Items), func(p dm.PageRequest) (dm.Page[dm.FoundUser], error) {
		return w.service.SearchUsers(w.Context(), viewer, query, p)
	}, func(f dm.FoundUser) string { return f.Place.String() }) {
		handles = append(handles, f.Handle)
	}
	return handles
}

// People are found by each word of their name and handle, in any order, folded as hidden words are.
func testSearchFolded(t *testing.T, b Backend) {
	w := newWorld(t, b)
	for i, name := range []string{
		"José Álvarez", "Marie Dupont", "田中　太郎", "Großmann", "✨Stella✨", "Conor O’Brien", "ﾀﾞｲｽｹ", "Jean-Luc Picard",
	} {
		w.upsert(dm.UserInput{ExternalID: fmt.Sprint("n", i), Handle: fmt.Sprintf("n%d.x", i), DisplayName: name})
	}
	for query, want := range map[string][]string{
		"jose": {"n0.x"}, "ALVÁ": {"n0.x"}, "alvarez josé": {"n0.x"},
		"dupont": {"n1.x"}, "dupont marie": {"n1.x"}, "mar dup": {"n1.x"}, "marie dupond": nil,
		"太郎": {"n2.x"}, "田中": {"n2.x"},
		"grossmann": {"n3.x"}, "GROSSM": {"n3.x"},
		"stella": {"n4.x"}, "ＳＴＥ": {"n4.x"},
		"obrien": {"n5.x"}, "o'br": {"n5.x"}, "brien": {"n5.x"},
		"ダイスケ": {"n6.x"}, "jeanluc": {"n7.x"}, "luc": {"n7.x"},
		"n1": {"n1.x"}, "@n1.": {"n1.x"}, "x dupont": {"n1.x"},
	} {
		if diff := cmp.Diff(want, w.found(dm.UserID{}, query)); diff != "" {
			t.Errorf("search %q, -want +got:\n%s", query, diff)
		}
	}
}

// Friends and people whom the viewer talks with come first, then who is suggested, then others;
// nobody comes twice, and nobody whom the viewer has blocked.
func testSearchNearFirst(t *testing.T, b Backend) {
	w := newWorld(t, b)
	var people []dm.UserInput
	for _, handle := range []string{"anna", "anne", "annie", "anton", "friend", "talker", "suggested", "blocked", "me", "follower"} {
		people = append(people, dm.UserInput{ExternalID: handle, Handle: handle, DisplayName: handle + " An", Exempt: true})
	}
	ids := w.upsert(people...)
	by := map[string]dm.UserID{}
	for i, p := range people {
		by[p.Handle] = ids[i]
	}
	me := by["me"]
	w.friends(me, by["friend"])
	w.friends(me, by["blocked"])
	w.must(w.service.Follow(t.Context(), by["follower"], me))
	w.audience(me, policy.Everyone)
	w.audience(by["talker"], policy.Everyone)
	w.send(me, by["talker"], "hello")
	w.send(by["talker"], me, "hello")
	w.must(w.service.SetEdges(t.Context(), []dm.EdgeEdit{
		{From: "me", To: "suggested", Suggested: true}, {From: "me", To: "friend", Suggested: true},
	}))
	w.must(w.service.Block(t.Context(), me, by["blocked"]))
	got := w.found(me, "an")
	want := []string{"friend", "talker", "suggested", "anna", "anne", "annie", "anton"}
	if len(got) < len(want) || !slices.Equal(got[:len(want)], want) {
		t.Errorf("search an finds %v, want first %v", got, want)
	}
	rest := slices.Sorted(slices.Values(got[min(len(want), len(got)):]))
	if diff := cmp.Diff([]string{"follower", "me"}, rest); diff != "" {
		t.Errorf("then the others, -want +got:\n%s", diff)
	}
}

// The rarest of several words is walked, so that a person is found among many who share the others.
func testSearchAmongMany(t *testing.T, b Backend) {
	w := newWorld(t, b)
	people := make([]dm.UserInput, dm.MaxBulk)
	for batch := range 3 {
		for i := range people {
			key := fmt.Sprintf("k%d.%d", batch, i)
			people[i] = dm.UserInput{ExternalID: key, Handle: key, DisplayName: fmt.Sprintf("Personality Z%dq%d", batch, i)}
		}
		w.upsert(people...)
	}
	// The id, and so the place among those with one word, is after all others.
	w.upsert(dm.UserInput{ExternalID: "rare", Handle: "rare", DisplayName: "Personality Xu"})
	if diff := cmp.Diff([]string{"rare"}, w.found(dm.UserID{}, "personality xu")); diff != "" {
		t.Errorf("a rare word among many, -want +got:\n%s", diff)
	}
	if got := w.found(dm.UserID{}, "personality z2q77"); len(got) != 11 {
		t.Errorf("%d are found, want 11", len(got))
	}
	page, err := w.service.SearchUsers(t.Context(), dm.UserID{}, "personality", dm.PageRequest{First: dm.MaxPage})
	w.must(err)
	if len(page.Items) != dm.MaxPage || !page.More {
		t.Errorf("a page has %d people, more: %v; want %d and more", len(page.Items), page.More, dm.MaxPage)
	}
}

// A search finds what a profile says now.
func testSearchFollowsProfiles(t *testing.T, b Backend) {
	w := newWorld(t, b)
	in := dm.UserInput{ExternalID: "1", Handle: "robin", DisplayName: "Robin Old Name"}
	w.upsert(in)
	in.Handle, in.DisplayName = "robin2", "Robin New"
	w.upsert(in)
	// A user who exists is not changed by their own first visit.
	_, err := w.service.CreateUser(t.Context(), dm.UserInput{ExternalID: "1", Handle: "other", DisplayName: "Other"})
	w.must(err)
	for query, want := range map[string][]string{
		"robin": {"robin2"}, "new": {"robin2"}, "old": nil, "name": nil, "other": nil,
	} {
		if diff := cmp.Diff(want, w.found(dm.UserID{}, query)); diff != "" {
			t.Errorf("search %q, -want +got:\n%s", query, diff)
		}
	}
	w.must(w.service.DeleteUser(t.Context(), "1"))
	if got := w.found(dm.UserID{}, "robin"); len(got) != 0 {
		t.Errorf("a deleted user is found: %v", got)
	}
}
