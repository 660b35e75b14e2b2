// Package graph is the public API: GraphQL over HTTP, WebSocket and server-sent events, on one
// path.
//
// Purpose. It reads a request, finds out who asks, calls dm.Service and writes the answer. It decides nothing about
// messages: a rule that is found here is in the wrong place. The schema is schema.graphqls at the root, written by hand;
// `go generate ./graph` makes graph/generated from it and gqlgen.yml, and graph/bind holds what gqlgen cannot bind to
// package dm by itself.
//
// Invariants. Every resolver takes the viewer from the request's identity and hands it on as an argument; an id that
// cannot be read, does not exist or is not the viewer's is answered in one way (I9). Expected refusals are data where
// the schema has a place for them and top-level errors with extensions.code otherwise; what is unexpected shows as
// INTERNAL with a request id and is logged, without what a request held. One table, in errors.go, says which is which.
// Nothing is answered without a valid token.
//
// Reads are batched per response: a list costs a fixed number of calls of the store, however long it is (loader.go).
//
// Concurrency. Server is safe for concurrent use. The fields of a query's first level are resolved at once, those of a
// mutation and all below one after the other (internal/gqlserial).
//
// Lifecycle. Each subscription has one goroutine, which ends with its operation. Shutdown ends the subscriptions and
// sockets, with a code at which clients connect anew, and waits for everything that runs. It comes before the HTTP
// server's own Shutdown, which would wait for the streams.
package graph

//go:generate go run github.com/99designs/gqlgen@v0.17.98 generate
//go:generate go run ../internal/gqlserial
