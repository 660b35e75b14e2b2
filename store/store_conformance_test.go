package store_test

import (
	"strings"
	"testing"

	"github.com/aparte-im/aparte/internal/testdb"
	"github.com/aparte-im/aparte/store"
	"github.com/aparte-im/aparte/store/storetest"
)

func TestConformance(t *testing.T) {
	open := func(t testing.TB, url string, c storetest.Config) storetest.Store {
		t.Helper()
		s, err := store.Open(t.Context(), store.Config{URL: url, Rules: c.Rules, Publisher: c.Publisher, Clock: c.Clock})
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	t.Run("sqlite", func(t *testing.T) {
		storetest.Run(t, storetest.Backend{Fresh: checkVersions(testdb.SQLite), Open: open})
	})
	t.Run("postgres", func(t *testing.T) {
		storetest.Run(t, storetest.Backend{Fresh: checkVersions(testdb.Postgres), Open: open, Shared: true})
	})
}

// checkVersions makes databases that refuse a write of a head which does not add one to its
// version: the fast path compares versions and would not see that write (I1).
func checkVersions(fresh func(testing.TB) string) func(testing.TB) string {
	return func(t testing.TB) string {
		t.Helper()
		url := fresh(t)
		db := openRaw(t, url)
		defer db.Close()
		trigger := `CREATE FUNCTION refuse_head() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
				RAISE EXCEPTION 'a head is written without a new version'; END $$;
			CREATE TRIGGER head_version BEFORE UPDATE ON heads FOR EACH ROW
				WHEN (NEW.version <> OLD.version + 1) EXECUTE FUNCTION refuse_head()`
		if strings.HasPrefix(url, "sqlite:") {
			trigger = `CREATE TRIGGER head_version BEFORE UPDATE ON heads WHEN NEW.version <> OLD.version + 1
				BEGIN SELECT RAISE(ABORT, 'a head is written without a new version'); END`
		}
		if _, err := db.ExecContext(t.Context(), trigger); err != nil {
			t.Fatal(err)
		}
		return url
	}
}

// TestVersionCheckFindsAMissingVersion is the test of checkVersions.
func TestVersionCheckFindsAMissingVersion(t *testing.T) {
	for name, fresh := range map[string]func(testing.TB) string{"sqlite": testdb.SQLite, "postgres": testdb.Postgres} {
		t.Run(name, func(t *testing.T) {
			db := openRaw(t, checkVersions(fresh)(t))
			defer db.Close()
			insert := `INSERT INTO heads (user_id, position, trimmed_to, unread_conversations, unread_requests, unread_messages,
				audience, routes, read_receipts, changed_at, age_band, exempt, gone)
				VALUES ('018f0000-0000-7000-8000-000000000001', 0, 0, 0, 0, 0, 0, 0, true, 0, 0, false, false)`
			for _, c := range []struct {
				text    string
				refused bool
			}{
				{insert, false},
				{"UPDATE heads SET position = 1, version = version + 1", false},
				{"UPDATE heads SET position = 2", true},
			} {
				if _, err := db.ExecContext(t.Context(), c.text); (err != nil) != c.refused {
					t.Errorf("%s: %v", c.text, err)
				}
			}
		})
	}
}
