package store

import (
	"context"
	"errors"
	"fmt"
	"hash/crc64"
	"io/fs"
	"math/rand/v2"
	"strings"
	"time"

	"github.com/gofrs/flock"
	"github.com/lib/pq"
	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"

	"github.com/aparte-im/aparte/ent/migrations"
)

// versionTable holds the versions that were applied. It lies in the product's own schema, and its
// name is not the one that goose gives to the migrations of others.
const versionTable = "aparte_migrations"

// SchemaVersion tells how far a database's schema is behind this program's.
type SchemaVersion struct{ Current, Latest int64 }

// SchemaError says that the schema is not the one that this program needs.
type SchemaError struct{ SchemaVersion }

func (e *SchemaError) Error() string {
	if e.Current > e.Latest {
		return fmt.Sprintf("the database schema is at version %d, which is newer than this program (%d): "+
			"run a newer release of aparte", e.Current, e.Latest)
	}
	return fmt.Sprintf("the database schema is at version %d and must be at %d: run `aparte migrate`", e.Current, e.Latest)
}

// check returns a SchemaError when the version is not the program's.
func (v SchemaVersion) check() error {
	if v.Current != v.Latest {
		return &SchemaError{v}
	}
	return nil
}

// migrateLockRetry is the time between two attempts to lock a SQLite file that another process
// migrates.
const migrateLockRetry = 50 * time.Millisecond

// epochs is the size of the range of random epochs: two never meet by chance.
const epochs = 1 << 40

// Migrate brings a database's schema up to date and returns its version. It changes nothing when
// the schema is current; of two processes that start at once, one migrates and the other waits. It
// uses the URL and the Schema of c. A database that a newer program migrated, and a place where
// tables of another program stand, are refused.
func Migrate(ctx context.Context, c Config) (SchemaVersion, error) {
	if a, err := parseURL(c.URL); err == nil && a.sqlite != "" {
		l := flock.New(a.sqlite+".migrate.lock", flock.SetPermissions(0o600))
		if _, err := l.TryLockContext(ctx, migrateLockRetry); err != nil {
			return SchemaVersion{}, fmt.Errorf("lock for the migration: %w", err)
		}
		defer func() { _ = l.Close() }()
	}
	dbs, err := open(ctx, c, 0, nil)
	if err != nil {
		return SchemaVersion{}, err
	}
	version, err := migrate(ctx, dbs)
	return version, errors.Join(err, dbs.close())
}

func migrate(ctx context.Context, dbs databases) (SchemaVersion, error) {
	if err := dbs.prepareSchema(ctx); err != nil {
		return SchemaVersion{}, err
	}
	p, err := provider(dbs)
	if err != nil {
		return SchemaVersion{}, err
	}
	before, err := schemaVersion(ctx, dbs, p)
	if err != nil {
		return SchemaVersion{}, err
	}
	if before.Current > before.Latest {
		return before, &SchemaError{before}
	}
	if _, err := p.Up(ctx); err != nil {
		return SchemaVersion{}, fmt.Errorf("migrate: %w", err)
	}
	// The first epoch of the logs. A random start keeps the cursors of two installs apart.
	_, err = dbs.write.ExecContext(ctx,
		"INSERT INTO epoch (id, epoch, started_at) VALUES (1, $1, $2) ON CONFLICT DO NOTHING",
		rand.Int64N(epochs), time.Now().UnixMicro())
	if err != nil {
		return SchemaVersion{}, fmt.Errorf("start the log's epoch: %w", err)
	}
	return schemaVersion(ctx, dbs, p)
}

// prepareSchema makes the schema of a Postgres database when there is none, and refuses a place
// where tables of another program stand.
func (d databases) prepareSchema(ctx context.Context) error {
	if !d.dialect.postgres {
		return d.refuseForeignTables(ctx, "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'",
			"the database file", "give another file")
	}
	tx, err := d.write.BeginTx(ctx, nil)
	if err != nil {
		return fmt.Errorf("prepare the schema: %w", err)
	}
	defer func() { _ = tx.Rollback() }()
	// Two processes that start at once make one schema.
	if _, err := tx.ExecContext(ctx, "SELECT pg_advisory_xact_lock($1)", migrationLock(d.schema)); err != nil {
		return fmt.Errorf("prepare the schema: %w", err)
	}
	var exists bool
	if err := tx.QueryRowContext(ctx, "SELECT EXISTS (SELECT 1 FROM pg_namespace WHERE nspname = $1)", d.schema).Scan(&exists); err != nil {
		return fmt.Errorf("prepare the schema: %w", err)
	}
	if !exists {
		// CREATE SCHEMA needs a right that a role may lack where the schema was made for it.
		if _, err := tx.ExecContext(ctx, "CREATE SCHEMA "+pq.QuoteIdentifier(d.schema)); err != nil {
			return fmt.Errorf("make the schema %s (or let an administrator make it: CREATE SCHEMA %s AUTHORIZATION …): %w",
				d.schema, pq.QuoteIdentifier(d.schema), err)
		}
	}
	if err := tx.Commit(); err != nil {
		return fmt.Errorf("prepare the schema: %w", err)
	}
	return d.refuseForeignTables(ctx, "SELECT tablename FROM pg_tables WHERE schemaname = current_schema()",
		"the schema "+d.schema, "give another with --schema")
}

// refuseForeignTables refuses a place that has tables, but none of versions.
func (d databases) refuseForeignTables(ctx context.Context, list, place, advice string) error {
	rows, err := d.write.QueryContext(ctx, list+" ORDER BY 1")
	if err != nil {
		return fmt.Errorf("list the tables: %w", err)
	}
	var tables []string
	own := false
	err = collect(rows, func(name string) {
		own = own || name == versionTable
		tables = append(tables, name)
	})
	if err != nil {
		return fmt.Errorf("list the tables: %w", err)
	}
	if own || len(tables) == 0 {
		return nil
	}
	const shown = 5
	more := ""
	if len(tables) > shown {
		more = fmt.Sprintf(" and %d more", len(tables)-shown)
	}
	return fmt.Errorf("%s holds tables that this program did not make (%s%s): %s", place,
		strings.Join(tables[:min(len(tables), shown)], ", "), more, advice)
}

// NewEpoch starts a new epoch of all logs, after a restore or a failover that lost commits: every
// older cursor is then answered by a reset. The servers must be restarted. The schema must be
// current.
func NewEpoch(ctx context.Context, c Config) error {
	dbs, err := open(ctx, c, 0, nil)
	if err != nil {
		return err
	}
	return errors.Join(newEpoch(ctx, dbs), dbs.close())
}

func newEpoch(ctx context.Context, dbs databases) error {
	v, err := version(ctx, dbs)
	if err != nil {
		return err
	}
	if err := v.check(); err != nil {
		return err
	}
	// By a random step, so that the same backup, restored twice, has two epochs.
	_, err = dbs.write.ExecContext(ctx, "UPDATE epoch SET epoch = epoch + $1, started_at = $2 WHERE id = 1",
		1+rand.Int64N(epochs), time.Now().UnixMicro())
	return err
}

// Version tells a database's schema version without changing anything. It uses the URL and the
// Schema of c. A database without the schema is at version 0.
func Version(ctx context.Context, c Config) (SchemaVersion, error) {
	dbs, err := open(ctx, c, 0, nil)
	if err != nil {
		return SchemaVersion{}, err
	}
	version, err := version(ctx, dbs)
	return version, errors.Join(err, dbs.close())
}

func version(ctx context.Context, dbs databases) (SchemaVersion, error) {
	p, err := provider(dbs)
	if err != nil {
		return SchemaVersion{}, err
	}
	return schemaVersion(ctx, dbs, p)
}

// schemaVersion reads the version by itself: goose would make its table where there is none.
func schemaVersion(ctx context.Context, dbs databases, p *goose.Provider) (SchemaVersion, error) {
	sources := p.ListSources()
	v := SchemaVersion{Latest: sources[len(sources)-1].Version}
	find := "SELECT count(*) FROM sqlite_master WHERE type = 'table' AND name = $1"
	if dbs.dialect.postgres {
		find = "SELECT count(*) FROM pg_tables WHERE schemaname = current_schema() AND tablename = $1"
	}
	var tables int
	if err := dbs.write.QueryRowContext(ctx, find, versionTable).Scan(&tables); err != nil {
		return SchemaVersion{}, fmt.Errorf("read the schema version: %w", err)
	}
	if tables == 0 {
		return v, nil
	}
	err := dbs.write.QueryRowContext(ctx, "SELECT coalesce(max(version_id), 0) FROM "+versionTable).Scan(&v.Current)
	if err != nil {
		return SchemaVersion{}, fmt.Errorf("read the schema version: %w", err)
	}
	return v, nil
}

// migrationLock is the key of the lock under which a schema is migrated.
func migrationLock(schema string) int64 {
	return int64(crc64.Checksum([]byte("aparte "+schema), crc64.MakeTable(crc64.ECMA)))
}

func provider(dbs databases) (*goose.Provider, error) {
	name, files := goose.DialectSQLite3, migrations.SQLite
	options := []goose.ProviderOption{goose.WithDisableGlobalRegistry(true), goose.WithTableName(versionTable)}
	if dbs.dialect.postgres {
		name, files = goose.DialectPostgres, migrations.Postgres
		locker, err := lock.NewPostgresSessionLocker(lock.WithLockTimeout(1, 600), lock.WithLockID(migrationLock(dbs.schema)))
		if err != nil {
			return nil, err
		}
		options = append(options, goose.WithSessionLocker(locker))
	}
	var folder fs.FS
	folder, err := files()
	if err != nil {
		return nil, err
	}
	return goose.NewProvider(name, dbs.write, folder, options...)
}
