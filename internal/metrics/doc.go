// Package metrics counts what a server does, for Prometheus.
//
// Purpose. It translates the observers of packages graph and store, and the state of their parts,
// into metrics that begin with aparte_. docs/operations.md lists them.
//
// Invariants. No label holds a name, an id or a word of a user.
//
// Concurrency and lifecycle. Everything is safe for concurrent use. The metrics stay registered for
// the life of the registry.
package metrics
