package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/aparte-im/aparte/internal/testdb"
)

// imports runs aparte import on one database.
type imports struct {
	t        *testing.T
	database string
}

func (i imports) run(args ...string) ended {
	i.t.Helper()
	return runAparte(i.t, append([]string{"import", "--database-url", i.database}, args...)...)
}

// must imports, and checks the line of one kind: rows, new, already there.
func (i imports) must(kind string, rows, fresh, existing int, args ...string) ended {
	i.t.Helper()
	e := i.run(args...)
	want := fmt.Sprintf("%-9s %10d %10d %14d\n", kind, rows, fresh, existing)
	if e.code != exitOK || !strings.Contains(e.stdout, want) {
		i.t.Errorf("import %v ended with %d:\n%s%s\nwant %s", args, e.code, e.stdout, e.stderr, want)
	}
	return e
}

// refused imports, and checks that nothing was written and that the error holds the texts.
func (i imports) refused(texts []string, args ...string) {
	i.t.Helper()
	e := i.run(args...)
	if e.code != exitFailed || strings.Contains(e.stdout, "already there") {
		i.t.Errorf("import %v ended with %d:\n%s%s", args, e.code, e.stdout, e.stderr)
	}
	for _, text := range texts {
		if !strings.Contains(e.stderr, text) {
			i.t.Errorf("import %v says %s; want %q", args, e.stderr, text)
		}
	}
}

func (i imports) file(text string) string {
	i.t.Helper()
	path := filepath.Join(i.t.TempDir(), "rows.csv")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		i.t.Fatal(err)
	}
	return path
}

// importCase is the path of an input of another package's tests.
func importCase(t *testing.T, name string) string {
	t.Helper()
	for _, of := range []string{"hostimport", "rows"} {
		path := filepath.Join("..", "..", "internal", of, "testdata", name)
		if _, err := os.Stat(path); err == nil {
			return path
		}
	}
	t.Fatalf("there is no case %s", name)
	return ""
}

// Files from the field, through the command: the forms that are taken, the rows that are refused
// with their lines, and what a second file adds.
func TestImportCommandOnFilesFromTheField(t *testing.T) {
	testdb.Each(t, func(t *testing.T, url string) {
		i := imports{t, url}
		file := func(name string) string { return importCase(t, name) }
		i.must("users", 3, 3, 0, "--users", file("users.csv"))
		i.must("users", 3, 0, 3, "--users", file("users.csv"))

		i.must("messages", 1, 1, 0, "--messages", file("semicolon.csv"))
		i.must("messages", 1, 1, 0, "--messages", file("utf16.csv"))
		i.must("messages", 2, 2, 0, "--messages", file("monday.csv"))
		i.must("messages", 3, 1, 2, "--messages", file("tuesday.csv"))

		i.refused([]string{"twice.csv:3", "in line 2 before", "--skip-bad"}, "--messages", file("twice.csv"))
		i.refused([]string{"self.csv:2", "sender and recipient"}, "--messages", file("self.csv"))
		i.refused([]string{":3: the row is longer than 1048576 bytes"},
			"--messages", i.file("sender,recipient,sent_at,body\nu1,u2,1700000000,ok\nu1,u2,1700000001,"+strings.Repeat("x", 1<<20)+"\n"))
		i.refused([]string{":2: "}, "--messages", i.file("u1 u2 1700000000\n"+strings.Repeat("9", 1<<20)+" u2 1700000001\n"))

		left := filepath.Join(t.TempDir(), "left-out")
		i.must("messages", 1, 1, 0, "--messages", file("self.csv"), "--skip-bad", left)
		if list, err := os.ReadFile(left); err != nil || !strings.Contains(string(list), "self.csv:2: ") || strings.Count(string(list), "\n") != 1 {
			t.Errorf("the list of rows that were left out is %q, %v", list, err)
		}
	})
}

// Every form of a time whose instant is beyond doubt is taken.
func TestImportCommandTakesTimes(t *testing.T) {
	list, err := os.ReadFile(importCase(t, "times.txt"))
	if err != nil {
		t.Fatal(err)
	}
	i := imports{t, testdb.SQLite(t)}
	text, rows := "sender|recipient|sent_at|body\n", 0
	for line := range strings.Lines(string(list)) {
		at, rest, _ := strings.Cut(line, "|")
		if strings.HasPrefix(at, "#") || strings.HasPrefix(rest, "refused") {
			continue
		}
		text += fmt.Sprintf("a|b|%s|text %d\n", at, rows)
		rows++
	}
	if rows == 0 {
		t.Fatal("there are no times")
	}
	i.must("messages", rows, rows, 0, "--create-users", "--messages", i.file(text))
}

// Users without a handle get one, and keep the one that they have. Handles change hands within a
// file, also between rows that are far apart, and not otherwise.
func TestImportCommandOnHandles(t *testing.T) {
	testdb.Each(t, func(t *testing.T, url string) {
		i := imports{t, url}
		i.must("users", 3, 3, 0, "--users", importCase(t, "users.csv"))
		i.must("users", 3, 0, 3, "--users", i.file("external_id,handle,display_name\nu1,bert,Anna\nu2,carl,Bert\nu3,anna,Carl\n"))
		i.refused([]string{":2: the handle \"carl\" belongs to the user \"u2\""}, "--users", i.file("external_id,handle\nu1,carl\n"))
		// u2 keeps its handle, so nobody can have it.
		i.refused([]string{":2: the handle \"carl\" belongs"}, "--users", i.file("external_id,handle\nu1,carl\nu2,\n"))
		// u3 cannot have what u1 keeps, because u1 cannot have what u2 keeps.
		i.refused([]string{":2: the handle \"carl\"", ":3: the handle \"bert\""}, "--users", i.file("external_id,handle\nu1,carl\nu3,bert\n"))
		i.must("users", 2, 1, 1, "--users", i.file("external_id,display_name\nu1,Anna Ample\nu4,\n"))
		far := "external_id,handle\nu1,carl\n"
		for n := range 1200 {
			far += fmt.Sprintf("x%d,\n", n)
		}
		i.must("users", 1202, 1200, 2, "--users", i.file(far+"u2,bert\n"))

		db, err := (target{url: url}).open(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = db.Close() }()
		// The last file gave no names, so the handles are the names.
		for id, want := range map[string]string{"u1": "carl carl", "u2": "bert bert", "u3": "anna Carl"} {
			u, err := db.service.UserByExternalID(t.Context(), id)
			if err != nil || u.Handle+" "+u.DisplayName != want {
				t.Errorf("%s is %+v (%v), want %s", id, u, err, want)
			}
		}
		u, err := db.service.UserByExternalID(t.Context(), "u4")
		if err != nil || !strings.HasPrefix(u.Handle, "user-") || strings.Contains(u.Handle, "u4") {
			t.Errorf("u4 is %+v (%v), want a handle that was made", u, err)
		}
	})
}

// Messages count as unread from the time on that --unread-since names.
func TestImportCommandUnreadSince(t *testing.T) {
	testdb.Each(t, func(t *testing.T, url string) {
		i := imports{t, url}
		i.must("messages", 3, 3, 0, "--create-users", "--unread-since", "2023-11-14T22:13:21Z", "--messages",
			i.file("sender,recipient,sent_at,body\na,b,1700000000,read\na,b,1700000001,unread\na,b,1700000002,unread too\n"))
		db, err := (target{url: url}).open(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = db.Close() }()
		u, err := db.service.UserByExternalID(t.Context(), "b")
		if err != nil {
			t.Fatal(err)
		}
		if counted, err := db.service.Unread(t.Context(), u.ID); err != nil || counted.Unread.Messages != 2 {
			t.Errorf("%d messages are unread (%v), want 2", counted.Unread.Messages, err)
		}
	})
	if e := runAparte(t, "import", "--database-url", "sqlite:x", "--messages", "x", "--unread-since", "soon"); e.code != exitUsage ||
		!strings.Contains(e.stderr, "--unread-since") {
		t.Errorf("a time that is none ended with %d: %s", e.code, e.stderr)
	}
}
