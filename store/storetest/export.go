package storetest

import (
	"archive/zip"
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/aparte-im/aparte/dm"
	"github.com/aparte-im/aparte/dm/export"
	"github.com/aparte-im/aparte/dm/policy"
)

// exported runs an export and returns its lines by file.
func (w *world) exported(user dm.UserID) map[string][]map[string]any {
	w.Helper()
	made, err := w.service.StartExport(w.Context(), user)
	w.must(err)
	job, err := w.service.TakeJob(w.Context(), dm.JobExport, "n", hold)
	w.must(err)
	if job == nil || job.ID != made.ID {
		w.Fatalf("took %+v, made %+v", job, made)
	}
	var b bytes.Buffer
	w.must(export.New(w.service, w.store).Write(w.Context(), job, &b, func() error { return w.store.KeepJob(w.Context(), job) }))
	w.must(w.service.FinishExport(w.Context(), job, int64(b.Len()), time.Hour))
	return unzip(w.T, b.Bytes())
}

func unzip(t T, b []byte) map[string][]map[string]any {
	t.Helper()
	out := map[string][]map[string]any{}
	z, err := zip.NewReader(bytes.NewReader(b), int64(len(b)))
	if err != nil {
		t.Fatalf("%v", err)
	}
	for _, f := range z.File {
		r, err := f.Open()
		if err != nil {
			t.Fatalf("%v", err)
		}
		out[f.Name] = nil
		for lines := bufio.NewScanner(r); lines.Scan(); {
			line := map[string]any{}
			if err := json.Unmarshal(lines.Bytes(), &line); err != nil {
				t.Fatalf("%s: %v", f.Name, err)
			}
			out[f.Name] = append(out[f.Name], line)
		}
	}
	return out
}

// testExportSettings: every setting, its history with who and where, one's side of a conversation,
// suggestions, one's keys.
func testExportSettings(t *testing.T, b Backend) {
	w := newWorld(t, b)
	ctx := dm.WithOrigin(t.Context(), dm.Origin{Device: "her phone"})
	alice, bob := w.pair()
	carol := w.users(1)[0]
	w.must(second(w.service.SetWhoCanMessageMe(ctx, alice, policy.Custom, map[policy.Relation]policy.Route{policy.Stranger: policy.RouteHidden})))
	w.must(second(w.service.SetAcceptedKinds(ctx, alice, map[policy.Relation]policy.Kinds{policy.Stranger: policy.KindText})))
	w.must(second(w.service.SetRequestPreviews(ctx, alice, true)))
	w.must(second(w.service.SetRequestLinks(ctx, alice, true)))
	w.must(second(w.service.SetReadReceipts(ctx, alice, false)))
	w.must(second(w.service.AddHiddenWords(ctx, alice, []string{"idiot"})))
	history, err := historyOf(ctx, w.service, alice, 1)
	w.must(err)
	w.must(second(w.service.UndoSettingsChange(ctx, alice, history[0].ID)))
	w.must(w.service.SetEdges(ctx, []dm.EdgeEdit{{From: "ext-u1", To: "ext-u3", Suggested: true}}))
	w.send(bob, alice, "hello")
	w.must(second(w.service.Mute(ctx, alice, dm.ConversationOf(alice, bob), true)))
	w.audience(carol, policy.Everyone)
	own := w.send(alice, carol, "hello").Message.ClientMessageID

	files := w.exported(alice)
	lines := files["settings.jsonl"]
	now := lines[0]["now"].(map[string]any)
	if diff := cmp.Diff(map[string]any{
		"whoCanMessageMe": "CUSTOM", "readReceipts": false, "requestPreviews": true, "requestLinks": true,
		"kindsNotAccepted": map[string]any{"STRANGER": []any{"VIDEO", "LINK"}},
		"routes":           now["routes"], "changedAt": now["changedAt"],
	}, now); diff != "" || now["routes"].(map[string]any)["STRANGER"] != "HIDDEN" || now["changedAt"] == nil {
		t.Errorf("the settings, -want +exported:\n%s%v", diff, now)
	}
	if len(lines) != 8 {
		t.Fatalf("%d lines of settings", len(lines))
	}
	undo, added := lines[1], lines[2]
	if undo["undoes"] != added["id"] || fmt.Sprint(undo["hiddenWordsRemoved"]) != "[idiot]" || fmt.Sprint(added["hiddenWordsAdded"]) != "[idiot]" {
		t.Errorf("the words and what took them back: %v, %v", added, undo)
	}
	for _, line := range lines[1:] {
		if line["by"] != "SELF" || line["device"] != "her phone" || line["at"] == nil {
			t.Errorf("a change without who or where: %v", line)
		}
	}
	for _, line := range files["conversations.jsonl"] {
		folder, muted := "INBOX", false
		if line["with"].(map[string]any)["id"] == bob.String() {
			folder, muted = "HIDDEN", true
		}
		if line["folder"] != folder || line["muted"] != muted || line["readSeq"] == nil {
			t.Errorf("the conversation is %v", line)
		}
	}
	for _, line := range files["messages.jsonl"] {
		if key := line["clientMessageId"]; line["sentByMe"] == true && key != own || line["sentByMe"] == false && key != nil {
			t.Errorf("a message has the key %v", key)
		}
	}
	if line := files["suggestions.jsonl"]; len(line) != 1 || line[0]["userId"] != carol.String() || line[0]["since"] == nil {
		t.Errorf("the suggestions are %v", line)
	}
}

// testExport: all that is kept of a person, compared with what they can read.
func testExport(t *testing.T, b Backend) {
	w := newWorld(t, b)
	ctx := t.Context()
	alice, bob := w.pair()
	carol := w.users(1)[0]
	w.friends(alice, bob)
	w.audience(alice, policy.Everyone)
	var sends []dm.Send
	for i := range 1100 {
		s := dm.Send{Sender: alice, Recipient: bob, Body: fmt.Sprint("m ", i, " é\n<b>"), ClientMessageID: w.key(), At: w.clock.Now()}
		if i%2 == 0 {
			s.Sender, s.Recipient = bob, alice
		}
		sends = append(sends, s)
	}
	_, err := w.service.Import(ctx, sends)
	w.must(err)
	unsent := w.send(alice, bob, "unsent").Message.ID
	w.must(second(w.service.Unsend(ctx, alice, unsent)))
	w.send(carol, alice, "spam")
	r := w.report(alice, dm.ReportInput{Conversation: dm.ConversationOf(alice, carol), Note: "my note", Block: true})

	w.refused(second(w.service.Export(ctx, alice, dm.JobID{})), dm.CodeNotFound)
	files := w.exported(alice)
	want := map[string]string{}
	for page := (dm.PageRequest{First: dm.MaxPage}); ; {
		id := dm.ConversationOf(alice, bob)
		lists, err := w.service.Messages(ctx, alice, []dm.ConversationID{id}, page)
		w.must(err)
		for _, m := range lists[id].Items {
			want[m.ID.String()] = fmt.Sprint(m.ID.Seq, m.Sender == alice, m.Body, m.Removed)
			page.After = m.Place()
		}
		if !lists[id].More {
			break
		}
	}
	got := map[string]string{}
	for _, line := range files["messages.jsonl"] {
		got[line["id"].(string)] = fmt.Sprint(line["seq"], line["sentByMe"], line["body"], line["removed"] == true)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("the messages, -read +exported:\n%s", diff)
	}
	if n := len(files["messages.jsonl"]); n != 1101 {
		t.Errorf("%d messages: what was declined is out of view, the rest is there once", n)
	}
	if n := len(files["conversations.jsonl"]); n != 2 {
		t.Errorf("%d conversations", n)
	}
	if line := files["reports.jsonl"][0]; line["note"] != "my note" || line["id"] != r.ID.String() || line["category"] != "HARASSMENT" {
		t.Errorf("the report is %v", line)
	}
	if n := len(files["follows.jsonl"]); n != 2 {
		t.Errorf("%d follows", n)
	}
	if n := len(files["settings.jsonl"]); n != 2 || files["settings.jsonl"][1]["after"].(map[string]any)["whoCanMessageMe"] != "EVERYONE" {
		t.Errorf("the settings are %v", files["settings.jsonl"])
	}
	if line := files["overrides.jsonl"]; len(line) != 1 || line[0]["override"] != "BLOCKED" {
		t.Errorf("the overrides are %v", line)
	}
	if line := files["profile.jsonl"][0]; line["handle"] != "u1" || line["ageBand"] != "ADULT" {
		t.Errorf("the profile is %v", line)
	}
	if line := files["manifest.jsonl"][0]; line["lines"].(map[string]any)["messages.jsonl"] != 1101.0 {
		t.Errorf("the manifest is %v", line)
	}

	job, err := w.service.Export(ctx, alice, dm.JobID{})
	w.must(err)
	if job.State != dm.JobDone || job.Progress() != 100 || job.Size == 0 || !job.ExpiresAt.Equal(job.FinishedAt.Add(time.Hour)) {
		t.Errorf("the job ends as %+v", job)
	}
	w.refused(second(w.service.Export(ctx, bob, job.ID)), dm.CodeNotFound)
	w.refused(second(w.service.StartExport(ctx, alice)), dm.CodeRateLimited)
	w.clock.advance(w.config.Rules.ExportEvery)
	one, err := w.service.StartExport(ctx, alice)
	w.must(err)
	two, err := w.service.StartExport(ctx, alice)
	w.must(err)
	if one.ID != two.ID || one.ID == job.ID {
		t.Errorf("two jobs at a time: %v, %v after %v", one.ID, two.ID, job.ID)
	}

	// A job that kills its node each time is given up.
	for range 5 {
		taken, err := w.service.TakeJob(ctx, dm.JobExport, "n", hold)
		w.must(err)
		if taken == nil {
			t.Fatal("it is given up early")
		}
		w.clock.advance(hold)
	}
	if taken, err := w.service.TakeJob(ctx, dm.JobExport, "n", hold); taken != nil || err != nil {
		t.Errorf("the sixth try: %+v, %v", taken, err)
	}
	job, err = w.service.Export(ctx, alice, one.ID)
	w.must(err)
	if job.State != dm.JobFailed {
		t.Errorf("it ends as %+v", job)
	}
}
