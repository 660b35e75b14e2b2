package storetest

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/aparte-im/aparte/dm"
	"github.com/aparte-im/aparte/dm/policy"
)

// texts lists the messages of a conversation as its member pages through them, oldest first.
func (w *world) texts(viewer, other dm.UserID) []string {
	w.Helper()
	id := dm.ConversationOf(viewer, other)
	var out []string
	for page := (dm.PageRequest{First: 2}); ; {
		lists, err := w.service.Messages(w.Context(), viewer, []dm.ConversationID{id}, page)
		w.must(err)
		for _, m := range lists[id].Items {
			out = append(out, fmt.Sprint(m.ID.Seq, " ", m.Body))
			page.After = m.Place()
		}
		if !lists[id].More {
			slices.Reverse(out)
			return out
		}
	}
}

// History that is older than a conversation stands before it. The newest message, the time of the
// last activity, the unread counts and the logs stay as they are (I3, I5, I6).
func testImportOlder(t *testing.T, b Backend) {
	w := newWorld(t, b)
	alice, bob := w.pair()
	w.friends(alice, bob)
	live := w.send(alice, bob, "live")
	before := map[dm.UserID]dm.Cursor{alice: w.cursor(alice), bob: w.cursor(bob)}
	then := time.Date(2019, 5, 1, 0, 0, 0, 0, time.UTC)
	rows := []dm.Send{
		history(bob, alice, "third", "k3", then.Add(2*time.Hour)), history(alice, bob, "second", "k2", then.Add(time.Hour)),
		history(bob, alice, "first", "k1", then),
	}
	for _, fresh := range []int{3, 0} {
		got, err := w.service.Import(t.Context(), rows)
		w.must(err)
		if got != (dm.Imported{New: fresh}) {
			t.Errorf("the import answers %+v, want %d new", got, fresh)
		}
	}
	want := []string{"-2 first", "-1 second", "0 third", "1 live"}
	for _, viewer := range []dm.UserID{alice, bob} {
		other := alice
		if viewer == alice {
			other = bob
		}
		if diff := cmp.Diff(want, w.texts(viewer, other)); diff != "" {
			t.Errorf("the conversation (-want +got):\n%s", diff)
		}
		v := w.view(viewer, other)
		if v.Last == nil || v.Last.ID != live.Message.ID || !v.LastAt.Equal(live.Message.CreatedAt) {
			t.Errorf("the newest message is %+v at %v", v.Last, v.LastAt)
		}
		if w.cursor(viewer) != before[viewer] {
			t.Error("older history wrote an event")
		}
	}
	w.wantUnread(bob, 1, 0, 1)
	w.wantUnread(alice, 0, 0, 0)
	w.audience(bob, policy.PeopleIMessaged)
	if s := w.standing(alice, bob); s.Permission.Folder != dm.FolderInbox {
		t.Errorf("alice, to whom bob wrote in the history, stands %+v", s.Permission)
	}
	// A row between two that are there cannot get a seq between them; the import counts it.
	got, err := w.service.Import(t.Context(), []dm.Send{history(bob, alice, "between", "k4", then.Add(90*time.Minute))})
	w.must(err)
	if got != (dm.Imported{New: 1, Displaced: 1}) {
		t.Errorf("a row between two answers %+v", got)
	}
	// Each of its messages is reached by its id, and by an export.
	for seq := int64(-3); seq <= 1; seq++ {
		id := dm.MessageID{Conversation: live.View.ID, Seq: seq}
		found, err := w.service.MessagesByID(t.Context(), bob, []dm.MessageID{id})
		w.must(err)
		if found[id] == nil {
			t.Errorf("there is no message %d", seq)
		}
	}
	if lines := w.exported(alice)["messages.jsonl"]; len(lines) != 5 {
		t.Errorf("an export has %d messages, want 5", len(lines))
	}
	w.send(bob, alice, "next")
	w.consistent(alice, bob)
}

// History counts as read, unless its row says otherwise, and leaves unread what was unread.
func testImportRead(t *testing.T, b Backend) {
	w := newWorld(t, b)
	u := w.users(3)
	then := time.Date(2019, 5, 1, 0, 0, 0, 0, time.UTC)
	unread := history(u[0], u[2], "unread", "k2", then.Add(time.Hour))
	unread.Unread = true
	w.must(second(w.service.Import(t.Context(), []dm.Send{
		history(u[0], u[1], "one", "k1", then), history(u[0], u[2], "one", "k1", then), unread,
	})))
	w.wantUnread(u[1], 0, 0, 0)
	w.wantUnread(u[2], 1, 0, 1)
	// A newer row does not pass over what is unread.
	w.must(second(w.service.Import(t.Context(), []dm.Send{history(u[0], u[2], "newer", "k3", then.Add(2*time.Hour))})))
	w.wantUnread(u[2], 1, 0, 2)
	w.consistent(u...)
}

// An import undoes no decline: what is older than it stays out of the view.
func testImportAfterDecline(t *testing.T, b Backend) {
	w := newWorld(t, b)
	alice, bob := w.pair()
	w.audience(bob, policy.Everyone)
	request := w.send(alice, bob, "request")
	_, _, err := w.service.DeclineRequests(t.Context(), bob, []dm.ConversationID{request.View.ID})
	w.must(err)
	for i, at := range []time.Time{w.clock.Now().Add(-time.Hour), w.clock.Now().Add(time.Minute)} {
		w.must(second(w.service.Import(t.Context(), []dm.Send{history(alice, bob, "old", fmt.Sprint("k", i), at)})))
	}
	w.noView(bob, alice)
	w.send(alice, bob, "again")
	w.noView(bob, alice)
	w.consistent(alice, bob)
}
