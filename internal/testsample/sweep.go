package testsample

import (
	"math/rand/v2"
	"testing"
)

// Sweep chooses which cases of a whole space run: a random sample of them, or all of them when
// Whole is true. It is not safe for concurrent use.
type Sweep struct {
	oneIn int
	rand  *rand.Rand
	// Cases counts the cases of the space, and Taken those that ran.
	Cases, Taken int
}

// NewSweep returns a sweep that takes one case of oneIn on average. It stops the test when
// APARTE_SEED is not a number.
func NewSweep(t testing.TB, oneIn int) *Sweep {
	t.Helper()
	if Whole() {
		return &Sweep{oneIn: 1}
	}
	return &Sweep{oneIn: oneIn, rand: Rand(t)}
}

// Takes reports whether the next case runs.
func (s *Sweep) Takes() bool {
	s.Cases++
	if s.oneIn > 1 && s.rand.IntN(s.oneIn) > 0 {
		return false
	}
	s.Taken++
	return true
}

// Enough returns the number of cases that a sample certainly has of n cases of the whole space: a
// quarter of the expected number.
func (s *Sweep) Enough(n int) int { return n / s.oneIn / 4 }
