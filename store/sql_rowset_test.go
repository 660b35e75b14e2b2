package store_test

import (
	"math"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/aparte-im/aparte/internal/testdb"
	"github.com/aparte-im/aparte/store"
)

func openEcho(t *testing.T, url string) store.Echo {
	t.Helper()
	e, err := store.OpenEcho(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := e.Close(); err != nil {
			t.Error(err)
		}
	})
	return e
}

// Rows arrive in the database as they were bound: every kind, every text, nulls, and no row at all.
func TestRowsArriveAsTheyWereBound(t *testing.T) {
	testdb.Each(t, func(t *testing.T, url string) {
		e := openEcho(t, url)
		row := rapid.Custom(func(t *rapid.T) store.EchoRow {
			return store.EchoRow{
				ID:     [16]byte(rapid.SliceOfN(rapid.Byte(), 16, 16).Draw(t, "id")),
				Number: rapid.Int64().Draw(t, "number"),
				Four:   int64(rapid.Int32().Draw(t, "four bytes")),
				Two:    int64(rapid.Int16().Draw(t, "two bytes")),
				Yes:    rapid.Bool().Draw(t, "yes"),
				Text:   rapid.StringMatching(`[^\x00]{0,20}`).Draw(t, "text"),
			}
		})
		rapid.Check(t, func(rt *rapid.T) {
			want := rapid.SliceOfN(row, 0, 5).Draw(rt, "rows")
			got, err := e.Say(t.Context(), want)
			if err != nil || !slices.Equal(got, want) {
				rt.Fatalf("bound %+v, read %+v (%v)", want, got, err)
			}
		})
	})
}

// A number that its column cannot hold is refused by the server, and never cut to fit.
func TestNumbersAreNotCut(t *testing.T) {
	e := openEcho(t, testdb.Postgres(t))
	for _, r := range []store.EchoRow{
		{Four: math.MaxInt32 + 1}, {Four: math.MinInt32 - 1}, {Two: math.MaxInt16 + 1}, {Two: math.MinInt16 - 1},
	} {
		if got, err := e.Say(t.Context(), []store.EchoRow{r}); err == nil {
			t.Errorf("%+v became %+v", r, got)
		}
	}
}
