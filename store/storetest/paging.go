package storetest

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/aparte-im/aparte/dm"
)

// walk reads a listing with every page size and checks that each gives the same items, each once.
func walk[T any](w *world, want int, read func(dm.PageRequest) (dm.Page[T], error), place func(T) string) []T {
	w.Helper()
	var whole []T
	for _, first := range []int{dm.MaxPage, 1, 2, 7} {
		var got []T
		for page := (dm.PageRequest{First: first}); ; {
			slice, err := read(page)
			w.must(err)
			if len(slice.Items) > first || slice.More && len(slice.Items) != first {
				w.Fatalf("a page of %d has %d items, more: %v", first, len(slice.Items), slice.More)
			}
			got = append(got, slice.Items...)
			if !slice.More || len(got) > want {
				break
			}
			page.After = place(slice.Items[len(slice.Items)-1])
		}
		if len(got) != want {
			w.Fatalf("pages of %d give %d items, want %d", first, len(got), want)
		}
		if whole == nil {
			whole = got
		}
		for i := range got {
			if place(got[i]) != place(whole[i]) {
				w.Fatalf("pages of %d differ from one page at item %d", first, i)
			}
		}
	}
	return whole
}

// Many conversations with activity at the same moment: ties are the rule here.
func testPagesOfTheInbox(t *testing.T, b Backend) {
	w := newWorld(t, b)
	me := w.users(1)[0]
	others := w.users(23)
	for i, other := range others {
		if i%5 == 4 {
			w.clock.advance(time.Microsecond)
		}
		w.send(other, me, fmt.Sprint(i))
		if i%4 != 3 {
			_, err := w.service.AcceptRequest(t.Context(), me, dm.ConversationOf(me, other))
			w.must(err)
		}
	}
	lists := map[dm.Folder]int{dm.FolderInbox: 18, dm.FolderRequests: 5, dm.FolderHidden: 0, dm.FolderArchive: 0}
	for folder, want := range lists {
		views := walk(w, want, func(p dm.PageRequest) (dm.Page[*dm.View], error) {
			return w.service.Inbox(t.Context(), me, folder, p)
		}, (*dm.View).Place)
		if !slices.IsSortedFunc(views, byActivity) {
			t.Errorf("folder %v is not newest first", folder)
		}
		for _, v := range views {
			if v.Folder != folder || v.Last == nil || v.Last.ID.Seq != v.LastSeq || v.Last.Sender != v.With {
				t.Errorf("folder %v lists %+v", folder, v)
			}
		}
	}
	_, err := w.service.Inbox(t.Context(), me, dm.FolderInbox, dm.PageRequest{First: dm.MaxPage + 1})
	w.refused(err, dm.CodeInvalidInput)
	_, err = w.service.Inbox(t.Context(), me, dm.FolderInbox, dm.PageRequest{First: 5, After: dm.MessagePlace(3).String()})
	w.refused(err, dm.CodeInvalidInput)
	w.consistent(me)
}

func testPagesOfMessages(t *testing.T, b Backend) {
	w := newWorld(t, b)
	alice, bob := w.pair()
	carol := w.users(1)[0]
	w.friends(alice, bob)
	w.friends(alice, carol)
	for i := range 23 {
		w.send(alice, bob, fmt.Sprint(i+1))
		if i%2 == 0 {
			w.send(carol, alice, fmt.Sprint(i+1))
		}
	}
	withBob, withCarol := dm.ConversationOf(alice, bob), dm.ConversationOf(alice, carol)
	messages := walk(w, 23, func(p dm.PageRequest) (dm.Page[*dm.Message], error) {
		lists, err := w.service.Messages(t.Context(), alice, []dm.ConversationID{withBob}, p)
		return lists[withBob], err
	}, (*dm.Message).Place)
	for i, m := range messages {
		if want := int64(23 - i); m.ID.Seq != want || m.Body != fmt.Sprint(want) {
			t.Errorf("message %d from the newest has seq %d and body %q", i, m.ID.Seq, m.Body)
		}
	}
	// Many conversations in one read, each with its own newest.
	lists, err := w.service.Messages(t.Context(), alice, []dm.ConversationID{withBob, withCarol, withBob}, dm.PageRequest{First: 3})
	w.must(err)
	for id, last := range map[dm.ConversationID]int64{withBob: 23, withCarol: 12} {
		var seqs []int64
		for _, m := range lists[id].Items {
			seqs = append(seqs, m.ID.Seq)
		}
		if diff := cmp.Diff([]int64{last, last - 1, last - 2}, seqs); diff != "" || !lists[id].More {
			t.Errorf("the newest of one of two, -want +got:\n%s", diff)
		}
	}
	// A place beyond the end is the end.
	lists, err = w.service.Messages(t.Context(), alice, []dm.ConversationID{withBob}, dm.PageRequest{First: 3, After: dm.MessagePlace(1).String()})
	w.must(err)
	if n := len(lists[withBob].Items); n != 0 {
		t.Errorf("%d messages before the first", n)
	}
	lists, err = w.service.Messages(t.Context(), alice, []dm.ConversationID{withBob}, dm.PageRequest{First: 3, After: dm.MessagePlace(1 << 60).String()})
	w.must(err)
	if n := len(lists[withBob].Items); n != 3 {
		t.Errorf("%d messages before a seq that is not yet", n)
	}
}

func testPagesOfPeople(t *testing.T, b Backend) {
	w := newWorld(t, b)
	me := w.users(1)[0]
	others := w.users(19) // u2 … u20
	var edits []dm.EdgeEdit
	for i, other := range others {
		edits = append(edits, dm.EdgeEdit{From: "ext-u1", To: fmt.Sprintf("ext-u%d", i+2), Suggested: true})
		if i%3 == 0 {
			w.must(w.service.Block(t.Context(), me, other))
		}
		if i%3 == 1 && i < 9 {
			w.must(w.service.Block(t.Context(), other, me))
		}
	}
	w.must(w.service.SetEdges(t.Context(), edits))
	place := func(f dm.FoundUser) string { return f.Place.String() }
	blocked := walk(w, 7, func(p dm.PageRequest) (dm.Page[dm.FoundUser], error) {
		return w.service.BlockedUsers(t.Context(), me, p)
	}, place)
	for _, f := range blocked {
		if !slices.Contains(others, f.ID) || f.Handle == "" || f.DisplayName == "" {
			t.Errorf("blocked lists %+v", f.User)
		}
	}
	suggested := walk(w, 12, func(p dm.PageRequest) (dm.Page[dm.FoundUser], error) {
		return w.service.SuggestedFriends(t.Context(), me, p)
	}, place)
	for _, f := range suggested {
		// A person who has blocked the viewer stays: a gap would reveal the block.
		if s := w.standing(me, f.ID); s.ViewerOverride.Blocked {
			t.Errorf("who is blocked is suggested: %+v", s)
		}
	}
	if found, err := w.service.BlockedUsers(t.Context(), others[0], dm.PageRequest{First: 10}); err != nil || len(found.Items) != 0 {
		t.Errorf("the blocked lists %d, %v: a block is the blocker's to see (I9)", len(found.Items), err)
	}
}

func testSearchUsers(t *testing.T, b Backend) {
	w := newWorld(t, b)
	people := []dm.UserInput{
		{Handle: "ann", DisplayName: "Zoe"},
		{Handle: "an-drew", DisplayName: "Andrew B"},
		{Handle: "an_1", DisplayName: "x"},
		{Handle: "an.2", DisplayName: "x"},
		{Handle: "anb", DisplayName: "y"},
		{Handle: "zed", DisplayName: "Anna"},
		{Handle: "yan", DisplayName: "ANNA"},
		{Handle: "xan", DisplayName: "anna"},
		{Handle: "wan", DisplayName: "An na"},
		{Handle: "vic", DisplayName: "Änna"},
		{Handle: "uma", DisplayName: "50% off_now"},
		{Handle: "tim", DisplayName: "Iİı straße"},
		{Handle: "sam", DisplayName: "Joan"},
	}
	for i := range people {
		people[i].ExternalID = people[i].Handle
	}
	w.upsert(people...)
	search := func(query string) (handles []string) {
		t.Helper()
		whole, err := w.service.SearchUsers(t.Context(), dm.UserID{}, query, dm.PageRequest{First: dm.MaxPage})
		w.must(err)
		want := len(whole.Items)
		for _, f := range walk(w, want, func(p dm.PageRequest) (dm.Page[dm.FoundUser], error) {
			return w.service.SearchUsers(t.Context(), dm.UserID{}, query, p)
		}, func(f dm.FoundUser) string { return f.Place.String() }) {
			handles = append(handles, f.Handle)
		}
		return handles
	}
	for query, want := range map[string][]string{
		"zed":     {"zed"},
		"ZED":     {"zed"},
		"@zed":    {"zed"},
		" zed ":   {"zed"},
		"vic":     {"vic"},
		"joan":    {"sam"},
		"50%":     {"uma"},
		"%":       nil,
		"_":       nil,
		"\\":      nil,
		"":        nil,
		"nobody":  nil,
		"andrew ": {"an-drew"},
		// A query with an underscore is a handle where there is one.
		"an_":     {"an_1"},
		"off_now": {"uma"},
	} {
		if diff := cmp.Diff(want, search(query)); diff != "" {
			t.Errorf("search %q, -want +got:\n%s", query, diff)
		}
	}
	got := search("an")
	handles := []string{"an-drew", "an.2", "an_1", "anb", "ann"}
	if len(got) < len(handles) || !cmp.Equal(handles, got[:len(handles)]) {
		t.Fatalf("search an starts with %v, want %v", got, handles)
	}
	// A handle that starts so comes before a name that does, and nobody comes twice.
	for _, same := range []string{"än", "ÄN", "ａｎ"} {
		if diff := cmp.Diff(slices.Sorted(slices.Values(got)), slices.Sorted(slices.Values(search(same)))); diff != "" {
			t.Errorf("search %q finds others than an, -want +got:\n%s", same, diff)
		}
	}
	names := got[len(handles):]
	slices.Sort(names[1:])
	if diff := cmp.Diff([]string{"wan", "vic", "xan", "yan", "zed"}, names); diff != "" {
		t.Errorf("then the names, -want +got:\n%s", diff)
	}
	_, err := w.service.SearchUsers(t.Context(), dm.UserID{}, strings.Repeat("a", 1000), dm.PageRequest{First: 5})
	w.refused(err, dm.CodeInvalidInput)
	w.must(w.service.DeleteUser(t.Context(), "zed"))
	if diff := cmp.Diff([]string(nil), search("zed")); diff != "" {
		t.Errorf("a deleted user is found:\n%s", diff)
	}
}

// Whole screens in one read: as many conversations, messages and people as a page holds.
func testManyAtOnce(t *testing.T, b Backend) {
	w := newWorld(t, b)
	me := w.users(1)[0]
	others := w.users(dm.MaxPage)
	var ids []dm.ConversationID
	var messages []dm.MessageID
	for _, other := range others {
		id := w.send(other, me, "hello").View.ID
		ids = append(ids, id)
		messages = append(messages, dm.MessageID{Conversation: id, Seq: 1})
	}
	views, err := w.service.Conversations(t.Context(), me, ids)
	w.must(err)
	byID, err := w.service.MessagesByID(t.Context(), me, messages)
	w.must(err)
	lists, err := w.service.Messages(t.Context(), me, ids, dm.PageRequest{First: dm.MaxPage})
	w.must(err)
	standings, err := w.service.Relationships(t.Context(), me, others)
	w.must(err)
	users, err := w.service.Users(t.Context(), others)
	w.must(err)
	declined, counted, err := w.service.DeclineRequests(t.Context(), me, ids)
	w.must(err)
	for what, n := range map[string]int{
		"views": len(views), "messages by id": len(byID), "lists": len(lists), "standings": len(standings),
		"users": len(users), "declined": len(declined),
	} {
		if n != dm.MaxPage {
			t.Errorf("%d %s, want %d", n, what, dm.MaxPage)
		}
	}
	if counted.Unread != (dm.Unread{}) {
		t.Errorf("after all are declined: %+v", counted.Unread)
	}
	for what, n := range map[string]func() (int, error){
		"views":    func() (int, error) { v, err := w.service.Conversations(t.Context(), me, nil); return len(v), err },
		"messages": func() (int, error) { v, err := w.service.MessagesByID(t.Context(), me, nil); return len(v), err },
		"users":    func() (int, error) { v, err := w.service.Users(t.Context(), nil); return len(v), err },
		"lists": func() (int, error) {
			v, err := w.service.Messages(t.Context(), me, nil, dm.PageRequest{First: 1})
			return len(v), err
		},
		"standings": func() (int, error) { v, err := w.service.Relationships(t.Context(), me, nil); return len(v), err },
	} {
		if n, err := n(); n != 0 || err != nil {
			t.Errorf("none asked for, %d %s, %v", n, what, err)
		}
	}
	w.consistent(me)
}
