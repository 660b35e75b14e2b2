package store

import (
	"context"
	"database/sql"
	"time"
)

// Observer is told what happens, for figures. Each function may be nil and must not wait.
type Observer struct {
	// Batch was decided and committed, or failed: so many sends in one transaction, in this time.
	Batch func(sends int, took time.Duration)
	// Retried: a transaction is tried again, because of a conflict or, lost, because the database
	// went away.
	Retried func(lost bool)
}

func (o Observer) batch(sends int, took time.Duration) {
	if o.Batch != nil {
		o.Batch(sends, took)
	}
}

func (o Observer) retried(lost bool) {
	if o.Retried != nil {
		o.Retried(lost)
	}
}

// Stats are figures of now.
type Stats struct {
	// Waiting sends are in the queue.
	Waiting int
	// Write and Read are the pools. On SQLite the first has one connection.
	Write, Read sql.DBStats
}

// Stats returns the figures of now.
func (s *Store) Stats() Stats {
	q := s.appender.queue
	q.mu.Lock()
	waiting := q.size
	q.mu.Unlock()
	return Stats{Waiting: waiting, Write: s.write.Stats(), Read: s.read.Stats()}
}

// CheckReady reports whether the service can do its work: the database answers, takes writes, and
// has the schema that this program knows. It changes nothing and waits for nobody's lock. On SQLite
// it writes a small file beside the database and removes it, at most once a second.
func (s *Store) CheckReady(ctx context.Context) error {
	if s.dialect.postgres {
		var readOnly string
		// A standby, or a primary that was set to read only, answers reads as if nothing were.
		if err := s.read.QueryRowContext(ctx, "SELECT current_setting('transaction_read_only') || pg_is_in_recovery()").Scan(&readOnly); err != nil {
			return err
		}
		if readOnly != "offfalse" {
			s.redial() // the address may lead to another server by now
			return errReadOnly
		}
	}
	if s.file != "" {
		if err := s.disk.check(s.file); err != nil {
			return err
		}
	}
	version, err := version(ctx, s.databases)
	if err != nil {
		return err
	}
	if version.Current < version.Latest { // a newer one was made for this program to go on with
		return &SchemaError{version}
	}
	return s.Ping(ctx)
}
