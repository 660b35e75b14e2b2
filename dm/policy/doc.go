// Package policy decides whether one person may send a message to another, and where it goes.
//
// Purpose. [Decide] maps [Facts] to a [Verdict]. It is the only code that answers "who can message
// me?". A send, the check before a send (viewerCanMessage), the explanation for the recipient and
// the counts of an audience all call it.
//
// Invariants. Decide is pure: no I/O, no clock, no state. A block overrides every relation. Among
// the relations that hold, the most welcoming route wins. A denial never tells whether there is a
// block: a block and a closed audience give the same [Denial]. A decline gives none: everything
// that the sender is told is that of a request that waits.
//
// Consistency. A send runs Decide on facts that were read under lock in the transaction that writes
// the message, so that a "no" that has returned holds for every later send (I1).
//
// Concurrency. All values are plain data; every function is safe for concurrent use.
//
// Imports. The standard library only.
package policy
