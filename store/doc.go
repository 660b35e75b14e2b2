// Package store keeps everything in Postgres or SQLite. It implements dm.Store on the entities of
// package ent.
//
// Purpose. It locks, loads and writes what a dm.Tx decides; it holds no rule of its own. ent
// describes the schema and serves what is cold (profiles, history, the host's edges); what is hot
// (sends, changes, pages, the log) is prepared SQL on the same database, because that was measured
// to cost less than half.
//
// Invariants. A transaction that changes anything of a user holds that user's head row, and heads
// are locked in the order of their ids, so nobody waits in a circle (I1, I3). A conversation is
// guarded by the heads of its two members. A transaction that failed is run again from the start;
// that is safe even when its commit may have succeeded, because every change is idempotent under
// its key (I2). Wakes go out after the commit.
//
// Concurrency. A Store is safe for concurrent use. Postgres: three writers for sends, a few
// sessions for other changes, a pool for reads. SQLite: one session writes, readers are never
// blocked (WAL).
//
// Lifecycle. Open starts the writers; Close answers every send that waits, then stops them and
// closes the database.
package store
