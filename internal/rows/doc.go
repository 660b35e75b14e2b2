// Package rows reads the files of imports and load tests, one row at a time.
//
// Purpose. It reads CSV tables with a header (users, follows, messages) and the plain form "sender
// recipient unixtime" of network data sets, uncompressed or gzip. A row that cannot be read is a
// *RowError with its line number, and reading continues with the next row, so that all errors of a
// file can be reported at once.
//
// Invariants. Memory is bounded by one row, not by the file. Lines are counted from 1, as in an
// editor; a row of several lines has the number of its first.
//
// Concurrency. A reader belongs to one goroutine.
//
// Lifecycle. A Source is opened, read once from start to end, and closed.
package rows
