package store_test

import (
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
		storetest.Run(t, storetest.Backend{Fresh: testdb.SQLite, Open: open})
	})
	t.Run("postgres", func(t *testing.T) {
		storetest.Run(t, storetest.Backend{Fresh: testdb.Postgres, Open: open, Shared: true})
	})
}
