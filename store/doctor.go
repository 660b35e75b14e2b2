package store

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// Skew tells how far the database's clock is ahead of this machine's, give or take half of the
// round trip. On SQLite the two are one.
func (s *Store) Skew(ctx context.Context) (skew, roundTrip time.Duration, err error) {
	query := "SELECT CAST(strftime('%s', 'now') AS INTEGER) * 1000000 + CAST(substr(strftime('%f', 'now'), 4) AS INTEGER) * 1000"
	if s.dialect.postgres {
		query = "SELECT (extract(epoch FROM clock_timestamp()) * 1000000)::bigint"
	}
	before := time.Now()
	var micros int64
	if err := s.read.QueryRowContext(ctx, query).Scan(&micros); err != nil {
		return 0, 0, err
	}
	roundTrip = time.Since(before)
	return time.UnixMicro(micros).Sub(before.Add(roundTrip / 2)), roundTrip, nil
}

// writtenTables are those that a running service writes to.
var writtenTables = []string{
	"users", "heads", "conversations", "messages", "events", "follows", "overrides", "suggestions", "settings_changes", "hidden_words",
	"reports", "evidence", "audit_log", "jobs",
}

// CheckWrite reports whether this user of the database may write. It changes nothing.
func (s *Store) CheckWrite(ctx context.Context) (err error) {
	tx, err := s.write.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, tx.Rollback()) }()
	if _, err := tx.ExecContext(ctx, "UPDATE epoch SET epoch = epoch WHERE id = 1"); err != nil {
		return fmt.Errorf("epoch: %w", err)
	}
	for _, table := range writtenTables {
		for _, statement := range []string{"INSERT INTO %[1]s SELECT * FROM %[1]s WHERE 1 = 0", "DELETE FROM %s WHERE 1 = 0"} {
			if _, err := tx.ExecContext(ctx, fmt.Sprintf(statement, table)); err != nil {
				return fmt.Errorf("%s: %w", table, err)
			}
		}
	}
	return nil
}
