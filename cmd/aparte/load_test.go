package main

import (
	"bufio"
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/sync/errgroup"

	"github.com/aparte-im/aparte"
	"github.com/aparte-im/aparte/internal/replay"
	"github.com/aparte-im/aparte/internal/testdb"
)

// writeTrace makes a trace in which few people write a lot to each other, in bursts, as people do.
func writeTrace(t *testing.T, people, count int) string {
	t.Helper()
	random := rand.New(rand.NewPCG(7, 11))
	var text strings.Builder
	from, to := 0, 1
	for i := range count {
		if random.IntN(3) == 0 {
			from = random.IntN(people)
			to = (from + 1 + random.IntN(people-1)) % people
		} else if random.IntN(2) == 0 {
			from, to = to, from
		}
		fmt.Fprintf(&text, "p%d p%d %d\n", from, to, 1600000000+i)
	}
	path := filepath.Join(t.TempDir(), "trace.txt")
	if err := os.WriteFile(path, []byte(text.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// A token that fits into no header is refused at once, and is not printed.
func TestLoadRefusesATokenThatIsNone(t *testing.T) {
	for _, token := range []string{"hunter2\nhunter3", "hunter2 hunter3", "hunter2é"} {
		e := runAparte(t, "load", "--replay", "x", "--url", "http://127.0.0.1:1", "--admin-token", token)
		if e.code != exitUsage || !strings.Contains(e.stderr, "--admin-token") || strings.Contains(e.stderr, "hunter") {
			t.Errorf("with the token %q load ended with %d: %s", token, e.code, e.stderr)
		}
	}
}

// outcome is the part of a tally that must not depend on the concurrency.
type outcome struct {
	Rows, Inbox, Requests int64
	Refused, Failed       map[string]int64
}

func outcomeOf(r *replay.Result) outcome {
	return outcome{r.Rows, r.Inbox, r.Requests, r.Refused, r.Failed}
}

// Where a message lands depends on the trace and the audience, not on how many are sent at once.
func TestLoadTallyDoesNotDependOnTheConcurrency(t *testing.T) {
	const rows = 600
	trace := writeTrace(t, 12, rows)
	testdb.Each(t, func(t *testing.T, url string) {
		p := startServe(t, nil, "--database-url", url, "--jwt-secret-file", secretFile(t, testSecret))
		admin := strings.TrimSpace(mustAparte(t, "token", "--admin", "--jwt-secret-file", secretFile(t, testSecret)))
		load := func(audience string, concurrency int) outcome {
			text := mustAparte(t, "load", "--replay", trace, "--url", p.url(""), "--admin-token", admin, "--json",
				"--audience", audience, "--concurrency", strconv.Itoa(concurrency))
			var result replay.Result
			if err := json.Unmarshal([]byte(text), &result); err != nil {
				t.Fatal(err)
			}
			if result.Rate <= 0 || result.Latency.P50 <= 0 || result.Latency.Max < result.Latency.P99 {
				t.Errorf("rate %v, latency %+v", result.Rate, result.Latency)
			}
			return outcomeOf(&result)
		}
		alone := load("EVERYONE", 1)
		if diff := cmp.Diff(alone, load("everyone", 16)); diff != "" {
			t.Errorf("concurrency 1 and 16 differ:\n%s", diff)
		}
		if alone.Inbox == 0 || alone.Requests == 0 || alone.Refused["REQUEST_LIMIT"] == 0 || len(alone.Failed) > 0 {
			t.Errorf("the trace does not show every case: %+v", alone)
		}
		// Nobody has written to anybody yet, and nobody ever may.
		for _, audience := range []string{"PEOPLE_I_MESSAGED", "NO_ONE"} {
			want := outcome{Rows: rows, Refused: map[string]int64{"NOT_ACCEPTING": rows}, Failed: map[string]int64{}}
			if diff := cmp.Diff(want, load(audience, 16)); diff != "" {
				t.Errorf("%s (-want +got):\n%s", audience, diff)
			}
		}
		checkDatabase(t, url)
	})
}

func checkDatabase(t *testing.T, url string) {
	t.Helper()
	db, err := (target{url: url}).open(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	report, err := db.Verify(t.Context())
	if err != nil || len(report.Problems) > 0 {
		t.Errorf("verify: %v %v", report.Problems, err)
	}
}

// revived is a server that is ended and started again on the same address and database.
type revived struct {
	t     *testing.T
	start func(address string) *process

	mu sync.Mutex
	*process
	alive chan struct{}
}

func revive(t *testing.T, start func(address string) *process) *revived {
	r := &revived{t: t, start: start, process: start("127.0.0.1:0"), alive: make(chan struct{})}
	close(r.alive)
	return r
}

// up waits until the server runs.
func (r *revived) up(ctx context.Context) (string, error) {
	r.mu.Lock()
	alive, address := r.alive, r.address
	r.mu.Unlock()
	select {
	case <-alive:
		return address, nil
	case <-ctx.Done():
		return "", ctx.Err()
	}
}

func (r *revived) restart(signal syscall.Signal) {
	r.mu.Lock()
	r.alive = make(chan struct{})
	r.mu.Unlock()
	if code := r.stop(signal); signal == syscall.SIGTERM && code != exitOK {
		r.t.Errorf("the server ended with %d: %s", code, r.said)
	}
	next := r.start(r.address)
	r.mu.Lock()
	defer r.mu.Unlock()
	r.process = next
	close(r.alive)
}

const cutPeople, cutRows = 12, 1200

// cutTrace is the trace that subscribers follow, and how many people it has: a made one, or the
// first rows of a real one that APARTE_TRACE names (the bare form in gzip) and APARTE_TRACE_ROWS
// counts.
func cutTrace(t *testing.T) (path string, people int) {
	t.Helper()
	source := os.Getenv("APARTE_TRACE")
	if source == "" {
		return writeTrace(t, cutPeople, cutRows), cutPeople
	}
	limit, err := strconv.Atoi(os.Getenv("APARTE_TRACE_ROWS"))
	if err != nil {
		t.Fatalf("APARTE_TRACE_ROWS: %v", err)
	}
	file, err := os.Open(source)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = file.Close() }()
	plain, err := gzip.NewReader(file)
	if err != nil {
		t.Fatal(err)
	}
	names := map[string]string{}
	nameOf := func(id string) string {
		if names[id] == "" {
			names[id] = fmt.Sprintf("p%d", len(names))
		}
		return names[id]
	}
	var text strings.Builder
	lines := bufio.NewScanner(plain)
	for rows := 0; rows < limit && lines.Scan(); {
		fields := strings.Fields(lines.Text())
		if _, err := strconv.ParseInt(fields[2], 10, 64); err != nil {
			continue // the header
		}
		fmt.Fprintf(&text, "%s %s %s\n", nameOf(fields[0]), nameOf(fields[1]), fields[2])
		rows++
	}
	path = filepath.Join(t.TempDir(), "trace.txt")
	if err := errors.Join(lines.Err(), os.WriteFile(path, []byte(text.String()), 0o600)); err != nil {
		t.Fatal(err)
	}
	return path, len(names)
}

// I4: subscribers that are cut at random points of a replay, and resume from their last cursor,
// have seen in the end exactly their events, in order.
func TestSubscribersThatAreCutSeeEverythingOnce(t *testing.T) {
	testdb.Each(t, func(t *testing.T, url string) { replayAndFollow(t, url) })
}

// I2, I4, I10: the same when the server is killed in the middle, and when it is asked to stop; and
// the tally is that of a replay that nothing disturbed.
func TestSubscribersSeeEverythingOnceThoughTheServerDies(t *testing.T) {
	testdb.Each(t, func(t *testing.T, url string) {
		replayAndFollow(t, url, syscall.SIGKILL, syscall.SIGTERM, syscall.SIGKILL)
	})
}

func replayAndFollow(t *testing.T, url string, endings ...syscall.Signal) {
	secret := secretFile(t, testSecret)
	server := revive(t, func(address string) *process {
		return startServe(t, nil, "--database-url", url, "--jwt-secret-file", secret, "--listen", address)
	})
	key := []byte(strings.TrimSpace(testSecret))
	admin, err := adminToken(key, time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	trace, people := cutTrace(t)
	config := replay.Config{
		Path: trace, URL: server.url("/graphql"), Token: admin, Audience: "EVERYONE",
		Concurrency: 16, RetryFor: patience, Name: "cut",
	}
	undisturbed := config
	undisturbed.Name = "calm"
	calm, err := replay.Run(t.Context(), undisturbed)
	if err != nil {
		t.Fatal(err)
	}

	// The replay waits with its first row until everybody is there, and says when it is time for an
	// ending.
	madePeople, followed := make(chan struct{}), make(chan struct{})
	due := make(chan struct{}, len(endings))
	var next sync.Mutex
	left := len(endings)
	config.Progress = func(stage string, done, total int64) {
		next.Lock()
		defer next.Unlock()
		switch {
		case stage == "audience":
			close(madePeople)
			<-followed
		case stage == "send" && left > 0 && done*int64(len(endings)+1) >= total*int64(len(endings)-left+1):
			left--
			due <- struct{}{}
		}
	}
	ctx, cancel := context.WithTimeout(t.Context(), 2*patience)
	defer cancel()
	group, ctx := errgroup.WithContext(ctx)
	var result *replay.Result
	finished := make(chan struct{})
	group.Go(func() error {
		defer close(finished)
		var err error
		result, err = replay.Run(ctx, config)
		return err
	})
	await(t, ctx, madePeople)
	var subscribers []*subscriber
	for i := range people {
		token, err := aparte.SignToken(key, fmt.Sprintf("load-cut-p%d", i), time.Hour)
		if err != nil {
			t.Fatal(err)
		}
		s := &subscriber{token: token, server: server, random: rand.New(rand.NewPCG(uint64(i), 3)), cursor: cursorOf(server.process, token)}
		subscribers = append(subscribers, s)
		group.Go(func() error { return s.follow(ctx) })
	}
	starts := map[*subscriber]string{}
	for _, s := range subscribers {
		starts[s] = cursorOf(server.process, s.token)
	}
	close(followed)
	for _, signal := range endings {
		await(t, ctx, due)
		server.restart(signal)
	}
	await(t, ctx, finished)
	for _, s := range subscribers {
		s.until(cursorOf(server.process, s.token))
	}
	if err := group.Wait(); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(outcomeOf(calm), outcomeOf(result)); diff != "" {
		t.Errorf("the tallies of the calm and of the disturbed replay differ:\n%s", diff)
	}
	checkSeen(t, server, subscribers, starts, result)
	checkDatabase(t, url)
}

func await(t *testing.T, ctx context.Context, signal <-chan struct{}) {
	t.Helper()
	select {
	case <-signal:
	case <-ctx.Done():
		t.Fatalf("waiting: %v", context.Cause(ctx))
	}
}

func cursorOf(p *process, token string) string {
	p.t.Helper()
	var data struct{ Unread struct{ Cursor string } }
	p.ask(token, "{ unread { cursor } }", nil, &data)
	return data.Unread.Cursor
}

// checkSeen compares what each has seen with the log read in one go, and all of it with the tally.
func checkSeen(t *testing.T, server *revived, subscribers []*subscriber, starts map[*subscriber]string, result *replay.Result) {
	t.Helper()
	messages, cuts := 0, 0
	for i, s := range subscribers {
		whole := &subscriber{token: s.token, server: server, random: s.random, whole: true, cursor: starts[s], target: s.target}
		if err := whole.follow(t.Context()); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(whole.seen, s.seen); diff != "" {
			t.Errorf("p%d was cut %d times; the log and what it saw differ:\n%s", i, s.cuts, diff)
		}
		seqs := map[string]int{}
		for _, e := range s.seen {
			if e.Typename != "MessageAdded" {
				continue
			}
			messages++
			if seqs[e.ConversationID]++; seqs[e.ConversationID] != e.Preview.Seq {
				t.Errorf("p%d saw seq %d as number %d", i, e.Preview.Seq, seqs[e.ConversationID])
			}
		}
		cuts += s.cuts
	}
	if want := 2 * (result.Inbox + result.Requests); int64(messages) != want {
		t.Errorf("%d messages were seen; the tally says %d", messages, want)
	}
	if cuts < cutPeople {
		t.Errorf("the subscribers were cut %d times in all: that tests nothing", cuts)
	}
	t.Logf("%d messages seen, %d cuts, %d requests of the replay repeated", messages, cuts, result.Retries)
}
