package store_test

import (
	"archive/zip"
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aparte-im/aparte/dm"
	"github.com/aparte-im/aparte/dm/export"
	"github.com/aparte-im/aparte/internal/testdb"
	"github.com/aparte-im/aparte/live"
	"github.com/aparte-im/aparte/store"
)

// exportMemory bounds how far the heap may grow while an export runs, however many messages there
// are.
const exportMemory = 24 << 20

// A person with very many messages: the time is printed, and the heap must not grow with them.
// APARTE_EXPORT_MESSAGES sets how many (100000 for the figures in the docs).
func TestAnExportHoldsLittleMemory(t *testing.T) {
	messages := 6000
	if text := os.Getenv("APARTE_EXPORT_MESSAGES"); text != "" {
		var err error
		if messages, err = strconv.Atoi(text); err != nil {
			t.Fatal(err)
		}
	}
	testdb.Each(t, func(t *testing.T, url string) {
		ctx := t.Context()
		s, err := store.Open(ctx, store.Config{URL: url, Rules: dm.DefaultRules()})
		if err != nil {
			t.Fatal(err)
		}
		defer func() {
			if err := s.Close(); err != nil {
				t.Error(err)
			}
		}()
		service := dm.New(dm.Config{Store: s, Bus: live.NewHub()})
		me, total := fillExport(t, service, messages)

		if _, err := service.StartExport(ctx, me); err != nil {
			t.Fatal(err)
		}
		job, err := service.TakeJob(ctx, dm.JobExport, "n", time.Minute)
		if err != nil {
			t.Fatal(err)
		}
		runtime.GC()
		base := heap()
		file, err := os.Create(filepath.Join(t.TempDir(), "export.zip"))
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = file.Close() }()
		peak, counted := atomic.Uint64{}, &counter{file: file}
		began := time.Now()
		err = export.New(service, s).Write(ctx, job, counted, func() error {
			if now := heap(); now > peak.Load() {
				peak.Store(now)
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		took := time.Since(began)
		grew := int64(peak.Load()) - int64(base)
		t.Logf("exported %d messages in %v, %.1f MB zipped, heap grew by at most %.1f MB",
			total, took.Round(time.Millisecond), float64(counted.n)/1e6, float64(grew)/1e6)
		if job.Done != int64(total) {
			t.Errorf("%d of %d messages", job.Done, total)
		}
		if grew > exportMemory {
			t.Errorf("the heap grew by %d bytes", grew)
		}
		exported, read := exportedMessages(t, file, counted.n), readMessages(t, service, me)
		if len(exported) != total || len(read) != total {
			t.Errorf("%d messages are exported and %d can be read, of %d", len(exported), len(read), total)
		}
		for id, sum := range read {
			if exported[id] != sum {
				t.Fatalf("message %s is not exported as it is read", id)
			}
		}

		if _, err := service.EraseUser(ctx, dm.Moderator{Name: "host"}, "me"); err != nil {
			t.Fatal(err)
		}
		erasure, err := service.TakeJob(ctx, dm.JobErase, "n", time.Hour)
		if err != nil {
			t.Fatal(err)
		}
		began = time.Now()
		if err := service.Erase(ctx, erasure, time.Hour); err != nil {
			t.Fatal(err)
		}
		t.Logf("erased the words of %d messages in %v", total/2, time.Since(began).Round(time.Millisecond))
		checkErased(t, url, total)
	})
}

// fillExport gives one person so many messages, half of them their own, with a hundred people.
func fillExport(t *testing.T, service *dm.Service, messages int) (me dm.UserID, total int) {
	t.Helper()
	ctx := context.Background()
	in := []dm.UserInput{{ExternalID: "me", Handle: "me"}}
	for i := range 100 {
		in = append(in, dm.UserInput{ExternalID: fmt.Sprint("p", i), Handle: fmt.Sprint("p", i)})
	}
	users, err := service.UpsertUsers(ctx, in)
	if err != nil {
		t.Fatal(err)
	}
	me = users[0].ID
	var sends []dm.Send
	for i := range messages {
		s := dm.Send{
			Sender: me, Recipient: users[1+i%100].ID, Body: fmt.Sprintf("message %d: %0100d", i, i), ClientMessageID: fmt.Sprint(i),
			At: time.Now(),
		}
		if i/100%2 == 0 {
			s.Sender, s.Recipient = s.Recipient, s.Sender
		}
		sends = append(sends, s)
		if len(sends) == 1000 || i == messages-1 {
			n, err := service.Import(ctx, sends)
			if err != nil {
				t.Fatal(err)
			}
			total += n.New
			sends = sends[:0]
		}
	}
	return me, total
}

func heap() uint64 {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

// counter counts what it passes on.
type counter struct {
	file io.Writer
	n    int64
}

func (c *counter) Write(p []byte) (int, error) {
	n, err := c.file.Write(p)
	c.n += int64(n)
	return n, err
}

// exportedMessages is what an export says of each message, by id.
func exportedMessages(t *testing.T, file io.ReaderAt, size int64) map[string][sha256.Size]byte {
	t.Helper()
	z, err := zip.NewReader(file, size)
	if err != nil {
		t.Fatal(err)
	}
	r, err := z.Open("messages.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = r.Close() }()
	out := map[string][sha256.Size]byte{}
	for lines := json.NewDecoder(r); lines.More(); {
		var line struct {
			ID, Body, SenderID string
			Seq                int64
			SentAt             time.Time
		}
		if err := lines.Decode(&line); err != nil {
			t.Fatal(err)
		}
		out[line.ID] = sha256.Sum256([]byte(fmt.Sprintln(line.Seq, line.SenderID, line.SentAt.UnixMicro(), line.Body)))
	}
	return out
}

// readMessages is the same as a client reads it, a page at a time.
func readMessages(t *testing.T, service *dm.Service, me dm.UserID) map[string][sha256.Size]byte {
	t.Helper()
	ctx := context.Background()
	inbox, err := service.Inbox(ctx, me, dm.FolderInbox, dm.PageRequest{First: dm.MaxPage})
	if err != nil || inbox.More {
		t.Fatal(inbox.More, err)
	}
	out := map[string][sha256.Size]byte{}
	for _, v := range inbox.Items {
		page := dm.PageRequest{First: dm.MaxPage}
		for more := true; more; {
			lists, err := service.Messages(ctx, me, []dm.ConversationID{v.ID}, page)
			if err != nil {
				t.Fatal(err)
			}
			for _, m := range lists[v.ID].Items {
				out[m.ID.String()] = sha256.Sum256([]byte(fmt.Sprintln(m.ID.Seq, m.Sender, m.CreatedAt.UnixMicro(), m.Body)))
				page.After = m.Place()
			}
			more = lists[v.ID].More
		}
	}
	return out
}

// checkErased looks at every message there is: those of who was erased hold no word, the others all
// of theirs.
func checkErased(t *testing.T, url string, total int) {
	t.Helper()
	driver, address := "postgres", url
	if path, lite := strings.CutPrefix(url, "sqlite:"); lite {
		driver, address = "sqlite", "file:"+path+"?_pragma=busy_timeout(10000)"
	}
	db, err := sql.Open(driver, address)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	var empty, left int
	err = db.QueryRow(`SELECT count(CASE WHEN body = '' AND client_message_id LIKE 'erased:%' THEN 1 END), count(CASE WHEN body LIKE 'message %' THEN 1 END)
		FROM messages`).Scan(&empty, &left)
	if err != nil {
		t.Fatal(err)
	}
	if empty+left != total || empty < total/2 || left < total/3 {
		t.Errorf("of %d messages %d are empty and %d hold words", total, empty, left)
	}
}
