package store_test

import (
	"database/sql"
	"errors"
	"strings"
	"testing"

	"github.com/aparte-im/aparte/dm"
	"github.com/aparte-im/aparte/internal/testdb"
	"github.com/aparte-im/aparte/live"
	"github.com/aparte-im/aparte/store"
)

// hostTables are tables of a host with the names of ours, and goose's own table of a host that
// migrates with it and is at a version far above ours.
var hostTables = []string{
	"CREATE TABLE public.follows (id int)",
	"CREATE TABLE public.users (id int)",
	"CREATE TABLE public.goose_db_version (id int, version_id bigint, is_applied boolean)",
	"INSERT INTO public.goose_db_version VALUES (1, 0, true), (2, 99, true)",
}

func run(t *testing.T, db *sql.DB, texts ...string) {
	t.Helper()
	for _, text := range texts {
		if _, err := db.ExecContext(t.Context(), text); err != nil {
			t.Fatalf("%s: %v", text, err)
		}
	}
}

func sendOne(t *testing.T, c store.Config) {
	t.Helper()
	c.Rules = dm.DefaultRules()
	s, err := store.Open(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	}()
	service := dm.New(dm.Config{Store: s, Bus: live.NewHub()})
	users, err := service.UpsertUsers(t.Context(), []dm.UserInput{{ExternalID: "a", Handle: "a"}, {ExternalID: "b", Handle: "b"}})
	if err != nil {
		t.Fatal(err)
	}
	for i := range users {
		if err := service.Follow(t.Context(), users[i].ID, users[1-i].ID); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := service.Send(t.Context(), users[0].ID, dm.SendInput{To: users[1].ID, Body: "x", ClientMessageID: "k"}); err != nil {
		t.Fatal(err)
	}
	if report, err := s.Verify(t.Context()); err != nil || report.Messages != 1 || len(report.Problems) > 0 {
		t.Errorf("the database has %+v, %v; want one message", report, err)
	}
}

// A host's own database takes our tables, in a schema beside the host's, and more than one.
func TestMigrateInsideTheHostsDatabase(t *testing.T) {
	url := testdb.EmptyPostgres(t)
	db := openRaw(t, url)
	defer db.Close()
	run(t, db, hostTables...)
	for _, schema := range []string{"", "messages", "with-dash"} {
		c := store.Config{URL: url, Schema: schema}
		if v, err := store.Version(t.Context(), c); err != nil || v.Current != 0 {
			t.Fatalf("schema %q: version %+v, %v before the migration", schema, v, err)
		}
		for range 2 {
			if v, err := store.Migrate(t.Context(), c); err != nil || v.Current != v.Latest {
				t.Fatalf("schema %q: version %+v, %v", schema, v, err)
			}
		}
		sendOne(t, c)
	}
	var host, other int
	err := db.QueryRowContext(t.Context(), `SELECT (SELECT count(*) FROM pg_tables WHERE schemaname = 'public'),
		(SELECT max(version_id) FROM public.goose_db_version)`).Scan(&host, &other)
	if err != nil || host != 3 || other != 99 {
		t.Errorf("the host has %d tables at version %d (%v), want 3 at 99", host, other, err)
	}
}

// Reading the version of a database makes nothing in it.
func TestVersionChangesNothing(t *testing.T) {
	testdb.EachEmpty(t, func(t *testing.T, url string) {
		if v, err := store.Version(t.Context(), store.Config{URL: url}); err != nil || v.Current != 0 || v.Latest == 0 {
			t.Fatalf("version %+v, %v", v, err)
		}
		db := openRaw(t, url)
		defer db.Close()
		list := "SELECT count(*) FROM sqlite_master"
		if !strings.HasPrefix(url, "sqlite:") {
			list = "SELECT count(*) FROM pg_class WHERE relnamespace NOT IN (SELECT oid FROM pg_namespace WHERE nspname LIKE 'pg\\_%' OR nspname = 'information_schema')"
		}
		var made int
		if err := db.QueryRowContext(t.Context(), list).Scan(&made); err != nil || made != 0 {
			t.Errorf("%d things were made (%v)", made, err)
		}
	})
}

// Tables of another program are refused before anything is made beside them.
func TestMigrateRefusesForeignTables(t *testing.T) {
	testdb.EachEmpty(t, func(t *testing.T, url string) {
		if !strings.HasPrefix(url, "sqlite:") {
			url = testdb.WithSchema(url)
			db := openRaw(t, url)
			run(t, db, "CREATE SCHEMA aparte")
			_ = db.Close()
		} else if _, err := store.Version(t.Context(), store.Config{URL: url}); err != nil {
			t.Fatal(err)
		}
		db := openRaw(t, url)
		defer db.Close()
		run(t, db, "CREATE TABLE follows (id int)", "CREATE TABLE goose_db_version (version_id int)")
		_, err := store.Migrate(t.Context(), store.Config{URL: url})
		if err == nil || !strings.Contains(err.Error(), "(follows, goose_db_version)") {
			t.Errorf("error %v does not name the tables", err)
		}
	})
}

// Every way into a database refuses one that a newer program migrated, and one that an older did.
func TestAnotherVersionIsRefused(t *testing.T) {
	for _, change := range []struct{ name, text, advice string }{
		{"newer", "INSERT INTO aparte_migrations (version_id, is_applied) VALUES (999, true)", "run a newer release"},
		{"older", "DELETE FROM aparte_migrations WHERE version_id > 0", "run `aparte migrate`"},
	} {
		t.Run(change.name, func(t *testing.T) {
			testdb.Each(t, func(t *testing.T, url string) {
				db := openRaw(t, url)
				defer db.Close()
				run(t, db, change.text)
				c := store.Config{URL: url, Rules: dm.DefaultRules()}
				_, opened := store.Open(t.Context(), c)
				tries := map[string]error{"Open": opened, "NewEpoch": store.NewEpoch(t.Context(), c)}
				if change.name == "newer" {
					_, tries["Migrate"] = store.Migrate(t.Context(), c)
				}
				for name, err := range tries {
					var schema *store.SchemaError
					if !errors.As(err, &schema) || !strings.Contains(err.Error(), change.advice) {
						t.Errorf("%s: %v; want a refusal that says %q", name, err, change.advice)
					}
				}
			})
		})
	}
}
