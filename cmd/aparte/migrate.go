package main

import (
	"context"
	"fmt"

	"github.com/aparte-im/aparte/store"
)

// migrateCommand migrates the schema of a database.
type migrateCommand struct {
	Target   targetSettings `embed:""`
	NewEpoch bool           `help:"Start a new epoch of all logs, after a restore or a failover that lost commits."`

	target target
}

// Help is the text of aparte migrate --help.
func (*migrateCommand) Help() string {
	return `Brings the schema of a database up to what this binary needs. Running it again changes nothing, and two that start
at once migrate once. A database that a newer binary migrated is refused and left alone.

All tables lie in one schema of a Postgres database, so it may be the database of your app. A schema, or a SQLite file,
that holds tables of another program is refused.

After a restore from a backup, or a failover that lost commits, --new-epoch tells clients that the logs they followed
are gone: each reads its inbox again, once. Stop the servers before.

Examples:

  aparte migrate --database-url postgres://aparte@localhost/aparte
  aparte migrate --data-dir ./data
  aparte migrate --database-url postgres://aparte@localhost/aparte --new-epoch`
}

func (c *migrateCommand) check(s *settings) { c.target = c.Target.target(s) }

// Run migrates, and starts a new epoch where that was asked for.
func (c *migrateCommand) Run(a *app) error {
	if c.target.dir != "" {
		if err := c.target.dir.create(); err != nil {
			return err
		}
	}
	version, err := store.Migrate(a.ctx, c.target.config())
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(a.stdout, "The schema is at version %d, the newest that this binary knows.\n", version.Current)
	if err != nil || !c.NewEpoch {
		return err
	}
	return a.startEpoch(a.ctx, c.target)
}

// startEpoch takes the lock of a data directory, so that no server runs on it: a running server
// would keep its epoch.
func (a *app) startEpoch(ctx context.Context, t target) error {
	unlock, err := t.lock()
	if err != nil {
		return err
	}
	defer unlock()
	if err := store.NewEpoch(ctx, t.config()); err != nil {
		return fmt.Errorf("start a new epoch: %w", err)
	}
	_, err = fmt.Fprintln(a.stdout, "The logs are in a new epoch: every client reads its inbox again, once.")
	return err
}
