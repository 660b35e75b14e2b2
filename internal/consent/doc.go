// Package consent checks histories of sends that race against "no" (I1).
//
// Purpose. Two nodes write down what they asked, when they asked it and what came back; this package says whether one
// order of all of it explains every answer, and whether anything got in after a "no" had returned.
//
// Invariants. Times are of one clock that only goes forward, in nanoseconds. An operation took effect at one moment
// between its call and its return, or the history is bad. What ended without a known outcome does not belong into one.
//
// Concurrency and lifecycle. Plain functions over values; nothing is kept.
package consent
