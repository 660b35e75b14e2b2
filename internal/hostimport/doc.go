// Package hostimport brings an existing community in: its users, its follows and its messages with their times.
//
// Purpose. Run reads the files twice. The first pass only checks, every row of every file, against each other and
// against the database; the second writes. So a file with a bad row changes nothing, and all that is wrong is told at
// once with line numbers.
//
// Invariants. The same import again changes nothing: users and follows are set, not added, and every message has a key
// that follows from the file. An import that was cut off is finished by running it again. Messages keep their times
// and the order of the file, and make their senders Known.
//
// Concurrency. One Run at a time per database; it is one goroutine. The service may not run on the same SQLite
// directory meanwhile (package main holds its lock); on Postgres it may.
//
// Lifecycle. Memory grows with the number of people (their ids), never with the number of messages.
package hostimport
