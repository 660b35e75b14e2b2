// Package testdb gives every test its own fresh database, on both kinds of database that the
// product runs on.
//
// Purpose. Tests run on the real thing, SQLite and Postgres, never on a stand-in for it.
//
// Invariants. No two tests share a database. A database is migrated to the newest schema, unless
// the name says Empty, and is removed when the test ends, also with open connections.
//
// Concurrency. All functions may be called from parallel tests.
//
// Lifecycle. The server is the one that APARTE_TEST_POSTGRES names (go run ./internal/testpg sets
// it). Without it, the first test of a process that asks for Postgres starts a cluster, which ends
// with the process. Migrating is done once per process and copied from then on.
package testdb

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/aparte-im/aparte/internal/testwait"
	"github.com/aparte-im/aparte/store"
)

// setupTimeout bounds what is done once per process; it is shared by tests, so no single test's
// context will do.
var setupTimeout = testwait.Limit(2 * time.Minute)

// Each runs a subtest on a fresh migrated database of each kind.
func Each(t *testing.T, run func(t *testing.T, url string)) {
	t.Helper()
	t.Run("sqlite", func(t *testing.T) { run(t, SQLite(t)) })
	t.Run("postgres", func(t *testing.T) { run(t, Postgres(t)) })
}

// EachEmpty runs a subtest on a fresh database of each kind that has no schema yet.
func EachEmpty(t *testing.T, run func(t *testing.T, url string)) {
	t.Helper()
	t.Run("sqlite", func(t *testing.T) { run(t, EmptySQLite(t)) })
	t.Run("postgres", func(t *testing.T) { run(t, EmptyPostgres(t)) })
}

// SQLite returns the URL of a fresh migrated file.
func SQLite(t testing.TB) string {
	t.Helper()
	image, err := sqliteImage()
	if err != nil {
		t.Fatalf("testdb: %v", err)
	}
	path := file(t)
	if err := os.WriteFile(path, image, 0o600); err != nil {
		t.Fatalf("testdb: %v", err)
	}
	return "sqlite:" + path
}

// EmptySQLite returns the URL of a file that does not exist yet.
func EmptySQLite(t testing.TB) string {
	t.Helper()
	return "sqlite:" + file(t)
}

// file is in no t.TempDir, whose path repeats the test's name: a # in it would end the URL.
func file(t testing.TB) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "aparte-test-") //nolint:usetesting // see above
	if err != nil {
		t.Fatalf("testdb: %v", err)
	}
	t.Cleanup(func() {
		if err := os.RemoveAll(dir); err != nil {
			t.Errorf("testdb: %v", err)
		}
	})
	return filepath.Join(dir, "test.db")
}

// The one thing that a process does once: it is the same for all of its tests and is never written
// to again.
var sqliteImage = sync.OnceValues(func() (image []byte, err error) {
	dir, err := os.MkdirTemp("", "aparte-sqlite-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "template.db")
	ctx, cancel := context.WithTimeout(context.Background(), setupTimeout)
	defer cancel()
	if _, err := store.Migrate(ctx, store.Config{URL: "sqlite:" + path}); err != nil {
		return nil, fmt.Errorf("migrate the template: %w", err)
	}
	// The file alone is the database only once nothing is left in its write-ahead log.
	if info, err := os.Stat(path + "-wal"); err == nil && info.Size() > 0 {
		return nil, fmt.Errorf("the migration leaves %d bytes in %s-wal", info.Size(), path)
	}
	return os.ReadFile(path)
})
