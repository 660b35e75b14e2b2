package rows_test

import (
	"bytes"
	"compress/gzip"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/aparte-im/aparte/internal/rows"
)

func write(t *testing.T, name string, content []byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, content, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func packed(t *testing.T, text string) []byte {
	t.Helper()
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	if _, err := io.WriteString(w, text); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// read returns the good rows and the problems, each as "line: problem".
func read(t *testing.T, content []byte) (good []rows.Message, bad []string) {
	t.Helper()
	source, err := rows.Open(write(t, "messages", content))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = source.Close() }()
	collect := func(err error) {
		var b *rows.RowError
		if !errors.As(err, &b) {
			t.Fatal(err)
		}
		bad = append(bad, strings.TrimPrefix(b.Error(), b.Path+":"))
	}
	m, err := rows.ReadMessages(source)
	if err != nil {
		collect(err)
		return nil, bad
	}
	for {
		row, err := m.Next()
		switch {
		case errors.Is(err, io.EOF):
			return good, bad
		case err != nil:
			collect(err)
		default:
			good = append(good, row)
		}
	}
}

func at(unix int64) time.Time { return time.Unix(unix, 0).UTC() }

func TestMessagesOfEveryForm(t *testing.T) {
	bare := []rows.Message{
		{Line: 2, Sender: "1", Recipient: "2", At: at(1082040961)}, {Line: 3, Sender: "3", Recipient: "4", At: at(1082155839)},
	}
	for name, c := range map[string]struct {
		content []byte
		want    []rows.Message
	}{
		"bare with a header":       {[]byte("src dst time\n1 2 1082040961\n3\t4  1082155839"), bare},
		"bare, gzip":               {packed(t, "src dst time\n1 2 1082040961\n3 4 1082155839\n"), bare},
		"bare, comment for header": {[]byte("# a network\n1 2 1082040961\n3 4 1082155839\n"), bare},
		"bare, no header":          {[]byte("1 2 1082040961\n"), []rows.Message{{Line: 1, Sender: "1", Recipient: "2", At: at(1082040961)}}},
		"comment, then header":     {[]byte("% c\nsrc dst time\n1 2 1082040961\n"), []rows.Message{{Line: 3, Sender: "1", Recipient: "2", At: at(1082040961)}}},
		"empty":                    {nil, nil},
		"CSV with columns shuffled": {[]byte("\xef\xbb\xbfid,body,sent_at,recipient,sender\n9,\"two\nlines, \"\"so\"\"\",2004-04-15T14:56:01Z,b,a\nx,,5,a,b\n"), []rows.Message{
			{Line: 2, Sender: "a", Recipient: "b", At: at(1082040961), Body: "two\nlines, \"so\"", ID: "9"},
			{Line: 4, Sender: "b", Recipient: "a", At: at(5), ID: "x"},
		}},
	} {
		t.Run(name, func(t *testing.T) {
			good, bad := read(t, c.content)
			if diff := cmp.Diff(c.want, good); diff != "" || bad != nil {
				t.Errorf("problems %v, rows (-want +got):\n%s", bad, diff)
			}
		})
	}
}

func TestBadRowsHaveTheirLineAndReadingGoesOn(t *testing.T) {
	for name, c := range map[string]struct {
		content string
		good    int
		want    []string
	}{
		"bare": {"1 2 100\n1 2\n1 2 soon\n5 5 100\n1 2 100 4\n\n1 2 99999999999999\n2 1 200\n", 2, []string{
			"2: 3 fields are needed (sender recipient unixtime), not 2", "3: the time \"soon\" is neither Unix seconds nor RFC 3339",
			"4: \"5\" is sender and recipient", "5: 3 fields are needed (sender recipient unixtime), not 4",
			"7: the time 99999999999999 is out of range; Unix seconds are needed",
		}},
		"CSV": {"sender,recipient,sent_at\na,b,1\na,b\n,b,1\na,b,\"1\nb,a,2\n", 1, []string{
			"3: wrong number of fields", "4: sender and recipient are needed", "5: extraneous or missing \" in quoted-field (lines 5 to 6)",
		}},
		"CSV header": {"sender,to,sent_at,sent_at\na,b,1,1\n", 0, []string{
			"1: there is no column \"to\" (known: sender, recipient, sent_at, body, id, read, read_at); the column \"sent_at\" is given twice; " +
				"the column \"recipient\" is missing",
		}},
	} {
		t.Run(name, func(t *testing.T) {
			good, bad := read(t, []byte(c.content))
			if diff := cmp.Diff(c.want, bad); diff != "" || len(good) != c.good {
				t.Errorf("%d good rows, want %d; problems (-want +got):\n%s", len(good), c.good, diff)
			}
		})
	}
}

// A quote that is never closed must not pull a whole file into memory.
func TestARowHasABound(t *testing.T) {
	source, err := rows.Open(write(t, "messages", packed(t, "sender,recipient,sent_at\n\"a"+strings.Repeat("x", 4<<20))))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = source.Close() }()
	m, err := rows.ReadMessages(source)
	if err != nil {
		t.Fatal(err)
	}
	if _, err = m.Next(); err == nil || !strings.Contains(err.Error(), "longer than") {
		t.Errorf("a row of 4 MiB: %v", err)
	}
}

// Keys follow from what a row says, not from where it stands (I2); rows that say the same stay
// apart.
func TestKeysFollowFromTheRow(t *testing.T) {
	first, _ := read(t, []byte("1 2 100\n1 2 100\n2 1 100\n"))
	later, _ := read(t, packed(t, "7 8 90\n2 1 100\n1 2 100\n"))
	if first[0].Key(0) != later[2].Key(0) || first[2].Key(0) != later[1].Key(0) {
		t.Error("the key of a row depends on its line")
	}
	keys := map[string]bool{first[0].Key(0): true, first[1].Key(1): true, first[2].Key(0): true}
	if len(keys) != 3 {
		t.Errorf("3 rows have the keys %v", keys)
	}
	long := rows.Message{ID: strings.Repeat("x", 200)}
	if key := long.Key(0); len(key) > 60 || key == (&rows.Message{ID: strings.Repeat("x", 201)}).Key(0) {
		t.Errorf("the key of a long id is %s", key)
	}
}
