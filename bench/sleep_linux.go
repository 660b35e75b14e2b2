package main

import (
	"syscall"
	"time"
)

// sleepUntil sleeps to within some 50 µs. Go's own timers wait for whole milliseconds where nothing
// else wakes them, so sends that are due every half of one would leave in pairs, and late.
func sleepUntil(t time.Time) {
	for left := time.Until(t); left > 0; left = time.Until(t) {
		span := syscall.NsecToTimespec(int64(left))
		_ = syscall.Nanosleep(&span, nil) // an interrupted sleep goes on
	}
}
