// Package transport reads requests and writes answers over HTTP: plain responses and event streams.
//
// Purpose. It chooses the media type of an answer, reads the operation of a POST or GET within a
// bound, writes responses, compressed where that is safe, serves event streams, and decides which
// web origins may open a socket. Package socket has the WebSocket transport. Subscription is what
// both share with the resolver of a subscription.
//
// Invariants. An error does not repeat the request, because a body may hold a message. Answers are
// never cached. Fields with messages are never compressed.
//
// Concurrency. Origins, Compressor and Streams are safe for concurrent use. A stream waits for its
// events in the goroutine of its request.
//
// Lifecycle. A stream ends with its request, its token, a revocation or the shutdown of the server;
// each end frees its watcher and its place among the connection limits.
package transport
