package storetest

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/aparte-im/aparte/dm"
	"github.com/aparte-im/aparte/dm/policy"
)

func testRequestQuota(t *testing.T, b Backend) {
	w := newWorld(t, b)
	alice, bob := w.pair()
	for left := 2; left >= 0; left-- {
		if p := w.standing(alice, bob).Permission; !p.Allowed() || p.Folder != dm.FolderRequests || *p.Remaining != left+1 {
			t.Fatalf("before the send: %+v", p)
		}
		sent := w.send(alice, bob, "hello")
		if sent.Remaining == nil || *sent.Remaining != left {
			t.Fatalf("%v remain, want %d", sent.Remaining, left)
		}
	}
	_, err := w.trySend(alice, bob, "one too many", w.key())
	w.denied(err, policy.DenialRequestLimit)
	if v := w.view(bob, alice); v.Folder != dm.FolderRequests || v.LastSeq != 3 || v.Unread != 3 {
		t.Errorf("the recipient sees %+v", v)
	}
	if v := w.view(alice, bob); v.Folder != dm.FolderInbox || v.Unread != 0 {
		t.Errorf("the sender sees %+v", v)
	}
	w.wantUnread(bob, 0, 1, 0)
	w.wantUnread(alice, 0, 0, 0)
	w.consistent(alice, bob)
}

func testAccept(t *testing.T, b Backend) {
	w := newWorld(t, b)
	alice, bob := w.pair()
	stranger := w.users(1)[0]
	id := w.send(alice, bob, "hello").View.ID
	changed, err := w.service.AcceptRequest(t.Context(), bob, id)
	w.must(err)
	if changed.View.Folder != dm.FolderInbox || changed.View.Unread != 1 || changed.Unread.Conversations != 1 || changed.Unread.Requests != 0 {
		t.Errorf("accepting answers %+v %+v", changed.View, changed.Unread)
	}
	if got := w.cursor(bob); got != changed.Unread.Cursor {
		t.Errorf("the answer's cursor is %+v, the log stands at %+v", changed.Unread.Cursor, got)
	}
	before := w.cursor(bob)
	_, err = w.service.AcceptRequest(t.Context(), bob, id)
	w.must(err)
	if w.cursor(bob) != before {
		t.Error("accepting what is accepted wrote an event")
	}
	for range 5 {
		if sent := w.send(alice, bob, "more"); sent.Remaining != nil {
			t.Errorf("%d remain after the request was accepted", *sent.Remaining)
		}
	}
	w.audience(bob, policy.PeopleIMessaged)
	w.send(alice, bob, "still known")
	_, err = w.service.AcceptRequest(t.Context(), stranger, id)
	w.refused(err, dm.CodeNotFound)
	w.consistent(alice, bob)
}

// Answering is accepting, and a recipient may always answer.
func testAnswerAccepts(t *testing.T, b Backend) {
	w := newWorld(t, b)
	alice, bob := w.pair()
	w.audience(alice, policy.PeopleIMessaged)
	if !w.standing(alice, bob).Permission.CanReply {
		t.Error("PEOPLE_I_MESSAGED takes the answer of whoever was written to")
	}
	w.send(alice, bob, "hello")
	w.send(alice, bob, "hello?")
	w.wantUnread(bob, 0, 1, 0)
	if sent := w.send(bob, alice, "hi"); sent.Remaining != nil || sent.View.Folder != dm.FolderInbox {
		t.Errorf("the answer lands as %+v", sent.View)
	}
	w.wantUnread(bob, 0, 0, 0)
	w.wantUnread(alice, 1, 0, 1)
	if v := w.view(bob, alice); v.Folder != dm.FolderInbox || v.ReadSeq != 3 {
		t.Errorf("who has answered sees %+v", v)
	}
	w.audience(bob, policy.PeopleIMessaged)
	w.send(alice, bob, "known now")
	w.consistent(alice, bob)
}

func testDecline(t *testing.T, b Backend) {
	w := newWorld(t, b)
	alice, bob := w.pair()
	id := w.send(alice, bob, "hello").View.ID
	declined, counted, err := w.service.DeclineRequests(t.Context(), bob, []dm.ConversationID{id})
	w.must(err)
	if len(declined) != 1 || declined[0] != id || counted.Unread != (dm.Unread{}) {
		t.Errorf("declining answers %v, %+v", declined, counted)
	}
	w.noView(bob, alice)
	if _, err := w.service.AcceptRequest(t.Context(), bob, id); dm.CodeOf(err) != dm.CodeNotFound {
		t.Errorf("what was declined can be accepted: %v", err)
	}
	last := w.events(bob, 0)
	if e := last[len(last)-1]; e.Kind != dm.EventConversationRemoved || e.View.ID != id {
		t.Errorf("declining tells the other devices %+v", e)
	}
	// To the sender the request waits still; nothing that they write reaches the recipient.
	at := w.cursor(alice)
	if sent := w.send(alice, bob, "again"); sent.Message.ID.Seq != 2 || *sent.Remaining != 1 {
		t.Errorf("a declined sender is told %+v, %v remain", sent.Message, *sent.Remaining)
	}
	if told := w.events(alice, at.Position); len(told) != 1 || told[0].Kind != dm.EventMessageAdded {
		t.Errorf("a declined sender gets the events %+v", told)
	}
	w.noView(bob, alice)
	w.wantUnread(bob, 0, 0, 0)
	w.consistent(alice, bob)

	// Declining what is declined is done already.
	declined, _, err = w.service.DeclineRequests(t.Context(), bob, []dm.ConversationID{id})
	if err != nil || len(declined) != 1 {
		t.Errorf("declining again answers %v, %v", declined, err)
	}
	w.clock.advance(w.config.Rules.DeclineFor - time.Microsecond)
	w.noView(bob, alice)
	w.clock.advance(time.Microsecond)
	if sent := w.send(alice, bob, "after thirty days"); sent.Message.ID.Seq != 3 || *sent.Remaining != 0 {
		t.Errorf("after the time has run out: %+v, %v remain", sent.Message, *sent.Remaining)
	}
	_, err = w.trySend(alice, bob, "a full request", w.key())
	w.denied(err, policy.DenialRequestLimit)
	// Declined messages stay out of view: only the new message is there, and counts.
	lists, err := w.service.Messages(t.Context(), bob, []dm.ConversationID{id}, dm.PageRequest{First: 10})
	w.must(err)
	if n := len(lists[id].Items); n != 1 {
		t.Errorf("%d messages are in view, 1 came after the decline", n)
	}
	w.wantUnread(bob, 0, 1, 0)
	if v := w.view(bob, alice); v.Unread != 1 || v.ClearedSeq != 2 {
		t.Errorf("the recipient sees %+v", v)
	}
	byID, err := w.service.MessagesByID(t.Context(), bob, []dm.MessageID{{Conversation: id, Seq: 2}, {Conversation: id, Seq: 3}})
	w.must(err)
	if len(byID) != 1 {
		t.Errorf("%d messages by id, 1 is in view", len(byID))
	}
	w.consistent(alice, bob)

	// Writing first ends the decline.
	_, _, err = w.service.DeclineRequests(t.Context(), bob, []dm.ConversationID{id})
	w.must(err)
	w.send(bob, alice, "I changed my mind")
	w.send(alice, bob, "thank you")
	if v := w.view(bob, alice); v.Folder != dm.FolderInbox || v.Unread != 1 {
		t.Errorf("the recipient sees %+v", v)
	}
	w.consistent(alice, bob)
}

func testDeclineSeveral(t *testing.T, b Backend) {
	w := newWorld(t, b)
	bob := w.users(1)[0]
	senders := w.users(5)
	var ids []dm.ConversationID
	for _, s := range senders {
		ids = append(ids, w.send(s, bob, "hello").View.ID)
	}
	_, err := w.service.AcceptRequest(t.Context(), bob, ids[1])
	w.must(err)
	foreign := w.send(senders[0], senders[1], "not bob's").View.ID
	unknown := dm.ConversationOf(bob, dm.NewUserID())
	declined, counted, err := w.service.DeclineRequests(t.Context(), bob,
		[]dm.ConversationID{ids[0], ids[1], foreign, unknown, ids[2], ids[0]})
	w.must(err)
	if diff := cmp.Diff([]dm.ConversationID{ids[0], ids[2]}, declined); diff != "" {
		t.Errorf("declined, -want +got:\n%s", diff)
	}
	if counted.Requests != 2 || counted.Conversations != 1 {
		t.Errorf("counts %+v", counted)
	}
	_, _, err = w.service.DeclineRequests(t.Context(), bob, []dm.ConversationID{ids[1], foreign, unknown})
	w.refused(err, dm.CodeNotFound)
	_, _, err = w.service.DeclineRequests(t.Context(), bob, nil)
	w.refused(err, dm.CodeInvalidInput)
	w.consistent(append(senders, bob)...)
}

// A request never leaks that it was seen, accepted by nobody, or declined.
func testRequestLeaksNothing(t *testing.T, b Backend) {
	w := newWorld(t, b)
	alice, bob := w.pair()
	for _, u := range []dm.UserID{alice, bob} {
		_, err := w.service.SetReadReceipts(t.Context(), u, true)
		w.must(err)
	}
	id := w.send(alice, bob, "hello").View.ID
	w.send(alice, bob, "hello?")
	before, seen := w.cursor(alice), w.view(alice, bob)
	_, err := w.service.MarkRead(t.Context(), bob, id, 2)
	w.must(err)
	w.wantUnread(bob, 0, 0, 0)
	_, err = w.service.Mute(t.Context(), bob, id, true)
	w.must(err)
	_, _, err = w.service.DeclineRequests(t.Context(), bob, []dm.ConversationID{id})
	w.must(err)
	if w.cursor(alice) != before {
		t.Error("the sender got an event of what the recipient did with the request")
	}
	if diff := cmp.Diff(seen, w.view(alice, bob)); diff != "" {
		t.Errorf("the sender sees what the recipient did with the request:\n%s", diff)
	}
	if seen.TheirReadSeq != nil {
		t.Error("a request shows a read position")
	}
	w.consistent(alice, bob)
}
