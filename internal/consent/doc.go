// Package consent checks histories of sends that race with refusals (I1).
//
// Purpose. Two nodes record each call with its time and its result. This package reports whether
// one order of all calls explains every result, and whether a message was written after a refusal
// had returned.
//
// Invariants. Times are nanoseconds of one monotonic clock. Each operation took effect at one
// moment between its call and its return; otherwise the history is bad. Operations with an unknown
// outcome must not be part of a history.
//
// Concurrency and lifecycle. Plain functions over values; nothing is kept.
package consent
