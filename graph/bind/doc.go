// Package bind maps Go types to the schema: ids, enums and times of package dm as they are on the
// wire, and the few types (pages, events) that package dm does not have.
//
// Purpose. gqlgen binds the schema directly to package dm; this package has the types that it
// cannot bind by itself. It is separate from graph because generated code imports it and graph
// imports generated code.
//
// Invariants. It holds no rules. A zero enum value or time is null on the wire. Its output needs no
// escaping.
//
// Concurrency and lifecycle. Everything is immutable.
package bind
