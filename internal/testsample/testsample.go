// Package testsample chooses which cases of a large space a test runs.
//
// Purpose. make test runs a random sample of the cases and logs its seed; with APARTE_SWEEP=1, as
// in make soak, every case runs. APARTE_SEED repeats a sample.
//
// Concurrency. Plain functions; nothing is kept.
package testsample

import (
	"math/rand/v2"
	"os"
	"strconv"
	"testing"
)

// Whole reports whether every case is to run.
func Whole() bool { return os.Getenv("APARTE_SWEEP") == "1" }

// Rand returns the source of a sample, and logs how to repeat it. It stops the test when
// APARTE_SEED is not a number.
func Rand(t testing.TB) *rand.Rand {
	t.Helper()
	seed := rand.Uint64()
	if text := os.Getenv("APARTE_SEED"); text != "" {
		var err error
		if seed, err = strconv.ParseUint(text, 10, 64); err != nil {
			t.Fatalf("APARTE_SEED: %v", err)
		}
	}
	t.Logf("a random sample; repeat it with APARTE_SEED=%d", seed)
	return rand.New(rand.NewPCG(seed, 0))
}
