// Package store keeps everything in Postgres or SQLite. It implements dm.Store on the entities of
// package ent.
//
// Purpose. It locks, loads and writes what a dm.Tx decides; it holds no rule of its own. ent
// describes the schema and reads and writes everything that is cold: profiles, reports, jobs,
// contact codes, the audit log, history, retention, erasure. Sends, changes, pages and the log are
// prepared SQL on the same database, in files whose first line says so.
//
// Files. The prefix says which part a file belongs to: append_ writes sends (queue, batch
// scheduler, fast path, import), change_ loads and writes a transaction, read_ answers queries,
// cold_ is what ent serves, columns_ binds the columns of hot tables by name, sql_ holds dialects,
// sessions, statements and row sets.
//
// Invariants. A transaction that changes anything of a user holds that user's head row. Heads are
// locked in the order of their ids, so transactions cannot deadlock (I1, I3). A conversation is
// guarded by the heads of its two members. A transaction that failed is run again from the start;
// that is safe even when its commit may have succeeded, because every change is idempotent under
// its key (I2). Wakes go out after the commit.
//
// Concurrency. A Store is safe for concurrent use. Postgres: three writers for sends, six sessions
// for other changes, a pool for reads. SQLite: one session writes and never blocks readers (WAL).
//
// Lifecycle. Open starts the writers. Close answers every send that waits, then stops them and
// closes the database.
package store
