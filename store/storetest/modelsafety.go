package storetest

import (
	"slices"
	"time"

	"pgregory.net/rapid"

	"github.com/aparte-im/aparte/dm"
)

// reportable tells what comes of reporting the newest messages of a talk.
func (m *model) reportable(user, other int) dm.Code {
	t := m.talks[pairKey(user, other)]
	if t == nil || user == other {
		return dm.CodeNotFound
	}
	s := t.sides[user]
	if s.folder == "" {
		return dm.CodeInvalidInput
	}
	for i := max(s.cleared, len(t.messages)-dm.MaxReported); i < len(t.messages); i++ {
		if t.messages[i].from == other {
			return ""
		}
	}
	return dm.CodeInvalidInput
}

// sanction is a decision that lasts; of two the longer one holds.
func (m *model) sanction(in map[int]time.Time, user int, hours int) {
	if until := m.now.Add(time.Duration(hours) * time.Hour); until.After(in[user]) {
		in[user] = until
	}
}

// doModerate reports, now and then with a block, and decides.
func (r *modelRun) doModerate(t *rapid.T) {
	a, b := r.two(t)
	block := rapid.IntRange(0, 3).Draw(t, "block") == 0
	report, err := r.service.Report(r.Context(), r.ids[a], dm.ReportInput{
		ClientReportID: r.key(), Conversation: r.conversation(a, b), Category: dm.CategorySpam, Block: block,
	})
	code := r.m.reportable(a, b)
	r.wantCode("report", err, code)
	if code != "" {
		return
	}
	if block {
		r.m.block(a, b)
	}
	d := dm.Decision{Action: dm.Action(rapid.IntRange(int(dm.ActionNone), int(dm.ActionSuspend)).Draw(t, "action")), Statement: "reasons"}
	hours := rapid.IntRange(1, 3).Draw(t, "hours")
	switch d.Action {
	case dm.ActionSuspend:
		r.m.sanction(r.m.suspended, b, hours)
	case dm.ActionLimitOutreach:
		r.m.sanction(r.m.tamed, b, hours)
	default:
		hours = 0
	}
	d.For = time.Duration(hours) * time.Hour
	_, err = r.service.Claim(r.Context(), mod, report.ID, time.Hour)
	r.must(err)
	_, err = r.service.DecideReport(r.Context(), mod, report.ID, d)
	r.must(err)
}

// erase ends a history: one of its people is erased, and all that the others see is as it was but
// for their words.
func (r *modelRun) erase(user int) {
	ctx := r.Context()
	people, err := r.store.Users(ctx, []dm.UserID{r.ids[user]})
	r.must(err)
	_, err = r.service.EraseUser(ctx, host, people[r.ids[user]].ExternalID)
	r.must(err)
	job, err := r.service.TakeJob(ctx, dm.JobErase, "model", hold)
	r.must(err)
	if job == nil || job.User != r.ids[user] {
		r.Fatalf("the job to erase is %+v", job)
	}
	r.must(r.service.Erase(ctx, job, hold))
	for pair, t := range r.m.talks {
		if pair[0] != user && pair[1] != user {
			continue
		}
		for i := range t.messages {
			t.messages[i].unsent = t.messages[i].unsent || t.messages[i].from == user
		}
	}
	r.m.codes = slices.DeleteFunc(r.m.codes, func(c *code) bool { return c.owner == user })
	r.gone = true
	r.check(nil)
	var others []dm.UserID
	for other, id := range r.ids {
		if other != user {
			r.receive(other)
			others = append(others, id)
		}
	}
	r.consistent(others...)
}
