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
at once migrate once. A database that a newer binary migrated is left alone.`,
		Example: "  aparte migrate --database-url postgres://aparte@localhost/aparte\n  aparte migrate --data-dir ./data",
	}, func(o *options) action {
		where := defineTarget(o)
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
			return err
		}
	})
}
