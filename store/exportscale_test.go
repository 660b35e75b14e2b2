package store_test

import (
	"context"
	"fmt"
	"io"
	"os"
	"runtime"
	"strconv"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aparte-im/aparte/dm"
	"github.com/aparte-im/aparte/internal/testdb"
	"github.com/aparte-im/aparte/live"
	"github.com/aparte-im/aparte/store"
)

// exportMemory bounds how far the heap may grow while an export runs, however many messages there are.
const exportMemory = 24 << 20

// A person with very many messages: the time is printed, and the heap must not grow with them. APARTE_EXPORT_MESSAGES
// sets how many (100000 for the figures in the docs).
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
		service := dm.New(dm.Config{Store: s, Notifier: live.NewHub()})
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
		peak, counted := atomic.Uint64{}, &counter{}
		began := time.Now()
		err = service.WriteExport(ctx, job, counted, func() error {
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
			total += n
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

// counter counts what is written and keeps nothing.
type counter struct{ n int64 }

func (c *counter) Write(p []byte) (int, error) {
	c.n += int64(len(p))
	return io.Discard.Write(p)
}
