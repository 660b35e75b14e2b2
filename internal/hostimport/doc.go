// Package hostimport imports an existing community: users, follows, and messages with their times.
//
// Purpose. Run reads the files twice. The first pass checks every row of every file, against each
// other and against the database; the second pass writes. A file with a bad row therefore changes
// nothing, and all errors are reported at once with line numbers.
//
// Invariants. Repeating an import changes nothing: users and follows are set, not added, and every
// message has a key that is derived from the file. Running an interrupted import again completes
// it. Messages keep their times and the order of the file, and make their senders KNOWN.
//
// Concurrency. One Run at a time for each database; it uses one goroutine. The server must not run
// on the same SQLite directory meanwhile (package main holds its lock); on Postgres it may.
//
// Lifecycle. Memory grows with the number of people (their ids), never with the number of messages.
package hostimport
