package storetest

import (
	"testing"
	"time"

	"github.com/aparte-im/aparte/dm"
	"github.com/aparte-im/aparte/dm/policy"
)

// A user who is created from a token is as the host described them, if it did, and stays away if it
// deleted them.
func testCreateUser(t *testing.T, b Backend) {
	w := newWorld(t, b)
	w.upsert(dm.UserInput{ExternalID: "minor", Handle: "minor", AgeBand: policy.Under16, Exempt: true})
	for range 2 {
		got, err := w.service.CreateUser(t.Context(), dm.UserInput{ExternalID: "minor", Handle: "other"})
		w.must(err)
		if got.Handle != "minor" || got.AgeBand != policy.Under16 || !got.Exempt {
			t.Errorf("a token made %+v of a user whom the host described", got)
		}
	}
	fresh, err := w.service.CreateUser(t.Context(), dm.UserInput{ExternalID: "fresh", Handle: "fresh"})
	w.must(err)
	if got := w.unread(fresh.ID); got != (dm.Unread{}) {
		t.Errorf("a new user has %+v unread", got)
	}
	_, err = w.service.CreateUser(t.Context(), dm.UserInput{ExternalID: "thief", Handle: "fresh"})
	w.refused(err, dm.CodeInvalidInput)

	w.must(w.service.DeleteUser(t.Context(), "minor"))
	_, err = w.service.CreateUser(t.Context(), dm.UserInput{ExternalID: "minor", Handle: "minor"})
	w.refused(err, dm.CodeNotFound)
	// The host may bring them back, as somebody new.
	w.upsert(dm.UserInput{ExternalID: "minor", Handle: "minor", AgeBand: policy.Under16})
}

// A deleted user is watched no more, and a block that met them can still be taken back.
func testBlockedAndGone(t *testing.T, b Backend) {
	w := newWorld(t, b)
	w.service = dm.New(dm.Config{Store: w.store, Bus: w.hub, PollInterval: 5 * time.Millisecond})
	ids := w.upsert(
		dm.UserInput{ExternalID: "stays", Handle: "stays"}, dm.UserInput{ExternalID: "goes", Handle: "goes"},
	)
	stays, goes := ids[0], ids[1]
	w.friends(stays, goes)
	w.send(goes, stays, "hello")
	w.must(w.service.Block(t.Context(), stays, goes))
	watcher := w.watch(goes, nil)
	defer watcher.Close()
	w.must(w.service.DeleteUser(t.Context(), "goes"))
	if e, err := watcher.Next(t.Context()); dm.CodeOf(err) != dm.CodeNotFound {
		t.Errorf("who was deleted goes on watching: %+v, %v", e, err)
	}
	_, err := w.service.Watch(t.Context(), goes, nil)
	w.refused(err, dm.CodeNotFound)

	w.refused(w.service.Follow(t.Context(), stays, goes), dm.CodeInvalidInput)
	w.must(w.service.Unblock(t.Context(), stays, goes))
	w.refused(w.service.Block(t.Context(), stays, goes), dm.CodeNotFound)
	w.wantUnread(stays, 1, 0, 1)
	w.consistent(stays, goes)
}
