// Package socket carries GraphQL operations over WebSocket in the subprotocol graphql-transport-ws.
// gqlgen executes; how bytes come and go is decided here.
//
// Purpose. A service holds many connections that are silent most of the time. So an idle one has a
// goroutine that waits to read, one timer, and no buffer; an idle subscription has no goroutine at
// all. It is pulled (Feed) when it is woken, on a few workers that all connections share, and what
// it yields is encoded once and written by the worker itself.
//
// Invariants. Every message follows the protocol document of graphql-ws; tests name its rules. The
// resources that a client can hold are bounded: time to shake hands, to speak first, to finish a
// message, to answer a ping and to read; bytes of a message and of what waits to be written;
// operations of a connection, connections of a user and of an address. A client that cannot follow
// is cut with a code at which it connects again: a subscription is pulled only when all before it
// was taken by the client's socket, so that nothing is skipped and a cursor resumes. One slow
// client holds back nobody else: a worker never waits for a socket. Nothing is answered to a
// connection that was not opened.
//
// Concurrency. Transport is safe for concurrent use. A connection is read by one goroutine;
// everybody may write, whole frames at a time. conn.mu guards what a connection is, outbound.mu
// what it writes; outbound.mu is taken last.
//
// Lifecycle. Shutdown takes no more connections, ends those there are with 1012, spread over a
// while so that their clients do not come back at once, and waits for every goroutine. A connection
// lets queries and mutations that run finish first.
package socket
