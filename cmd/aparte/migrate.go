package main

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/aparte-im/aparte/store"
)

func newMigrate(a *app) *cobra.Command {
	return a.command(&cobra.Command{
		Use:   "migrate",
		Short: "Bring the database schema up to this binary",
		Long: `Brings the schema of a database up to what this binary needs. Running it again changes nothing, and two that start
at once migrate once. A database that a newer binary migrated is left alone.

After a restore from a backup, or a failover that lost commits, --new-epoch tells clients that the logs they followed are
gone: each reads its inbox anew, once. Stop the servers before.`,
		Example: `  aparte migrate --database-url postgres://aparte@localhost/aparte
  aparte migrate --data-dir ./data
  aparte migrate --database-url postgres://aparte@localhost/aparte --new-epoch`,
	}, func(o *options) action {
		where := defineTarget(o)
		newEpoch := o.toggle("new-epoch", false, "start a new epoch of all logs, after a restore or a failover that lost commits")
		return func(ctx context.Context) error {
			t := where.resolve()
			if err := o.err(); err != nil {
				return err
			}
			if t.dir != "" {
				if err := t.dir.create(); err != nil {
					return err
				}
			}
			after, err := store.Migrate(ctx, t.url)
			if err != nil {
				return err
			}
			_, err = fmt.Fprintf(a.stdout, "The schema is at version %d, the newest that this binary knows.\n", after.Current)
			if err != nil || !*newEpoch {
				return err
			}
			return a.startEpoch(ctx, t)
		}
	})
}

// startEpoch works on no data directory that a server runs on: it would go on with the epoch it started with.
func (a *app) startEpoch(ctx context.Context, t target) error {
	unlock, err := t.lock()
	if err != nil {
		return err
	}
	defer unlock()
	if err := store.NewEpoch(ctx, t.url); err != nil {
		return fmt.Errorf("start a new epoch: %w", err)
	}
	_, err = fmt.Fprintln(a.stdout, "The logs are in a new epoch: every client reads its inbox anew, once.")
	return err
}
