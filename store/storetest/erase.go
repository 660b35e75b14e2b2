package storetest

import (
	"context"
	"testing"
	"time"

	"github.com/aparte-im/aparte/dm"
	"github.com/aparte-im/aparte/dm/policy"
)

// host is who erases, in the audit log.
var host = dm.Moderator{Name: "host", RequestID: "req-e"}

const hold = time.Minute

// testErase: the words go, in steps that a crash may cut; the other side's history keeps its shape
// and its devices are told; evidence stays.
func testErase(t *testing.T, b Backend) {
	w := newWorld(t, b)
	ctx := t.Context()
	ids := w.upsert(
		dm.UserInput{ExternalID: "goes", Handle: "goes"}, dm.UserInput{ExternalID: "bob", Handle: "bob"},
		dm.UserInput{ExternalID: "carol", Handle: "carol"},
	)
	goes, bob, carol := ids[0], ids[1], ids[2]
	w.friends(goes, bob)
	var sends []dm.Send
	const long = 1200 // more than two steps
	for i := range long {
		s := dm.Send{Sender: goes, Recipient: bob, Body: "secret", ClientMessageID: w.key(), At: w.clock.Now()}
		if i%3 == 0 {
			s.Sender, s.Recipient, s.Body = bob, goes, "mine"
		}
		sends = append(sends, s)
	}
	w.must(second(w.service.Import(ctx, sends)))
	w.send(goes, carol, "secret")
	title := "secret title"
	last, err := w.service.Send(ctx, goes, dm.SendInput{
		To: bob, Video: &dm.VideoCard{URL: "https://secret.example", Title: &title}, ClientMessageID: "secret key",
	})
	w.must(err)
	r := w.report(bob, dm.ReportInput{Messages: []dm.MessageID{last.Message.ID}})
	w.audience(goes, policy.NoOne)
	before := map[dm.UserID]*snapshot{bob: w.snapshot(bob), carol: w.snapshot(carol)}

	w.refused(second(w.service.EraseUser(ctx, host, "nobody")), dm.CodeNotFound)
	w.refused(second(w.service.Erasures(ctx, "goes")), dm.CodeNotFound)
	var jobs []*dm.Job
	for range 2 {
		jobs, err = w.service.EraseUser(ctx, host, "goes")
		w.must(err)
		if len(jobs) != 1 || jobs[0].State != dm.JobQueued || jobs[0].User != goes {
			t.Fatalf("the jobs are %+v", jobs)
		}
	}
	w.denied(second(w.trySend(bob, goes, "more", w.key())), policy.DenialNotAccepting)

	// A node takes it and dies in the middle; nobody else gets it before its lease ends, and then
	// goes on from there.
	job, err := w.service.TakeJob(ctx, dm.JobErase, "one", hold)
	w.must(err)
	if job == nil || job.ID != jobs[0].ID {
		t.Fatalf("took %+v", job)
	}
	if other, err := w.service.TakeJob(ctx, dm.JobErase, "two", hold); err != nil || other != nil {
		t.Fatalf("two nodes work on it: %+v, %v", other, err)
	}
	dies, die := context.WithCancel(ctx)
	steps := &dyingStore{Store: w.store, left: 2, die: die}
	service := dm.New(dm.Config{Store: steps, Bus: w.hub, PollInterval: never})
	if err := service.Erase(dies, job, hold); err == nil {
		t.Fatal("the erasure went on without its node")
	}
	now, err := w.service.Erasures(ctx, "goes")
	w.must(err)
	if p := now[0].Progress(); p <= 0 || p >= 100 {
		t.Errorf("the progress in the middle is %d", p)
	}
	w.clock.advance(hold)
	again, err := w.service.TakeJob(ctx, dm.JobErase, "two", hold)
	w.must(err)
	if again == nil || again.Done == 0 || again.Tries != 2 {
		t.Fatalf("the second node starts at %+v", again)
	}
	if err := w.service.Erase(ctx, job, hold); err == nil {
		t.Error("a node without the lease goes on")
	}
	w.must(w.service.Erase(ctx, again, hold))
	now, err = w.service.Erasures(ctx, "goes")
	w.must(err)
	if now[0].State != dm.JobDone || now[0].Progress() != 100 || now[0].FinishedAt.IsZero() {
		t.Errorf("it ends as %+v", now[0])
	}

	for viewer, count := range map[dm.UserID]int64{bob: long + 1, carol: 1} {
		w.catchUp(viewer, before[viewer])
		w.equals(viewer, before[viewer], w.snapshot(viewer))
		v := w.view(viewer, goes)
		if v.LastSeq != count || !v.Last.Removed {
			t.Errorf("the other side sees %+v", v)
		}
		mine := 0
		for page := (dm.PageRequest{First: dm.MaxPage}); ; {
			lists, err := w.service.Messages(ctx, viewer, []dm.ConversationID{v.ID}, page)
			w.must(err)
			for _, m := range lists[v.ID].Items {
				page.After = m.Place()
				switch {
				case m.Sender == viewer && m.Body == "mine":
					mine++
				case m.Sender != goes || !m.Removed || m.Body != "" || m.Video != nil || m.FirstDigest == nil || *m.FirstDigest != "":
					t.Fatalf("message %d is %+v", m.ID.Seq, m)
				}
			}
			if !lists[v.ID].More {
				break
			}
		}
		if viewer == bob && mine != long/3 {
			t.Errorf("%d of %d own messages are left", mine, long/3)
		}
	}
	if sealed := w.opened(r.ID); *sealed.Messages[len(sealed.Messages)-1].Video.Title != title {
		t.Error("the evidence lost its words")
	}
	history, err := historyOf(ctx, w.service, goes, 10)
	w.must(err)
	if log, err := w.store.Log(ctx, goes, 0, 10); err != nil || len(log.Events) > 0 || len(history) > 0 {
		t.Errorf("left of the user: %d events, %d settings, %v", len(log.Events), len(history), err)
	}
	audit, err := w.service.Audit(ctx, dm.AuditFilter{}, dm.PageRequest{First: 10})
	w.must(err)
	if len(audit.Items) != 1 || audit.Items[0].Act != dm.AuditErase || audit.Items[0].User != goes || audit.Items[0].Actor != "host" {
		t.Errorf("the audit log has %+v", audit.Items)
	}
	w.consistent(bob, carol)
}

// dyingStore ends a context after some steps of an erasure.
type dyingStore struct {
	Store
	left int
	die  func()
}

func (d *dyingStore) EraseStep(ctx context.Context, job *dm.Job, c dm.ConversationRef, hold time.Duration) error {
	err := d.Store.EraseStep(ctx, job, c, hold)
	if d.left--; d.left == 0 {
		d.die()
	}
	return err
}

// testEraseWhoWasDeleted: who was deleted before can be erased too, and who has the same externalId
// since goes with them.
func testEraseWhoWasDeleted(t *testing.T, b Backend) {
	w := newWorld(t, b)
	ctx := t.Context()
	bob := w.users(1)[0]
	var gone []dm.UserID
	for range 2 {
		u := w.upsert(dm.UserInput{ExternalID: "x", Handle: "x"})[0]
		w.send(u, bob, "words")
		w.must(w.service.DeleteUser(ctx, "x"))
		gone = append(gone, u)
	}
	jobs, err := w.service.EraseUser(ctx, host, "x")
	w.must(err)
	if len(jobs) != 2 {
		t.Fatalf("%d jobs for 2 users", len(jobs))
	}
	for range jobs {
		job, err := w.service.TakeJob(ctx, dm.JobErase, "n", hold)
		w.must(err)
		w.must(w.service.Erase(ctx, job, hold))
	}
	if job, err := w.service.TakeJob(ctx, dm.JobErase, "n", hold); job != nil || err != nil {
		t.Errorf("left to do: %+v, %v", job, err)
	}
	for _, u := range gone {
		if v := w.view(bob, u); !v.Last.Removed {
			t.Errorf("words are left: %+v", v.Last)
		}
	}
	w.consistent(bob)
}
