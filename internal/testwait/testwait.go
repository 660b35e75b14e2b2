// Package testwait scales the time limits of tests.
//
// Purpose. A test waits for a state and gives up after a limit that only a failing test reaches. On
// a slow machine the limits grow by the factor in the environment variable APARTE_TEST_PATIENCE.
//
// Invariants. A limit never makes a test pass: it bounds how long a failure takes to show.
//
// Concurrency. Limit is safe for concurrent use.
package testwait

import (
	"fmt"
	"os"
	"strconv"
	"time"
)

// Variable names the environment variable with the factor, a number of at least 1.
const Variable = "APARTE_TEST_PATIENCE"

// Limit returns d multiplied by the factor of the environment. It panics when the variable is not a
// number of at least 1.
func Limit(d time.Duration) time.Duration {
	text := os.Getenv(Variable)
	if text == "" {
		return d
	}
	factor, err := strconv.ParseFloat(text, 64)
	if err != nil || factor < 1 {
		panic(fmt.Sprintf("%s is %q; it must be a number of at least 1, such as 4", Variable, text))
	}
	return time.Duration(float64(d) * factor)
}
