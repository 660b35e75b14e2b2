package storetest

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/aparte-im/aparte/dm"
	"github.com/aparte-im/aparte/dm/policy"
)

// A stranger's message that holds a hidden word goes to HIDDEN, and the sender is answered as
// without the list. Messages of people whom the user knows, follows or has listed are not checked.
func testHiddenWords(t *testing.T, b Backend) {
	w := newWorld(t, b)
	ctx := t.Context()
	alice, bob := w.pair()
	carol := w.users(1)[0]
	list, err := w.service.AddHiddenWords(ctx, bob, []string{"idiot", " buy now ", "🍆", "idiot"})
	w.must(err)
	if diff := cmp.Diff([]string{"idiot", "buy now", "🍆"}, list); diff != "" {
		t.Errorf("the list, -want +got:\n%s", diff)
	}
	plain := w.send(carol, bob, "hello")
	for i, body := range []string{"you 1D10T", "hello", "B.U.Y now"} {
		sent := w.send(alice, bob, body)
		if now := w.view(bob, alice); now.Folder != dm.FolderHidden {
			t.Errorf("%q is in folder %v", body, now.Folder)
		}
		if sent.View.Folder != plain.View.Folder || *sent.Remaining != *plain.Remaining-i || sent.View.TheirReadSeq != nil {
			t.Errorf("the sender of %q is told %+v", body, sent)
		}
	}
	w.wantUnread(bob, 0, 1, 0)
	if p := w.standing(alice, bob).Permission; p.Denial != policy.DenialRequestLimit {
		t.Errorf("a hidden request counts like any other, but she is told %+v", p)
	}
	if p := w.standing(carol, bob).Permission; p.Folder != dm.FolderRequests {
		t.Errorf("she is told %+v", p)
	}
	// A video's words count too, and a route to the inbox is no way around.
	_, err = w.service.SetWhoCanMessageMe(ctx, bob, policy.Custom, map[policy.Relation]policy.Route{policy.Stranger: policy.RouteInbox})
	w.must(err)
	dave := w.users(1)[0]
	title := "IDIOT!"
	sent, err := w.service.Send(ctx, dave, dm.SendInput{To: bob, Video: &dm.VideoCard{URL: "https://v.example", Title: &title}, ClientMessageID: w.key()})
	w.must(err)
	if now := w.view(bob, dave); now.Folder != dm.FolderHidden || sent.Remaining != nil || sent.View.TheirReadSeq == nil {
		t.Errorf("the video is in folder %v, its sender is told %+v", now.Folder, sent)
	}
	// So does its address, as it reads.
	erin := w.users(1)[0]
	address := dm.VideoCard{URL: "https://v.example/what-an-%69diot"}
	w.must(second(w.service.Send(ctx, erin, dm.SendInput{To: bob, Video: &address, ClientMessageID: w.key()})))
	if now := w.view(bob, erin); now.Folder != dm.FolderHidden {
		t.Errorf("the video's address is in folder %v", now.Folder)
	}
	// An acceptance makes them known.
	_, err = w.service.AcceptRequest(ctx, bob, dm.ConversationOf(alice, bob))
	w.must(err)
	w.send(alice, bob, "idiot")
	if now := w.view(bob, alice); now.Folder != dm.FolderInbox {
		t.Errorf("who is known is in folder %v", now.Folder)
	}
	w.must(w.service.Follow(ctx, bob, carol))
	w.send(carol, bob, "idiot")
	if now := w.view(bob, carol); now.Folder != dm.FolderInbox {
		t.Errorf("who is followed is in folder %v", now.Folder)
	}
	w.consistent(alice, bob)
}

// A message that is hidden for its words, although its sender sees an inbox, is a request like any
// other: a block removes it, a bulk decline answers it, and the sender sees neither.
func testHiddenWordsAnswered(t *testing.T, b Backend) {
	w := newWorld(t, b)
	ctx := t.Context()
	alice, bob := w.pair()
	carol := w.users(1)[0]
	w.must(second(w.service.AddHiddenWords(ctx, bob, []string{"idiot"})))
	w.must(second(w.service.SetWhoCanMessageMe(ctx, bob, policy.Custom, map[policy.Relation]policy.Route{policy.Stranger: policy.RouteInbox})))
	for _, who := range []dm.UserID{alice, carol} {
		sent := w.send(who, bob, "idiot")
		if now := w.view(bob, who); now.Folder != dm.FolderHidden || sent.View.TheirReadSeq == nil || sent.Remaining != nil {
			t.Fatalf("it is in folder %v, its sender is told %+v", now.Folder, sent)
		}
	}
	before, at := w.view(carol, bob), w.cursor(carol)
	w.must(w.service.Block(ctx, bob, alice))
	walked, err := w.service.DeclineAll(ctx, bob, dm.RequestFilter{Folder: dm.FolderHidden})
	w.must(err)
	if walked.Moved != 1 {
		t.Errorf("%d are declined", walked.Moved)
	}
	for _, who := range []dm.UserID{alice, carol} {
		w.refused(second(w.service.ConversationWith(ctx, bob, who)), dm.CodeNotFound)
	}
	if p := w.standing(alice, bob).Permission; p.Denial != policy.DenialNotAccepting {
		t.Errorf("after a block she is told %+v", p)
	}
	if p := w.standing(carol, bob).Permission; p.Folder != dm.FolderInbox {
		t.Errorf("after a decline she is told %+v, and was told of an inbox before", p)
	}
	if diff := cmp.Diff(before, w.view(carol, bob)); diff != "" || w.cursor(carol) != at {
		t.Errorf("who wrote it sees the decline, -before +after:\n%s", diff)
	}
	w.consistent(alice, bob)
	w.consistent(carol, bob)
}

// A change of the list holds for the next message, on every node (I1).
func testHiddenWordsChange(t *testing.T, b Backend) {
	w := newWorld(t, b)
	ctx := t.Context()
	bob := w.users(1)[0]
	nodes := []*world{w}
	if b.Shared {
		nodes = append(nodes, w.node(t))
	}
	for i, node := range nodes {
		for round := range 3 {
			word := fmt.Sprintf("word%d%c", i, 'a'+round)
			_, err := node.service.AddHiddenWords(ctx, bob, []string{word})
			w.must(err)
			for _, other := range nodes {
				stranger := w.users(1)[0]
				_, err := other.trySend(stranger, bob, "a "+word, w.key())
				w.must(err)
				if now := w.view(bob, stranger); now.Folder != dm.FolderHidden {
					t.Errorf("%s on another node is in folder %v", word, now.Folder)
				}
			}
			at := w.cursor(bob)
			_, err = node.service.RemoveHiddenWords(ctx, bob, []string{word, "never there"})
			w.must(err)
			if w.cursor(bob) == at {
				t.Error("the devices are not told")
			}
			for _, other := range nodes {
				stranger := w.users(1)[0]
				_, err := other.trySend(stranger, bob, "a "+word, w.key())
				w.must(err)
				if now := w.view(bob, stranger); now.Folder != dm.FolderRequests {
					t.Errorf("%s is off the list, but in folder %v", word, now.Folder)
				}
			}
		}
	}
	at := w.cursor(bob)
	list, err := w.service.RemoveHiddenWords(ctx, bob, []string{"not there"})
	w.must(err)
	if len(list) != 0 || w.cursor(bob) != at {
		t.Errorf("a change of nothing wrote something: %v", list)
	}
	for _, bad := range [][]string{nil, {""}, {"..."}, make([]string, 1001)} {
		_, err = w.service.AddHiddenWords(ctx, bob, bad)
		w.refused(err, dm.CodeInvalidInput)
	}
	var many []string
	for i := range 1000 {
		many = append(many, fmt.Sprint("mot ", i))
	}
	_, err = w.service.AddHiddenWords(ctx, bob, many)
	w.must(err)
	_, err = w.service.AddHiddenWords(ctx, bob, []string{"one more"})
	w.refused(err, dm.CodeInvalidInput)
	_, err = w.service.AddHiddenWords(ctx, dm.NewUserID(), []string{"a"})
	w.refused(err, dm.CodeNotFound)
	list, err = w.service.HiddenWords(ctx, bob)
	w.must(err)
	if diff := cmp.Diff(many, list); diff != "" {
		t.Errorf("the list, -want +got:\n%s", diff)
	}
	w.consistent(bob)
}
