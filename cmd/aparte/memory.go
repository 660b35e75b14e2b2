package main

import (
	"os"
	"runtime/debug"
)

// gcPercent trades memory, of which the live heap is small, for a third of the CPU of a delivery.
const gcPercent = 400

// tuneMemory sets the collector, unless the operator did (GOGC); GOMEMLIMIT bounds it as ever.
func tuneMemory() {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(gcPercent)
	}
}
