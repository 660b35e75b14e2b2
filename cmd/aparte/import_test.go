package main

import (
	"compress/gzip"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/aparte-im/aparte/internal/testdb"
)

// gzipFile packs a text under a name that does not say so.
func gzipFile(t *testing.T, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "messages")
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	w := gzip.NewWriter(f)
	if _, err := w.Write([]byte(text)); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	return path
}

// The same import twice: all is new, then nothing is, and the check finds seq and unread counts
// right (I3, I6).
func TestImportCommandTwice(t *testing.T) {
	trace, err := os.ReadFile(writeTrace(t, 20, 1700))
	if err != nil {
		t.Fatal(err)
	}
	file := gzipFile(t, "src dst time\n"+string(trace))
	testdb.Each(t, func(t *testing.T, url string) {
		t.Helper()
		for _, fresh := range []int{1700, 0} {
			e := runAparte(t, "import", "--database-url", url, "--messages", file)
			line := regexp.MustCompile(fmt.Sprintf(`messages +1700 +%d +%d\n`, fresh, 1700-fresh))
			if e.code != exitOK || !line.MatchString(e.stdout) || !strings.Contains(e.stdout, "verified in") ||
				!strings.Contains(e.stdout, "(1700 messages); unread counts of 20 users") {
				t.Errorf("import ended with %d:\n%s%s", e.code, e.stdout, e.stderr)
			}
			if !strings.Contains(e.stderr, "messages: 1700 of 1700\n") || strings.ContainsAny(e.stderr, "\r\x1b") {
				t.Errorf("without a terminal the progress is told in lines: %q", e.stderr)
			}
		}
	})
}

// A file with bad rows is reported with line numbers, up to a bound, and changes nothing; the
// corrected file is imported.
func TestImportCommandWithBadRows(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "data")
	rows := []string{"sender,recipient,sent_at,body"}
	for i := range 30 {
		rows = append(rows, fmt.Sprintf("a,b,%d,Hello", 1000+i), "a,b,yesterday,Hello")
	}
	bad := filepath.Join(t.TempDir(), "bad.csv")
	if err := os.WriteFile(bad, []byte(strings.Join(rows, "\n")), 0o600); err != nil {
		t.Fatal(err)
	}
	e := runAparte(t, "import", "--data-dir", dir, "--messages", bad, "--create-users")
	if e.code != exitFailed || strings.Count(e.stderr, "yesterday") != 20 || !strings.Contains(e.stderr, bad+":3: ") ||
		!strings.Contains(e.stderr, "… and 10 more") || !strings.Contains(e.stderr, "30 rows are bad; nothing was written") {
		t.Errorf("import ended with %d: %s%s", e.code, e.stdout, e.stderr)
	}
	good := filepath.Join(t.TempDir(), "good.csv")
	if err := os.WriteFile(good, []byte("sender,recipient,sent_at,body\na,b,1000,Hello\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	out := mustAparte(t, "import", "--data-dir", dir, "--messages", good, "--create-users")
	if !strings.Contains(out, "2 people were created") || !strings.Contains(out, "in 1 conversations (1 messages)") {
		t.Errorf("the good file: %s", out)
	}
	if e := runAparte(t, "doctor", "--data-dir", dir); e.code != exitOK {
		t.Errorf("the directory that import made: %s%s", e.stdout, e.stderr)
	}
}
