package dm_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/aparte-im/aparte/dm"
	"github.com/aparte-im/aparte/dm/policy"
	"github.com/aparte-im/aparte/live"
)

// world is a service over the model of a store, with people to whom everyone may write.
type world struct {
	*testing.T
	*dm.Service
	store              *memory
	alice, bob, carol  dm.UserID
	keys               int
	moderator, another dm.Moderator
}

func newWorld(t *testing.T) *world {
	t.Helper()
	hub := live.NewHub()
	w := &world{
		T: t, store: newMemory(hub), moderator: dm.Moderator{Name: "mod", RequestID: "r"}, another: dm.Moderator{Name: "other", RequestID: "r"},
	}
	w.Service = dm.New(dm.Config{Store: w.store, Bus: hub, PollInterval: time.Hour})
	users, err := w.UpsertUsers(t.Context(), []dm.UserInput{
		{ExternalID: "a", Handle: "alice", DisplayName: "Alice"},
		{ExternalID: "b", Handle: "bob", DisplayName: "Bob"},
		{ExternalID: "c", Handle: "carol", DisplayName: "Carol"},
	})
	w.must(err)
	w.alice, w.bob, w.carol = users[0].ID, users[1].ID, users[2].ID
	return w
}

func (w *world) must(err error) {
	w.Helper()
	if err != nil {
		w.Fatal(err)
	}
}

func (w *world) refused(err error, code dm.Code) {
	w.Helper()
	if dm.CodeOf(err) != code {
		w.Fatalf("got %v, want %s", err, code)
	}
}

func (w *world) trySend(from, to dm.UserID, body string) (dm.Sent, error) {
	w.keys++
	return w.Send(w.Context(), from, dm.SendInput{To: to, Body: body, ClientMessageID: fmt.Sprint("k", w.keys)})
}

func (w *world) send(from, to dm.UserID, body string) dm.Sent {
	w.Helper()
	sent, err := w.trySend(from, to, body)
	w.must(err)
	return sent
}

// friends makes two people know each other.
func (w *world) friends(a, b dm.UserID) {
	w.Helper()
	w.must(w.Follow(w.Context(), a, b))
	w.must(w.Follow(w.Context(), b, a))
}

func (w *world) folder(viewer, other dm.UserID, want dm.Folder) {
	w.Helper()
	v, err := w.ConversationWith(w.Context(), viewer, other)
	w.must(err)
	if v.Folder != want {
		w.Fatalf("the conversation is in folder %v, want %v", v.Folder, want)
	}
}

func TestARequestIsAcceptedDeclinedOrAnswered(t *testing.T) {
	w := newWorld(t)
	id := dm.ConversationOf(w.alice, w.bob)
	sent := w.send(w.alice, w.bob, "hello")
	if sent.Remaining == nil || *sent.Remaining != 2 {
		t.Fatalf("remaining is %v, want 2", sent.Remaining)
	}
	w.folder(w.bob, w.alice, dm.FolderRequests)
	changed, err := w.AcceptRequest(t.Context(), w.bob, id)
	w.must(err)
	if changed.Unread.Unread != (dm.Unread{Conversations: 1, Messages: 1}) {
		t.Errorf("unread is %+v (I6)", changed.Unread.Unread)
	}
	w.folder(w.bob, w.alice, dm.FolderInbox)

	w.send(w.carol, w.bob, "hello")
	declined, _, err := w.DeclineRequests(t.Context(), w.bob, []dm.ConversationID{dm.ConversationOf(w.carol, w.bob)})
	w.must(err)
	if len(declined) != 1 {
		t.Errorf("declined %v", declined)
	}
	if again := w.send(w.carol, w.bob, "again"); again.Remaining == nil || *again.Remaining != 1 {
		t.Errorf("a declined sender has %v left, as if the request waited: want 1", again.Remaining)
	}
	_, err = w.ConversationWith(t.Context(), w.bob, w.carol)
	w.refused(err, dm.CodeNotFound)
	w.send(w.bob, w.carol, "after all")
	w.send(w.carol, w.bob, "thanks")
	w.folder(w.bob, w.carol, dm.FolderInbox)
	_, err = w.AcceptRequest(t.Context(), w.alice, dm.ConversationOf(w.alice, w.carol))
	w.refused(err, dm.CodeNotFound)
}

func TestRequestsAreAnsweredInBulk(t *testing.T) {
	w := newWorld(t)
	w.send(w.alice, w.bob, "one")
	w.send(w.carol, w.bob, "two")
	got, err := w.AcceptAll(t.Context(), w.bob, dm.RequestFilter{Folder: dm.FolderRequests})
	w.must(err)
	w.folder(w.bob, w.alice, dm.FolderInbox)
	w.folder(w.bob, w.carol, dm.FolderInbox)
	w.send(w.alice, w.carol, "three")
	more, err := w.DeclineAll(t.Context(), w.carol, dm.RequestFilter{Folder: dm.FolderRequests})
	w.must(err)
	if got == more {
		t.Errorf("two accepted requests and one declined request both give %+v", got)
	}
	_, err = w.AcceptAll(t.Context(), w.bob, dm.RequestFilter{Folder: dm.FolderInbox})
	w.refused(err, dm.CodeInvalidInput)
	_, _, err = w.EndSurgeShield(t.Context(), w.bob, dm.ShieldRelease)
	w.must(err)
}

func TestASendIsWrittenOnce(t *testing.T) {
	w := newWorld(t)
	in := dm.SendInput{To: w.bob, Body: "hello", ClientMessageID: "once"}
	first, err := w.Send(t.Context(), w.alice, in)
	w.must(err)
	again, err := w.Send(t.Context(), w.alice, in)
	w.must(err)
	if !again.Repeated || again.Message.ID != first.Message.ID {
		t.Errorf("the retry gives %+v (I2)", again)
	}
	in.Body = "other"
	_, err = w.Send(t.Context(), w.alice, in)
	w.refused(err, dm.CodeIdempotencyConflict)
	_, err = w.Send(t.Context(), w.alice, dm.SendInput{Conversation: dm.ConversationOf(w.bob, w.carol), Body: "x", ClientMessageID: "k"})
	w.refused(err, dm.CodeNotFound)
	byConversation, err := w.Send(t.Context(), w.alice, dm.SendInput{Conversation: first.View.ID, Body: "two", ClientMessageID: "two"})
	w.must(err)
	if byConversation.Message.ID.Seq != 2 {
		t.Errorf("seq %d follows 1 (I3)", byConversation.Message.ID.Seq)
	}
	_, err = w.trySend(w.alice, w.alice, "to myself")
	w.refused(err, dm.CodeMessageNotAllowed)
	for _, bad := range []dm.SendInput{{}, {To: w.bob}, {To: w.bob, Body: "no key"}} {
		_, err = w.Send(t.Context(), w.alice, bad)
		w.refused(err, dm.CodeInvalidInput)
	}
}

func TestAReaderSeesFoldersPagesAndReceipts(t *testing.T) {
	w := newWorld(t)
	w.friends(w.alice, w.bob)
	id := dm.ConversationOf(w.alice, w.bob)
	for i := range 5 {
		w.send(w.alice, w.bob, fmt.Sprint("message ", i))
	}
	inbox, err := w.Inbox(t.Context(), w.bob, dm.FolderInbox, dm.PageRequest{First: 10})
	w.must(err)
	if len(inbox.Items) != 1 || inbox.Items[0].Unread != 5 || inbox.More {
		t.Fatalf("the inbox is %+v", inbox)
	}
	pages, err := w.Messages(t.Context(), w.bob, []dm.ConversationID{id}, dm.PageRequest{First: 3})
	w.must(err)
	if page := pages[id]; len(page.Items) != 3 || !page.More {
		t.Errorf("the first page is %+v", page)
	}
	_, err = w.Conversation(t.Context(), w.carol, id)
	w.refused(err, dm.CodeNotFound)
	byID, err := w.MessagesByID(t.Context(), w.carol, []dm.MessageID{{Conversation: id, Seq: 1}})
	w.must(err)
	if len(byID) != 0 {
		t.Error("a message is shown to a user who is not in its conversation (I9)")
	}
	views, err := w.Conversations(t.Context(), w.bob, []dm.ConversationID{id, {}})
	w.must(err)
	if len(views) != 1 {
		t.Errorf("%d views", len(views))
	}
	_, err = w.MarkRead(t.Context(), w.bob, id, 4)
	w.must(err)
	v, err := w.Conversation(t.Context(), w.alice, id)
	w.must(err)
	if v.TheirReadSeq == nil || *v.TheirReadSeq != 4 {
		t.Errorf("the receipt is %v, want 4", v.TheirReadSeq)
	}
	request := w.send(w.alice, w.carol, "a request").View.ID
	_, err = w.MarkRead(t.Context(), w.carol, request, 1)
	w.must(err)
	if v, err = w.Conversation(t.Context(), w.alice, request); err != nil || v.TheirReadSeq != nil {
		t.Errorf("reading a request shows: %+v, %v", v, err)
	}
	_, err = w.SetReadReceipts(t.Context(), w.bob, false)
	w.must(err)
	_, err = w.Mute(t.Context(), w.bob, id, true)
	w.must(err)
	_, err = w.Archive(t.Context(), w.bob, id, true)
	w.must(err)
	w.folder(w.bob, w.alice, dm.FolderArchive)
	_, err = w.Archive(t.Context(), w.bob, id, false)
	w.must(err)
	w.folder(w.bob, w.alice, dm.FolderInbox)
	_, err = w.MarkRead(t.Context(), w.carol, id, 1)
	w.refused(err, dm.CodeNotFound)
}

func TestUnsendTakesTheWordsFromBothSides(t *testing.T) {
	w := newWorld(t)
	w.friends(w.alice, w.bob)
	sent := w.send(w.alice, w.bob, "regretted")
	_, err := w.Unsend(t.Context(), w.bob, sent.Message.ID)
	w.refused(err, dm.CodeNotFound)
	for range 2 {
		removed, err := w.Unsend(t.Context(), w.alice, sent.Message.ID)
		w.must(err)
		if !removed.Removed || removed.Body != "" {
			t.Errorf("unsent: %+v", removed)
		}
	}
	seen, err := w.MessagesByID(t.Context(), w.bob, []dm.MessageID{sent.Message.ID})
	w.must(err)
	if m := seen[sent.Message.ID]; m == nil || !m.Removed || m.Body != "" {
		t.Errorf("the recipient sees %+v", m)
	}
}

func TestOverridesDecideBeforeTheAudience(t *testing.T) {
	w := newWorld(t)
	ctx := t.Context()
	w.must(w.Block(ctx, w.bob, w.alice))
	_, err := w.trySend(w.alice, w.bob, "hello")
	w.refused(err, dm.CodeMessageNotAllowed)
	blocked, err := w.BlockedUsers(ctx, w.bob, dm.PageRequest{First: 10})
	w.must(err)
	if len(blocked.Items) != 1 || blocked.Items[0].ID != w.alice {
		t.Errorf("blocked are %+v", blocked.Items)
	}
	w.must(w.Unblock(ctx, w.bob, w.alice))
	w.must(w.SetListed(ctx, w.bob, w.carol, policy.ListedNever))
	_, err = w.trySend(w.carol, w.bob, "hello")
	w.refused(err, dm.CodeMessageNotAllowed)
	w.must(w.SetListed(ctx, w.bob, w.carol, policy.ListedAlways))
	w.send(w.carol, w.bob, "hello")
	w.folder(w.bob, w.carol, dm.FolderInbox)
	w.must(w.Restrict(ctx, w.bob, w.carol))
	w.send(w.carol, w.bob, "restricted")
	w.folder(w.bob, w.carol, dm.FolderRequests)
	w.must(w.Unrestrict(ctx, w.bob, w.carol))
	w.folder(w.bob, w.carol, dm.FolderInbox)
	listed, err := w.ListedUsers(ctx, w.bob, policy.ListedAlways, dm.PageRequest{First: 1})
	w.must(err)
	if len(listed.Items) != 1 {
		t.Errorf("listed are %+v", listed.Items)
	}
	w.must(w.Unfollow(ctx, w.bob, w.alice))
	w.refused(w.Follow(ctx, w.bob, w.bob), dm.CodeInvalidInput)
	w.refused(w.Block(ctx, w.bob, dm.NewUserID()), dm.CodeNotFound)
}

func TestSettingsAreKeptAndTakenBack(t *testing.T) {
	w := newWorld(t)
	ctx := t.Context()
	m, err := w.SetWhoCanMessageMe(ctx, w.bob, policy.NoOne, nil)
	w.must(err)
	if m.Audience != policy.NoOne {
		t.Errorf("the audience is %v", m.Audience)
	}
	_, err = w.trySend(w.alice, w.bob, "hello")
	w.refused(err, dm.CodeMessageNotAllowed)
	history, err := w.History(ctx, w.bob, dm.PageRequest{First: 10})
	w.must(err)
	if len(history.Items) != 1 {
		t.Fatalf("%d changes", len(history.Items))
	}
	m, err = w.UndoSettingsChange(ctx, w.bob, history.Items[0].ID)
	w.must(err)
	if m.Audience != policy.Everyone {
		t.Errorf("after the undo the audience is %v", m.Audience)
	}
	_, err = w.SetWhoCanMessageMe(ctx, w.bob, policy.Custom, map[policy.Relation]policy.Route{policy.Stranger: policy.RouteHidden})
	w.must(err)
	w.send(w.alice, w.bob, "hidden")
	w.folder(w.bob, w.alice, dm.FolderHidden)
	_, err = w.SetWhoCanMessageMe(ctx, w.bob, policy.Everyone, nil)
	w.must(err)
	w.folder(w.bob, w.alice, dm.FolderRequests)
	_, err = w.SetRequestPreviews(ctx, w.bob, true)
	w.must(err)
	_, err = w.SetRequestLinks(ctx, w.bob, true)
	w.must(err)
	_, err = w.SetAcceptedKinds(ctx, w.bob, map[policy.Relation]policy.Kinds{policy.Stranger: policy.KindText})
	w.must(err)
	_, err = w.SetWhoCanMessageMe(ctx, w.bob, policy.Friends, map[policy.Relation]policy.Route{policy.Known: policy.RouteInbox})
	w.refused(err, dm.CodeInvalidInput)
	e, err := w.ExplainWhoCanMessageMe(ctx, w.bob, w.alice)
	w.must(err)
	if e.Key == "" {
		t.Errorf("the explanation is %+v", e)
	}
	now, err := w.Messaging(ctx, w.bob)
	w.must(err)
	if !now.RequestLinks || !now.RequestPreviews {
		t.Errorf("the settings are %+v", now.Settings)
	}
	_, err = w.Messaging(ctx, dm.NewUserID())
	w.refused(err, dm.CodeNotFound)
}

func TestHiddenWordsSendAStrangersMessageToHidden(t *testing.T) {
	w := newWorld(t)
	ctx := t.Context()
	list, err := w.AddHiddenWords(ctx, w.bob, []string{"Crypto", "crypto", "free money"})
	w.must(err)
	if len(list) != 3 {
		t.Errorf("the list is %q", list)
	}
	w.send(w.alice, w.bob, "buy CRYPTO now")
	w.folder(w.bob, w.alice, dm.FolderHidden)
	w.friends(w.carol, w.bob)
	w.send(w.carol, w.bob, "crypto is for friends")
	w.folder(w.bob, w.carol, dm.FolderInbox)
	if list, err = w.RemoveHiddenWords(ctx, w.bob, []string{"Crypto", "crypto"}); err != nil || len(list) != 1 {
		t.Errorf("the list is %q, %v", list, err)
	}
	w.folder(w.bob, w.alice, dm.FolderRequests)
	if list, err = w.HiddenWords(ctx, w.bob); err != nil || len(list) != 1 {
		t.Errorf("the list is %q, %v", list, err)
	}
	history, err := w.History(ctx, w.bob, dm.PageRequest{First: 10})
	w.must(err)
	_, err = w.UndoSettingsChange(ctx, w.bob, history.Items[0].ID)
	w.must(err)
	if list, err = w.HiddenWords(ctx, w.bob); err != nil || len(list) != 3 {
		t.Errorf("after the undo the list is %q, %v", list, err)
	}
}

func TestAContactCodeOpensTheInbox(t *testing.T) {
	w := newWorld(t)
	ctx := t.Context()
	_, err := w.SetWhoCanMessageMe(ctx, w.bob, policy.NoOne, nil)
	w.must(err)
	code, secret, err := w.CreateContactCode(ctx, w.bob, dm.ContactCodeInput{Label: "market", For: time.Hour, MaxUses: 2})
	w.must(err)
	send := func(from dm.UserID, code string) error {
		w.keys++
		_, err := w.Send(ctx, from, dm.SendInput{To: w.bob, Body: "hi", ClientMessageID: fmt.Sprint("c", w.keys), ContactCode: &code})
		return err
	}
	w.refused(send(w.alice, "00000-00000-00000-00000"), dm.CodeMessageNotAllowed)
	w.must(send(w.alice, secret))
	w.folder(w.bob, w.alice, dm.FolderInbox)
	codes, err := w.ContactCodes(ctx, w.bob, dm.PageRequest{First: 5})
	w.must(err)
	if len(codes.Items) != 1 || codes.Items[0].Uses != 1 {
		t.Errorf("the codes are %+v", codes.Items)
	}
	_, err = w.RevokeContactCode(ctx, w.carol, code.ID)
	w.refused(err, dm.CodeNotFound)
	revoked, err := w.RevokeContactCode(ctx, w.bob, code.ID)
	w.must(err)
	if revoked.RevokedAt.IsZero() {
		t.Error("the code is not revoked")
	}
	w.refused(send(w.carol, secret), dm.CodeMessageNotAllowed)
	_, _, err = w.CreateContactCode(ctx, w.bob, dm.ContactCodeInput{})
	w.refused(err, dm.CodeInvalidInput)
}

func TestAReportIsDecidedAndAppealed(t *testing.T) {
	w := newWorld(t)
	ctx := t.Context()
	sent := w.send(w.alice, w.bob, "abuse")
	in := dm.ReportInput{
		ClientReportID: "r1", Messages: []dm.MessageID{sent.Message.ID}, Category: dm.CategoryHarassment, Note: "note", Block: true,
	}
	report, err := w.Report(ctx, w.bob, in)
	w.must(err)
	again, err := w.Report(ctx, w.bob, in)
	w.must(err)
	if again.ID != report.ID {
		t.Error("the same report was made twice (I2)")
	}
	_, err = w.DecideReport(ctx, w.moderator, report.ID, dm.Decision{Action: dm.ActionSuspend, Statement: "s", For: time.Hour})
	w.refused(err, dm.CodeInvalidInput)
	_, err = w.Claim(ctx, w.moderator, report.ID, time.Hour)
	w.must(err)
	evidence, err := w.LookAt(ctx, w.moderator, report.ID)
	w.must(err)
	if sealed, err := evidence.Open(); err != nil || sealed.Note != "note" {
		t.Errorf("the evidence is %+v, %v", sealed, err)
	}
	_, err = w.DecideReport(ctx, w.moderator, report.ID, dm.Decision{Action: dm.ActionSuspend, Statement: "s", For: time.Hour})
	w.must(err)
	_, err = w.trySend(w.alice, w.carol, "suspended")
	w.refused(err, dm.CodeMessageNotAllowed)
	restrictions, err := w.MyRestrictions(ctx, w.alice)
	w.must(err)
	if restrictions.SuspendedUntil.IsZero() {
		t.Error("the suspension does not show")
	}
	_, err = w.Appeal(ctx, w.carol, report.ID, "not mine")
	w.refused(err, dm.CodeNotFound)
	_, err = w.Appeal(ctx, w.alice, report.ID, "why")
	w.must(err)
	_, err = w.Claim(ctx, w.another, report.ID, time.Hour)
	w.must(err)
	_, err = w.DecideAppeal(ctx, w.another, report.ID, true, "reversed")
	w.must(err)
	w.send(w.alice, w.carol, "free again")
	audit, err := w.Audit(ctx, dm.AuditFilter{}, dm.PageRequest{First: 50})
	w.must(err)
	if len(audit.Items) < 4 {
		t.Errorf("%d entries in the audit log", len(audit.Items))
	}
	_, err = w.Report(ctx, w.carol, dm.ReportInput{ClientReportID: "r", Messages: in.Messages, Category: dm.CategorySpam})
	w.refused(err, dm.CodeNotFound)
}

func TestAnExportIsAJob(t *testing.T) {
	w := newWorld(t)
	ctx := t.Context()
	job, err := w.StartExport(ctx, w.alice)
	w.must(err)
	same, err := w.StartExport(ctx, w.alice)
	w.must(err)
	if same.ID != job.ID || job.Progress() != 0 {
		t.Errorf("a second request gives %+v", same)
	}
	w.must(w.FinishExport(ctx, job, 10, time.Hour))
	done, err := w.Export(ctx, w.alice, dm.JobID{})
	w.must(err)
	if done.State != dm.JobDone || done.Progress() != 100 {
		t.Errorf("the export is %+v", done)
	}
	_, err = w.StartExport(ctx, w.alice)
	w.refused(err, dm.CodeRateLimited)
	_, err = w.Export(ctx, w.bob, dm.JobID{})
	w.refused(err, dm.CodeNotFound)
}
