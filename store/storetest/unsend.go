package storetest

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/aparte-im/aparte/dm"
	"github.com/aparte-im/aparte/dm/policy"
)

// testUnsend: the words go for both sides, the place stays (I3), the counts stay (I6), both logs
// tell (I5), and the key keeps naming the message (I2).
func testUnsend(t *testing.T, b Backend) {
	w := newWorld(t, b)
	alice, bob := w.pair()
	w.send(alice, bob, "first")
	title := "a title"
	in := dm.SendInput{
		To: bob, Body: "regretted", Video: &dm.VideoCard{URL: "https://v.example/1", Title: &title}, ClientMessageID: "k",
	}
	sent, err := w.service.Send(t.Context(), alice, in)
	w.must(err)
	id := sent.Message.ID
	before := map[dm.UserID]*snapshot{alice: w.snapshot(alice), bob: w.snapshot(bob)}

	for range 2 { // the second changes nothing
		left, err := w.service.Unsend(t.Context(), alice, id)
		w.must(err)
		if !left.Removed || left.Body != "" || left.Video != nil || left.ID != id || left.ClientMessageID != "k" {
			t.Fatalf("unsending leaves %+v", left)
		}
	}
	for user, other := range map[dm.UserID]dm.UserID{alice: bob, bob: alice} {
		events := w.events(user, before[user].cursor.Position)
		if len(events) != 1 || events[0].Kind != dm.EventMessageRemoved || events[0].Message.ID != id || !events[0].Message.Removed {
			t.Fatalf("the log tells %+v of unsending once", events)
		}
		if old := w.events(user, 0)[1]; old.Message.Body != "" || !old.Message.Removed {
			t.Errorf("the older event still tells %+v", old.Message)
		}
		v := w.view(user, other)
		if v.LastSeq != 2 || v.Last == nil || !v.Last.Removed || v.Last.Body != "" || v.Last.Video != nil {
			t.Errorf("the view shows %+v", v)
		}
		byID, err := w.service.MessagesByID(t.Context(), user, []dm.MessageID{id})
		w.must(err)
		if diff := cmp.Diff(v.Last, byID[id]); diff != "" {
			t.Errorf("by id it is another message:\n%s", diff)
		}
		w.catchUp(user, before[user])
		w.equals(user, before[user], w.snapshot(user))
	}
	w.wantUnread(bob, 0, 1, 0)

	// I2: the retry gets what is left, other content is a conflict.
	again, err := w.service.Send(t.Context(), alice, in)
	w.must(err)
	if !again.Repeated || again.Message.ID != id || !again.Message.Removed || again.Message.Body != "" {
		t.Errorf("the retry answers %+v, repeated %v", again.Message, again.Repeated)
	}
	for _, other := range []dm.SendInput{
		{Body: "regretted"}, {Body: "other", Video: in.Video}, {Body: "regretted", Video: &dm.VideoCard{URL: in.Video.URL}},
	} {
		other.To, other.ClientMessageID = bob, "k"
		_, err := w.service.Send(t.Context(), alice, other)
		w.refused(err, dm.CodeIdempotencyConflict)
	}
	// A request does not grow by unsending what it holds.
	w.send(alice, bob, "third")
	_, err = w.trySend(alice, bob, "fourth", w.key())
	w.denied(err, policy.DenialRequestLimit)
	w.consistent(alice, bob)
}

// testUnsendScope: nobody but the sender unsends, whatever stands between the two since, and no log
// tells of what is out of its user's view.
func testUnsendScope(t *testing.T, b Backend) {
	w := newWorld(t, b)
	alice, bob := w.pair()
	carol := w.users(1)[0]
	one, two := w.send(alice, bob, "one").Message, w.send(alice, bob, "two").Message
	unsend := func(user dm.UserID, id dm.MessageID) error { return second(w.service.Unsend(t.Context(), user, id)) }
	for _, err := range []error{
		unsend(bob, one.ID), unsend(carol, one.ID), unsend(alice, dm.MessageID{Conversation: one.ID.Conversation, Seq: 9}),
		unsend(alice, dm.MessageID{Conversation: dm.ConversationOf(alice, carol), Seq: 1}), unsend(alice, dm.MessageID{}),
	} {
		w.refused(err, dm.CodeNotFound)
	}
	_, _, err := w.service.DeclineRequests(t.Context(), bob, []dm.ConversationID{one.ID.Conversation})
	w.must(err)
	at := w.cursor(bob)
	w.must(unsend(alice, one.ID))
	if w.cursor(bob) != at {
		t.Error("who declined is told of what they do not see")
	}
	w.must(w.service.Block(t.Context(), bob, alice))
	w.must(unsend(alice, two.ID))
	w.consistent(alice, bob)
	w.must(w.service.Unblock(t.Context(), bob, alice))
	w.noView(bob, alice)
}
