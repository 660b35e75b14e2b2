package store_test

import (
	"context"
	"database/sql"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/aparte-im/aparte/dm"
	"github.com/aparte-im/aparte/dm/policy"
	"github.com/aparte-im/aparte/internal/testdb"
	"github.com/aparte-im/aparte/live"
	"github.com/aparte-im/aparte/store"
)

// Each sweep removes what is old enough, and nothing else.
func TestSweepsRemoveWhatIsOldEnough(t *testing.T) {
	testdb.Each(t, func(t *testing.T, url string) {
		ctx, now := t.Context(), time.Now().Add(-100*time.Hour).Truncate(time.Microsecond)
		s, err := store.Open(ctx, store.Config{URL: url, Rules: dm.DefaultRules(), Clock: func() time.Time { return now }})
		if err != nil {
			t.Fatal(err)
		}
		defer func() {
			if err := s.Close(); err != nil {
				t.Error(err)
			}
		}()
		service := dm.New(dm.Config{Store: s, Bus: live.NewHub()})
		must := func(err error) {
			t.Helper()
			if err != nil {
				t.Fatal(err)
			}
		}
		users, err := service.UpsertUsers(ctx, []dm.UserInput{{ExternalID: "a", Handle: "a"}, {ExternalID: "b", Handle: "b"}})
		must(err)
		a, b := users[0].ID, users[1].ID
		must(service.Follow(ctx, a, b))
		must(service.Follow(ctx, b, a))
		sent, err := service.Send(ctx, a, dm.SendInput{To: b, Body: "x", ClientMessageID: "k"})
		must(err)
		by := dm.Moderator{Name: "m", RequestID: "r"}
		decided := func(key string, hours int) dm.ReportID {
			r, err := service.Report(ctx, b, dm.ReportInput{ClientReportID: key, Messages: []dm.MessageID{sent.Message.ID}, Category: dm.CategorySpam})
			must(err)
			_, err = service.Claim(ctx, by, r.ID, time.Hour)
			must(err)
			_, err = service.DecideReport(ctx, by, r.ID, dm.Decision{Action: dm.ActionSuspend, Statement: "s", For: time.Duration(hours) * time.Hour})
			must(err)
			return r.ID
		}
		short, long := decided("short", 1), decided("long", 50)
		_, err = service.SetReadReceipts(ctx, a, false)
		must(err)

		sweep := func(name string, run func(context.Context, time.Time) (int64, error), before time.Time, want int64) {
			t.Helper()
			n, err := run(ctx, before)
			must(err)
			if n != want {
				t.Errorf("%s removes %d, want %d", name, n, want)
			}
		}
		began := now
		now = now.Add(10 * time.Hour)
		sweep("reports, too early", s.SweepReports, began, 0)
		sweep("reports", s.SweepReports, now, 1)
		for id, there := range map[dm.ReportID]bool{short: false, long: true} {
			_, err := s.Report(ctx, id)
			_, sealed := s.Evidence(ctx, id)
			if (err == nil) != there || (sealed == nil) != there {
				t.Errorf("a report is there: %v, %v; want %v: what still does something is kept", err, sealed, there)
			}
		}
		sweep("audit, too early", s.SweepAudit, began, 0)
		sweep("audit", s.SweepAudit, now, 4)
		// Ids of settings rise with the machine's time.
		sweep("settings, too early", s.SweepSettings, time.Now().Add(-time.Hour), 0)
		sweep("settings", s.SweepSettings, time.Now().Add(time.Hour), 1)

		_, write := s.Pools()
		for i, state := range []dm.JobState{dm.JobDone, dm.JobDone, dm.JobQueued} {
			_, err = write.ExecContext(ctx, `INSERT INTO jobs (id, user_id, kind, state, requested_at, done, total, at_conversation, at_seq,
				tries, lease_by, lease_until, finished_at, expires_at, size) VALUES ($1, $2, $3, $4, $5, 0, 0, $2, 0, 1, '', 0, 0, 0, 0)`,
				uuid.NewString(), uuid.UUID(b).String(), []dm.JobKind{dm.JobSortHidden, dm.JobSortRequests, dm.JobSortHidden}[i], state, now.UnixMicro())
			must(err)
		}
		sweep("sorted, too early", s.SweepSorted, now, 0)
		sweep("sorted, but not what waits", s.SweepSorted, now.Add(time.Hour), 2)

		_, err = service.StartExport(ctx, b)
		must(err)
		job, err := service.TakeJob(ctx, dm.JobExport, "n", time.Minute)
		must(err)
		must(service.FinishExport(ctx, job, 1, time.Hour))
		// A code that b used and one that a revoked end in two hours and now.
		code := func(hours int) (*dm.ContactCode, string) {
			c, secret, err := service.CreateContactCode(ctx, a, dm.ContactCodeInput{Label: "l", For: time.Duration(hours) * time.Hour, MaxUses: 9})
			must(err)
			return c, secret
		}
		_, err = service.SetWhoCanMessageMe(ctx, a, policy.NoOne, nil)
		must(err)
		_, secret := code(2)
		_, err = service.Send(ctx, b, dm.SendInput{To: a, Body: "y", ClientMessageID: "code", ContactCode: &secret})
		must(err)
		uses := func() int {
			found, err := s.RedemptionsBy(ctx, b, dm.ContactCodeID{}, 10)
			must(err)
			return len(found)
		}
		revoked, _ := code(2)
		_, err = service.RevokeContactCode(ctx, a, revoked.ID)
		must(err)
		sweep("contact codes, too early", s.SweepContactCodes, now, 0)
		sweep("the revoked code", s.SweepContactCodes, now.Add(time.Microsecond), 1)
		sweep("contact codes that still live", s.SweepContactCodes, now.Add(2*time.Hour), 0)
		if uses() != 1 {
			t.Error("b did not use the code: the sweep shows nothing")
		}
		sweep("contact codes", s.SweepContactCodes, now.Add(3*time.Hour), 1)
		if uses() != 0 {
			t.Error("who used a code is kept beyond it")
		}

		sweep("exports, too early", s.SweepExports, time.Now(), 0)
		sweep("exports", s.SweepExports, time.Now().Add(2*time.Hour), 1)

		_, err = service.EraseUser(ctx, by, "a")
		must(err)
		sweep("shells that are not erased yet", s.SweepShells, now.Add(time.Hour), 0)
		erasure, err := service.TakeJob(ctx, dm.JobErase, "n", time.Minute)
		must(err)
		must(service.Erase(ctx, erasure, time.Minute))
		if _, err := service.CreateUser(ctx, dm.UserInput{ExternalID: "a", Handle: "a"}); dm.CodeOf(err) != dm.CodeNotFound {
			t.Errorf("a token brings back who was erased: %v", err)
		}
		sweep("shells", s.SweepShells, now.Add(time.Hour), 1)
		left, err := s.Users(ctx, []dm.UserID{a})
		must(err)
		if got := left[a]; got == nil || got.ExternalID != "erased:"+uuidOf(t, url, a) {
			t.Errorf("the shell is %+v", got)
		}
		_, err = service.CreateUser(ctx, dm.UserInput{ExternalID: "a", Handle: "a"})
		must(err)
	})
}

// uuidOf is the id as the database has it.
func uuidOf(t *testing.T, url string, id dm.UserID) string {
	t.Helper()
	path, lite := strings.CutPrefix(url, "sqlite:")
	driver, address := "postgres", url
	if lite {
		driver, address = "sqlite", "file:"+path
	}
	db, err := sql.Open(driver, address)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	var text string
	if err := db.QueryRow("SELECT CAST(id AS text) FROM users WHERE display_name = 'Deleted user'").Scan(&text); err != nil {
		t.Fatal(err)
	}
	if id.IsZero() {
		t.Fatal("no id")
	}
	return text
}
