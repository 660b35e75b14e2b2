//go:build unix

package store_test

import (
	"cmp"
	"fmt"
	"os"
	"strconv"
	"testing"

	"github.com/aparte-im/aparte/dm"
	"github.com/aparte-im/aparte/internal/consent"
	"github.com/aparte-im/aparte/internal/testdb"
)

// consentRaces is how many races are run; the long run asks for more by the environment.
func consentRaces(t *testing.T) int {
	t.Helper()
	n := os.Getenv("APARTE_RACES")
	if n == "" {
		return 2000
	}
	races, err := strconv.Atoi(n)
	if err != nil {
		t.Fatalf("APARTE_RACES: %v", err)
	}
	return races
}

// I1, I3: two processes over one Postgres send to, block, close and decline the same people at
// once. One order explains every answer, and nothing is accepted after a "no" has returned.
func TestConsentIsLinearizableOnTwoNodes(t *testing.T) {
	w := newConsentWorld(t, true)
	want := consentRaces(t)
	races, operations := map[consent.Kind]int{}, 0
	for total := 0; total < want; {
		got := w.round(t)
		if got.broken > 0 {
			t.Fatalf("%d operations failed, the first with: %s", got.broken, got.fault)
		}
		for _, pair := range got.histories {
			if err := consent.Check(pair); err != nil {
				t.Fatal(err)
			}
			for kind, n := range consent.Races(pair) {
				races[kind] += n
				total += n
			}
			operations += len(pair)
		}
	}
	for _, kind := range []consent.Kind{consent.Block, consent.Close, consent.Decline} {
		if races[kind] == 0 {
			t.Errorf("no send met a %v", kind)
		}
	}
	t.Logf("%v met sends, among %d operations", races, operations)
	report, err := w.store.Verify(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, problem := range report.Problems {
		t.Error(problem)
	}
}

// The test of the test: without the lock the same load gives a history that the check refuses.
func TestConsentCheckFindsAMissingLock(t *testing.T) {
	w := newConsentWorld(t, false)
	for range 60 {
		got := w.round(t)
		for _, pair := range got.histories {
			if err := consent.Check(pair); err != nil {
				t.Logf("found; %d operations failed on unique keys: %v", got.broken, err)
				return
			}
		}
	}
	t.Error("the lock was taken out, and the check found nothing")
}

// consentWorld is the first node, the line to the second, and the pairs so far.
type consentWorld struct {
	*consentNode
	line  *consentLine
	pairs int
}

func newConsentWorld(t *testing.T, locked bool) *consentWorld {
	t.Helper()
	url := testdb.Postgres(t)
	w := &consentWorld{consentNode: openConsentNode(t, 0, url, locked), line: startConsentNode(t, url, locked)}
	w.tell = w.line.send
	return w
}

// consentRound is what both nodes saw of some pairs.
type consentRound struct {
	histories map[int][]consent.Op
	broken    int
	fault     string
}

// round plays some new pairs on both nodes.
func (w *consentWorld) round(t *testing.T) consentRound {
	t.Helper()
	pairs := w.newPairs(t)
	w.begin(pairs)
	theirs := make(chan consentNews, 1)
	go func() {
		defer close(theirs)
		for {
			news, err := w.line.receive()
			switch {
			case err != nil:
				t.Errorf("the second node is gone: %v", err)
				w.stopAll()
				return
			case news.Done:
				theirs <- news
				return
			}
			w.stop(news.Stop)
		}
	}()
	if err := w.tell(consentNews{Round: pairs}); err != nil {
		t.Fatal(err)
	}
	w.play(t.Context(), pairs)
	news, ok := <-theirs
	if !ok {
		t.FailNow()
	}
	return consentRound{
		histories: consent.ByPair(append(w.ops, news.Ops...)), broken: w.broken + news.Broken, fault: cmp.Or(w.fault, news.Fault),
	}
}

// newPairs makes people who never met.
func (w *consentWorld) newPairs(t *testing.T) []consentPair {
	t.Helper()
	in := make([]dm.UserInput, 2*consentPairs)
	for i := range in {
		name := fmt.Sprintf("u%d-%d", w.pairs, i)
		in[i] = dm.UserInput{ExternalID: name, Handle: name, DisplayName: name, Exempt: true}
	}
	users, err := w.service.UpsertUsers(t.Context(), in)
	if err != nil {
		t.Fatal(err)
	}
	pairs := make([]consentPair, consentPairs)
	for i := range pairs {
		pairs[i] = consentPair{N: w.pairs + i + 1, Alice: users[2*i].ID, Bob: users[2*i+1].ID}
	}
	w.pairs += len(pairs)
	return pairs
}
