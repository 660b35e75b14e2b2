package dm

import (
	"testing"
	"time"

	"github.com/aparte-im/aparte/dm/policy"
	"pgregory.net/rapid"
)

// With people left out, and friends of friends not all looked at, every number is a lower bound,
// and says so when it is not the whole.
func TestReachIsALowerBound(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rules := DefaultRules()
		h := &Head{AgeBand: rapid.SampledFrom([]policy.AgeBand{policy.Adult, policy.Age16To17, policy.Under16}).Draw(t, "age")}
		tx := NewTx(rules, 1, time.Now(), Loaded{})
		var grid policy.Grid
		for r := range grid {
			grid[r] = policy.Route(rapid.IntRange(0, 3).Draw(t, "route"))
		}
		all, some := map[PairFlags]int{}, map[PairFlags]int{}
		partly := RelatedPeople{Capped: rapid.Bool().Draw(t, "capped"), SharedOpen: rapid.Bool().Draw(t, "open")}
		for range rapid.IntRange(0, 12).Draw(t, "people") {
			ties := PairFlags(rapid.IntRange(1, 1<<10-1).Draw(t, "ties"))
			all[ties]++
			if partly.Capped && rapid.Bool().Draw(t, "left out") {
				continue
			}
			if partly.SharedOpen && rapid.Bool().Draw(t, "not found") {
				ties &^= FlagShared
			}
			if ties != 0 {
				some[ties]++
			}
		}
		whole, part := Reach{Grid: grid}, Reach{Grid: grid}
		tx.count(&whole, h, all, RelatedPeople{})
		tx.count(&part, h, some, partly)
		if whole.IsCapped || part.Inbox > whole.Inbox || part.Requests > whole.Requests || part.Hidden > whole.Hidden || part.Refused > whole.Refused {
			t.Fatalf("%+v is no lower bound of %+v", part, whole)
		}
		if part.IsCapped = false; part != whole && !partly.Capped && !partly.SharedOpen {
			t.Fatalf("%+v is not %+v, and nothing was left out", part, whole)
		}
	})
}
