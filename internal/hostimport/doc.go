// Package hostimport imports an existing community: users, follows, and messages with their times.
//
// Purpose. Run has two passes. The first checks every row of every file, against the other rows and
// against the database, and keeps the messages in a temporary database; the second writes. A file
// with a bad row therefore changes nothing, unless Config.SkipBad leaves bad rows out, and all
// errors are reported at once with line numbers.
//
// Invariants. Repeating an import changes nothing: users and follows are set, not added, and every
// message has a key that is derived from its row, not from its line. Running an interrupted import
// again completes it. Messages keep their times, are ordered by them in each conversation, and make
// their senders KNOWN.
//
// Concurrency. One Run at a time for each database; it uses one goroutine. The server must not run
// on the same SQLite directory meanwhile (package main holds its lock); on Postgres it may.
//
// Lifecycle. Memory grows with the number of people (their ids) and of bad rows, never with the
// number of messages; the temporary database grows with the messages and is gone at the end.
package hostimport
