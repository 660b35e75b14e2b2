package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// The measured server is this program in another process, so the test binary has to be able to be
// it.
func TestMain(m *testing.M) {
	if len(os.Args) > 1 && (os.Args[1] == serveCommand || os.Args[1] == liveCommand) {
		os.Exit(run())
	}
	os.Exit(m.Run())
}

// Every kind of row runs on the schema as it is, the baselines too, and gives figures. The values
// do not matter here.
func TestRowsRun(t *testing.T) {
	if testing.Short() {
		t.Skip("it starts a Postgres of its own")
	}
	out := filepath.Join(t.TempDir(), "latest.json")
	o := options{length: time.Second, rounds: 1, users: 1000, pairs: 2000, seed: 1, out: out, live: tinyLive}
	o.only = []string{
		"floor", "naive", "function 1", "store 1", "api 256", "api socket 256", "screen", "sqlite 1", "idle ours", "deliver ours",
	}
	if err := o.measure(t.Context()); err != nil {
		t.Fatal(err)
	}
	written, err := os.ReadFile(out)
	if err != nil {
		t.Fatal(err)
	}
	live := map[string]bool{"idle ours": true, "deliver ours": true} // see TestLiveRowsRun
	var rows []result
	if err := json.Unmarshal(written, &rows); err != nil {
		t.Fatal(err)
	}
	if len(rows) != len(o.only)+len(screenShares) { // the screen has a row for its maximum, too
		t.Errorf("%d rows", len(rows))
	}
	for _, r := range rows {
		if r.Name == "" || r.Rate <= 0 && !live[r.Name] {
			t.Errorf("a row without figures: %+v", r)
		}
	}
}

// tinyLive are sizes at which a row runs and tells nothing.
var tinyLive = liveSizes{idle: 200, busy: 50, many: 200, hold: time.Second, trickle: 100}

// Every live row runs on the transports as they are, the baselines too, and gives figures.
func TestLiveRowsRun(t *testing.T) {
	if testing.Short() {
		t.Skip("it starts servers of its own")
	}
	out := filepath.Join(t.TempDir(), "live.json")
	o := options{length: 200 * time.Millisecond, rounds: 1, out: out, live: tinyLive}
	if err := o.measureLive(t.Context()); err != nil {
		t.Fatal(err)
	}
	written, err := os.ReadFile(out)
	if err != nil {
		t.Fatal(err)
	}
	var rows []liveResult
	if err := json.Unmarshal(written, &rows); err != nil {
		t.Fatal(err)
	}
	seen := map[string]int{}
	for _, r := range rows {
		kind, _, _ := strings.Cut(r.Name, " ")
		seen[kind]++
		if r.Subscriptions <= 0 || kind != liveIdle && (r.Rate <= 0 || r.CPU <= 0) || kind == liveIdle && r.Stacks+r.Heap <= 0 || kind == liveHold && r.P99 <= 0 {
			t.Errorf("a row without figures: %+v", r)
		}
	}
	if seen[liveIdle] != 2 || seen[liveDeliver] != 5 || seen[liveHold] != 1 {
		t.Errorf("the rows are %v", seen)
	}
}
