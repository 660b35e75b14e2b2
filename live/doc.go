// Package live is the dm.Bus of one process: it carries wakes, the events that come along with
// them, and signals from the transaction that committed them to the watchers of this process.
//
// # Purpose
//
// A watcher reads a user's log. The Hub tells it when the log has grown and mostly hands it the
// event itself, so that in the steady state a delivery costs no query.
//
// # Invariants
//
//   - A wake is a hint: whatever the hub loses, delays, doubles or reorders, the log decides (I4,
//     I7).
//   - An event is handed out only for the exact position that was asked for, to subscribers of its
//     user only (I9).
//   - Memory is bounded. A user without a subscription costs nothing. A user with subscriptions
//     keeps at most 64 events, and an event that every subscription has taken is released. No
//     signal is kept.
//   - Interest is in place when Subscribe returns, so the hub never calls Resync.
//
// Package live/livetest proves what every bus has to hold; the tests of this package prove the
// rest.
//
// # Concurrency
//
// All methods may be called from any goroutine. Publish and Signal do not wait for a subscriber:
// they call it under a lock that the subscription's methods need too, so a subscriber only takes
// note. Events are shared by all subscribers and must not be changed once published.
//
// # Lifecycle
//
// A hub owns no goroutine and needs no closing. A subscription must be closed; with a user's last
// subscription the hub frees all that it holds for that user.
//
// # Imports
//
// The package imports dm and the standard library. It knows no database and no transport.
package live
