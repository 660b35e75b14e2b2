package storetest

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/aparte-im/aparte/dm"
)

// I9: whatever is asked about another's conversation is answered exactly as if it did not exist.
func testScopedReads(t *testing.T, b Backend) {
	w := newWorld(t, b)
	alice, bob := w.pair()
	mallory := w.users(1)[0]
	w.friends(alice, bob)
	theirs := w.send(alice, bob, "secret").View.ID
	none := dm.ConversationOf(mallory, dm.NewUserID())
	heads := []dm.Cursor{w.cursor(alice), w.cursor(bob), w.cursor(mallory)}

	for name, ask := range map[string]func(dm.ConversationID) (any, error){
		"conversation": func(id dm.ConversationID) (any, error) { return w.service.Conversation(t.Context(), mallory, id) },
		"other member": func(id dm.ConversationID) (any, error) { return w.store.OtherMember(t.Context(), mallory, id) },
		"views": func(id dm.ConversationID) (any, error) {
			return w.store.Views(t.Context(), mallory, []dm.ConversationID{id})
		},
		"messages": func(id dm.ConversationID) (any, error) {
			return w.store.Messages(t.Context(), mallory, []dm.ConversationID{id}, 0, 10)
		},
		"messages by id": func(id dm.ConversationID) (any, error) {
			return w.store.MessagesByID(t.Context(), mallory, []dm.MessageID{{Conversation: id, Seq: 1}})
		},
		"accept":  func(id dm.ConversationID) (any, error) { return w.service.AcceptRequest(t.Context(), mallory, id) },
		"read":    func(id dm.ConversationID) (any, error) { return w.service.MarkRead(t.Context(), mallory, id, 1) },
		"mute":    func(id dm.ConversationID) (any, error) { return w.service.Mute(t.Context(), mallory, id, true) },
		"archive": func(id dm.ConversationID) (any, error) { return w.service.Archive(t.Context(), mallory, id, true) },
		"decline": func(id dm.ConversationID) (any, error) {
			declined, _, err := w.service.DeclineRequests(t.Context(), mallory, []dm.ConversationID{id})
			return declined, err
		},
	} {
		// Asked twice and by a member in between: a cache must not tell either.
		for range 2 {
			gotForeign, errForeign := ask(theirs)
			gotNone, errNone := ask(none)
			if diff := cmp.Diff(gotNone, gotForeign); diff != "" {
				t.Errorf("%s: -none +another's (I9):\n%s", name, diff)
			}
			if (errNone == nil) != (errForeign == nil) || errNone != nil && errNone.Error() != errForeign.Error() {
				t.Errorf("%s: none answers %v, another's %v (I9)", name, errNone, errForeign)
			}
			if _, err := w.service.Conversation(t.Context(), bob, theirs); err != nil {
				t.Errorf("%s: a member's own conversation: %v", name, err)
			}
		}
	}
	// A page of many leaves out what is not the viewer's and keeps the rest.
	mine := w.send(mallory, bob, "mine").View.ID
	views, err := w.service.Conversations(t.Context(), mallory, []dm.ConversationID{theirs, mine, none})
	w.must(err)
	if len(views) != 1 || views[mine] == nil {
		t.Errorf("%d of mallory's one conversation", len(views))
	}
	if n := len(w.events(mallory, heads[2].Position)); n != 1 {
		t.Errorf("%d events for the one message", n)
	}
	if w.cursor(alice) != heads[0] || w.cursor(bob).Position != heads[1].Position+1 {
		t.Error("what mallory asked wrote to another's log")
	}
	if _, err := w.store.Log(t.Context(), dm.NewUserID(), 0, 10); dm.CodeOf(err) != dm.CodeNotFound {
		t.Errorf("the log of nobody: %v", err)
	}
	// A declined conversation is out of the view under every id, too.
	if _, _, err := w.service.DeclineRequests(t.Context(), bob, []dm.ConversationID{mine}); err != nil {
		t.Fatal(err)
	}
	lists, err := w.service.Messages(t.Context(), bob, []dm.ConversationID{mine}, dm.PageRequest{First: 10})
	w.must(err)
	byID, err := w.service.MessagesByID(t.Context(), bob, []dm.MessageID{{Conversation: mine, Seq: 1}})
	w.must(err)
	if len(lists[mine].Items)+len(byID) != 0 {
		t.Error("what was declined can still be read")
	}
	w.noView(bob, mallory)
}

// Invented input gets an expected refusal or an empty answer, never an internal error.
func testForgedInput(t *testing.T, b Backend) {
	w := newWorld(t, b)
	alice, bob := w.pair()
	id := w.send(alice, bob, "hello").View.ID
	for _, text := range []string{"\x00", "\xff", "a\x00b", "'", "\"; DROP TABLE users; --", "%", "\\", "\U0010FFFF", "\uFFFE"} {
		for name, err := range map[string]error{
			"handle":      second(w.service.UserByHandle(t.Context(), text)),
			"external id": second(w.service.UserByExternalID(t.Context(), text)),
			"search":      second(w.service.SearchUsers(t.Context(), dm.UserID{}, text, dm.PageRequest{First: 5})),
			"user place": second(w.service.SearchUsers(t.Context(), dm.UserID{}, "u", dm.PageRequest{
				First: 5, After: dm.UserPlace{Rank: 1, Key: text}.String(),
			})),
			"handle place": second(w.service.SearchUsers(t.Context(), dm.UserID{}, "u", dm.PageRequest{First: 5, After: dm.UserPlace{Key: text}.String()})),
			"body":         second(w.trySend(alice, bob, text, w.key())),
			"key":          second(w.trySend(alice, bob, "hello", text)),
		} {
			if err != nil && dm.CodeOf(err) == "" {
				t.Errorf("%s %q: %v", name, text, err)
			}
		}
	}
	for _, at := range []int64{-1 << 63, -1 << 60, -1, 0, 1 << 60, 1<<63 - 1} {
		place := dm.InboxPlace{At: time.UnixMicro(at)}.String()
		if _, err := w.service.Inbox(t.Context(), bob, dm.FolderRequests, dm.PageRequest{First: 5, After: place}); err != nil && dm.CodeOf(err) == "" {
			t.Errorf("an inbox place at %d: %v", at, err)
		}
		page := dm.PageRequest{First: 5, After: dm.MessagePlace(at).String()}
		if _, err := w.service.Messages(t.Context(), bob, []dm.ConversationID{id}, page); err != nil && dm.CodeOf(err) == "" {
			t.Errorf("a message place at %d: %v", at, err)
		}
		if _, err := w.service.MessagesByID(t.Context(), bob, []dm.MessageID{{Conversation: id, Seq: at}}); err != nil {
			t.Errorf("a message id with seq %d: %v", at, err)
		}
	}
	for _, rank := range []uint8{2, 255} {
		page := dm.PageRequest{First: 5, After: dm.UserPlace{Rank: rank, Key: "u"}.String()}
		if _, err := w.service.SearchUsers(t.Context(), dm.UserID{}, "u", page); err != nil && dm.CodeOf(err) == "" {
			t.Errorf("rank %d: %v", rank, err)
		}
	}
	for _, folder := range []dm.Folder{dm.FolderNone, 77} {
		if slice, err := w.service.Inbox(t.Context(), bob, folder, dm.PageRequest{First: 5}); err == nil && len(slice.Items) > 0 {
			t.Errorf("folder %d lists %d conversations", folder, len(slice.Items))
		}
	}
}
