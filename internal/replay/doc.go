// Package replay sends a trace of messages through the public GraphQL API, as fast as the service takes them.
//
// Purpose. It is what `aparte load` runs: it makes fresh people for the trace, sets their audience, sends every row
// and counts what became of it.
//
// Invariants. A row waits for the row before it of the same two people, and for the row before it of the same sender.
// Nothing else can change a verdict (the people are fresh, follow nobody and are exempt from limits on rate), so the
// tally depends on the trace alone, not on the concurrency. A send that got no answer is repeated with the same
// clientMessageId, so that a lost connection or a killed server neither loses nor doubles a message (I2).
//
// Concurrency. Run owns all goroutines it starts and waits for them.
//
// Lifecycle. Memory is bounded by a window of rows and by the number of people, not by the length of the trace.
package replay
