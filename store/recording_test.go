package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
)

// Asked is one statement as the store put it to the database.
type Asked struct {
	// Write: it came over a connection that writes, which has other planner settings than one that
	// reads.
	Write bool
	Text  string
	Args  []driver.NamedValue
}

// Pools are the store's connections.
func (s *Store) Pools() (read, write *sql.DB) { return s.read, s.write }

// WriterSettings are those of a writer's session.
func (s *Store) WriterSettings() string { return s.texts.settings }

// OpenRecording opens a store that notes all that it asks, from every method and through ent too.
// close ends it.
func OpenRecording(ctx context.Context, c Config, note func(Asked)) (s *Store, closeAll func() error, err error) {
	s, err = Open(ctx, c)
	if err != nil {
		return nil, nil, err
	}
	s.appender.close()
	for range cap(s.sessions) {
		if err := (<-s.sessions).drop(); err != nil {
			return nil, nil, err
		}
	}
	plain := s.databases
	s.read, s.write = sql.OpenDB(&recorder{db: plain.read, note: note}), sql.OpenDB(&recorder{db: plain.write, write: true, note: note})
	if err := s.start(ctx); err != nil {
		return nil, nil, err
	}
	return s, func() error { return errors.Join(s.Close(), plain.close()) }, nil
}

// recorder hands out the connections of another pool, and notes what is asked over them.
type recorder struct {
	db    *sql.DB
	write bool
	note  func(Asked)
}

func (r *recorder) Driver() driver.Driver { return r.db.Driver() }

func (r *recorder) Connect(ctx context.Context) (driver.Conn, error) {
	held, err := r.db.Conn(ctx)
	if err != nil {
		return nil, err
	}
	c := &recordedConn{recorder: r, held: held}
	return c, held.Raw(func(raw any) error {
		c.Conn = raw.(driver.Conn)
		return nil
	})
}

type recordedConn struct {
	driver.Conn
	*recorder
	held *sql.Conn
}

func (c *recordedConn) asked(text string, args []driver.NamedValue) {
	c.note(Asked{Write: c.write, Text: text, Args: args})
}

func (c *recordedConn) Close() error { return c.held.Close() }

func (c *recordedConn) CheckNamedValue(v *driver.NamedValue) error {
	if checker, ok := c.Conn.(driver.NamedValueChecker); ok {
		return checker.CheckNamedValue(v)
	}
	return driver.ErrSkip
}

func (c *recordedConn) ExecContext(ctx context.Context, text string, args []driver.NamedValue) (driver.Result, error) {
	c.asked(text, args)
	return c.Conn.(driver.ExecerContext).ExecContext(ctx, text, args)
}

func (c *recordedConn) QueryContext(ctx context.Context, text string, args []driver.NamedValue) (driver.Rows, error) {
	c.asked(text, args)
	return c.Conn.(driver.QueryerContext).QueryContext(ctx, text, args)
}

func (c *recordedConn) BeginTx(ctx context.Context, o driver.TxOptions) (driver.Tx, error) {
	return c.Conn.(driver.ConnBeginTx).BeginTx(ctx, o)
}

func (c *recordedConn) PrepareContext(ctx context.Context, text string) (driver.Stmt, error) {
	st, err := c.Conn.(driver.ConnPrepareContext).PrepareContext(ctx, text)
	if err != nil {
		return nil, err
	}
	return &recordedStmt{Stmt: st, conn: c, text: text}, nil
}

type recordedStmt struct {
	driver.Stmt
	conn *recordedConn
	text string
}

func (s *recordedStmt) ExecContext(ctx context.Context, args []driver.NamedValue) (driver.Result, error) {
	s.conn.asked(s.text, args)
	return s.Stmt.(driver.StmtExecContext).ExecContext(ctx, args)
}

func (s *recordedStmt) QueryContext(ctx context.Context, args []driver.NamedValue) (driver.Rows, error) {
	s.conn.asked(s.text, args)
	return s.Stmt.(driver.StmtQueryContext).QueryContext(ctx, args)
}
