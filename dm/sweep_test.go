package dm_test

import (
	"math/rand/v2"
	"testing"

	"github.com/aparte-im/aparte/internal/testsample"
)

// sweep chooses the cases of a sweep over a whole space: a sample of them, or all (testsample).
type sweep struct {
	oneIn int
	rand  *rand.Rand
	// cases counts the cases of the space, and taken those that ran.
	cases, taken int
}

// newSweep returns a sweep that takes one case in so many.
func newSweep(t testing.TB, oneIn int) *sweep {
	t.Helper()
	if testsample.Whole() {
		return &sweep{oneIn: 1}
	}
	return &sweep{oneIn: oneIn, rand: testsample.Rand(t)}
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
