package dm_test

import (
	"archive/zip"
	"bytes"
	"fmt"
	"io"
	"testing"
	"time"

	"github.com/aparte-im/aparte/dm"
	"github.com/aparte-im/aparte/dm/export"
	"github.com/aparte-im/aparte/dm/policy"
)

// An export holds a file for each part of what is stored, and its manifest counts the lines.
func TestAnExportHoldsWhatIsStored(t *testing.T) {
	w := newWorld(t)
	ctx := t.Context()
	w.friends(w.alice, w.bob)
	w.must(w.SetEdges(ctx, []dm.EdgeEdit{{From: "a", To: "c", Suggested: true}}))
	w.send(w.alice, w.bob, "to bob")
	w.send(w.bob, w.alice, "to alice")
	w.must(w.SetListed(ctx, w.alice, w.bob, policy.ListedAlways))
	_, err := w.AddHiddenWords(ctx, w.alice, []string{"spoiler"})
	w.must(err)
	_, err = w.SetWhoCanMessageMe(ctx, w.alice, policy.Custom, map[policy.Relation]policy.Route{policy.Stranger: policy.RouteRefuse})
	w.must(err)
	_, _, err = w.CreateContactCode(ctx, w.alice, dm.ContactCodeInput{Label: "market", For: time.Hour, MaxUses: 2})
	w.must(err)
	_, secret, err := w.CreateContactCode(ctx, w.carol, dm.ContactCodeInput{Label: "carol's", For: time.Hour, MaxUses: 2})
	w.must(err)
	_, err = w.Send(ctx, w.alice, dm.SendInput{To: w.carol, Body: "with a code", ClientMessageID: "code", ContactCode: &secret})
	w.must(err)
	w.must(w.Block(ctx, w.alice, w.carol))
	_, err = w.Report(ctx, w.alice, dm.ReportInput{
		ClientReportID: "r", Conversation: dm.ConversationOf(w.alice, w.bob), Category: dm.CategorySpam, Note: "the note",
	})
	w.must(err)

	_, err = w.StartExport(ctx, w.alice)
	w.must(err)
	job, err := w.TakeJob(ctx, dm.JobExport, "node", time.Minute)
	w.must(err)
	var archive bytes.Buffer
	calls := 0
	w.must(export.New(w.Service, w.store).Write(ctx, job, &archive, func() error { calls++; return nil }))
	if calls == 0 || job.Done != job.Total || job.Total == 0 {
		t.Errorf("%d calls of progress, %d of %d messages", calls, job.Done, job.Total)
	}
	files := unzip(t, archive.Bytes())
	for name, want := range map[string]string{
		"profile.jsonl": `"handle":"alice"`, "settings.jsonl": `"whoCanMessageMe":"CUSTOM"`, "hidden_words.jsonl": `"word":"spoiler"`,
		"conversations.jsonl": `"handle":"bob"`, "messages.jsonl": `"body":"to alice"`, "follows.jsonl": `"direction":"following"`,
		"suggestions.jsonl": w.carol.String(), "overrides.jsonl": `"override":"BLOCKED"`, "contact-codes.jsonl": `"label":"market"`,
		"contact-codes-used.jsonl": w.carol.String(), "reports.jsonl": `"note":"the note"`, "manifest.jsonl": `"messages.jsonl":3`,
	} {
		if !bytes.Contains(files[name], []byte(want)) {
			t.Errorf("%s has no %s: %s", name, want, files[name])
		}
	}
	failed := fmt.Errorf("the lease is lost")
	if err := export.New(w.Service, w.store).Write(ctx, job, io.Discard, func() error { return failed }); err != failed { //nolint:errorlint // as it is
		t.Errorf("an error of progress gives %v", err)
	}
	w.must(w.DeleteUser(ctx, "a"))
	w.refused(export.New(w.Service, w.store).Write(ctx, job, io.Discard, func() error { return nil }), dm.CodeNotFound)
}

func unzip(t *testing.T, archive []byte) map[string][]byte {
	t.Helper()
	z, err := zip.NewReader(bytes.NewReader(archive), int64(len(archive)))
	if err != nil {
		t.Fatal(err)
	}
	files := map[string][]byte{}
	for _, f := range z.File {
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		if files[f.Name], err = io.ReadAll(r); err != nil {
			t.Fatal(err)
		}
		_ = r.Close()
	}
	return files
}

func TestAnErasureTakesTheWordsInSteps(t *testing.T) {
	w := newWorld(t)
	ctx := t.Context()
	w.friends(w.alice, w.bob)
	sent := w.send(w.alice, w.bob, "erase me")
	kept := w.send(w.bob, w.alice, "keep me")
	_, err := w.Erasures(ctx, "a")
	w.refused(err, dm.CodeNotFound)
	jobs, err := w.EraseUser(ctx, w.moderator, "a")
	w.must(err)
	again, err := w.EraseUser(ctx, w.moderator, "a")
	w.must(err)
	if len(jobs) != 1 || len(again) != 1 || jobs[0].ID != again[0].ID {
		t.Errorf("the jobs are %+v, then %+v", jobs, again)
	}
	job, err := w.TakeJob(ctx, dm.JobErase, "node", time.Minute)
	w.must(err)
	w.must(w.Erase(ctx, job, time.Minute))
	if job.State != dm.JobDone || job.Done != 2 {
		t.Errorf("the job is %+v", job)
	}
	seen, err := w.MessagesByID(ctx, w.bob, []dm.MessageID{sent.Message.ID, kept.Message.ID})
	w.must(err)
	if seen[sent.Message.ID].Body != "" || seen[kept.Message.ID].Body != "keep me" {
		t.Errorf("bob sees %+v and %+v", seen[sent.Message.ID], seen[kept.Message.ID])
	}
	_, err = w.trySend(w.bob, w.alice, "to a deleted user")
	w.refused(err, dm.CodeMessageNotAllowed)
	_, err = w.Watch(ctx, w.alice, nil)
	w.refused(err, dm.CodeNotFound)
	_, err = w.EraseUser(ctx, w.moderator, "nobody")
	w.refused(err, dm.CodeNotFound)
	done, err := w.Erasures(ctx, "a")
	w.must(err)
	if len(done) != 1 {
		t.Errorf("%d erasures", len(done))
	}
}

func TestTheHostDescribesItsUsers(t *testing.T) {
	w := newWorld(t)
	ctx := t.Context()
	made, err := w.CreateUser(ctx, dm.UserInput{ExternalID: "d", Handle: "@Dave"})
	w.must(err)
	if made.Handle != "dave" || made.DisplayName != "dave" {
		t.Errorf("made %+v", made)
	}
	for _, bad := range []dm.UserInput{
		{},
		{ExternalID: "with space", Handle: "x"},
		{ExternalID: "x", Handle: "no spaces here"},
		{ExternalID: "x", Handle: "@"},
		{ExternalID: "x", Handle: "x", CreatedAt: time.Unix(-1, 0)},
	} {
		_, err = w.CreateUser(ctx, bad)
		w.refused(err, dm.CodeInvalidInput)
	}
	_, err = w.UpsertUsers(ctx, []dm.UserInput{{ExternalID: "x", Handle: "x"}, {ExternalID: "x", Handle: "y"}})
	w.refused(err, dm.CodeInvalidInput)
	_, err = w.UpsertUsers(ctx, nil)
	w.refused(err, dm.CodeInvalidInput)
	w.refused(w.SetEdges(ctx, []dm.EdgeEdit{{From: "a", To: "a"}}), dm.CodeInvalidInput)
	w.refused(w.SetEdges(ctx, nil), dm.CodeInvalidInput)
	w.refused(w.SetEdges(ctx, []dm.EdgeEdit{{From: "", To: "a"}}), dm.CodeNotFound)
	w.must(w.SetEdges(ctx, []dm.EdgeEdit{{From: "a", To: "b", Suggested: true}, {From: "c", To: "b"}}))
	suggested, err := w.SuggestedFriends(ctx, w.alice, dm.PageRequest{First: 5})
	w.must(err)
	if len(suggested.Items) != 1 {
		t.Errorf("suggested are %+v", suggested.Items)
	}
	w.must(w.SetAgeBand(ctx, w.bob, policy.Under16, noon))
	_, err = w.trySend(w.alice, w.bob, "to a child")
	w.refused(err, dm.CodeMessageNotAllowed)
	revoked, err := w.RevokeTokens(ctx, "a")
	w.must(err)
	all, err := w.Revocations(ctx, noon)
	w.must(err)
	if len(all) != 1 || all[0] != revoked {
		t.Errorf("the revocations are %+v", all)
	}
	_, err = w.RevokeTokens(ctx, "")
	w.refused(err, dm.CodeNotFound)
	u, err := w.UserByHandle(ctx, "alice")
	w.must(err)
	same, err := w.UserByExternalID(ctx, "a")
	w.must(err)
	if u.ID != same.ID {
		t.Error("one user by handle and by external id are two")
	}
	w.refused(w.DeleteUser(ctx, ""), dm.CodeNotFound)
}

func TestReachCountsEachAudience(t *testing.T) {
	w := newWorld(t)
	ctx := t.Context()
	w.friends(w.alice, w.bob)
	w.must(w.SetEdges(ctx, []dm.EdgeEdit{{From: "c", To: "b"}}))
	reach, err := w.WhoCouldMessageMe(ctx, w.bob, map[policy.Relation]policy.Route{policy.Follower: policy.RouteInbox})
	w.must(err)
	current := 0
	for _, r := range reach {
		if r.Current {
			current++
		}
	}
	if len(reach) < 7 || current != 1 {
		t.Errorf("%d audiences, %d current", len(reach), current)
	}
	_, err = w.WhoCouldMessageMe(ctx, dm.NewUserID(), nil)
	w.refused(err, dm.CodeNotFound)
}

func TestARedemptionShowsToTheOwnerOnly(t *testing.T) {
	w := newWorld(t)
	ctx := t.Context()
	code, secret, err := w.CreateContactCode(ctx, w.bob, dm.ContactCodeInput{Label: "market", For: time.Hour, MaxUses: 2})
	w.must(err)
	contact, err := w.Contact(ctx, w.alice, secret)
	w.must(err)
	if contact.Owner != w.bob || contact.Permission.Denial != policy.DenialNone {
		t.Errorf("the contact is %+v", contact)
	}
	_, err = w.Send(ctx, w.alice, dm.SendInput{To: w.bob, Body: "hi", ClientMessageID: "k", ContactCode: &secret})
	w.must(err)
	_, err = w.Contact(ctx, w.carol, "00000-00000-00000-00000")
	w.refused(err, dm.CodeNotFound)
	uses, err := w.ContactCodeRedemptions(ctx, w.bob, code.ID, dm.PageRequest{First: 5})
	w.must(err)
	none, err := w.ContactCodeRedemptions(ctx, w.carol, code.ID, dm.PageRequest{First: 5})
	w.must(err)
	came, err := w.CameByCode(ctx, w.bob, []dm.UserID{w.alice, w.carol})
	w.must(err)
	if len(uses.Items) != 1 || len(none.Items) != 0 || came[w.alice] == nil || came[w.alice].Label != "market" || came[w.carol] != nil {
		t.Errorf("the uses are %+v, of another %+v, came by %+v", uses.Items, none.Items, came)
	}
}

func TestReportsAreListed(t *testing.T) {
	w := newWorld(t)
	ctx := t.Context()
	sent := w.send(w.alice, w.bob, "spam")
	report, err := w.Report(ctx, w.bob, dm.ReportInput{
		ClientReportID: "r", Conversation: sent.View.ID, Category: dm.CategorySpam, Note: "note",
	})
	w.must(err)
	page := dm.PageRequest{First: 5}
	mine, err := w.MyReports(ctx, w.bob, page)
	w.must(err)
	queue, err := w.Queue(ctx, dm.ReportList{State: dm.ReportOpen}, page)
	w.must(err)
	if len(mine.Items) != 1 || len(queue.Items) != 1 {
		t.Errorf("mine %+v, the queue %+v", mine.Items, queue.Items)
	}
	_, err = w.Queue(ctx, dm.ReportList{}, page)
	w.refused(err, dm.CodeInvalidInput)
	_, err = w.Claim(ctx, w.moderator, report.ID, time.Hour)
	w.must(err)
	_, err = w.Claim(ctx, w.another, report.ID, time.Hour)
	w.refused(err, dm.CodeReportClaimed)
	_, err = w.DecideReport(ctx, w.moderator, report.ID, dm.Decision{Action: dm.ActionWarn, Statement: "warned"})
	w.must(err)
	notices, err := w.MyNotices(ctx, w.alice, page)
	w.must(err)
	if len(notices.Items) != 1 || notices.Items[0].Statement != "warned" {
		t.Errorf("the notices are %+v", notices.Items)
	}
	_, err = w.ReportForModerator(ctx, report.ID)
	w.must(err)
}

// More requests than a call of settings moves are sorted by a job, step by step.
func TestRequestsAreSortedByAJob(t *testing.T) {
	w := newWorld(t)
	ctx := t.Context()
	_, err := w.SetWhoCanMessageMe(ctx, w.bob, policy.Custom, map[policy.Relation]policy.Route{policy.Stranger: policy.RouteHidden})
	w.must(err)
	const many = 1200
	inputs := make([]dm.UserInput, 0, many)
	for i := range many {
		inputs = append(inputs, dm.UserInput{ExternalID: fmt.Sprint("s", i), Handle: fmt.Sprint("s", i)})
	}
	for len(inputs) > 0 {
		users, err := w.UpsertUsers(ctx, inputs[:min(600, len(inputs))])
		w.must(err)
		inputs = inputs[len(users):]
		for _, u := range users {
			w.send(u.ID, w.bob, "hello")
			w.store.now = w.store.now.Add(time.Second)
		}
	}
	_, err = w.SetWhoCanMessageMe(ctx, w.bob, policy.Everyone, nil)
	w.must(err)
	job, err := w.TakeJob(ctx, dm.JobSortHidden, "node", time.Minute)
	w.must(err)
	if job == nil {
		t.Skip("one call moves as many")
	}
	w.must(w.Sort(ctx, job, time.Minute))
	left, err := w.Inbox(ctx, w.bob, dm.FolderHidden, dm.PageRequest{First: 5})
	w.must(err)
	if job.State != dm.JobDone || len(left.Items) != 0 {
		t.Errorf("the job is %+v, %d requests are left", job, len(left.Items))
	}
}
