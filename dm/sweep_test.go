package dm_test

import (
	"math/rand/v2"
	"os"
	"strconv"
	"testing"
)

// sweep chooses the cases of a sweep over a whole space. make test runs a seeded sample of them;
// with APARTE_SWEEP=1, as in make soak, every case runs. APARTE_SEED repeats a sample.
type sweep struct {
	oneIn int
	rand  *rand.Rand
	// cases counts the cases of the space, and taken those that ran.
	cases, taken int
}

// newSweep returns a sweep that takes one case in so many.
func newSweep(t testing.TB, oneIn int) *sweep {
	t.Helper()
	if os.Getenv("APARTE_SWEEP") == "1" {
		return &sweep{oneIn: 1}
	}
	seed := rand.Uint64()
	if text := os.Getenv("APARTE_SEED"); text != "" {
		var err error
		if seed, err = strconv.ParseUint(text, 10, 64); err != nil {
			t.Fatalf("APARTE_SEED: %v", err)
		}
	}
	t.Logf("a sample of one case in %d; repeat it with APARTE_SEED=%d", oneIn, seed)
	return &sweep{oneIn: oneIn, rand: rand.New(rand.NewPCG(seed, 0))}
}

// takes reports whether the next case runs.
func (s *sweep) takes() bool {
	s.cases++
	if s.oneIn > 1 && s.rand.IntN(s.oneIn) > 0 {
		return false
	}
	s.taken++
	return true
}

// enough returns how many of n cases of the whole space a sample is certain to hold: a quarter of
// the share expected.
func (s *sweep) enough(n int) int { return n / s.oneIn / 4 }
