// Package livetest is the specification of dm.Bus: every implementation runs its cases with Run and
// passes them.
//
// # Purpose
//
// The cases prove what a watcher relies on and nothing else: a wake and a signal reach every
// subscription of their user and no other, interest that is in place misses nothing, a closed
// subscription is not called, an event is handed out for its exact position only, and publishing
// waits for nobody.
//
// # Concurrency
//
// A bus over a network delivers later than Publish returns, so each case waits for a state, and
// proves that something does not arrive by a later payload that does. The cases open one bus each
// and may run in parallel.
//
// # Imports
//
// The package imports dm and the standard library.
package livetest
