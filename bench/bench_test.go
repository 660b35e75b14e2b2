package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"
	"time"
)

// The measured server is this program in another process, so the test binary has to be able to be it.
func TestMain(m *testing.M) {
	if len(os.Args) > 1 && os.Args[1] == serveCommand {
		os.Exit(run())
	}
	os.Exit(m.Run())
}

// Every kind of row runs on the schema as it is, the baselines too, and gives figures. What they are says nothing here.
func TestRowsRun(t *testing.T) {
	if testing.Short() {
		t.Skip("it starts a Postgres of its own")
	}
	out := filepath.Join(t.TempDir(), "latest.json")
	o := options{length: time.Second, users: 4000, pairs: 8000, seed: 1, out: out}
	o.only = []string{"floor", "naive", "function 1", "store 1", "api 256", "api socket 256", "decision", "screen", "sqlite 1"}
	if err := o.measure(t.Context()); err != nil {
		t.Fatal(err)
	}
	written, err := os.ReadFile(out)
	if err != nil {
		t.Fatal(err)
	}
	var rows []result
	if err := json.Unmarshal(written, &rows); err != nil {
		t.Fatal(err)
	}
	if len(rows) != len(o.only)+1+len(screenShares) { // the decision is two rows
		t.Errorf("%d rows", len(rows))
	}
	for _, r := range rows {
		if r.Name == "" || r.Rate <= 0 {
			t.Errorf("a row without figures: %+v", r)
		}
	}
}
