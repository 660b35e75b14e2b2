package store_test

import (
	"bufio"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aparte-im/aparte/dm"
	"github.com/aparte-im/aparte/dm/policy"
	"github.com/aparte-im/aparte/internal/testdb"
	"github.com/aparte-im/aparte/internal/testpg/pgcluster"
	"github.com/aparte-im/aparte/store"
)

// asSender makes the test binary act as a server process under load, on the database that it names.
const asSender = "APARTE_TEST_SENDS"

const (
	crashUsers   = 24
	crashSenders = 48
	// defaultRounds are the crashes of an ordinary test run; APARTE_SOAK_ROUNDS asks for more.
	defaultRounds = 5
)

func crashRounds(t *testing.T) int {
	t.Helper()
	text := os.Getenv("APARTE_SOAK_ROUNDS")
	if text == "" {
		return defaultRounds
	}
	n, err := strconv.Atoi(text)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// I2, I3, I10: the process is killed, Postgres is killed and Postgres is shut down at once, at
// random points under load. Every acknowledged message is there once, the numbers have no gap,
// every retry answers with the first result, and a process that was not killed goes on by itself.
func TestCrashPostgres(t *testing.T) {
	if os.Getenv(asSender) != "" {
		sendUntilKilled(t)
		return
	}
	t.Parallel()
	c, err := pgcluster.Start(t.Context(), pgcluster.Options{Durable: true})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Stop()
	url := testdb.WithSchema(c.URL())
	if _, err := store.Migrate(t.Context(), store.Config{URL: url}); err != nil {
		t.Fatal(err)
	}
	crash := &crash{t: t, url: url, users: befriended(t, url, crashUsers), acked: map[string]string{}}
	falls := []pgcluster.Fall{"", pgcluster.Kill, pgcluster.Immediate, pgcluster.Kill, pgcluster.Immediate}
	for round := range crashRounds(t) {
		if fall := falls[round%len(falls)]; fall == "" {
			crash.round(round, nil)
		} else {
			crash.round(round, func() error { return c.Restart(t.Context(), fall) })
		}
	}
}

// I2, I3, I10: the same on SQLite, where only the process can be killed.
func TestCrashSQLite(t *testing.T) {
	if os.Getenv(asSender) != "" {
		sendUntilKilled(t)
		return
	}
	t.Parallel()
	url := testdb.SQLite(t)
	crash := &crash{t: t, url: url, users: befriended(t, url, crashUsers), acked: map[string]string{}}
	for round := range crashRounds(t) {
		crash.round(round, nil)
	}
}

// sendUntilKilled is the process: senders that write one message after the other, and the same
// again until it is acknowledged, as clients do. It tells of each before and after.
func sendUntilKilled(t *testing.T) {
	url, round, _ := strings.Cut(os.Getenv(asSender), " ")
	s := openStore(t, url)
	ids := usersOf(t, s, crashUsers)
	var mu sync.Mutex
	tell := func(line string) {
		mu.Lock()
		defer mu.Unlock()
		// One write, which a pipe takes whole or not at all.
		if _, err := os.Stdout.WriteString(line + "\n"); err != nil {
			os.Exit(0)
		}
	}
	var senders sync.WaitGroup
	for i := range crashSenders {
		senders.Go(func() {
			random := rand.New(rand.NewPCG(uint64(i), 1))
			for n := 0; ; n++ {
				from := random.IntN(len(ids))
				to := (from + 1 + random.IntN(len(ids)-1)) % len(ids)
				line := fmt.Sprintf("%d %d %s-%d-%d", from, to, round, i, n)
				tell("try " + line)
				for {
					sent, err := s.Append(t.Context(), crashSend(ids, line))
					if err == nil {
						tell("ack " + line + " " + sent.Message.ID.String())
						break
					}
					tell("err " + err.Error())
				}
			}
		})
	}
	senders.Wait()
}

// crashSend is the send that a line "FROM TO KEY" tells of.
func crashSend(ids []dm.UserID, line string) dm.Send {
	f := strings.Fields(line)
	from, _ := strconv.Atoi(f[0])
	to, _ := strconv.Atoi(f[1])
	return dm.Send{Sender: ids[from], Recipient: ids[to], ClientMessageID: f[2], Body: "the body of " + f[2]}
}

// crash is what the test knows of all rounds.
type crash struct {
	t     *testing.T
	url   string
	users []dm.UserID
	// acked are the ids of the messages that were acknowledged or found by a retry, by their lines.
	acked map[string]string
}

// round starts a process, lets the database fall under it, if it shall, kills it, and looks at what
// is left.
func (c *crash) round(round int, fall func() error) {
	c.t.Helper()
	var lines []string
	c.underLoad(round, func(next func() string) {
		await := func(acks int) {
			for acks > 0 {
				line := next()
				if line == "" {
					c.t.Fatalf("round %d: the process ended by itself: %q", round, lines[max(0, len(lines)-5):])
				}
				lines = append(lines, line)
				if strings.HasPrefix(line, "ack ") {
					acks--
				}
			}
		}
		// A moment that has nothing to do with the end of a commit.
		soon := func() { <-time.After(rand.N(5 * time.Millisecond)) }
		await(100 + rand.IntN(400))
		soon()
		if fall != nil {
			falling := make(chan error, 1)
			go func() { falling <- fall() }()
			// The pipe is read on, or the process would wait for its reader and not be under load.
			for done := false; !done; {
				select {
				case err := <-falling:
					if err != nil {
						c.t.Fatalf("round %d: %v", round, err)
					}
					done = true
				default:
					await(1)
				}
			}
			await(2*crashSenders + rand.IntN(200))
			soon()
		}
	}, func(line string) { lines = append(lines, line) })
	c.check(round, lines)
}

// underLoad runs a process while during reads its lines, kills it, and hands over the lines that
// were left.
func (c *crash) underLoad(round int, during func(next func() string), left func(string)) {
	c.t.Helper()
	exe, err := os.Executable()
	if err != nil {
		c.t.Fatal(err)
	}
	process := exec.CommandContext(c.t.Context(), exe, "-test.run=^"+c.t.Name()+"$", "-test.timeout=0")
	process.Env = append(os.Environ(), fmt.Sprintf("%s=%s %d", asSender, c.url, round))
	process.Stderr = os.Stderr
	out, err := process.StdoutPipe()
	if err != nil {
		c.t.Fatal(err)
	}
	if err := process.Start(); err != nil {
		c.t.Fatal(err)
	}
	said := bufio.NewScanner(out)
	defer func() {
		_ = process.Process.Kill()
		for said.Scan() {
			left(said.Text())
		}
		_ = process.Wait()
	}()
	during(func() string {
		if !said.Scan() {
			return ""
		}
		return said.Text()
	})
}

func (c *crash) check(round int, lines []string) {
	c.t.Helper()
	s := openStore(c.t, c.url)
	defer s.Close()
	var tried []string
	acks, errs, found := 0, 0, 0
	for _, line := range lines {
		what, rest, _ := strings.Cut(line, " ")
		switch what {
		case "try":
			tried = append(tried, rest)
		case "ack":
			i := strings.LastIndexByte(rest, ' ')
			c.acked[rest[:i]] = rest[i+1:]
			acks++
		case "err":
			errs++
		default:
			c.t.Fatalf("round %d: the process says %q", round, line)
		}
	}
	var mu sync.Mutex
	var retries sync.WaitGroup
	for part := range crashSenders {
		retries.Go(func() {
			for i := part; i < len(tried); i += crashSenders {
				for range 2 {
					sent, err := s.Append(c.t.Context(), crashSend(c.users, tried[i]))
					mu.Lock()
					first, known := c.acked[tried[i]]
					switch {
					case err != nil:
						c.t.Errorf("round %d: the retry of %s: %v (I2)", round, tried[i], err)
					case known && (!sent.Repeated || sent.Message.ID.String() != first):
						c.t.Errorf("round %d: %s was answered with %s, its retry with %s, repeated %v (I2, I10)",
							round, tried[i], first, sent.Message.ID, sent.Repeated)
					case !known && sent.Repeated:
						found++
						fallthrough
					case !known:
						c.acked[tried[i]] = sent.Message.ID.String()
					}
					mu.Unlock()
				}
			}
		})
	}
	retries.Wait()
	checkWhole(c.t, s, c.url, len(c.acked))
	c.t.Logf("round %d: %d tried, %d acknowledged, %d errors, %d written without an answer", round, len(tried), acks, errs, found)
	if c.t.Failed() {
		c.t.FailNow()
	}
}

// checkWhole checks that exactly so many messages are there, each key once, and both kinds of
// numbers without a gap, by Verify and by counting on our own (I2, I3).
func checkWhole(t *testing.T, s *store.Store, url string, messages int) {
	t.Helper()
	report, err := s.Verify(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if len(report.Problems) > 0 {
		t.Errorf("verify: %q (I3)", report.Problems[:min(5, len(report.Problems))])
	}
	db := openRaw(t, url)
	defer db.Close()
	for _, check := range []struct {
		what, query string
		want        int
	}{
		{"messages", "SELECT count(*) FROM messages", messages},
		{"keys", "SELECT count(*) FROM (SELECT DISTINCT conversation_id, sender_id, client_message_id FROM messages) AS k", messages},
		{"events of messages", fmt.Sprintf("SELECT count(*) FROM events WHERE kind = %d", dm.EventMessageAdded), 2 * messages},
		{"gaps of seq", `SELECT count(*) FROM (SELECT seq, row_number() OVER (PARTITION BY conversation_id ORDER BY seq) AS n
			FROM messages) AS m WHERE seq <> n`, 0},
		{"gaps of position", `SELECT count(*) FROM (SELECT position, row_number() OVER (PARTITION BY user_id ORDER BY position) AS n
			FROM events) AS e WHERE position <> n`, 0},
	} {
		var got int
		if err := db.QueryRowContext(t.Context(), check.query).Scan(&got); err != nil || got != check.want {
			t.Errorf("%d %s, want %d (%v) (I2, I3)", got, check.what, check.want, err)
		}
	}
}

func openRaw(t testing.TB, url string) *sql.DB {
	t.Helper()
	driver := "postgres"
	if path, ok := strings.CutPrefix(url, "sqlite:"); ok {
		driver, url = "sqlite", "file:"+path+"?_pragma=busy_timeout(10000)"
	}
	db, err := sql.Open(driver, url)
	if err != nil {
		t.Fatal(err)
	}
	return db
}

func openStore(t *testing.T, url string) *store.Store {
	t.Helper()
	return openStoreWith(t, store.Config{URL: url})
}

func openStoreWith(t *testing.T, c store.Config) *store.Store {
	t.Helper()
	c.Rules = dm.DefaultRules()
	c.Rules.DefaultAudience = policy.Everyone
	s, err := store.Open(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// befriended makes users who are all each other's friends, so that nothing stands between them.
func befriended(t *testing.T, url string, n int) []dm.UserID {
	t.Helper()
	s := openStore(t, url)
	defer s.Close()
	var users []dm.UserInput
	var edges []dm.EdgeEdit
	for i := range n {
		name := fmt.Sprintf("u%02d", i)
		users = append(users, dm.UserInput{ExternalID: name, Handle: name, DisplayName: name})
		for k := range n {
			if k != i {
				edges = append(edges, dm.EdgeEdit{From: name, To: fmt.Sprintf("u%02d", k)})
			}
		}
	}
	_, err := s.UpsertUsers(t.Context(), users)
	if err := errors.Join(err, s.SetEdges(t.Context(), edges)); err != nil {
		t.Fatal(err)
	}
	return usersOf(t, s, n)
}

func usersOf(t *testing.T, s *store.Store, n int) []dm.UserID {
	t.Helper()
	ids := make([]dm.UserID, n)
	for i := range ids {
		u, err := s.UserByExternalID(context.WithoutCancel(t.Context()), fmt.Sprintf("u%02d", i))
		if err != nil {
			t.Fatal(err)
		}
		ids[i] = u.ID
	}
	return ids
}

// I10: on a database that acknowledges before it has written, a store does not start.
func TestOpenRefusesAsynchronousCommit(t *testing.T) {
	t.Parallel()
	url := testdb.Postgres(t)
	for mode, refused := range map[string]bool{"off": true, "local": false, "on": false} {
		s, err := store.Open(t.Context(), store.Config{URL: strings.Replace(url, "options=", "options=-csynchronous_commit%3D"+mode+"%20", 1)})
		if (err != nil) != refused {
			t.Errorf("synchronous_commit=%s: %v", mode, err)
		}
		if err == nil {
			err = s.Close()
		}
		if err != nil && !strings.Contains(err.Error(), "synchronous_commit") {
			t.Error(err)
		}
	}
}
