// Package storetest is the specification of dm.Store: every implementation, on every database,
// passes it.
//
// Purpose. It checks that the promises of package dm hold on a real database: Run goes through the
// methods one by one, through concurrent calls, and through random histories that are compared with
// a small model in memory. The model knows the design and nothing of dm.Tx.
//
// Invariants. Tests name the invariant that they prove (I1 to I10). Nothing is faked: the store,
// the hub and the service are the real ones, only the clock is the test's. No test sleeps; what has
// to be waited for is waited for by its signal.
//
// Concurrency. Tests of one backend run in parallel, each on a database of its own.
//
// Lifecycle. A store that a test opens is closed when the test ends.
package storetest
