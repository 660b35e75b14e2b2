// Package bind is where Go types and the schema meet: how ids, enums and times of package dm read on the wire, and the
// few shapes (pages, events) that package dm has no use for.
//
// Purpose. gqlgen binds the schema straight to package dm; what it cannot bind by itself stands here. The package
// exists apart from graph because generated code imports it and graph imports generated code.
//
// Invariants. It decides nothing. A zero enum value or time is null on the wire. What it writes needs no escaping.
//
// Concurrency and lifecycle. Everything is immutable.
package bind
