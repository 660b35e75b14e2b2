// Package rows reads the files that a community is brought in from, and that a load test replays, one row at a time.
//
// Purpose. CSV tables with a header (users, follows, messages) and the bare form "sender recipient unixtime" that
// network data sets use; plain or gzip. A row that cannot be read is a *RowError with its line number, and reading goes on
// with the next, so that all that is wrong with a file can be told at once.
//
// Invariants. Memory is bounded by one row, not by the file. Lines are counted from 1, as an editor counts them; a
// row that spans lines is named by its first.
//
// Concurrency. A reader belongs to one goroutine.
//
// Lifecycle. A Source is opened, read once from start to end, and closed.
package rows
