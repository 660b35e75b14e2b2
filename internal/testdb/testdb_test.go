package testdb_test

import (
	"database/sql"
	"strings"
	"testing"

	_ "github.com/lib/pq"
	_ "modernc.org/sqlite"

	"github.com/aparte-im/aparte/internal/testdb"
	"github.com/aparte-im/aparte/store"
)

func open(t *testing.T, url string) *sql.DB {
	t.Helper()
	driver, source := "postgres", url
	if path, ok := strings.CutPrefix(url, "sqlite:"); ok {
		driver, source = "sqlite", path
	}
	db, err := sql.Open(driver, source)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	return db
}

func exec(t *testing.T, db *sql.DB, text string) {
	t.Helper()
	if _, err := db.ExecContext(t.Context(), text); err != nil {
		t.Fatalf("%s: %v", text, err)
	}
}

func TestEachIsFreshAndMigrated(t *testing.T) {
	for range 2 {
		testdb.Each(t, func(t *testing.T, url string) {
			v, err := store.Version(t.Context(), store.Config{URL: url})
			if err != nil || v.Current != v.Latest || v.Latest == 0 {
				t.Errorf("the schema is at %+v, %v", v, err)
			}
			// The second round fails here when it is handed the database of the first.
			exec(t, open(t, url), "CREATE TABLE left_by_a_test (id int)")
		})
	}
}

func TestEachEmptyHasNoSchema(t *testing.T) {
	testdb.EachEmpty(t, func(t *testing.T, url string) {
		exec(t, open(t, url), "CREATE TABLE users (id int)")
	})
}

func TestADatabaseGoesWithItsTest(t *testing.T) {
	var url string
	t.Run("test", func(t *testing.T) {
		url = testdb.Postgres(t)
		db, err := sql.Open("postgres", url)
		if err != nil {
			t.Fatal(err)
		}
		// Left open on purpose: a test that leaks a connection must not keep its database.
		exec(t, db, "SELECT 1")
	})
	if err := open(t, url).PingContext(t.Context()); err == nil {
		t.Errorf("%s is still there", url)
	}
}
