package store

import (
	"context"
	"database/sql"
	"path/filepath"
	"testing"
)

// A pool that had to do with fewer connections for a while keeps as many idle as before, or every
// burst would dial anew.
func TestAPoolWidensWholly(t *testing.T) {
	db, err := sql.Open("sqlite", filepath.Join(t.TempDir(), "pool.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	w := &waitingConnector{pool: db, size: 4}
	w.widen()
	db.SetMaxOpenConns(1) // as Connect does when the server is full
	w.widen()
	var open []*sql.Conn
	for range w.size {
		c, err := db.Conn(context.Background())
		if err != nil {
			t.Fatal(err)
		}
		open = append(open, c)
	}
	for _, c := range open {
		if err := c.Close(); err != nil {
			t.Fatal(err)
		}
	}
	if got := db.Stats().Idle; got != w.size {
		t.Errorf("%d connections stay open, want %d", got, w.size)
	}
}
