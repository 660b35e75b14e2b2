package main

import (
	"context"
	"database/sql"
	"os"
	"path/filepath"
	"strings"

	_ "modernc.org/sqlite"

	"github.com/aparte-im/aparte/dm"
	"github.com/aparte-im/aparte/store"
)

// measureSQLite measures the embedded database; it has no process of its own, so all CPU is the
// server's.
func (o options) measureSQLite(ctx context.Context, p *population, add func(result, error) error) error {
	for _, row := range []struct {
		name       string
		concurrent int
	}{{"sqlite 1", 1}, {"sqlite 32", 32}, {"sqlite 256", 256}} {
		if !o.wants(row.name) {
			continue
		}
		if err := add(o.sqlite(ctx, p, row.name, row.concurrent)); err != nil {
			return err
		}
	}
	return nil
}

func (o options) sqlite(ctx context.Context, p *population, name string, concurrent int) (result, error) {
	r := result{Name: name}
	dir, err := os.MkdirTemp("", "aparte-bench-")
	if err != nil {
		return r, err
	}
	defer os.RemoveAll(dir)
	url := "sqlite:" + filepath.Join(dir, "bench.db")
	if _, err := store.Migrate(ctx, store.Config{URL: url}); err != nil {
		return r, err
	}
	db, err := sql.Open("sqlite", "file:"+strings.TrimPrefix(url, "sqlite:")+"?_pragma=synchronous(OFF)")
	if err != nil {
		return r, err
	}
	if err := p.load(ctx, db); err != nil {
		return r, err
	}
	if _, err := db.ExecContext(ctx, "ANALYZE"); err != nil {
		return r, err
	}
	if err := db.Close(); err != nil {
		return r, err
	}
	s, err := store.Open(ctx, store.Config{URL: url, Rules: dm.DefaultRules()})
	if err != nil {
		return r, err
	}
	defer s.Close()
	read := func() (counters, error) { return ownCounters(), nil }
	return o.load(ctx, p, name, concurrent, read, func(int) (sendFunc, error) { return appendTo(s), nil })
}
