package storetest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/aparte-im/aparte/dm"
	"github.com/aparte-im/aparte/dm/policy"
)

// A change of the hidden words sorts the requests that exist: a request that holds one is hidden
// and comes back when the word is removed. Its sender sees nothing of it.
func testHiddenWordsSort(t *testing.T, b Backend) {
	w := newWorld(t, b)
	ctx := t.Context()
	bob := w.users(1)[0]
	others := w.users(6)
	rude, kind, friend, regretful, both, open := others[0], others[1], others[2], others[3], others[4], others[5]
	w.send(rude, bob, "hello")
	w.send(rude, bob, "you idiot")
	w.send(kind, bob, "hello")
	w.must(w.service.Follow(ctx, bob, friend))
	w.send(friend, bob, "idiot!")
	sent := w.send(regretful, bob, "idiot")
	_, err := w.service.Unsend(ctx, regretful, sent.Message.ID)
	w.must(err)
	w.send(both, bob, "idiot, buy now")
	folders := func(want map[dm.UserID]dm.Folder) {
		t.Helper()
		for who, folder := range want {
			if got := w.view(bob, who).Folder; got != folder {
				t.Errorf("%v is in folder %v, want %v", slices.Index(others, who), got, folder)
			}
		}
	}
	before, cursor := w.view(rude, bob), w.cursor(rude)
	w.wantUnread(bob, 1, 4, 1)
	_, err = w.service.AddHiddenWords(ctx, bob, []string{"idiot", "buy now"})
	w.must(err)
	folders(map[dm.UserID]dm.Folder{
		rude: dm.FolderHidden, kind: dm.FolderRequests, friend: dm.FolderInbox, regretful: dm.FolderRequests, both: dm.FolderHidden,
	})
	w.wantUnread(bob, 1, 2, 1)
	if diff := cmp.Diff(before, w.view(rude, bob)); diff != "" || w.cursor(rude) != cursor {
		t.Errorf("the sender sees it: %s", diff)
	}
	// A stranger whose conversation is in the inbox and is then held sees no receipts meanwhile,
	// and all of them afterwards.
	_, err = w.service.SetWhoCanMessageMe(ctx, bob, policy.Custom, map[policy.Relation]policy.Route{policy.Stranger: policy.RouteInbox})
	w.must(err)
	w.send(open, bob, "idiot")
	_, err = w.service.MarkRead(ctx, bob, dm.ConversationOf(bob, open), 1)
	w.must(err)
	if seen := w.view(open, bob).TheirReadSeq; seen == nil || *seen != 0 {
		t.Errorf("the sender of what is held sees %v read", seen)
	}
	_, err = w.service.RemoveHiddenWords(ctx, bob, []string{"idiot"})
	w.must(err)
	folders(map[dm.UserID]dm.Folder{rude: dm.FolderInbox, both: dm.FolderHidden, open: dm.FolderInbox})
	if seen := w.view(open, bob).TheirReadSeq; seen == nil || *seen != 1 {
		t.Errorf("after it came out its sender sees %v read", seen)
	}
	// A conversation that is out because of its words alone stays where the routes want it, and
	// comes out with them.
	_, err = w.service.SetWhoCanMessageMe(ctx, bob, policy.Custom, map[policy.Relation]policy.Route{policy.Stranger: policy.RouteHidden})
	w.must(err)
	_, err = w.service.RemoveHiddenWords(ctx, bob, []string{"buy now"})
	w.must(err)
	folders(map[dm.UserID]dm.Folder{both: dm.FolderHidden})
	w.audience(bob, policy.Everyone)
	folders(map[dm.UserID]dm.Folder{both: dm.FolderRequests})
	w.consistent(append(others, bob)...)
}

// More than a call sorts goes on in the background, also when the node that works on it goes away
// in the middle.
func testSortInTheBackground(t *testing.T, b Backend) {
	w := newWorld(t, b, func(w *world) { w.config.Rules.SurgeFloor = 0 })
	ctx := t.Context()
	bob := w.users(1)[0]
	_, err := w.service.SetWhoCanMessageMe(ctx, bob, policy.Custom, map[policy.Relation]policy.Route{policy.Stranger: policy.RouteHidden})
	w.must(err)
	const many = 2500
	var crowd []dm.UserID
	for range many / 100 {
		crowd = append(crowd, w.users(100)...)
	}
	var wg sync.WaitGroup
	for chunk := range slices.Chunk(crowd, many/25) {
		wg.Go(func() {
			for _, who := range chunk {
				if _, err := w.trySend(who, bob, "hello", fmt.Sprint("k-", who)); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	w.audience(bob, policy.Everyone) // 1,000 of them come out with the call
	if got := w.unread(bob).Requests; got != 1000 {
		t.Fatalf("%d requests are out", got)
	}
	walked, err := w.service.ReleaseHidden(ctx, bob)
	w.must(err)
	if walked.Moved != 1000 || !walked.More {
		t.Errorf("a call by hand moved %+v", walked)
	}
	job, err := w.service.TakeJob(ctx, dm.JobSortHidden, "one", time.Minute)
	w.must(err)
	if job == nil {
		t.Fatal("nothing is left to the background")
	}
	cut, cancel := context.WithCancel(ctx)
	cancel()
	if err := w.service.Sort(cut, job, time.Minute); err == nil || !errors.Is(err, context.Canceled) {
		t.Fatalf("a node that goes away: %v", err)
	}
	job.LeaseUntil = time.Time{}
	w.must(w.store.KeepJob(ctx, job))
	again, err := w.service.TakeJob(ctx, dm.JobSortHidden, "two", time.Minute)
	w.must(err)
	if again == nil || again.ID != job.ID {
		t.Fatalf("the next node gets %+v", again)
	}
	w.must(w.service.Sort(ctx, again, time.Minute))
	if got := w.unread(bob).Requests; got != many {
		t.Errorf("%d of %d requests are out", got, many)
	}
	if done, err := w.store.LastJob(ctx, bob, dm.JobSortHidden); err != nil || done.State != dm.JobDone {
		t.Errorf("the job is %+v, %v", done, err)
	}
	// Words hide in the background as well.
	_, err = w.service.AddHiddenWords(ctx, bob, []string{"hello"})
	w.must(err)
	job, err = w.service.TakeJob(ctx, dm.JobSortRequests, "one", time.Minute)
	w.must(err)
	w.must(w.service.Sort(ctx, job, time.Minute))
	w.wantUnread(bob, 0, 0, 0)
	w.consistent(bob)
}

// A change of the hidden words is in the setting history, with the device, and can be taken back.
func testUndoWords(t *testing.T, b Backend) {
	w := newWorld(t, b)
	ctx := dm.WithOrigin(t.Context(), dm.Origin{Device: "a phone"})
	alice, bob := w.pair()
	w.send(alice, bob, "you idiot")
	edit := func(do func(context.Context, dm.UserID, []string) ([]string, error), words ...string) dm.SettingsChange {
		t.Helper()
		w.clock.advance(time.Second)
		_, err := do(ctx, bob, words)
		w.must(err)
		history, err := historyOf(t.Context(), w.service, bob, 1)
		w.must(err)
		if len(history) != 1 || history[0].Words == nil || history[0].Device != "a phone" || history[0].Before != history[0].After {
			t.Fatalf("the history has %+v", history)
		}
		return history[0]
	}
	first := edit(w.service.AddHiddenWords, "idiot", "buy now")
	if diff := cmp.Diff(&dm.WordsChange{Version: 1, Added: []string{"idiot", "buy now"}}, first.Words); diff != "" {
		t.Errorf("what was added, -want +got:\n%s", diff)
	}
	second := edit(w.service.RemoveHiddenWords, "idiot")
	if diff := cmp.Diff(&dm.WordsChange{Version: 2, Removed: []string{"idiot"}}, second.Words); diff != "" {
		t.Errorf("what was removed, -want +got:\n%s", diff)
	}
	if got := w.view(bob, alice).Folder; got != dm.FolderRequests {
		t.Errorf("without the word it is in folder %v", got)
	}
	_, err := w.service.UndoSettingsChange(ctx, bob, first.ID)
	w.refused(err, dm.CodeInvalidInput)
	_, err = w.service.UndoSettingsChange(ctx, alice, second.ID)
	w.refused(err, dm.CodeNotFound)
	w.clock.advance(time.Second)
	_, err = w.service.UndoSettingsChange(ctx, bob, second.ID)
	w.must(err)
	list, err := w.service.HiddenWords(ctx, bob)
	w.must(err)
	if diff := cmp.Diff([]string{"buy now", "idiot"}, list); diff != "" {
		t.Errorf("the list after the undo, -want +got:\n%s", diff)
	}
	if got := w.view(bob, alice).Folder; got != dm.FolderHidden {
		t.Errorf("after the undo it is in folder %v", got)
	}
	history, err := historyOf(ctx, w.service, bob, 1)
	w.must(err)
	if c := history[0]; c.Undoes != second.ID || c.Words == nil || !slices.Equal(c.Words.Added, []string{"idiot"}) {
		t.Errorf("the undo is kept as %+v", c)
	}
	// It can be undone, and a change of the settings meanwhile stands for itself.
	w.clock.advance(time.Second)
	w.audience(bob, policy.Everyone)
	_, err = w.service.UndoSettingsChange(ctx, bob, history[0].ID)
	w.must(err)
	if now := w.view(bob, alice).Folder; now != dm.FolderRequests {
		t.Errorf("the undo was not undone: folder %v", now)
	}
	if m, err := w.service.Messaging(ctx, bob); err != nil || m.Settings.Audience != policy.Everyone {
		t.Errorf("it took the setting with it: %+v, %v", m, err)
	}
}
