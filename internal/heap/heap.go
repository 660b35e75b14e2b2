// Package heap sets the garbage collector for a service whose live heap is small and whose garbage is much.
//
// Purpose. A collection takes five to seventeen milliseconds on a small machine, and requests share the processors with it. It
// comes when the heap is some multiple of what is live. Here ten megabytes are live and a send leaves fifty kilobytes, so
// without a floor it would come several times a second.
//
// Invariants. What an operator has set (GOGC, GOMEMLIMIT) holds. The floor takes addresses, not memory: its pages are never
// touched.
//
// Concurrency and lifecycle. Tune is called once, before there is load. The floor lasts as long as what it returns.
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
