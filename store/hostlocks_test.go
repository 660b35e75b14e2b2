package store_test

import (
	"database/sql"
	"testing"
	"time"

	"github.com/aparte-im/aparte/dm"
	"github.com/aparte-im/aparte/internal/testdb"
	"github.com/aparte-im/aparte/internal/testwait"
	"github.com/aparte-im/aparte/live"
	"github.com/aparte-im/aparte/store"
)

// An upsert that exchanges handles locks the users in the order in which every upsert does, so two
// upserts never wait for each other: while it waits for the first user, it holds no other.
func TestAnExchangeOfHandlesLocksUsersInOrder(t *testing.T) {
	url := testdb.Postgres(t)
	s, err := store.Open(t.Context(), store.Config{URL: url, Rules: dm.DefaultRules()})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	service := dm.New(dm.Config{Store: s, Bus: live.NewHub()})
	upsert := func(users ...dm.UserInput) error {
		_, err := service.UpsertUsers(t.Context(), users)
		return err
	}
	// Ids rise with time, so the order by id is not the order by external id.
	for _, u := range []dm.UserInput{{ExternalID: "2", Handle: "bob"}, {ExternalID: "1", Handle: "alice"}} {
		if err := upsert(u); err != nil {
			t.Fatal(err)
		}
	}
	db := openRaw(t, url)
	defer db.Close()
	tx, err := db.BeginTx(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = tx.Rollback() }()
	lock := func(text string) {
		t.Helper()
		var id string
		if err := tx.QueryRowContext(t.Context(), text).Scan(&id); err != nil {
			t.Errorf("%s: %v", text, err)
		}
	}
	lock("SELECT id FROM users WHERE external_id = '1' FOR UPDATE")
	done := make(chan error, 1)
	go func() {
		done <- upsert(dm.UserInput{ExternalID: "1", Handle: "bob"}, dm.UserInput{ExternalID: "2", Handle: "alice"})
	}()
	untilOneWaits(t, db)
	lock("SELECT id FROM users WHERE external_id = '2' FOR UPDATE NOWAIT")
	if err := tx.Rollback(); err != nil {
		t.Fatal(err)
	}
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	if u, err := service.UserByHandle(t.Context(), "bob"); err != nil || u.ExternalID != "1" {
		t.Errorf("bob is %+v, %v; want user 1", u, err)
	}
}

// untilOneWaits waits until a session of the database waits for a lock.
func untilOneWaits(t *testing.T, db *sql.DB) {
	t.Helper()
	for deadline := time.Now().Add(testwait.Limit(20 * time.Second)); ; {
		var waiting int
		err := db.QueryRowContext(t.Context(),
			"SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'").Scan(&waiting)
		if err != nil {
			t.Fatal(err)
		}
		if waiting > 0 {
			return
		}
		if time.Now().After(deadline) {
			t.Fatal("no session waits for a lock")
		}
	}
}
