package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"strings"
	"time"

	"github.com/gofrs/flock"
	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"

	"github.com/aparte-im/aparte/ent/migrations"
)

// SchemaVersion tells how far a database's schema is behind this program's.
type SchemaVersion struct{ Current, Latest int64 }

// SchemaError says that the schema is not the one that this program needs.
type SchemaError struct{ SchemaVersion }

func (e *SchemaError) Error() string {
	if e.Current > e.Latest {
		return fmt.Sprintf("the database schema is at version %d, which is newer than this program (%d)", e.Current, e.Latest)
	}
	return fmt.Sprintf("the database schema is at version %d and must be at %d: run `aparte migrate`", e.Current, e.Latest)
}

// migrateLockRetry is how often a process that waits for another's migration looks again.
const migrateLockRetry = 50 * time.Millisecond

// epochs are so many that two that were chosen by chance are never the same.
const epochs = 1 << 40

// Migrate brings a database's schema up to date and returns what it is then. It changes nothing
// when it is; of two processes that start at once, one migrates and the other waits.
func Migrate(ctx context.Context, url string) (SchemaVersion, error) {
	path, isSQLite := strings.CutPrefix(url, "sqlite:")
	if isSQLite {
		l := flock.New(path + ".migrate.lock")
		if _, err := l.TryLockContext(ctx, migrateLockRetry); err != nil {
			return SchemaVersion{}, fmt.Errorf("lock for the migration: %w", err)
		}
		defer func() { _ = l.Close() }()
	}
	dbs, err := open(ctx, url, 0, nil)
	if err != nil {
		return SchemaVersion{}, err
	}
	version, err := migrate(ctx, dbs)
	return version, errors.Join(err, dbs.close())
}

func migrate(ctx context.Context, dbs databases) (SchemaVersion, error) {
	p, err := provider(dbs)
	if err != nil {
		return SchemaVersion{}, err
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
	return schemaVersion(ctx, p)
}

// NewEpoch starts a new epoch of all logs, after a restore or a failover that lost commits: every
// older cursor is then answered by a reset. The servers must be restarted.
func NewEpoch(ctx context.Context, url string) error {
	dbs, err := open(ctx, url, 0, nil)
	if err != nil {
		return err
	}
	// By a random step, so that the same backup, restored twice, has two epochs.
	_, err = dbs.write.ExecContext(ctx, "UPDATE epoch SET epoch = epoch + $1, started_at = $2 WHERE id = 1",
		1+rand.Int64N(epochs), time.Now().UnixMicro())
	return errors.Join(err, dbs.close())
}

// Version tells a database's schema version without changing anything.
func Version(ctx context.Context, url string) (SchemaVersion, error) {
	dbs, err := open(ctx, url, 0, nil)
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
	return schemaVersion(ctx, p)
}

func schemaVersion(ctx context.Context, p *goose.Provider) (SchemaVersion, error) {
	current, latest, err := p.GetVersions(ctx)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return SchemaVersion{}, fmt.Errorf("read the schema version: %w", err)
	}
	return SchemaVersion{Current: current, Latest: latest}, nil
}

func provider(dbs databases) (*goose.Provider, error) {
	name, files := goose.DialectSQLite3, migrations.SQLite
	options := []goose.ProviderOption{goose.WithDisableGlobalRegistry(true)}
	if dbs.dialect.postgres {
		name, files = goose.DialectPostgres, migrations.Postgres
		locker, err := lock.NewPostgresSessionLocker(lock.WithLockTimeout(1, 600))
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
