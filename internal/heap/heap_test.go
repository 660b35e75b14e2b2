package heap

import (
	"bytes"
	"math"
	"os"
	"runtime"
	"runtime/debug"
	"strconv"
	"testing"
)

// resident is how much memory this process really has, on systems that tell.
func resident(t *testing.T) int {
	t.Helper()
	b, err := os.ReadFile("/proc/self/statm")
	if err != nil {
		t.Skip(err)
	}
	pages, err := strconv.Atoi(string(bytes.Fields(b)[1]))
	if err != nil {
		t.Fatal(err)
	}
	return pages * os.Getpagesize()
}

func TestTheFloorKeepsTheCollectorAwayAndTakesNoMemory(t *testing.T) {
	defer debug.SetGCPercent(debug.SetGCPercent(100))
	none := func(string) string { return "" }
	before := resident(t)
	floor := Tune(none)
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	if m.NextGC < 5*floorSize {
		t.Errorf("the heap is collected at %d bytes", m.NextGC)
	}
	if grown := resident(t) - before; grown > floorSize/4 {
		t.Errorf("the floor takes %d bytes of memory", grown)
	}
	runtime.KeepAlive(floor)

	defer debug.SetMemoryLimit(math.MaxInt64)
	debug.SetMemoryLimit(floorFrom - 1)
	if Tune(none) != nil {
		t.Error("there is a floor where memory is scarce")
	}
	debug.SetMemoryLimit(floorFrom)
	if Tune(none) == nil {
		t.Error("there is no floor where there is room for it")
	}
	debug.SetGCPercent(77)
	if Tune(func(string) string { return "77" }) != nil || debug.SetGCPercent(100) != 77 {
		t.Error("what the operator set does not hold")
	}
}
