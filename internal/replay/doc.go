// Package replay sends a trace of messages through the public GraphQL API as fast as the server
// accepts them.
//
// Purpose. `aparte load` runs it. It creates new people for the trace, sets their audience, sends
// every row and counts the results.
//
// Invariants. A row waits for the row before it of the same two people, and for the row before it
// of the same sender. Nothing else can change a verdict: the people are new, follow nobody and are
// exempt from rate limits. The counts therefore depend on the trace alone and not on the
// concurrency. A send without an answer is repeated with the same clientMessageId, so that a lost
// connection or a killed server neither loses nor doubles a message (I2).
//
// Concurrency. Run owns all goroutines that it starts and waits for them.
//
// Lifecycle. Memory is bounded by a window of rows and by the number of people, not by the length
// of the trace.
package replay
