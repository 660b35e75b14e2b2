// Package graph is the public API: GraphQL over HTTP, WebSocket and server-sent events, on one
// path.
//
// Purpose. It reads a request, authenticates the caller, calls dm.Service and writes the answer. It
// holds no rule about messages; those are in package dm. The schema is schema.graphqls at the root,
// written by hand. `go generate ./graph` generates graph/generated from it and gqlgen.yml, and
// graph/bind holds the types that gqlgen cannot bind to package dm.
//
// Invariants. Every resolver takes the viewer from the request's identity and passes it on as an
// argument. An id that cannot be read, does not exist or is not the viewer's has the same answer
// (I9). Expected refusals are data where the schema has a place for them, and top-level errors with
// extensions.code otherwise. An unexpected error shows as INTERNAL with a request id and is logged
// without the content of the request. One table, in errors.go, maps errors. No request is answered
// without a valid token.
//
// Reads are batched for each response: a list costs a fixed number of store calls, however long it
// is (loader.go).
//
// Concurrency. Server is safe for concurrent use. The root fields of a query are resolved
// concurrently; the fields of a mutation, and all fields below the root, one after the other
// (internal/gqlserial).
//
// Package auth verifies tokens, package limits bounds requests, package admission decides which
// operations run, and packages transport and socket read requests and write answers.
//
// Lifecycle. A WebSocket connection has one goroutine, which waits for input, and an idle
// subscription on it has none: a wake puts it into a queue, and a pool of workers pulls its events.
// An event stream waits in the goroutine of its request. Shutdown ends subscriptions, streams and
// connections, with a code after which clients reconnect, and waits for all running work. It must
// come before the HTTP server's own Shutdown, which would wait for the streams.
package graph

//go:generate go run github.com/99designs/gqlgen@v0.17.98 generate
//go:generate go run ../internal/gqlserial
