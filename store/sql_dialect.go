package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"strings"
	"time"

	"github.com/lib/pq"
	"github.com/lib/pq/pqerror"
	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

// dialect is all that differs between the two databases.
type dialect struct {
	postgres bool
	// lock is appended to the statement that reads the heads.
	lock string
}

// Planner settings of a writer's session. Its statements join a handful of rows to large tables by
// key, and are planned once: planning them anew costs more than running them, and a plan that was
// made while a table was small must not read it whole later.
const plannerPostgres = "SET plan_cache_mode = force_generic_plan; SET enable_seqscan = off; " +
	"SET enable_hashjoin = off; SET enable_mergejoin = off; SET enable_material = off; SET jit = off"

// settings are made once for a writer's session, which is pinned; a pooler that hands out sessions
// resets them. The server ends a statement that takes longer than timeout, and the session of a
// writer that went silent within a transaction, whose locks would stop everybody else.
func (d *dialect) settings(timeout time.Duration) string {
	if !d.postgres {
		return ""
	}
	return fmt.Sprintf("%s; SET statement_timeout = %d; SET idle_in_transaction_session_timeout = %[2]d",
		plannerPostgres, timeout.Milliseconds())
}

// begin opens a transaction of a writer.
func (d *dialect) begin() string {
	if !d.postgres {
		return "BEGIN IMMEDIATE"
	}
	return "BEGIN"
}

// readerHints are the same for reads, set on each connection of their pool. A page is read in the
// order of an index: to sort looks cheaper to a planner who takes everybody's inbox for the average
// one.
var readerHints = map[string]string{
	"plan_cache_mode": "force_generic_plan", "jit": "off", "enable_sort": "off",
	"enable_seqscan": "off", "enable_hashjoin": "off", "enable_mergejoin": "off", "enable_material": "off",
}

var (
	postgresDialect = &dialect{postgres: true, lock: " ORDER BY user_id FOR NO KEY UPDATE"}
	sqliteDialect   = &dialect{}
)

// Driver settings for SQLite: WAL so that readers are never blocked, FULL so that a commit is on
// disk (I10).
const (
	sqliteWriter = "?_pragma=busy_timeout(10000)&_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)" +
		"&_pragma=foreign_keys(1)&_pragma=cache_size(-65536)&_pragma=temp_store(MEMORY)"
	sqliteReader = sqliteWriter + "&_pragma=query_only(1)"
)

// sqliteReaders is the size of the pool that reads SQLite.
const sqliteReaders = 8

// databases are the pools of one database: one that writes, one that reads.
type databases struct {
	dialect *dialect
	// schema is the schema of a Postgres database that holds all tables.
	schema string
	// sizes are those of the pools of Postgres.
	sizes poolSizes
	// redials belongs to the connections of both pools of Postgres.
	redials *redials
	// file is the path of SQLite's file.
	file        string
	write, read *sql.DB
}

func (d databases) close() error { return errors.Join(d.read.Close(), d.write.Close()) }

// open connects to the database of a configuration. The pool that writes to Postgres drops a
// connection that does not answer within silence; 0: it waits without end, as a migration has to. t
// traces the statements.
func open(ctx context.Context, c Config, silence time.Duration, t *tracing) (databases, error) {
	a, err := parseURL(c.URL)
	if err != nil {
		return databases{}, err
	}
	if a.sqlite != "" {
		return openSQLite(ctx, a.sqlite, t)
	}
	schema := c.schema()
	redials := &redials{}
	writer, err := a.newConnector(dialer{silence: silence}, searchPath(schema), redials)
	if err != nil {
		return databases{}, err
	}
	reader, err := a.newConnector(dialer{}, readerSettings(schema), redials)
	if err != nil {
		return databases{}, err
	}
	sizes := divide(c.connections())
	patient := &waitingConnector{Connector: reader, size: sizes.readers}
	d := databases{
		dialect: postgresDialect, schema: schema, sizes: sizes, redials: redials, write: t.openDB(writer), read: t.openDB(patient),
	}
	patient.pool = d.read
	d.write.SetMaxOpenConns(sizes.write())
	d.write.SetMaxIdleConns(sizes.write())
	d.read.SetMaxOpenConns(sizes.readers)
	d.read.SetMaxIdleConns(sizes.readers)
	if err := d.write.PingContext(ctx); err != nil {
		return databases{}, errors.Join(fmt.Errorf("connect to the database: %w", err), d.close())
	}
	if err := d.check(ctx); err != nil {
		return databases{}, errors.Join(err, d.close())
	}
	return d, nil
}

func openSQLite(ctx context.Context, path string, t *tracing) (databases, error) {
	// Made here, so that nobody but the owner can read it.
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return databases{}, fmt.Errorf("open the database file for writing: %w", err)
	}
	if err := f.Close(); err != nil {
		return databases{}, err
	}
	write, err := t.open("sqlite", sqliteURI(path)+sqliteWriter)
	if err != nil {
		return databases{}, err
	}
	write.SetMaxOpenConns(2)
	write.SetMaxIdleConns(2)
	if err := write.PingContext(ctx); err != nil {
		return databases{}, errors.Join(fmt.Errorf("open the database file: %w", err), write.Close())
	}
	read, err := t.open("sqlite", sqliteURI(path)+sqliteReader)
	if err != nil {
		return databases{}, errors.Join(err, write.Close())
	}
	read.SetMaxOpenConns(sqliteReaders)
	read.SetMaxIdleConns(sqliteReaders)
	return databases{dialect: sqliteDialect, file: path, write: write, read: read}, nil
}

// sqliteURI names a file to SQLite, which resolves %XX and ends a path at ? and #.
func sqliteURI(path string) string {
	return "file:" + strings.NewReplacer("%", "%25", "?", "%3F", "#", "%23").Replace(path)
}

// retryable reports whether the same transaction may succeed when it is run again, and whether its
// session is lost.
func retryable(err error) (again, lost bool) {
	if e := pq.As(
		err, pqerror.TRSerializationFailure, pqerror.TRDeadlockDetected, pqerror.LockNotAvailable, pqerror.QueryCanceled,
	); e != nil {
		return true, false
	}
	if e := pq.As(err, pqerror.AdminShutdown, pqerror.CrashShutdown, pqerror.CannotConnectNow, pqerror.TooManyConnections,
		pqerror.IdleSessionTimeout, pqerror.IdleInTransactionSessionTimeout, pqerror.InvalidSQLStatementName); e != nil {
		return true, true
	}
	if readOnly(err) {
		return true, true
	}
	var pqErr *pq.Error
	if errors.As(err, &pqErr) {
		return pqErr.Code.Class() == "08", pqErr.Code.Class() == "08"
	}
	var liteErr *sqlite.Error
	if errors.As(err, &liteErr) {
		code := liteErr.Code() & 0xff
		return code == sqlite3.SQLITE_BUSY || code == sqlite3.SQLITE_LOCKED, false
	}
	var netErr net.Error
	lost = errors.Is(err, driver.ErrBadConn) || errors.Is(err, sql.ErrConnDone) || errors.Is(err, io.EOF) ||
		errors.Is(err, io.ErrUnexpectedEOF) || errors.As(err, &netErr)
	return lost, lost
}

// errReadOnly is the error of a session that would be pinned to a server without writes.
var errReadOnly = errors.New("the database takes no writes")

// readOnly reports whether the server takes no writes: it is a standby, or was a primary before a
// failover. A new connection may lead to another server.
func readOnly(err error) bool {
	return errors.Is(err, errReadOnly) || pq.As(err, pqerror.ReadOnlySQLTransaction) != nil
}

// uniqueViolation reports whether a unique key was hit.
func uniqueViolation(err error) bool {
	if pq.As(err, pqerror.UniqueViolation) != nil {
		return true
	}
	var e *sqlite.Error
	return errors.As(err, &e) &&
		(e.Code() == sqlite3.SQLITE_CONSTRAINT_UNIQUE || e.Code() == sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY)
}
