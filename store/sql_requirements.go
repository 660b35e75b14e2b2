package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"time"
)

// check returns an error for each property of a Postgres database with which requests would fail
// later, and says what to do about it.
func (d databases) check(ctx context.Context) error {
	if !d.dialect.postgres {
		return nil
	}
	var encoding, name, readOnly string
	var standby bool
	err := d.write.QueryRowContext(ctx, `SELECT current_setting('server_encoding'), current_database(),
		current_setting('transaction_read_only'), pg_is_in_recovery()`).Scan(&encoding, &name, &readOnly, &standby)
	if err != nil {
		return fmt.Errorf("read the properties of the database: %w", err)
	}
	var wrong []error
	if encoding != "UTF8" {
		wrong = append(wrong, fmt.Errorf("the database %s has the encoding %s, which cannot hold every text: "+
			"create one with CREATE DATABASE … ENCODING 'UTF8' TEMPLATE template0", name, encoding))
	}
	switch {
	case standby:
		wrong = append(wrong, errors.New("the server is a standby, which takes no writes: give the address of the primary"))
	case readOnly != "off":
		wrong = append(wrong, fmt.Errorf("transactions in the database %[1]s are read only: set default_transaction_read_only to off, "+
			"with ALTER DATABASE %[1]s or ALTER ROLE", name))
	}
	if err := errors.Join(wrong...); err != nil {
		return err
	}
	return d.checkSessions(ctx)
}

// errPooler is the answer to a pooler that hands out a server connection for a transaction only.
var errPooler = errors.New("a pooler stands between this program and Postgres and shares its connections among transactions: " +
	"set pool_mode = session in PgBouncer, or connect to Postgres itself. " +
	"Prepared statements and the settings of a session are lost otherwise")

// asker is a connection or a transaction on one.
type asker interface {
	QueryRowContext(context.Context, string, ...any) *sql.Row
}

// checkSessions refuses a pooler that shares server connections among transactions: one client
// connection then meets several server processes, or two meet one.
func (d databases) checkSessions(ctx context.Context) (err error) {
	first, err := d.write.Conn(ctx)
	if err != nil {
		return fmt.Errorf("connect to the database: %w", err)
	}
	defer func() { err = errors.Join(err, first.Close()) }()
	second, err := d.write.Conn(ctx)
	if err != nil {
		return fmt.Errorf("connect to the database: %w", err)
	}
	defer func() { err = errors.Join(err, second.Close()) }()
	seen := map[*sql.Conn]int{}
	process := func(of *sql.Conn, ask asker) error {
		var id int
		if err := ask.QueryRowContext(ctx, "SELECT pg_backend_pid()").Scan(&id); err != nil {
			return fmt.Errorf("look for a pooler: %w", err)
		}
		for conn, other := range seen {
			if (conn == of) != (other == id) {
				return errPooler
			}
		}
		seen[of] = id
		return nil
	}
	if err := process(first, first); err != nil {
		return err
	}
	// A pooler that takes its connections in turns gives another one here.
	if err := process(first, first); err != nil {
		return err
	}
	tx, err := second.BeginTx(ctx, nil)
	if err != nil {
		return fmt.Errorf("look for a pooler (PgBouncer needs pool_mode = session): %w", err)
	}
	defer func() { _ = tx.Rollback() }()
	if err := process(second, tx); err != nil {
		return err
	}
	// One that gives the connection that was used last has it in use now.
	return process(first, first)
}

// checkLimits refuses a database that gives this program fewer connections than it opens.
func (d databases) checkLimits(ctx context.Context, wanted int) error {
	if !d.dialect.postgres {
		return nil
	}
	var role, database, server int
	err := d.write.QueryRowContext(ctx, `SELECT (SELECT rolconnlimit FROM pg_roles WHERE rolname = current_user),
		(SELECT datconnlimit FROM pg_database WHERE datname = current_database()),
		current_setting('max_connections')::int - current_setting('superuser_reserved_connections')::int`).Scan(&role, &database, &server)
	if err != nil {
		return fmt.Errorf("read the limits of connections: %w", err)
	}
	for _, limit := range []struct {
		of string
		n  int
	}{{"the role", role}, {"the database", database}, {"the server", server}} {
		if limit.n >= 0 && limit.n < wanted {
			return fmt.Errorf("%s allows %d connections and this process opens up to %d: raise the limit, "+
				"or set --database-connections to at most %d, divided by the number of processes", limit.of, limit.n, wanted, limit.n)
		}
	}
	return nil
}

// probeSize is more than one commit of a send writes.
const probeSize = 256 << 10

// diskProbe remembers the last answer of checkDisk for a second, because anybody may ask /readyz.
// It is safe for concurrent use.
type diskProbe struct {
	mu    sync.Mutex
	until time.Time
	err   error
}

func (d *diskProbe) check(path string) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if now := time.Now(); now.After(d.until) {
		d.err = checkDisk(path)
		d.until = now.Add(time.Second)
	}
	return d.err
}

// checkDisk reports whether the directory of a SQLite file takes writes: SQLite answers reads on a
// full or read-only disk as if nothing were.
func checkDisk(path string) error {
	f, err := os.CreateTemp(filepath.Dir(path), ".aparte-probe-*")
	if err != nil {
		return fmt.Errorf("the disk of the database takes no writes: %w", err)
	}
	_, err = f.Write(make([]byte, probeSize))
	if err := errors.Join(err, f.Close(), os.Remove(f.Name())); err != nil {
		return fmt.Errorf("the disk of the database takes no writes: %w", err)
	}
	return nil
}
