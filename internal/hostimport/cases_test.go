package hostimport_test

import (
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/aparte-im/aparte/dm"
	"github.com/aparte-im/aparte/internal/hostimport"
	"github.com/aparte-im/aparte/internal/rows"
	"github.com/aparte-im/aparte/internal/testdb"
)

func testdata(name string) string { return filepath.Join("testdata", name) }

// texts lists a conversation as its members read it, oldest first, and checks what holds for the
// newest message.
func (w *world) texts(viewer, other string) []string {
	w.t.Helper()
	view, err := w.service.ConversationWith(w.t.Context(), w.user(viewer).ID, w.user(other).ID)
	if err != nil {
		w.t.Fatal(err)
	}
	pages, err := w.service.Messages(w.t.Context(), view.Viewer, []dm.ConversationID{view.ID}, dm.PageRequest{First: 100})
	if err != nil {
		w.t.Fatal(err)
	}
	var out []string
	for _, m := range pages[view.ID].Items {
		out = append(out, m.Body)
		if m.CreatedAt.After(view.LastAt) {
			w.t.Errorf("%q of %v is later than the last activity, %v", m.Body, m.CreatedAt, view.LastAt)
		}
	}
	slices.Reverse(out)
	return out
}

func (w *world) unread(externalID string) int64 {
	w.t.Helper()
	counted, err := w.service.Unread(w.t.Context(), w.user(externalID).ID)
	if err != nil {
		w.t.Fatal(err)
	}
	return counted.Unread.Messages
}

func (w *world) must(c hostimport.Config) hostimport.Summary {
	w.t.Helper()
	s, err := w.run(c)
	if err != nil {
		w.t.Fatal(err)
	}
	return s
}

// The order of a file is not the order of time: each conversation is written by time, in one file
// and over many batches.
func TestMessagesComeInTheOrderOfTheirTimes(t *testing.T) {
	testdb.Each(t, func(t *testing.T, url string) {
		w := newWorld(t, url)
		w.must(hostimport.Config{Users: testdata("users.csv"), Messages: testdata("newest-first.csv")})
		if diff := cmp.Diff([]string{"first", "second", "third"}, w.texts("u1", "u2")); diff != "" {
			t.Errorf("newest first (-want +got):\n%s", diff)
		}
		var text strings.Builder
		text.WriteString("sender,recipient,sent_at,body\n")
		for i := 1299; i >= 0; i-- {
			fmt.Fprintf(&text, "u%d,u3,%d,%d\n", 1+i%2, 1500000000+i, i)
		}
		w.must(hostimport.Config{Messages: w.file("m.csv", text.String())})
		got := w.texts("u1", "u3")
		if !slices.IsSortedFunc(got, func(a, b string) int { return len(a)*10000 - len(b)*10000 + strings.Compare(a, b) }) {
			t.Errorf("1,300 rows newest first came as %v", got)
		}
		if w.unread("u1")+w.unread("u2")+w.unread("u3") != 0 {
			t.Error("history is unread")
		}
		w.counts()
	})
}

// History that comes after live messages stands before them and leaves the conversation as it is
// used.
func TestHistoryAfterLiveMessages(t *testing.T) {
	testdb.Each(t, func(t *testing.T, url string) {
		w := newWorld(t, url)
		w.must(hostimport.Config{Users: testdata("users.csv")})
		u1, u2 := w.user("u1"), w.user("u2")
		if err := w.service.SetEdges(t.Context(), []dm.EdgeEdit{{From: "u1", To: "u2"}, {From: "u2", To: "u1"}}); err != nil {
			t.Fatal(err)
		}
		live, err := w.service.Send(t.Context(), u1.ID, dm.SendInput{To: u2.ID, Body: "live", ClientMessageID: "live"})
		if err != nil {
			t.Fatal(err)
		}
		var text strings.Builder
		text.WriteString("sender,recipient,sent_at,body\n")
		want := []string{"old row"}
		for i := range 1200 {
			fmt.Fprintf(&text, "u2,u1,%d,%d\n", 1600000000+i, i)
			want = append(want, fmt.Sprint(i))
		}
		if s := w.must(hostimport.Config{Messages: w.file("m.csv", text.String())}); s.Messages.New != 1200 || s.Displaced != 0 {
			t.Errorf("%+v", s)
		}
		w.must(hostimport.Config{Messages: testdata("history-later.csv")})
		want = append(want, "live")[1102:]
		if diff := cmp.Diff(want, w.texts("u1", "u2")); diff != "" {
			t.Errorf("the conversation (-want +got):\n%s", diff)
		}
		view, err := w.service.ConversationWith(t.Context(), u2.ID, u1.ID)
		if err != nil || !view.LastAt.Equal(live.Message.CreatedAt) || view.Last.Body != "live" || view.Unread != 1 {
			t.Errorf("the conversation is %+v, %v", view, err)
		}
		w.counts()
	})
}

// A longer file brings only its new rows, wherever they stand in it; equal rows stay apart.
func TestALaterFileBringsOnlyItsNewRows(t *testing.T) {
	w := newWorld(t, testdb.SQLite(t))
	w.must(hostimport.Config{Users: testdata("users.csv"), Messages: testdata("monday.csv")})
	s := w.must(hostimport.Config{Messages: testdata("tuesday.csv")})
	if s.Messages != (hostimport.Count{Rows: 3, New: 1, Existing: 2}) {
		t.Errorf("tuesday: %+v", s.Messages)
	}
	if diff := cmp.Diff([]string{"older row that was missing", "a", "b"}, w.texts("u2", "u3")); diff != "" {
		t.Errorf("the conversation (-want +got):\n%s", diff)
	}
	equal := "sender,recipient,sent_at,body\nu1,u2,1600000000,ha\nu1,u2,1600000000,ha\n"
	w.must(hostimport.Config{Messages: w.file("m.csv", equal)})
	s = w.must(hostimport.Config{Messages: w.file("m.csv", strings.Replace(equal, "\n", "\nu2,u1,1500000000,hm\n", 1))})
	if s.Messages.New != 1 || len(w.texts("u1", "u2")) != 3 {
		t.Errorf("equal rows: %+v %v", s.Messages, w.texts("u1", "u2"))
	}
}

// History is read, unless a column or the configuration says what was not.
func TestWhatWasRead(t *testing.T) {
	for name, c := range map[string]struct {
		header, last string
		since        time.Time
		want         int64
	}{
		"nothing said": {"body", "x", time.Time{}, 0},
		"read":         {"read", "false", time.Time{}, 1},
		"read_at":      {"read_at", "", time.Time{}, 1},
		"since":        {"body", "x", time.Unix(1600000001, 0), 1},
	} {
		w := newWorld(t, testdb.SQLite(t))
		text := "sender,recipient,sent_at," + c.header + "\nu1,u2,1600000000,1\nu1,u2,1600000001," + c.last + "\n"
		w.must(hostimport.Config{Users: testdata("users.csv"), Messages: w.file("m.csv", text), UnreadSince: c.since})
		if got := w.unread("u2"); got != c.want {
			t.Errorf("%s: %d unread, want %d", name, got, c.want)
		}
	}
}

// Conflicts between rows, and between a row and the database, are found before the first write,
// with both lines.
func TestRulesBetweenRowsAreChecked(t *testing.T) {
	w := newWorld(t, testdb.SQLite(t))
	w.must(hostimport.Config{Users: testdata("users.csv")})
	if err := w.service.DeleteUser(t.Context(), "u3"); err != nil {
		t.Fatal(err)
	}
	w.must(hostimport.Config{Messages: w.file("m.csv", "sender,recipient,sent_at,body,id\nu1,u2,5,there,x1\n")})
	before := w.counts()
	for _, c := range []struct{ path, want string }{
		{testdata("twice.csv"), `3 the id "D1" was given in line 2 before, with another time or text`},
		{testdata("self.csv"), `2 "u1" is sender and recipient`},
		{w.file("m.csv", "sender,recipient,sent_at,body,id\nu2,u1,4,ok,1\nu1,u2,5,other,x1\n"), "3 the database has another message with this id"},
		{w.file("m.csv", "sender,recipient,sent_at,body\nu2,u1,4,ok\nu1,u3,5,hi\n"), `3 the user "u3" was deleted`},
		{w.file("m.csv", "sender,recipient,sent_at,body\nu2,u1,4,ok\nu1,u2,5,"+strings.Repeat("x", 2<<20)+"\n"), "3 the row is longer"},
	} {
		_, err := w.run(hostimport.Config{Messages: c.path, CreateUsers: true})
		var bad *hostimport.BadRowsError
		if !errors.As(err, &bad) || bad.Count != 1 {
			t.Errorf("%s: %v", c.path, err)
			continue
		}
		if got := fmt.Sprint(bad.First[0].Line, " ", bad.First[0].Problem); !strings.HasPrefix(got, c.want) {
			t.Errorf("%s: %s, want %s", c.path, got, c.want)
		}
	}
	if diff := cmp.Diff(before, w.counts()); diff != "" {
		t.Errorf("a refused import changed something:\n%s", diff)
	}
}

// With SkipBad the rest is written, and every row that is left out is told with its line and
// reason.
func TestSkipBadWritesTheRest(t *testing.T) {
	w := newWorld(t, testdb.SQLite(t))
	var left []string
	skip := func(bad *rows.RowError) error {
		left = append(left, fmt.Sprintf("%s:%d", filepath.Base(bad.Path), bad.Line))
		return nil
	}
	config := hostimport.Config{
		Users:   w.file("u.csv", "external_id,handle\nu1,anna\nu2,bert\nu3,no good\nu4,anna\n"),
		Follows: w.file("f.csv", "follower,followee\nu1,u2\nu1,u3\nu2,u1\n"),
		Messages: w.file("m.csv", "sender,recipient,sent_at,body,id\nu1,u1,1700000020,self,1\nu1,u2,1700000021,ok,2\nu1,u4,1700000022,hi,3\n"+
			"u1,u2,1700000023,"+strings.Repeat("x", 4001)+",4\nu1,u2,1700000024,other,2\nu2,u1,soon,x,5\nu2,u1,1700000025,fine,6\n"),
		SkipBad: skip,
	}
	for range 2 {
		left = nil
		s := w.must(config)
		want := []string{"u.csv:4", "u.csv:5", "f.csv:3", "m.csv:2", "m.csv:4", "m.csv:5", "m.csv:6", "m.csv:7"}
		if diff := cmp.Diff(want, left); diff != "" || s.LeftOut != int64(len(want)) {
			t.Errorf("%d left out (-want +got):\n%s", s.LeftOut, diff)
		}
		if s.Users.Rows != 2 || s.Follows.Rows != 2 || s.Messages.Rows != 2 {
			t.Errorf("%+v", s)
		}
	}
	if diff := cmp.Diff([]string{"ok", "fine"}, w.texts("u1", "u2")); diff != "" {
		t.Errorf("the conversation (-want +got):\n%s", diff)
	}
	// A wrong header is no row: it stops the import.
	config.Messages = w.file("m.csv", "sender,to,sent_at\na,b,1\n")
	if _, err := w.run(config); err == nil {
		t.Error("a wrong header was left out")
	}
}
