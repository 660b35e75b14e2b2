// Package dm is the product: it decides who may message whom, sends messages, keeps inboxes and
// follows them live.
//
// # Purpose
//
// Every rule of direct messaging is here and nowhere else. Package dm/policy answers who may write,
// as a pure function over facts. Tx is the unit of work of one transaction: it turns a request into
// the rows that change. Service is the API that the outside calls. Package dm/export writes the
// copy of a user's data.
//
// The package knows no database, no GraphQL and no network. It reaches them through ports:
//
//   - Store keeps everything. It is a composition of small interfaces by capability (SendStore,
//     TxStore, InboxStore, LogStore …), and each part of Service names the one that it needs.
//     Package store/storetest specifies it.
//   - Bus carries wakes and signals between the writers and the watchers. Package live/livetest
//     specifies it.
//   - Classifier judges messages of strangers, when the operator has one.
//
// # Invariants
//
//   - I1, consent is linearizable: a change of consent and a send lock the same head rows, so once
//     a "no" has returned, no message that it forbids commits.
//   - I2, exactly once: (conversation, sender, clientMessageID) names one message; a retry returns
//     the first result.
//   - I3, order: seq and position are gapless and rising in the order of commits, because they are
//     allotted under the lock of the row that counts them.
//   - I4, nothing is lost live: a Watcher delivers each event after its cursor once and in order,
//     or one EventReset.
//   - I5, the log replays to the state: an Event carries the conversation as it was at its
//     position.
//   - I6, unread counts are absolute: they follow from the read positions, and no event carries a
//     difference.
//   - I7, a failed wake harms nobody: the poll finds within PollInterval what no wake announced.
//   - I8, one bad item harms only itself: a send that is refused or fails harms no other send of
//     its batch.
//   - I9, nobody sees what is not theirs: the viewer is an explicit argument of every read, and the
//     id of another user's conversation is answered like an id that does not exist.
//   - I10, acknowledged means durable: a method that changes something returns after the commit.
//
// The rules are proved by the tests of this package, on a model of the store; that a database keeps
// the invariants is proved by store/storetest.
//
// # Concurrency
//
// Service is safe for concurrent use. A Tx belongs to one transaction and one goroutine. One
// goroutine at a time calls a Watcher's Poll and Next; its wake function is called from any
// goroutine. Values that methods return belong to the caller, except for Event and what it points
// to, which all watchers share and nobody may change.
//
// # Lifecycle
//
// New starts nothing, and a Service needs no closing. While there are watchers, the Service has one
// goroutine, the poller; closing the last Watcher ends it and waits for it. A Watcher must be
// closed.
//
// # Imports
//
// The package imports the standard library, dm/policy, words, and for ids and text google/uuid,
// golang.org/x/text and golang.org/x/net. Package internal/archtest enforces it.
package dm
