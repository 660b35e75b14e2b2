package storetest

import (
	"strings"
	"testing"
	"time"

	"github.com/aparte-im/aparte/dm"
	"github.com/aparte-im/aparte/dm/policy"
)

func (w *world) report(user dm.UserID, in dm.ReportInput) *dm.Report {
	w.Helper()
	if in.ClientReportID == "" {
		in.ClientReportID = w.key()
	}
	if in.Category == 0 {
		in.Category = dm.CategoryHarassment
	}
	r, err := w.service.Report(w.Context(), user, in)
	w.must(err)
	return r
}

// opened reads evidence as its moderator would, past the claim.
func (w *world) opened(id dm.ReportID) dm.SealedReport {
	w.Helper()
	e, err := w.store.Evidence(w.Context(), id)
	w.must(err)
	sealed, err := e.Open()
	w.must(err)
	return sealed
}

// testReport: a report seals what was said and what stood around it, and nothing that happens later
// reaches it.
func testReport(t *testing.T, b Backend) {
	w := newWorld(t, b)
	alice, bob := w.pair()
	w.friends(alice, bob)
	var sent []dm.MessageID
	for i := range 20 {
		from, to := alice, bob
		if i%2 == 1 {
			from, to = bob, alice
		}
		sent = append(sent, w.send(from, to, "m"+string(rune('a'+i))).Message.ID)
	}
	in := dm.ReportInput{ClientReportID: "r", Messages: sent[8:9], Category: dm.CategoryThreats, Note: " he \"said\" <this> é\n\n"}
	r := w.report(bob, in)
	if r.Reporter != bob || r.Reported != alice || r.Count != 1 || r.State != dm.ReportOpen || r.Category != dm.CategoryThreats {
		t.Fatalf("the report is %+v", r)
	}
	check := func() {
		t.Helper()
		sealed := w.opened(r.ID)
		var texts []string
		for _, m := range sealed.Messages {
			texts = append(texts, m.Body)
			if m.Reported != (m.Seq == 9) || (m.Sender == alice.String()) != (m.Seq%2 == 1) {
				t.Errorf("sealed as %+v", m)
			}
		}
		if got := strings.Join(texts, " "); got != "md me mf mg mh mi mj mk ml mm mn" {
			t.Errorf("sealed: %s", got)
		}
		if sealed.Note != "he \"said\" <this> é" || sealed.Category != "THREATS" || sealed.Reported != alice.String() {
			t.Errorf("sealed as %+v", sealed)
		}
	}
	check()
	for _, id := range sent {
		sender := alice
		if id.Seq%2 == 0 {
			sender = bob
		}
		w.must(second(w.service.Unsend(t.Context(), sender, id)))
	}
	w.must(w.service.DeleteUser(t.Context(), "ext-u1"))
	check()

	// The same again is the first; the same key with anything else is a conflict.
	again := w.report(bob, in)
	if again.ID != r.ID || again.Digest != r.Digest {
		t.Errorf("the retry made another report: %+v", again)
	}
	in.Note = "other"
	w.refused(second(w.service.Report(t.Context(), bob, in)), dm.CodeIdempotencyConflict)
	e, err := w.store.Evidence(t.Context(), r.ID)
	w.must(err)
	forged := *e
	forged.Sealed = strings.Replace(e.Sealed, "mi", "xx", 1)
	if _, err := forged.Open(); err == nil {
		t.Error("evidence that was changed opens")
	}
	w.consistent(alice, bob)
}

// testReportScope: one reports what one sees of another, and no more than the bound a day.
func testReportScope(t *testing.T, b Backend) {
	w := newWorld(t, b, func(w *world) { w.config.Rules.ReportLimit = 2 })
	alice, bob := w.pair()
	carol := w.users(1)[0]
	first := w.send(alice, bob, "one").Message.ID
	conversation := first.Conversation
	try := func(user dm.UserID, in dm.ReportInput) error {
		in.ClientReportID, in.Category = w.key(), max(in.Category, dm.CategorySpam)
		return second(w.service.Report(t.Context(), user, in))
	}
	w.refused(try(carol, dm.ReportInput{Messages: []dm.MessageID{first}}), dm.CodeNotFound)
	w.refused(try(bob, dm.ReportInput{Messages: []dm.MessageID{{Conversation: conversation, Seq: 2}}}), dm.CodeNotFound)
	w.refused(try(alice, dm.ReportInput{Messages: []dm.MessageID{first}}), dm.CodeInvalidInput)
	w.refused(try(alice, dm.ReportInput{Conversation: conversation}), dm.CodeInvalidInput)
	w.refused(try(bob, dm.ReportInput{}), dm.CodeInvalidInput)
	w.refused(try(bob, dm.ReportInput{Conversation: conversation, Category: 99}), dm.CodeInvalidInput)
	w.refused(try(bob, dm.ReportInput{Messages: []dm.MessageID{first}, Conversation: conversation}), dm.CodeInvalidInput)

	// With a block, in one step: who reports needs no second one.
	in := dm.ReportInput{ClientReportID: "k", Conversation: conversation, Category: dm.CategorySpam, Block: true}
	r := w.report(bob, in)
	w.denied(second(w.trySend(alice, bob, "more", w.key())), policy.DenialNotAccepting)
	if !w.standing(bob, alice).ViewerOverride.Blocked {
		t.Error("the report did not block")
	}
	w.noView(bob, alice)
	if again := w.report(bob, in); again.ID != r.ID {
		t.Error("with the request out of view the retry made another report")
	}
	w.refused(try(bob, dm.ReportInput{Conversation: conversation}), dm.CodeInvalidInput)

	w.clock.advance(time.Hour)
	other := w.send(carol, bob, "two").Message.ID
	w.must(try(bob, dm.ReportInput{Messages: []dm.MessageID{other}}))
	e := w.refused(try(bob, dm.ReportInput{Messages: []dm.MessageID{other}}), dm.CodeRateLimited)
	if e.RetryAfter != 23*time.Hour {
		t.Errorf("try again after %v", e.RetryAfter)
	}
	w.clock.advance(23 * time.Hour)
	w.must(try(bob, dm.ReportInput{Messages: []dm.MessageID{other}}))
	mine, err := w.service.MyReports(t.Context(), bob, dm.PageRequest{First: 2})
	w.must(err)
	if len(mine.Items) != 2 || !mine.More || mine.Items[0].Category != dm.CategorySpam || mine.Items[0].CreatedAt.Before(mine.Items[1].CreatedAt) {
		t.Errorf("the reports of bob are %+v", mine)
	}
	rest, err := w.service.MyReports(t.Context(), bob, dm.PageRequest{First: 2, After: mine.Items[1].PlaceIn(dm.ReportList{Reporter: bob})})
	w.must(err)
	if len(rest.Items) != 1 || rest.Items[0].ID != r.ID {
		t.Errorf("the rest is %+v", rest)
	}
	none, err := w.service.MyReports(t.Context(), alice, dm.PageRequest{First: 2})
	w.must(err)
	if len(none.Items) != 0 {
		t.Error("who was reported sees it (I9)")
	}
}

var (
	mod   = dm.Moderator{Name: "mod", RequestID: "req-1"}
	other = dm.Moderator{Name: "other", RequestID: "req-2"}
)

// testModeration: claim, look, decide, appeal. A decision takes effect at once and is
// reported truthfully; every look is in the audit log; a reversed decision ends what it did.
func testModeration(t *testing.T, b Backend) {
	w := newWorld(t, b)
	ctx := t.Context()
	alice, bob := w.pair()
	w.friends(alice, bob)
	bad := w.send(alice, bob, "bad").Message.ID
	r := w.report(bob, dm.ReportInput{Messages: []dm.MessageID{bad}})
	queue := func(list dm.ReportList) []*dm.Report {
		t.Helper()
		found, err := w.service.Queue(ctx, list, dm.PageRequest{First: 10})
		w.must(err)
		return found.Items
	}
	if got := queue(dm.ReportList{State: dm.ReportOpen, Unclaimed: true, Reported: alice, Category: r.Category}); len(got) != 1 || got[0].ID != r.ID {
		t.Fatalf("the queue has %+v", got)
	}

	w.refused(second(w.service.LookAt(ctx, mod, r.ID)), dm.CodeInvalidInput)
	won := make(chan error, 8)
	for i := range cap(won) {
		go func() {
			by := dm.Moderator{Name: string(rune('a' + i)), RequestID: "race"}
			won <- second(w.service.Claim(ctx, by, r.ID, time.Hour))
		}()
	}
	winners := 0
	for range cap(won) {
		if err := <-won; err == nil {
			winners++
		} else {
			w.refused(err, dm.CodeReportClaimed)
		}
	}
	if winners != 1 {
		t.Errorf("%d moderators hold one report", winners)
	}
	if got := queue(dm.ReportList{State: dm.ReportOpen, Unclaimed: true}); len(got) != 0 {
		t.Error("a claimed report is free")
	}
	if e := w.refused(second(w.service.Claim(ctx, mod, r.ID, time.Hour)), dm.CodeReportClaimed); e.RetryAfter != time.Hour {
		t.Errorf("claim again after %v", e.RetryAfter)
	}
	w.clock.advance(time.Hour)
	w.must(second(w.service.Claim(ctx, mod, r.ID, time.Hour)))
	w.refused(second(w.service.LookAt(ctx, other, r.ID)), dm.CodeReportClaimed)
	evidence, err := w.service.LookAt(ctx, mod, r.ID)
	w.must(err)
	if sealed, err := evidence.Open(); err != nil || sealed.Messages[0].Body != "bad" || evidence.Digest != r.Digest {
		t.Errorf("the evidence is %+v, %v", sealed, err)
	}

	at := map[dm.UserID]int64{alice: w.cursor(alice).Position, bob: w.cursor(bob).Position}
	suspend := dm.Decision{Action: dm.ActionSuspend, Statement: "You threatened somebody.", For: 48 * time.Hour}
	for name, d := range map[string]dm.Decision{
		"no reasons": {Action: dm.ActionSuspend, For: time.Hour}, "no end": {Action: dm.ActionSuspend, Statement: "s"},
		"an end": {Action: dm.ActionWarn, Statement: "s", For: time.Hour}, "no action": {Statement: "s"},
	} {
		if dm.CodeOf(second(w.service.DecideReport(ctx, mod, r.ID, d))) != dm.CodeInvalidInput {
			t.Errorf("a decision with %s passes", name)
		}
	}
	for range 2 {
		w.must(second(w.service.DecideReport(ctx, mod, r.ID, suspend)))
	}
	w.refused(second(w.service.DecideReport(ctx, other, r.ID, suspend)), dm.CodeInvalidInput)
	for user, position := range at {
		if events := w.events(user, position); len(events) != 1 || events[0].Kind != dm.EventNoticesChanged || events[0].View != nil {
			t.Errorf("the decision is told as %+v", events)
		}
	}
	// Told truthfully, before and at the send; everything else goes on.
	w.denied(second(w.trySend(alice, bob, "again", w.key())), policy.DenialSuspended)
	if d := w.standing(alice, bob).Permission.Denial; d != policy.DenialSuspended {
		t.Errorf("before the send: %v", d)
	}
	w.send(bob, alice, "why")
	w.must(second(w.service.Unsend(ctx, alice, bad)))
	stands, err := w.service.MyRestrictions(ctx, alice)
	w.must(err)
	if !stands.SuspendedUntil.Equal(w.clock.Now().Add(48*time.Hour)) || !stands.OutreachUntil.IsZero() {
		t.Errorf("what stands is %+v", stands)
	}
	notices, err := w.service.MyNotices(ctx, alice, dm.PageRequest{First: 5})
	w.must(err)
	if len(notices.Items) != 1 || notices.Items[0].Statement != suspend.Statement {
		t.Fatalf("the notices are %+v", notices)
	}

	if until := notices.Items[0].AppealableUntil; !until.Equal(w.clock.Now().Add(w.config.Rules.AppealFor)) {
		t.Errorf("it can be appealed until %v", until)
	}
	// The appeal, which another moderator decides.
	w.refused(second(w.service.Appeal(ctx, bob, r.ID, "no")), dm.CodeNotFound)
	for range 2 {
		w.must(second(w.service.Appeal(ctx, alice, r.ID, "It was a joke.")))
	}
	w.refused(second(w.service.Appeal(ctx, alice, r.ID, "Once more.")), dm.CodeInvalidInput)
	w.must(second(w.service.Claim(ctx, mod, r.ID, time.Hour)))
	w.refused(second(w.service.DecideAppeal(ctx, mod, r.ID, true, "It was.")), dm.CodeInvalidInput)
	w.clock.advance(time.Hour)
	w.must(second(w.service.Claim(ctx, other, r.ID, time.Hour)))
	for range 2 {
		w.must(second(w.service.DecideAppeal(ctx, other, r.ID, true, "It was.")))
	}
	w.send(alice, bob, "free")
	if got := queue(dm.ReportList{State: dm.ReportClosed}); len(got) != 1 || got[0].AppealOutcome != dm.AppealReversed {
		t.Errorf("closed are %+v", got)
	}

	log, err := w.service.Audit(ctx, dm.AuditFilter{Report: r.ID}, dm.PageRequest{First: 20})
	w.must(err)
	var acts []dm.AuditAct
	for _, e := range log.Items {
		acts = append(acts, e.Act)
		if e.User != alice || e.RequestID == "" || e.Actor == "" || e.At.IsZero() {
			t.Errorf("the audit log has %+v", e)
		}
	}
	looks := 0
	for _, act := range acts {
		if act == dm.AuditLook {
			looks++
		}
	}
	if len(acts) != 7 || looks != 1 {
		t.Errorf("the audit log has %v: 4 claims, 1 look and 2 decisions are due", acts)
	}
	page, err := w.service.Audit(ctx, dm.AuditFilter{}, dm.PageRequest{First: 3})
	w.must(err)
	rest, err := w.service.Audit(ctx, dm.AuditFilter{}, dm.PageRequest{First: 9, After: page.Items[2].Place()})
	w.must(err)
	if len(page.Items)+len(rest.Items) != 7 || !page.More || rest.More {
		t.Errorf("the pages have %d and %d entries", len(page.Items), len(rest.Items))
	}
	w.consistent(alice, bob)
}

// testRestrictions: what stands against a person is the sum of the decisions that stand, each to
// its end.
func testRestrictions(t *testing.T, b Backend) {
	w := newWorld(t, b)
	ctx := t.Context()
	alice, bob := w.pair()
	carol := w.users(1)[0]
	w.friends(alice, bob)
	decide := func(action dm.Action, hours int) dm.ReportID {
		t.Helper()
		w.clock.advance(time.Second)
		in := dm.ReportInput{Conversation: dm.ConversationOf(alice, bob)}
		r := w.report(bob, in)
		w.must(second(w.service.Claim(ctx, mod, r.ID, time.Hour)))
		w.must(second(w.service.DecideReport(ctx, mod, r.ID, dm.Decision{Action: action, Statement: "s", For: time.Duration(hours) * time.Hour})))
		return r.ID
	}
	w.send(alice, bob, "hello")
	w.send(bob, alice, "hello")
	decide(dm.ActionLimitOutreach, 10)
	w.denied(second(w.trySend(alice, carol, "hi", w.key())), policy.DenialOutreachLimit)
	w.send(alice, bob, "to whom knows me")
	w.must(w.service.Block(ctx, carol, alice))
	// The limit is the sender's own: what carol does must not show.
	w.denied(second(w.trySend(alice, carol, "hi", w.key())), policy.DenialOutreachLimit)
	w.must(w.service.Unblock(ctx, carol, alice))

	long := decide(dm.ActionSuspend, 5)
	decide(dm.ActionSuspend, 2)
	w.must(second(w.service.Appeal(ctx, alice, long, "please")))
	w.must(second(w.service.Claim(ctx, other, long, time.Hour)))
	w.must(second(w.service.DecideAppeal(ctx, other, long, true, "well")))
	stands, err := w.service.MyRestrictions(ctx, alice)
	w.must(err)
	if left := stands.SuspendedUntil.Sub(w.clock.Now()); left != 2*time.Hour {
		t.Errorf("suspended for %v, the other decision stands for 2 h", left)
	}
	w.denied(second(w.trySend(alice, bob, "x", w.key())), policy.DenialSuspended)
	w.clock.advance(2 * time.Hour)
	w.send(alice, bob, "suspension over")
	w.denied(second(w.trySend(alice, carol, "hi", w.key())), policy.DenialOutreachLimit)
	w.clock.advance(8 * time.Hour)
	w.send(alice, carol, "all over")

	decide(dm.ActionWarn, 0)
	decide(dm.ActionNone, 0)
	notices, err := w.service.MyNotices(ctx, alice, dm.PageRequest{First: 10})
	w.must(err)
	if len(notices.Items) != 4 || notices.Items[0].Action != dm.ActionWarn {
		t.Errorf("%d notices: a decision that does nothing is none", len(notices.Items))
	}
	w.consistent(alice, bob, carol)
}
