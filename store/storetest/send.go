package storetest

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/aparte-im/aparte/dm"
	"github.com/aparte-im/aparte/dm/policy"
)

func testSend(t *testing.T, b Backend) {
	w := newWorld(t, b)
	alice, bob := w.pair()
	w.friends(alice, bob) // the words of a request would not show
	title := "Tabs \"quoted\" é 👩‍👩‍👧"
	video := &dm.VideoCard{URL: "https://v.example/1?a=b", Title: &title}
	bodies := []string{"line\n\ttab 'quote' \\ % _ $1", "", "café 👋"}
	for i, body := range bodies {
		from, to := alice, bob
		if i == 1 {
			from, to = bob, alice
		}
		in := dm.SendInput{To: to, Body: body, ClientMessageID: w.key()}
		if body == "" {
			in.Video = video
		}
		sent, err := w.service.Send(t.Context(), from, in)
		w.must(err)
		seq := int64(i + 1)
		want := &dm.Message{
			ID: dm.MessageID{Conversation: dm.ConversationOf(alice, bob), Seq: seq}, Sender: from, Body: body,
			Video: in.Video, ClientMessageID: in.ClientMessageID, CreatedAt: w.clock.Now(),
		}
		if diff := cmp.Diff(want, sent.Message); diff != "" {
			t.Fatalf("the answer, -want +got:\n%s", diff)
		}
		if v := sent.View; v.Viewer != from || v.With != to || v.LastSeq != seq || v.ReadSeq != seq || v.Unread != 0 || v.Last == nil {
			t.Errorf("the sender sees %+v", v)
		}
		for viewer, other := range map[dm.UserID]dm.UserID{from: to, to: from} {
			if diff := cmp.Diff(want, w.view(viewer, other).Last); diff != "" {
				t.Errorf("the last message as read back, -want +got:\n%s", diff)
			}
			byID, err := w.service.MessagesByID(t.Context(), viewer, []dm.MessageID{want.ID})
			w.must(err)
			if diff := cmp.Diff(want, byID[want.ID]); diff != "" {
				t.Errorf("the message by id, -want +got:\n%s", diff)
			}
		}
		w.clock.advance(time.Second)
	}
	w.wantUnread(alice, 0, 0, 0)
	w.wantUnread(bob, 1, 0, 1)
	w.consistent(alice, bob)
	events := w.events(bob, 0)
	for i, e := range events {
		if e.Kind != dm.EventMessageAdded || e.Message == nil || e.Message.Body != bodies[i] || e.View.Last == nil {
			t.Errorf("event %d of the recipient is %+v", i, e)
		}
	}
	if len(events) != len(bodies) {
		t.Errorf("the recipient has %d events for %d messages", len(events), len(bodies))
	}
}

// I2: a retry returns the first result and writes nothing; the same key with other content is a
// conflict.
func testSendAgain(t *testing.T, b Backend) {
	w := newWorld(t, b)
	alice, bob := w.pair()
	carol := w.users(1)[0]
	title := "one"
	video := &dm.VideoCard{URL: "https://v.example/1", Title: &title}
	first, err := w.service.Send(t.Context(), alice, dm.SendInput{To: bob, Body: "café", Video: video, ClientMessageID: "k"})
	w.must(err)
	again := func(in dm.SendInput) (dm.Sent, error) {
		in.To, in.ClientMessageID = bob, "k"
		return w.service.Send(t.Context(), alice, in)
	}
	heads := []dm.Cursor{w.cursor(alice), w.cursor(bob)}

	sameTitle := "one"
	for name, in := range map[string]dm.SendInput{
		"the same":       {Body: "café", Video: video},
		"written apart":  {Body: "cafe\u0301", Video: &dm.VideoCard{URL: video.URL, Title: &sameTitle}},
		"after a second": {Body: "café", Video: video},
	} {
		w.clock.advance(time.Second)
		sent, err := again(in)
		w.must(err)
		if !sent.Repeated || !cmp.Equal(sent.Message, first.Message) || sent.View == nil {
			t.Errorf("%s: the retry answers %+v, the first answer was %+v (I2)", name, sent.Message, first.Message)
		}
		if sent.Remaining == nil || *sent.Remaining != *first.Remaining {
			t.Errorf("%s: the retry says %v remain, the first answer %v", name, sent.Remaining, first.Remaining)
		}
	}
	other := "two"
	for name, in := range map[string]dm.SendInput{
		"another body":  {Body: "cafe", Video: video},
		"no video":      {Body: "café"},
		"another video": {Body: "café", Video: &dm.VideoCard{URL: "https://v.example/2", Title: &title}},
		"another title": {Body: "café", Video: &dm.VideoCard{URL: video.URL, Title: &other}},
		"a thumbnail":   {Body: "café", Video: &dm.VideoCard{URL: video.URL, Title: &title, ThumbnailURL: &video.URL}},
	} {
		_, err := again(in)
		if e := w.refused(err, dm.CodeIdempotencyConflict); e.Detail == "" {
			t.Errorf("%s: the conflict says nothing", name)
		}
	}
	if w.cursor(alice) != heads[0] || w.cursor(bob) != heads[1] {
		t.Error("retries and conflicts wrote to a log (I2)")
	}

	// A retry asks for nothing new, so what was allowed then is answered even when it is forbidden
	// now.
	w.must(w.service.Block(t.Context(), bob, alice))
	sent, err := again(dm.SendInput{Body: "café", Video: video})
	w.must(err)
	if !sent.Repeated {
		t.Error("after the block the retry wrote a message (I1)")
	}
	w.must(w.service.Unblock(t.Context(), bob, alice))

	// The key is the sender's own, and one conversation's.
	for _, pair := range [][2]dm.UserID{{bob, alice}, {alice, carol}} {
		sent, err := w.trySend(pair[0], pair[1], "café", "k")
		w.must(err)
		if sent.Repeated {
			t.Error("the key of one sender in one conversation is taken for another's (I2)")
		}
	}
	w.consistent(alice, bob, carol)
}

// A refused send writes nothing, and never tells a block from a closed audience.
func testSendRefused(t *testing.T, b Backend) {
	w := newWorld(t, b)
	alice := w.users(1)[0]
	blocker, noOne, friendsOnly, gone, child := w.users(1)[0], w.users(1)[0], w.users(1)[0], w.users(1)[0], w.upsert(
		dm.UserInput{ExternalID: "child", Handle: "child", AgeBand: policy.Under16})[0]
	w.must(w.service.Block(t.Context(), blocker, alice))
	w.audience(noOne, policy.NoOne)
	w.audience(friendsOnly, policy.Friends)
	users, err := w.service.Users(t.Context(), []dm.UserID{gone})
	w.must(err)
	w.must(w.service.DeleteUser(t.Context(), users[gone].ExternalID))

	var first *dm.Error
	for name, to := range map[string]dm.UserID{
		"a blocker": blocker, "NO_ONE": noOne, "FRIENDS": friendsOnly, "a deleted user": gone, "a child": child,
	} {
		_, err := w.trySend(alice, to, "hello", w.key())
		e := w.denied(err, policy.DenialNotAccepting)
		if first == nil {
			first = e
		} else if diff := cmp.Diff(first, e); diff != "" {
			t.Errorf("%s answers differently, which tells what it is:\n%s", name, diff)
		}
		if p := w.standing(alice, to).Permission; p.Allowed() || p.Denial != policy.DenialNotAccepting || p.Remaining != nil {
			t.Errorf("%s: the answer before the send is %+v", name, p)
		}
		w.noView(alice, to)
	}
	_, err = w.trySend(alice, alice, "hello", w.key())
	w.denied(err, policy.DenialSelf)
	_, err = w.trySend(child, alice, "hello", w.key())
	w.denied(err, policy.DenialAgeRestricted)
	_, err = w.trySend(blocker, alice, "hello", w.key())
	w.denied(err, policy.DenialViewerBlocksThem)
	_, err = w.trySend(alice, dm.NewUserID(), "hello", w.key())
	w.refused(err, dm.CodeNotFound)
	_, err = w.trySend(dm.NewUserID(), alice, "hello", w.key())
	w.refused(err, dm.CodeNotFound)
	if n := len(w.events(alice, 0)); n != 0 {
		t.Errorf("refused sends wrote %d events", n)
	}
}

func testSendByConversation(t *testing.T, b Backend) {
	w := newWorld(t, b)
	alice, bob := w.pair()
	stranger := w.users(1)[0]
	id := w.send(alice, bob, "hello").Message.ID.Conversation
	sent, err := w.service.Send(t.Context(), bob, dm.SendInput{Conversation: id, Body: "hi", ClientMessageID: "k"})
	w.must(err)
	if sent.Message.ID.Seq != 2 || sent.View.With != alice {
		t.Errorf("got %+v", sent.Message)
	}
	// By conversation and by user are one key space (I2).
	if again, err := w.trySend(bob, alice, "hi", "k"); err != nil || !again.Repeated {
		t.Errorf("the retry by user answers %+v, %v", again, err)
	}
	// I9: another's conversation answers exactly as none.
	_, foreign := w.service.Send(t.Context(), stranger, dm.SendInput{Conversation: id, Body: "hi", ClientMessageID: "k"})
	_, none := w.service.Send(t.Context(), stranger, dm.SendInput{
		Conversation: dm.ConversationOf(stranger, dm.NewUserID()), Body: "hi", ClientMessageID: "k",
	})
	if diff := cmp.Diff(w.refused(none, dm.CodeNotFound), w.refused(foreign, dm.CodeNotFound)); diff != "" {
		t.Errorf("another's conversation answers differently from none (I9):\n%s", diff)
	}
}
