package store_test

import (
	"bytes"
	"context"
	"database/sql"
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
					v, err := store.Migrate(context.Background(), url)
					if err != nil || v.Current != v.Latest || v.Current == 0 {
						t.Errorf("version %+v, error %v", v, err)
					}
				})
			}
			wg.Wait()
		})
	}
}
