// Package live carries wakes, and the events that ride along with them, from the transaction that committed them to
// the watchers of this node; and signals, which are in no log.
//
// Purpose. A watcher reads a user's log; Hub tells it when the log has grown, and mostly hands it the very event, so
// that in the steady state a delivery costs no query.
//
// Invariants. A wake is a hint: whatever the hub loses, delays, doubles or brings out of order, the log decides (I4,
// I7). An event is handed out only for the exact position that was asked for. Memory is bounded: a user without a
// listener costs nothing, a user with one keeps at most ringSize events, and an event that every listener has taken is
// let go.
//
// Concurrency. All methods may be called from any goroutine. Publish never waits for a listener; it
// calls it, under a lock that the listener needs too, so what is called must only take note. Events are shared by
// all listeners and must not be changed once published.
//
// Lifecycle. A hub owns no goroutine and needs no closing. A listener must be closed; with a user's last one all that
// the hub holds for that user is freed.
package live
