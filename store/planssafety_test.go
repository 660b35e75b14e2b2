package store_test

import (
	"io"
	"testing"
	"time"

	"github.com/aparte-im/aparte/dm"
	"github.com/aparte-im/aparte/dm/export"
)

// tourOfSafety asks what unsending, reports, moderation and the rights to one's data ask of the
// store.
func tourOfSafety(t *testing.T, service *dm.Service, s export.Store, user func(int) dm.UserID) {
	t.Helper()
	ctx := t.Context()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	sent, err := service.Send(ctx, user(30), dm.SendInput{To: user(31), Body: "regretted", ClientMessageID: "tour-unsend"})
	must(err)
	_, err = service.Unsend(ctx, user(30), sent.Message.ID)
	must(err)
	report := func(key string) dm.ReportID {
		r, err := service.Report(ctx, user(31), dm.ReportInput{
			ClientReportID: key, Conversation: sent.Message.ID.Conversation, Category: dm.CategorySpam, Note: "note",
		})
		must(err)
		return r.ID
	}
	mod, other := dm.Moderator{Name: "mod", RequestID: "r"}, dm.Moderator{Name: "other", RequestID: "r"}
	id := report("tour-1")
	_, err = service.Claim(ctx, mod, id, time.Hour)
	must(err)
	_, err = service.LookAt(ctx, mod, id)
	must(err)
	_, err = service.DecideReport(ctx, mod, id, dm.Decision{Action: dm.ActionSuspend, Statement: "s", For: time.Hour})
	must(err)
	_, err = service.Appeal(ctx, user(30), id, "why")
	must(err)
	_, err = service.Claim(ctx, other, id, time.Hour)
	must(err)
	_, err = service.DecideAppeal(ctx, other, id, true, "s")
	must(err)
	_, err = service.StartExport(ctx, user(31))
	must(err)
	job, err := service.TakeJob(ctx, dm.JobExport, "n", time.Minute)
	must(err)
	must(export.New(service, s).Write(ctx, job, io.Discard, func() error { return nil }))
	must(service.FinishExport(ctx, job, 1, time.Hour))
	_, err = service.Export(ctx, user(31), job.ID)
	must(err)
	_, err = service.EraseUser(ctx, mod, "u61")
	must(err)
	_, err = service.Erasures(ctx, "u61")
	must(err)
	erasure, err := service.TakeJob(ctx, dm.JobErase, "n", time.Minute)
	must(err)
	must(service.Erase(ctx, erasure, time.Minute))
	page := dm.PageRequest{First: 50}
	for range 2 {
		mine, err := service.MyReports(ctx, user(31), page)
		must(err)
		_, err = service.MyNotices(ctx, user(30), page)
		must(err)
		for _, list := range []dm.ReportList{
			{State: dm.ReportOpen}, {State: dm.ReportClosed, Reported: user(30), Category: dm.CategorySpam, Unclaimed: true},
		} {
			_, err = service.Queue(ctx, list, page)
			must(err)
		}
		for _, filter := range []dm.AuditFilter{{}, {Report: id}} {
			_, err = service.Audit(ctx, filter, page)
			must(err)
		}
		if len(mine.Items) > 0 {
			page.After = mine.Items[0].PlaceIn(dm.ReportList{Reporter: user(31)})
		}
	}
}
