package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"

	ent "github.com/aparte-im/aparte/ent/generated"
)

// session is a pinned connection with the writers' statements prepared. It belongs to one goroutine
// at a time.
type session struct {
	dialect *dialect
	db      *sql.DB
	texts   statements
	conn    *sql.Conn
	// demoted is called when the server takes no writes.
	demoted func()
	// ent is ent's client on conn, for what is cold.
	ent *ent.Client
	// Prepared on conn; nil when there is none.
	lockHeads, pairs, shared *sql.Stmt
	writes                   []*sql.Stmt
	// The reads of the fast path, without and with a count of shared friends, and its write.
	fastRead, fastReadShared, fastWrite *sql.Stmt
}

// connect pins and prepares, when there is no connection.
func (s *session) connect(ctx context.Context) error {
	if s.conn != nil {
		return nil
	}
	conn, err := s.db.Conn(ctx)
	if err != nil {
		return fmt.Errorf("connect: %w", err)
	}
	s.conn, s.ent = conn, s.dialect.clientOn(conn)
	if s.dialect.postgres {
		err = s.setUp(ctx)
	}
	prepare := func(text string) *sql.Stmt {
		if err != nil {
			return nil
		}
		var st *sql.Stmt
		st, err = conn.PrepareContext(ctx, text)
		return st
	}
	s.lockHeads, s.pairs, s.shared = prepare(s.texts.lockHeads), prepare(s.texts.pairs), prepare(s.texts.shared)
	s.writes = nil
	for _, w := range s.texts.writes {
		s.writes = append(s.writes, prepare(w.text))
	}
	if s.dialect.postgres {
		s.fastRead, s.fastReadShared = prepare(s.texts.lone.read), prepare(s.texts.lone.readShared)
		s.fastWrite = prepare(s.texts.lone.write)
	}
	if err != nil {
		return errors.Join(fmt.Errorf("prepare: %w", err), s.discard())
	}
	return nil
}

// setUp makes the settings of a writer, and refuses a server that takes no writes: sends that are
// refused write nothing, and would go on by what a standby says.
func (s *session) setUp(ctx context.Context) error {
	if _, err := s.conn.ExecContext(ctx, s.texts.settings); err != nil {
		return err
	}
	var takesNone bool
	err := s.conn.QueryRowContext(ctx, "SELECT current_setting('transaction_read_only') = 'on'").Scan(&takesNone)
	if err == nil && takesNone {
		err = errReadOnly
	}
	return err
}

// finalize closes the statements on SQLite, which keeps a connection that was closed before them,
// and its locks, alive. Postgres forgets them with the connection, and need not be asked over one
// that may be lost.
func (s *session) finalize() {
	if s.dialect.postgres {
		return
	}
	for _, st := range append([]*sql.Stmt{s.lockHeads, s.pairs, s.shared}, s.writes...) {
		if st != nil {
			_ = st.Close()
		}
	}
}

// drop gives the connection up.
func (s *session) drop() error {
	if s.conn == nil {
		return nil
	}
	s.finalize()
	err := s.conn.Close()
	s.conn = nil
	if errors.Is(err, sql.ErrConnDone) {
		return nil
	}
	return err
}

// transact runs work in a transaction. The context must not end: a cancelled statement would cost
// the session.
func (s *session) transact(ctx context.Context, work func() error) error {
	if err := s.connect(ctx); err != nil {
		return err
	}
	if _, err := s.conn.ExecContext(ctx, s.texts.begin); err != nil {
		if s.dialect.postgres {
			// It may have begun and then failed; a session in that state refuses everything.
			_ = s.discard()
		}
		return s.failed(fmt.Errorf("begin: %w", err))
	}
	panicked := true
	defer func() {
		if panicked {
			// Otherwise the locks would stay, and the next transaction would commit the half of
			// this one.
			_ = s.discard()
		}
	}()
	err := work()
	panicked = false
	if err != nil {
		if _, rollback := s.conn.ExecContext(ctx, "ROLLBACK"); rollback != nil {
			_ = s.discard()
		}
		return s.failed(err)
	}
	if _, err := s.conn.ExecContext(ctx, "COMMIT"); err != nil {
		// The outcome of the transaction is unknown, and so is the state of the session.
		_ = s.discard()
		return fmt.Errorf("commit: %w", err)
	}
	return nil
}

// failed drops the session when err says that it is lost.
func (s *session) failed(err error) error {
	if _, lost := retryable(err); lost {
		_ = s.discard()
	}
	if readOnly(err) {
		s.demoted()
	}
	return err
}

// discard closes the connection for good instead of handing it back to the pool.
func (s *session) discard() error {
	if s.conn == nil {
		return nil
	}
	s.finalize()
	_ = s.conn.Raw(func(any) error { return driver.ErrBadConn })
	return s.drop()
}
