package store_test

import (
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"github.com/aparte-im/aparte/dm"
	"github.com/aparte-im/aparte/internal/testdb"
	"github.com/aparte-im/aparte/store"
)

// refuseTheBody is what makes a message fail in either database, for a reason that the store knows
// nothing of.
var refuseTheBody = map[bool][]string{
	true: {`CREATE TRIGGER poison BEFORE INSERT ON messages WHEN new.body = 'poison'
		BEGIN SELECT RAISE(ABORT, 'the body is poison'); END`},
	false: {
		`CREATE FUNCTION poison() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
			IF new.body = 'poison' THEN RAISE EXCEPTION 'the body is poison'; END IF; RETURN new; END $$`,
		"CREATE TRIGGER poison BEFORE INSERT ON messages FOR EACH ROW EXECUTE FUNCTION poison()",
	},
}

// I8: of a batch of 64, the one send that the database refuses fails, alone, wherever it stands;
// all others are written.
func TestOnePoisonedSendFailsAlone(t *testing.T) {
	testdb.Each(t, func(t *testing.T, url string) {
		t.Parallel()
		isSQLite := strings.HasPrefix(url, "sqlite:")
		users := befriended(t, url, 16)
		s := openStore(t, url)
		defer s.Close()
		db := openRaw(t, url)
		defer db.Close()
		for _, text := range refuseTheBody[isSQLite] {
			if _, err := db.ExecContext(t.Context(), text); err != nil {
				t.Fatal(err)
			}
		}
		poisons := map[string]func(*dm.Send){
			"a refused row": func(p *dm.Send) { p.Body = "poison" },
		}
		if !isSQLite {
			poisons["a NUL in the body"] = func(p *dm.Send) { p.Body = "a\x00b" }
			poisons["a NUL in the key"] = func(p *dm.Send) { p.ClientMessageID = "a\x00b" }
			poisons["no UTF-8"] = func(p *dm.Send) { p.Body = "\xff" }
		}
		written := 0
		for name, poison := range poisons {
			for _, at := range []int{0, 31, store.BatchSize - 1} {
				sends := make([]dm.Send, store.BatchSize)
				for i := range sends {
					sends[i] = dm.Send{
						Sender: users[i%16], Recipient: users[(i+1+i/16)%16], Body: "hello",
						ClientMessageID: fmt.Sprint(name, " ", at, " ", i),
					}
				}
				poison(&sends[at])
				sent, errs := s.RunBatch(sends)
				for i := range sends {
					switch {
					case i == at && (errs[i] == nil || dm.CodeOf(errs[i]) != ""):
						t.Errorf("%s at %d: the poisoned send is answered with %v", name, at, errs[i])
					case i != at && (errs[i] != nil || sent[i].Repeated):
						t.Errorf("%s at %d: send %d fails with it: %v (I8)", name, at, i, errs[i])
					}
				}
				written += store.BatchSize - 1
			}
		}
		checkWhole(t, s, url, written)
	})
}

// I8: what is refused by a rule, or was sent before, in the midst of a batch harms nobody, without
// a second attempt.
func TestRefusedAndRepeatedSendsInABatch(t *testing.T) {
	testdb.Each(t, func(t *testing.T, url string) {
		t.Parallel()
		users := befriended(t, url, 4)
		s := openStore(t, url)
		defer s.Close()
		send := func(from, to dm.UserID, key, body string) dm.Send {
			return dm.Send{Sender: from, Recipient: to, ClientMessageID: key, Body: body}
		}
		sent, errs := s.RunBatch([]dm.Send{
			send(users[0], users[1], "k", "one"),
			send(users[0], users[1], "k", "one"),
			send(users[0], users[1], "k", "two"),
			send(users[0], users[0], "self", "one"),
			send(users[0], dm.NewUserID(), "nobody", "one"),
			send(users[1], users[0], "k", "two"),
		})
		want := []dm.Code{"", "", dm.CodeIdempotencyConflict, dm.CodeMessageNotAllowed, dm.CodeNotFound, ""}
		for i, err := range errs {
			if dm.CodeOf(err) != want[i] || (err != nil) != (want[i] != "") {
				t.Errorf("send %d: %v, want %q", i, err, want[i])
			}
		}
		if !sent[1].Repeated || sent[1].Message.ID != sent[0].Message.ID {
			t.Errorf("the same key twice in a batch: %v and %v (I2)", sent[0].Message.ID, sent[1].Message.ID)
		}
		checkWhole(t, s, url, 2)
	})
}

// I1, I3: two nodes whose batches name the same people in opposite orders finish; no deadlock
// reaches a caller.
func TestOpposingBatchesOnTwoNodes(t *testing.T) {
	t.Parallel()
	url := testdb.Postgres(t)
	const n, rounds = 32, 10
	users := befriended(t, url, n)
	nodes := []*store.Store{openStore(t, url), openStore(t, url)}
	var wg sync.WaitGroup
	for i, s := range nodes {
		defer s.Close()
		for round := range rounds {
			wg.Go(func() {
				var sends []dm.Send
				for k := range n {
					at := k
					if i == 1 {
						at = n - 1 - k
					}
					sends = append(sends, dm.Send{
						Sender: users[at], Recipient: users[(at+1+round)%n], Body: "hello",
						ClientMessageID: fmt.Sprint(i, " ", round),
					})
				}
				if _, errs := s.RunBatch(sends); errors.Join(errs...) != nil {
					t.Error(errors.Join(errs...))
				}
			})
		}
	}
	wg.Wait()
	checkWhole(t, nodes[0], url, len(nodes)*rounds*n)
}

// I2, I3: a disk that is full refuses sends and says so; nothing of them is written, and with room
// again the same store writes them.
func TestFullDiskSQLite(t *testing.T) {
	t.Parallel()
	url := testdb.SQLite(t)
	users := befriended(t, url, 4)
	s := openStore(t, url)
	defer s.Close()
	used, err := s.LimitFile(t.Context(), 0)
	if err != nil {
		t.Fatal(err)
	}
	written := 0
	var refused dm.Send
	for refused.Body == "" {
		send := dm.Send{
			Sender: users[written%2], Recipient: users[2+written%2], ClientMessageID: fmt.Sprint("k", written),
			Body: strings.Repeat("long ", 500),
		}
		_, err := s.Append(t.Context(), send)
		var e *sqlite.Error
		switch {
		case err == nil:
			written++
		case errors.As(err, &e) && e.Code() == sqlite3.SQLITE_FULL && dm.CodeOf(err) == "":
			refused = send
		default:
			t.Fatalf("a full disk is told as %v", err)
		}
		if written > 1000 {
			t.Fatal("the disk does not get full")
		}
	}
	checkWhole(t, s, url, written)
	if _, err := s.LimitFile(t.Context(), used+1000); err != nil {
		t.Fatal(err)
	}
	if sent, err := s.Append(t.Context(), refused); err != nil || sent.Repeated {
		t.Errorf("with room again: %v, repeated %v", err, sent.Repeated)
	}
	checkWhole(t, s, url, written+1)
}
