package store_test

import (
	"bytes"
	"context"
	"database/sql"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"entgo.io/ent/dialect"
	entsql "entgo.io/ent/dialect/sql"
	"entgo.io/ent/dialect/sql/schema"

	"github.com/aparte-im/aparte/ent/migrations"
	"github.com/aparte-im/aparte/internal/testdb"
	"github.com/aparte-im/aparte/store"
)

// The versions make what ent/schema describes: ent, asked to migrate further, finds nothing to do.
func TestMigrationsMatchTheEntities(t *testing.T) {
	testdb.Each(t, func(t *testing.T, url string) {
		driver, name, source := "postgres", dialect.Postgres, url
		if path, ok := strings.CutPrefix(url, "sqlite:"); ok {
			driver, name, source = "sqlite", dialect.SQLite, "file:"+path+"?_pragma=foreign_keys(1)"
		}
		db, err := sql.Open(driver, source)
		if err != nil {
			t.Fatal(err)
		}
		defer db.Close()
		var wanted bytes.Buffer
		m, err := schema.NewMigrate(
			&schema.WriteDriver{Driver: entsql.OpenDB(name, db), Writer: &wanted},
			migrations.Options()...,
		)
		if err != nil {
			t.Fatal(err)
		}
		tables, err := migrations.Tables()
		if err != nil {
			t.Fatal(err)
		}
		if err := m.Create(context.Background(), tables...); err != nil {
			t.Fatal(err)
		}
		for line := range strings.Lines(wanted.String()) {
			if s := strings.TrimSpace(line); s != "BEGIN;" && s != "COMMIT;" && !strings.HasPrefix(s, "--") && s != "" {
				t.Errorf("ent still wants: %s", s)
			}
		}
	})
}

// Two processes that start at once migrate once.
func TestMigrateAtOnce(t *testing.T) {
	for name, empty := range map[string]func(testing.TB) string{"sqlite": testdb.EmptySQLite, "postgres": testdb.EmptyPostgres} {
		t.Run(name, func(t *testing.T) {
			url := empty(t)
			if _, err := store.Open(t.Context(), store.Config{URL: url}); err == nil {
				t.Fatal("an empty database was opened")
			}
			var wg sync.WaitGroup
			for range 4 {
				wg.Go(func() {
					v, err := store.Migrate(context.Background(), store.Config{URL: url})
					if err != nil || v.Current != v.Latest || v.Current == 0 {
						t.Errorf("version %+v, error %v", v, err)
					}
				})
			}
			wg.Wait()
		})
	}
}

// I4: one backup that was restored twice is two histories; a cursor into the first is none into the
// second.
func TestEachRestoreHasAnEpochOfItsOwn(t *testing.T) {
	backup, err := os.ReadFile(strings.TrimPrefix(testdb.SQLite(t), "sqlite:"))
	if err != nil {
		t.Fatal(err)
	}
	seen := map[int64]bool{}
	for _, name := range []string{"first.db", "second.db"} {
		path := filepath.Join(t.TempDir(), name)
		if err := os.WriteFile(path, backup, 0o600); err != nil {
			t.Fatal(err)
		}
		for range 2 {
			if err := store.NewEpoch(t.Context(), store.Config{URL: "sqlite:" + path}); err != nil {
				t.Fatal(err)
			}
			seen[epochOf(t, path)] = true
		}
	}
	if len(seen) != 4 {
		t.Errorf("four new epochs are %d: %v", len(seen), seen)
	}
}

func epochOf(t *testing.T, path string) (epoch int64) {
	t.Helper()
	db, err := sql.Open("sqlite", "file:"+path)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if err := db.QueryRowContext(t.Context(), "SELECT epoch FROM epoch WHERE id = 1").Scan(&epoch); err != nil {
		t.Fatal(err)
	}
	return epoch
}
