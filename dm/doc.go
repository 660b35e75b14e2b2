// Package dm is the product: who may write to whom, how a message is sent, how an inbox changes and
// how it is watched.
//
// Purpose. Every rule of direct messaging lives here and nowhere else: Decide answers who may
// write, Tx turns a request into the rows that change, Service is what the outside calls. The
// package knows no database, no GraphQL and no network; it reaches them through two ports, Store
// and Notifier.
//
// Invariants. I1: a change of consent and a send lock the same head rows, so after "no" has
// returned nothing more gets in. I2: (conversation, sender, clientMessageID) names one message. I3:
// seq and position are gapless and commit in their order, because they are allotted under the lock.
// I5 and I6: an Event carries the state of the conversation and the absolute unread counts at its
// position. I9: the viewer is an explicit argument of every read.
//
// Concurrency. Service is safe for concurrent use. A Tx belongs to one transaction and one
// goroutine. A Watcher is pulled by one goroutine at a time.
//
// Lifecycle. Service has one goroutine while there are watchers: the patrol, which ends with the
// last of them. A Watcher must be closed.
package dm
