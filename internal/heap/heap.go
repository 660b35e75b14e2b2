// Package heap tunes the garbage collector for a service with a small live heap and much garbage.
//
// Purpose. A collection takes 5 to 17 ms on a small machine and shares the processors with
// requests. It starts when the heap is a multiple of the live heap. Here about 10 MB are live and a
// send leaves 50 KB of garbage, so without a floor it would run several times a second.
//
// Invariants. Settings of the operator (GOGC, GOMEMLIMIT) take precedence. The floor uses address
// space and no memory: its pages are never touched.
//
// Concurrency and lifecycle. Call Tune once, before there is load. The floor lasts as long as the
// value that it returns.
package heap

import "runtime/debug"

const (
	// percent trades memory, of which the live heap is small, for a third of the CPU of a delivery.
	percent = 400
	// floorSize counts as live: the heap grows to five times as much before it is collected.
	floorSize = 32 << 20
	// floorFrom is the least GOMEMLIMIT that has room for that.
	floorFrom = 512 << 20
)

// Floor is kept for what it weighs.
type Floor []byte

// Tune sets the collector, unless the operator did.
func Tune(getenv func(string) string) Floor {
	if getenv("GOGC") != "" {
		return nil
	}
	debug.SetGCPercent(percent)
	if debug.SetMemoryLimit(-1) < floorFrom {
		return nil
	}
	return make(Floor, floorSize)
}
