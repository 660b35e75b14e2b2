package rows_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/aparte-im/aparte/internal/rows"
)

// Every time whose instant is beyond doubt is read, in the form in which databases, languages and
// services write it.
func TestTimes(t *testing.T) {
	text, err := os.ReadFile(filepath.Join("testdata", "times.txt"))
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(text)) {
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		parts := strings.Split(line, "|")
		good, bad := read(t, []byte("sender,recipient,sent_at\na,b,\""+parts[0]+"\"\n"))
		want, err := time.Parse(time.RFC3339Nano, parts[1])
		if parts[1] == "refused" {
			if len(bad) != 1 || !strings.Contains(bad[0], parts[2]) {
				t.Errorf("%s: %v, want a refusal that says %q", parts[0], bad, parts[2])
			}
		} else if err != nil || len(good) != 1 || !good[0].At.Equal(want) {
			t.Errorf("%s (%s): %+v %v, want %v", parts[0], parts[2], good, bad, want)
		}
	}
}

// A file is taken in the forms that spreadsheets and databases write.
func TestFormsOfAFile(t *testing.T) {
	for name, text := range map[string]string{
		"semicolons": "sender;recipient;sent_at;body\nu1;u2;1700000000;hello, there\n",
		"tabs":       "sender\trecipient\tsent_at\tbody\nu1\tu2\t1700000000\thello, there\n",
		"bars":       "sender|recipient|sent_at|body\nu1|u2|1700000000|hello, there\n",
		"named":      "sep=;\r\nsender;recipient;sent_at;body\r\nu1;u2;1700000000;hello, there\r\n",
		"quoted":     "\"Sender\";\"Recipient\";\"Sent at\";\"Body\"\n\"u1\";\"u2\";\"1700000000\";\"hello, there\"\n",
	} {
		good, bad := read(t, []byte(text))
		if len(bad) > 0 || len(good) != 1 || good[0].Sender != "u1" || good[0].Body != "hello, there" {
			t.Errorf("%s: %+v %v", name, good, bad)
		}
	}
	for _, name := range []string{"semicolon.csv", "utf16.csv"} {
		content, err := os.ReadFile(filepath.Join("testdata", name))
		if err != nil {
			t.Fatal(err)
		}
		if good, bad := read(t, content); len(bad) > 0 || len(good) != 1 || good[0].Recipient != "u2" {
			t.Errorf("%s: %+v %v", name, good, bad)
		}
	}
}

// A file that is no text is answered with what it is.
func TestFilesThatAreNoText(t *testing.T) {
	for content, want := range map[string]string{
		"PK\x03\x04 ...": ".xlsx", "BZh91AY": "bzip2", "[{\"sender\": 1}]": "JSON", "SQLite format 3\x00": "SQLite", "PGDMP": "Postgres",
	} {
		if _, err := rows.Open(write(t, "f", []byte(content))); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v", content, err)
		}
	}
	_, bad := read(t, []byte("sender,recipient,sent_at,body\na,b,1,caf\xe9\na,b,1,x\n"))
	if len(bad) != 1 || !strings.HasPrefix(bad[0], "2: the row is not UTF-8") {
		t.Errorf("a row in Latin-1: %v", bad)
	}
}

// A row that is too long has its line, and reading goes on after it.
func TestReadingGoesOnAfterALongRow(t *testing.T) {
	good, bad := read(t, []byte("sender,recipient,sent_at,body\na,b,1,"+strings.Repeat("x", 2<<20)+"\na,b,2,short\na,b,3,\"open\nc,d,4,no row\n"))
	if len(good) != 1 || good[0].Line != 3 || len(bad) != 2 || !strings.HasPrefix(bad[0], "2: ") || !strings.Contains(bad[1], "(lines 4 to 5)") {
		t.Errorf("rows %+v, problems %v", good, bad)
	}
}
