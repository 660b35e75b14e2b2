package hostimport_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/aparte-im/aparte/dm"
	"github.com/aparte-im/aparte/dm/policy"
	"github.com/aparte-im/aparte/internal/hostimport"
	"github.com/aparte-im/aparte/internal/testdb"
	"github.com/aparte-im/aparte/live"
	"github.com/aparte-im/aparte/store"
)

type world struct {
	t       *testing.T
	store   *store.Store
	service *dm.Service
	files   map[string]string
}

func newWorld(t *testing.T, url string) *world {
	st, err := store.Open(t.Context(), store.Config{URL: url, Rules: dm.DefaultRules()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = st.Close() })
	return &world{t, st, dm.New(dm.Config{Store: st, Bus: live.NewHub()}), map[string]string{}}
}

func (w *world) file(name, content string) string {
	w.t.Helper()
	path := filepath.Join(w.t.TempDir(), name)
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		w.t.Fatal(err)
	}
	return path
}

func (w *world) run(c hostimport.Config) (hostimport.Summary, error) {
	w.t.Helper()
	c.Service, c.Store = w.service, w.store
	s, err := hostimport.Run(context.Background(), c)
	s.Duration = 0
	return s, err
}

func (w *world) user(externalID string) *dm.User {
	w.t.Helper()
	u, err := w.service.UserByExternalID(w.t.Context(), externalID)
	if err != nil {
		w.t.Fatalf("%s: %v", externalID, err)
	}
	return u
}

func (w *world) counts() store.Report {
	w.t.Helper()
	r, err := w.store.Verify(w.t.Context())
	if err != nil {
		w.t.Fatal(err)
	}
	if len(r.Problems) > 0 {
		w.t.Errorf("verify: %v", r.Problems)
	}
	return r
}

const (
	users = "external_id,handle,display_name,avatar_url,age_band,created_at\n" +
		"1001,Ann,Ann Ample,https://img.example/a.png,ADULT,2020-02-03T04:05:06Z\n1002,ben,,,,\n1003,cleo,Cleo,,AGE_16_17,1500000000\n"
	follows  = "follower,followee\n1001,1002\n1002,1001\n1003,1001\n"
	messages = "sender,recipient,sent_at,body\n1001,1002,2021-01-01T10:00:00Z,Hello\n" +
		"1002,1001,2021-01-01T10:00:05Z,\"Hello,\nyou\"\n1001,1002,2021-01-01T10:00:05Z,\n1003,1001,1600000000,Hi\n"
)

// The whole of a community comes in, with its times and in its order (I3), and the same import
// again changes nothing.
func TestImportTwice(t *testing.T) {
	testdb.Each(t, func(t *testing.T, url string) {
		w := newWorld(t, url)
		config := hostimport.Config{
			Users: w.file("u.csv", users), Follows: w.file("f.csv", follows), Messages: w.file("m.csv", messages),
		}
		got, err := w.run(config)
		if err != nil {
			t.Fatal(err)
		}
		count := func(rows, fresh int64) hostimport.Count {
			return hostimport.Count{Rows: rows, New: fresh, Existing: rows - fresh}
		}
		want := hostimport.Summary{Users: count(3, 3), Follows: count(3, 3), Messages: count(4, 4)}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("first import (-want +got):\n%s", diff)
		}
		before := w.counts()
		again, err := w.run(config)
		want = hostimport.Summary{Users: count(3, 0), Follows: count(3, 0), Messages: count(4, 0)}
		if diff := cmp.Diff(want, again); diff != "" || err != nil {
			t.Errorf("second import: %v (-want +got):\n%s", err, diff)
		}
		if diff := cmp.Diff(before, w.counts()); diff != "" {
			t.Errorf("the second import changed something:\n%s", diff)
		}
		w.checkCommunity()
	})
}

func (w *world) checkCommunity() {
	t, ctx := w.t, w.t.Context()
	ann, ben, cleo := w.user("1001"), w.user("1002"), w.user("1003")
	if ann.Handle != "ann" || ann.DisplayName != "Ann Ample" || ben.DisplayName != "ben" || cleo.AgeBand != policy.Age16To17 ||
		!cleo.CreatedAt.Equal(time.Unix(1500000000, 0)) {
		t.Errorf("users %+v %+v %+v", ann, ben, cleo)
	}
	view, err := w.service.ConversationWith(ctx, ann.ID, ben.ID)
	if err != nil {
		t.Fatal(err)
	}
	pages, err := w.service.Messages(ctx, ann.ID, []dm.ConversationID{view.ID}, dm.PageRequest{First: 10})
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, m := range pages[view.ID].Items {
		got = append(got, fmt.Sprintf("%d %s %s", m.ID.Seq, m.CreatedAt.Format(time.RFC3339), m.Body))
	}
	want := []string{
		"3 2021-01-01T10:00:05Z " + hostimport.NoText, "2 2021-01-01T10:00:05Z Hello,\nyou", "1 2021-01-01T10:00:00Z Hello",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("messages (-want +got):\n%s", diff)
	}
	standings, err := w.service.Relationships(ctx, ben.ID, []dm.UserID{ann.ID})
	if s := standings[ann.ID]; err != nil || !s.ViewerFollows || !s.FollowsViewer {
		t.Errorf("ben stands to ann: %+v %v", s, err)
	}
	// Ann wrote to Ben and never to Cleo, so under this audience the one is known and the other is
	// not.
	if _, err := w.service.SetWhoCanMessageMe(ctx, ann.ID, policy.PeopleIMessaged, nil); err != nil {
		t.Fatal(err)
	}
	for who, known := range map[*dm.User]bool{ben: true, cleo: false} {
		standings, err := w.service.Relationships(ctx, who.ID, []dm.UserID{ann.ID})
		if err != nil || standings[ann.ID].Permission.Allowed() != known {
			t.Errorf("%s may write to ann: %+v %v", who.Handle, standings[ann.ID].Permission, err)
		}
	}
}

// One bad row, and nothing is written: neither the good rows before it nor the other files.
func TestBadRowsWriteNothing(t *testing.T) {
	w := newWorld(t, testdb.SQLite(t))
	_, err := w.run(hostimport.Config{
		Users:   w.file("u.csv", users+"1004,ann,Another,,,\n1005,no good,,,,\n1001,twice,,,,\n1006,dan,,,CHILD,\n"),
		Follows: w.file("f.csv", follows+"1001,nobody\n1001,1001\n"),
		Messages: w.file("m.csv", messages+"1001,1002,2921-01-01T10:00:00Z,Late\n1001,stranger,1,Hi\n"+
			"1001,1002,5,"+strings.Repeat("x", 4001)+"\n"),
	})
	var bad *hostimport.BadRowsError
	if !errors.As(err, &bad) {
		t.Fatalf("the import said %v", err)
	}
	var got []string
	for _, b := range bad.First {
		got = append(got, fmt.Sprintf("%s:%d %s", filepath.Base(b.Path), b.Line, b.Problem))
	}
	want := []string{
		`u.csv:5 the handle "ann" is given to the user "1001" in line 2 before`,
		`u.csv:6 handle: A handle has 1 to 32 letters a-z, digits, dots, dashes or underscores.`,
		`u.csv:7 the user "1001" was given in line 2 before`,
		`u.csv:8 age_band "CHILD" is none of ADULT, AGE_16_17 and UNDER_16`,
		`f.csv:5 there is no user "nobody"`,
		`f.csv:6 "1001" follows themselves`,
		`m.csv:7 the time 2921-01-01T10:00:00Z lies in the future`,
		`m.csv:8 there is no user "stranger"`,
		`m.csv:9 body: The text is longer than 4000 characters.`,
	}
	if diff := cmp.Diff(want, got); diff != "" || bad.Count != int64(len(want)) {
		t.Errorf("%d problems (-want +got):\n%s", bad.Count, diff)
	}
	if r := w.counts(); r.Users+r.Messages+r.Events > 0 {
		t.Errorf("something was written: %+v", r)
	}
}

// An import that was cut off in the middle is finished by running it again, and nothing is there
// twice (I2).
func TestAnImportThatWasCutOffGoesOn(t *testing.T) {
	testdb.Each(t, func(t *testing.T, url string) {
		w := newWorld(t, url)
		var text strings.Builder
		for i := range 1300 {
			fmt.Fprintf(&text, "%d %d %d\n", i%7, 7+i%5, 1600000000+i/3)
		}
		config := hostimport.Config{Messages: w.file("trace", text.String()), Service: w.service, Store: w.store}
		ctx, cancel := context.WithCancel(t.Context())
		config.Progress = func(p hostimport.Progress) {
			if p.Stage == "messages" {
				cancel()
			}
		}
		if _, err := hostimport.Run(ctx, config); !errors.Is(err, context.Canceled) {
			t.Fatalf("the import that was cut off said %v", err)
		}
		config.Progress = nil
		got, err := w.run(config)
		if err != nil || got.Created != 0 || got.Messages != (hostimport.Count{Rows: 1300, New: 800, Existing: 500}) {
			t.Errorf("the second run: %+v %v", got, err)
		}
		if r := w.counts(); r.Messages != 1300 || r.Users != 12 || r.Events != 2600 {
			t.Errorf("the database holds %+v", r)
		}
	})
}

// An id that stands for two messages names the line.
func TestAnIDOfOtherContentNamesTheLine(t *testing.T) {
	w := newWorld(t, testdb.SQLite(t))
	config := hostimport.Config{CreateUsers: true, Messages: w.file("m.csv",
		"sender,recipient,sent_at,body,id\na,b,1,One,m1\nb,a,2,Two,m2\na,b,3,Other,m1\n")}
	_, err := w.run(config)
	var bad *hostimport.BadRowsError
	if !errors.As(err, &bad) || bad.Count != 1 || bad.First[0].Line != 4 {
		t.Errorf("the import said %v", err)
	}
}

// The people of the bare form are made; one whose handle is taken gets another, and those who are
// there stay.
func TestTheBareFormMakesItsPeople(t *testing.T) {
	w := newWorld(t, testdb.SQLite(t))
	if _, err := w.service.UpsertUsers(t.Context(), []dm.UserInput{
		{ExternalID: "2", Handle: "zoe"}, {ExternalID: "other", Handle: "u3"},
	}); err != nil {
		t.Fatal(err)
	}
	got, err := w.run(hostimport.Config{Messages: w.file("trace", "1 2 100\n3 1 101\nX 2 102\nx 2 103\n")})
	if err != nil || got.Created != 4 {
		t.Fatalf("%+v %v", got, err)
	}
	if a, b := w.user("1").Handle, w.user("2").Handle; a != "u1" || b != "zoe" {
		t.Errorf("handles %s and %s", a, b)
	}
	if h := w.user("3").Handle; h == "u3" || !strings.HasPrefix(h, "u") {
		t.Errorf("the handle of 3 is %s", h)
	}
	if a, b := w.user("x").Handle, w.user("X").Handle; a != "ux" || a == b {
		t.Errorf("x and X have the handles %s and %s", a, b)
	}
}
