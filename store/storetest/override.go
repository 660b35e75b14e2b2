package storetest

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/aparte-im/aparte/dm"
	"github.com/aparte-im/aparte/dm/policy"
)

// A restricted person's messages go to the requests, in an old conversation too. The restricted
// person sees nothing of it: not in the answer to a send, in the log or in the read receipts.
func testRestrict(t *testing.T, b Backend) {
	w := newWorld(t, b)
	alice, bob := w.pair()
	w.friends(alice, bob)
	w.send(bob, alice, "one")
	w.send(alice, bob, "two")
	conversation := dm.ConversationOf(alice, bob)
	_, err := w.service.MarkRead(t.Context(), bob, conversation, 2)
	w.must(err)
	before, told := w.view(alice, bob), w.cursor(alice)

	w.must(w.service.Restrict(t.Context(), bob, alice))
	w.must(w.service.Restrict(t.Context(), bob, alice))
	if now := w.view(bob, alice); now.Folder != dm.FolderRequests {
		t.Errorf("the old conversation of who is restricted is in folder %v", now.Folder)
	}
	if diff := cmp.Diff(before, w.view(alice, bob)); diff != "" || w.cursor(alice) != told {
		t.Errorf("who is restricted sees it: %s", diff)
	}
	if p := w.standing(alice, bob).Permission; p.Folder != dm.FolderInbox || p.Remaining != nil || p.Denial != policy.DenialNone {
		t.Errorf("who is restricted is told %+v before the send", p)
	}
	for range w.config.Rules.RequestLimit + 1 {
		if sent := w.send(alice, bob, "restricted"); sent.Remaining != nil || sent.View.Folder != dm.FolderInbox {
			t.Errorf("who is restricted is told %+v", sent)
		}
	}
	w.wantUnread(bob, 0, 1, 0)
	told = w.cursor(alice)
	_, err = w.service.MarkRead(t.Context(), bob, conversation, 5)
	w.must(err)
	if seen := w.view(alice, bob).TheirReadSeq; seen == nil || *seen != 2 || w.cursor(alice) != told {
		t.Errorf("who is restricted sees what is read: %v", seen)
	}
	_, err = w.service.AcceptRequest(t.Context(), bob, conversation)
	w.refused(err, dm.CodeInvalidInput)

	w.must(w.service.Unrestrict(t.Context(), bob, alice))
	if now := w.view(bob, alice); now.Folder != dm.FolderInbox {
		t.Errorf("after the restriction the conversation is in folder %v", now.Folder)
	}
	if seen := w.view(alice, bob).TheirReadSeq; seen == nil || *seen != 5 {
		t.Errorf("after the restriction she sees %v read", seen)
	}
	w.consistent(alice, bob)
}

// A request stays one: a restriction makes it no less, and its end no more.
func testRestrictStranger(t *testing.T, b Backend) {
	w := newWorld(t, b)
	alice, bob := w.pair()
	w.must(w.service.Restrict(t.Context(), bob, alice))
	if sent := w.send(alice, bob, "hello"); sent.Remaining == nil || *sent.Remaining != w.config.Rules.RequestLimit-1 {
		t.Errorf("a stranger's request is answered with %+v", sent)
	}
	w.must(w.service.Unrestrict(t.Context(), bob, alice))
	if now := w.view(bob, alice); now.Folder != dm.FolderRequests || w.view(alice, bob).TheirReadSeq != nil {
		t.Errorf("the end of a restriction accepted a request: %+v", now)
	}
	w.consistent(alice, bob)
}

// A list decides about the people on it before any audience, and they cannot see it.
func testNamedLists(t *testing.T, b Backend) {
	w := newWorld(t, b)
	ctx := t.Context()
	alice, bob := w.pair()
	w.audience(bob, policy.NoOne)
	_, err := w.trySend(alice, bob, "closed", w.key())
	closed := w.denied(err, policy.DenialNotAccepting)
	w.must(w.service.SetListed(ctx, bob, alice, policy.ListedAlways))
	w.send(alice, bob, "always, under NO_ONE too")
	if now := w.view(bob, alice); now.Folder != dm.FolderInbox {
		t.Errorf("who may always write is in folder %v", now.Folder)
	}

	w.audience(bob, policy.Everyone)
	w.send(bob, alice, "known")
	told := w.cursor(alice)
	w.must(w.service.SetListed(ctx, bob, alice, policy.ListedNever))
	_, err = w.trySend(alice, bob, "never", w.key())
	if diff := cmp.Diff(closed, w.denied(err, policy.DenialNotAccepting)); diff != "" {
		t.Errorf("a list reads unlike a closed audience: %s", diff)
	}
	if w.cursor(alice) != told {
		t.Error("a list told the person whom it is about")
	}
	if p := w.standing(bob, alice).Permission; p.CanReply || !p.Allowed() {
		t.Errorf("who may never write cannot answer, and the one who listed them is told %+v", p)
	}
	for _, list := range []struct {
		name policy.Listed
		want []dm.UserID
	}{{policy.ListedAlways, nil}, {policy.ListedNever, []dm.UserID{alice}}} {
		page, err := w.service.ListedUsers(ctx, bob, list.name, dm.PageRequest{First: 10})
		w.must(err)
		var got []dm.UserID
		for _, u := range page.Items {
			got = append(got, u.ID)
		}
		if diff := cmp.Diff(list.want, got); diff != "" {
			t.Errorf("list %v, -want +got:\n%s", list.name, diff)
		}
	}
	w.must(w.service.SetListed(ctx, bob, alice, policy.NotListed))
	w.send(alice, bob, "on no list")

	w.must(w.service.Block(ctx, bob, alice))
	w.refused(w.service.SetListed(ctx, bob, alice, policy.ListedAlways), dm.CodeInvalidInput)
	w.must(w.service.Unblock(ctx, bob, alice))
	w.refused(w.service.SetListed(ctx, bob, bob, policy.ListedAlways), dm.CodeInvalidInput)
	w.refused(w.service.SetListed(ctx, bob, dm.NewUserID(), policy.ListedAlways), dm.CodeNotFound)
	w.consistent(alice, bob)
}

// The later of a decline and a list entry, or a follow, holds.
func testListAfterDecline(t *testing.T, b Backend) {
	w := newWorld(t, b)
	alice, bob := w.pair()
	w.send(alice, bob, "hello")
	_, _, err := w.service.DeclineRequests(t.Context(), bob, []dm.ConversationID{dm.ConversationOf(alice, bob)})
	w.must(err)
	w.send(alice, bob, "declined")
	w.noView(bob, alice)
	w.must(w.service.SetListed(t.Context(), bob, alice, policy.ListedAlways))
	w.send(alice, bob, "welcome")
	w.view(bob, alice)
	w.consistent(alice, bob)

	carol := w.users(1)[0]
	w.send(carol, bob, "hello")
	_, _, err = w.service.DeclineRequests(t.Context(), bob, []dm.ConversationID{dm.ConversationOf(carol, bob)})
	w.must(err)
	w.must(w.service.Follow(t.Context(), bob, carol))
	w.send(carol, bob, "welcome")
	w.view(bob, carol)
	w.consistent(carol, bob)
}

// Under 18 nobody gets in by the list who is a stranger: it takes people whom the user follows or
// has written to, and it stops to hold for others when the age becomes known later (I1).
func testListUnder18(t *testing.T, b Backend) {
	w := newWorld(t, b)
	ctx := t.Context()
	alice, bob := w.pair()
	w.must(w.service.SetListed(ctx, bob, alice, policy.ListedAlways))
	w.send(alice, bob, "to an adult")
	young := dm.UserInput{ExternalID: "ext-u2", Handle: "u2", DisplayName: "u2", AgeBand: policy.Age16To17}
	w.upsert(young)
	_, err := w.trySend(alice, bob, "to a young person", w.key())
	w.denied(err, policy.DenialNotAccepting)
	w.must(w.service.SetListed(ctx, bob, alice, policy.NotListed))
	w.refused(w.service.SetListed(ctx, bob, alice, policy.ListedAlways), dm.CodeInvalidInput)
	w.must(w.service.Follow(ctx, bob, alice))
	w.must(w.service.SetListed(ctx, bob, alice, policy.ListedAlways))
	w.send(alice, bob, "to a young person who follows")
	w.consistent(alice, bob)
}
