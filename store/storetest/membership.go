package storetest

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/aparte-im/aparte/dm"
	"github.com/aparte-im/aparte/dm/policy"
)

func testMarkRead(t *testing.T, b Backend) {
	w := newWorld(t, b)
	alice, bob := w.pair()
	w.friends(alice, bob)
	for range 4 {
		w.send(alice, bob, "hello")
		w.clock.advance(time.Second)
	}
	id := dm.ConversationOf(alice, bob)
	w.wantUnread(bob, 1, 0, 4)
	changed, err := w.service.MarkRead(t.Context(), bob, id, 3)
	w.must(err)
	if changed.View.ReadSeq != 3 || changed.View.Unread != 1 || changed.Unread.Messages != 1 {
		t.Errorf("reading up to 3 of 4 answers %+v, %+v", changed.View, changed.Unread)
	}
	if v := w.view(alice, bob); v.TheirReadSeq == nil || *v.TheirReadSeq != 3 {
		t.Errorf("the sender sees the read position %v, want 3", v.TheirReadSeq)
	}
	at := w.cursor(bob)
	for _, upTo := range []int64{0, 2, 3} {
		if _, err := w.service.MarkRead(t.Context(), bob, id, upTo); err != nil {
			t.Errorf("reading up to %d again: %v", upTo, err)
		}
	}
	if w.cursor(bob) != at || w.view(bob, alice).ReadSeq != 3 {
		t.Error("a read position moved back, or wrote an event for nothing")
	}
	for _, upTo := range []int64{-1, 5, 1 << 60} {
		_, err := w.service.MarkRead(t.Context(), bob, id, upTo)
		w.refused(err, dm.CodeInvalidInput)
	}
	// Writing is having read what stands above.
	w.send(bob, alice, "hi")
	w.wantUnread(bob, 0, 0, 0)

	// A user who has blocked the other leaves no receipt.
	w.send(alice, bob, "are you there?")
	w.must(w.service.Block(t.Context(), bob, alice))
	_, err = w.service.MarkRead(t.Context(), bob, id, w.view(bob, alice).LastSeq)
	w.must(err)
	if v := w.view(alice, bob); *v.TheirReadSeq == v.LastSeq {
		t.Error("a blocked sender sees that they were read")
	}
	w.must(w.service.Unblock(t.Context(), bob, alice))
	w.friends(alice, bob)

	// Receipts are off when either side has them off.
	for _, user := range []dm.UserID{alice, bob} {
		_, err := w.service.SetReadReceipts(t.Context(), user, false)
		w.must(err)
		before := w.cursor(bob)
		w.send(alice, bob, "seen?")
		_, err = w.service.MarkRead(t.Context(), bob, id, w.view(bob, alice).LastSeq)
		w.must(err)
		if w.view(alice, bob).TheirReadSeq != nil || w.view(bob, alice).TheirReadSeq != nil {
			t.Error("a read position shows although receipts are off on one side")
		}
		if w.cursor(bob) == before {
			t.Error("reading tells the reader's own devices nothing")
		}
		_, err = w.service.SetReadReceipts(t.Context(), user, true)
		w.must(err)
	}
}

func testMuteAndArchive(t *testing.T, b Backend) {
	w := newWorld(t, b)
	alice, bob := w.pair()
	request := w.send(alice, bob, "hello").View.ID
	_, err := w.service.Archive(t.Context(), bob, request, true)
	w.refused(err, dm.CodeInvalidInput)
	_, err = w.service.AcceptRequest(t.Context(), bob, request)
	w.must(err)

	changed, err := w.service.Mute(t.Context(), bob, request, true)
	w.must(err)
	if !changed.View.Muted || changed.Unread.Conversations != 1 {
		t.Errorf("muting answers %+v, %+v", changed.View, changed.Unread)
	}
	if w.view(alice, bob).Muted {
		t.Error("muting shows to the other side")
	}
	changed, err = w.service.Archive(t.Context(), bob, request, true)
	w.must(err)
	if changed.View.Folder != dm.FolderArchive || len(w.folder(bob, dm.FolderInbox)) != 0 || len(w.folder(bob, dm.FolderArchive)) != 1 {
		t.Errorf("archiving answers %+v", changed.View)
	}
	w.wantUnread(bob, 0, 0, 0)
	at := w.cursor(bob)
	_, err = w.service.Archive(t.Context(), bob, request, true)
	w.must(err)
	_, err = w.service.Mute(t.Context(), bob, request, true)
	w.must(err)
	if w.cursor(bob) != at {
		t.Error("doing what is done wrote an event")
	}
	w.send(alice, bob, "a new message brings it back")
	if v := w.view(bob, alice); v.Folder != dm.FolderInbox || !v.Muted || v.Unread != 2 {
		t.Errorf("after a new message: %+v", v)
	}
	w.consistent(alice, bob)
}

func testSettings(t *testing.T, b Backend) {
	w := newWorld(t, b)
	alice := w.users(1)[0]
	minors := w.upsert(
		dm.UserInput{ExternalID: "teen", Handle: "teen", AgeBand: policy.Age16To17},
		dm.UserInput{ExternalID: "child", Handle: "child", AgeBand: policy.Under16})
	m, err := w.service.Messaging(t.Context(), alice)
	w.must(err)
	if m.Audience != policy.Everyone || m.Settings.Audience != policy.NotChosen || !m.ChangedAt.IsZero() {
		t.Errorf("before any choice: %+v", m)
	}
	for _, minor := range minors {
		m, err := w.service.Messaging(t.Context(), minor)
		w.must(err)
		if m.Audience != policy.NoOne {
			t.Errorf("a minor who has chosen nothing has the audience %v", m.Audience)
		}
	}
	w.clock.advance(time.Second)
	w.audience(alice, policy.Followers)
	first := w.clock.Now()
	w.clock.advance(time.Second)
	routes := map[policy.Relation]policy.Route{policy.Stranger: policy.RouteHidden, policy.Friend: policy.RouteRequests}
	custom, err := w.service.SetWhoCanMessageMe(t.Context(), alice, policy.Custom, routes)
	w.must(err)
	want := policy.Grid{
		policy.Known: policy.RouteInbox, policy.Friend: policy.RouteRequests, policy.Followed: policy.RouteInbox, policy.Suggested: policy.RouteRequests,
		policy.Follower: policy.RouteRequests, policy.Stranger: policy.RouteHidden,
	}
	if custom.Grid != want || custom.Audience != policy.Custom || !custom.ChangedAt.Equal(w.clock.Now()) {
		t.Errorf("a grid of her own, over FOLLOWERS: %+v", custom)
	}
	read, err := w.service.Messaging(t.Context(), alice)
	w.must(err)
	if diff := cmp.Diff(custom, read); diff != "" {
		t.Errorf("read back, -set +read:\n%s", diff)
	}
	at := w.cursor(alice)
	_, err = w.service.SetWhoCanMessageMe(t.Context(), alice, policy.Custom, routes)
	w.must(err)
	if w.cursor(alice) != at {
		t.Error("setting what is set wrote an event")
	}
	_, err = w.service.SetWhoCanMessageMe(t.Context(), alice, policy.Everyone, routes)
	w.refused(err, dm.CodeInvalidInput)
	_, err = w.service.SetWhoCanMessageMe(t.Context(), alice, policy.NotChosen, nil)
	w.refused(err, dm.CodeInvalidInput)
	_, err = w.service.SetWhoCanMessageMe(t.Context(), dm.NewUserID(), policy.NoOne, nil)
	w.refused(err, dm.CodeNotFound)

	// Every change is kept, newest first, and no one else's.
	history, err := w.store.History(t.Context(), alice, nil, 10)
	w.must(err)
	if len(history) != 2 || history[0].After.Audience != policy.Custom || history[0].Before.Audience != policy.Followers ||
		history[0].After.Routes != want || history[1].Before.Audience != policy.NotChosen || !history[1].At.Equal(first) {
		t.Errorf("the history is %+v", history)
	}
	if short, err := w.store.History(t.Context(), alice, nil, 1); err != nil || len(short) != 1 || short[0].After.Audience != policy.Custom {
		t.Errorf("the newest of the history is %+v, %v", short, err)
	}
	last := w.events(alice, 0)
	if len(last) != 2 || last[1].Kind != dm.EventSettingsChanged || last[1].Settings == nil || last[1].View != nil {
		t.Errorf("her devices hear %+v", last)
	}

	// Hidden by the grid: the sender is told of a request, the recipient of nothing.
	bob := w.users(1)[0]
	if p := w.standing(bob, alice).Permission; p.Folder != dm.FolderRequests {
		t.Errorf("before a send that will be hidden: %+v", p)
	}
	w.send(bob, alice, "hello")
	w.wantUnread(alice, 0, 0, 0)
	if len(w.folder(alice, dm.FolderHidden)) != 1 || len(w.folder(alice, dm.FolderRequests)) != 0 {
		t.Error("a hidden message is not in the folder HIDDEN")
	}
	w.consistent(alice, bob)
}

// NO_ONE keeps history readable and stops new messages, also from those who are known.
func testNoOneInOldConversations(t *testing.T, b Backend) {
	w := newWorld(t, b)
	alice, bob := w.pair()
	w.friends(alice, bob)
	w.send(alice, bob, "hello")
	w.send(bob, alice, "hi")
	w.audience(bob, policy.NoOne)
	_, err := w.trySend(alice, bob, "still there?", w.key())
	w.denied(err, policy.DenialNotAccepting)
	if v := w.view(bob, alice); v.Folder != dm.FolderInbox || v.LastSeq != 2 {
		t.Errorf("under NO_ONE the old conversation is %+v", v)
	}
	if p := w.standing(bob, alice).Permission; !p.Allowed() || p.CanReply {
		t.Errorf("who writes under NO_ONE is told %+v; no reply can arrive", p)
	}
	w.send(bob, alice, "do not answer")
	w.consistent(alice, bob)
}

func testBlock(t *testing.T, b Backend) {
	w := newWorld(t, b)
	alice, bob := w.pair()
	w.friends(alice, bob)
	w.send(alice, bob, "one")
	w.send(alice, bob, "two")
	w.send(bob, alice, "three")
	w.send(alice, bob, "four")
	w.wantUnread(alice, 0, 0, 0)
	w.wantUnread(bob, 1, 0, 1)
	heard, seen := w.cursor(alice), w.view(alice, bob)
	w.must(w.service.Block(t.Context(), bob, alice))

	w.wantUnread(bob, 0, 0, 0)
	if v := w.view(bob, alice); v.Unread != 0 || v.Folder != dm.FolderInbox || v.LastSeq != 4 || v.TheirReadSeq != nil {
		t.Errorf("the blocker sees %+v; history stays readable", v)
	}
	if w.cursor(alice) != heard {
		t.Error("the blocked hears of the block")
	}
	w.wantUnread(alice, 0, 0, 0)
	if diff := cmp.Diff(seen, w.view(alice, bob)); diff != "" {
		t.Errorf("the blocked sees the block:\n%s", diff)
	}
	if s := w.standing(alice, bob); !s.ViewerFollows || s.FollowsViewer || s.ViewerOverride.Blocked || s.Permission.Denial != policy.DenialNotAccepting {
		t.Errorf("the blocked is told %+v; their own follow stays in their view", s)
	}
	if s := w.standing(bob, alice); s.ViewerFollows || s.FollowsViewer || !s.ViewerOverride.Blocked || s.Permission.Denial != policy.DenialViewerBlocksThem {
		t.Errorf("the blocker is told %+v", s)
	}
	// Neither the blocker nor the blocked person gets an event when the other reads.
	quiet := w.cursor(bob)
	_, err := w.service.MarkRead(t.Context(), alice, dm.ConversationOf(alice, bob), 4)
	w.must(err)
	if w.cursor(bob) != quiet {
		t.Error("the blocker hears what the blocked has read")
	}
	heard = w.cursor(alice)
	_, err = w.service.MarkRead(t.Context(), bob, dm.ConversationOf(alice, bob), 4)
	w.must(err)
	if w.cursor(alice) != heard {
		t.Error("the blocked hears what the blocker has read")
	}
	_, err = w.trySend(alice, bob, "five", w.key())
	w.denied(err, policy.DenialNotAccepting)
	w.refused(w.service.Follow(t.Context(), bob, alice), dm.CodeInvalidInput)
	w.must(w.service.Follow(t.Context(), alice, bob))
	if w.standing(bob, alice).FollowsViewer {
		t.Error("the follow of a blocked person shows to the blocker")
	}
	at := w.cursor(bob)
	w.must(w.service.Block(t.Context(), bob, alice))
	if w.cursor(bob) != at {
		t.Error("blocking who is blocked wrote an event")
	}
	w.consistent(alice, bob)

	w.must(w.service.Unblock(t.Context(), bob, alice))
	w.wantUnread(bob, 1, 0, 1)
	if s := w.standing(bob, alice); !s.FollowsViewer {
		t.Errorf("after the block the other's follow holds again: %+v", s)
	}
	w.send(alice, bob, "known still")
	w.consistent(alice, bob)

	// While both block, one unblock is not enough.
	w.must(w.service.Block(t.Context(), alice, bob))
	w.must(w.service.Block(t.Context(), bob, alice))
	w.must(w.service.Unblock(t.Context(), bob, alice))
	_, err = w.trySend(bob, alice, "blocked", w.key())
	w.denied(err, policy.DenialNotAccepting)
	_, err = w.trySend(alice, bob, "blocking", w.key())
	w.denied(err, policy.DenialViewerBlocksThem)
	w.wantUnread(bob, 1, 0, 2)
	w.consistent(alice, bob)
	w.refused(w.service.Block(t.Context(), alice, alice), dm.CodeInvalidInput)
	w.refused(w.service.Block(t.Context(), alice, dm.NewUserID()), dm.CodeNotFound)
}

// Unread messages still wait for the blocked person, and their request leaves the view of the
// person who blocks them.
func testBlockWithUnreadAndRequests(t *testing.T, b Backend) {
	w := newWorld(t, b)
	alice, bob := w.pair()
	w.friends(alice, bob)
	w.send(bob, alice, "read me later")
	id := dm.ConversationOf(alice, bob)
	heard, seen := w.cursor(alice), w.view(alice, bob)
	w.must(w.service.Block(t.Context(), bob, alice))
	w.wantUnread(alice, 1, 0, 1)
	if w.cursor(alice) != heard || !cmp.Equal(seen, w.view(alice, bob)) {
		t.Errorf("the blocked sees the block: %+v", w.view(alice, bob))
	}
	quiet := w.cursor(bob)
	_, err := w.service.MarkRead(t.Context(), alice, id, 1)
	w.must(err)
	w.wantUnread(alice, 0, 0, 0)
	if w.cursor(bob) != quiet {
		t.Error("who blocks hears what the blocked has read")
	}
	w.consistent(alice, bob)

	carol := w.users(1)[0]
	in := dm.SendInput{To: bob, Body: "hello", ClientMessageID: w.key()}
	first, err := w.service.Send(t.Context(), carol, in)
	w.must(err)
	w.wantUnread(bob, 0, 1, 0)
	heard, seen = w.cursor(carol), w.view(carol, bob)
	w.must(w.service.Block(t.Context(), bob, carol))
	w.wantUnread(bob, 0, 0, 0)
	w.noView(bob, carol)
	if w.cursor(carol) != heard || !cmp.Equal(seen, w.view(carol, bob)) {
		t.Errorf("the blocked sees what became of their request: %+v", w.view(carol, bob))
	}
	again, err := w.service.Send(t.Context(), carol, in)
	w.must(err)
	if !again.Repeated || again.Remaining == nil || *again.Remaining != *first.Remaining {
		t.Errorf("a retry tells the blocked that %v remain, the first answer said %d", again.Remaining, *first.Remaining)
	}
	w.must(w.service.Unblock(t.Context(), bob, carol))
	w.noView(bob, carol)
	if sent := w.send(carol, bob, "hello again"); *sent.Remaining != *first.Remaining-1 {
		t.Errorf("after the block %d remain, which tells of it", *sent.Remaining)
	}
	w.wantUnread(bob, 0, 1, 0)
	w.consistent(alice, bob, carol)
}

// I5 where the counts of a user do not change but a conversation's do: in the folders that are not
// counted.
func testBlockInUncountedFolders(t *testing.T, b Backend) {
	w := newWorld(t, b)
	alice, bob := w.pair()
	w.friends(alice, bob)
	id := w.send(alice, bob, "hello").View.ID
	_, err := w.service.Archive(t.Context(), bob, id, true)
	w.must(err)
	w.must(w.service.Block(t.Context(), alice, bob))
	w.consistent(alice, bob)
	w.must(w.service.Unblock(t.Context(), alice, bob))
	w.consistent(alice, bob)
}
