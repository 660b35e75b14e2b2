package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"github.com/aparte-im/aparte/internal/hostimport"
	"github.com/aparte-im/aparte/store"
)

type importOptions struct {
	target                   targetOptions
	users, follows, messages *string
	createUsers, verify      *bool
}

func newImport(a *app) *cobra.Command {
	return a.command(&cobra.Command{
		Use:   "import",
		Short: "Bring an existing community in",
		Long: `Brings users, follows and messages in from files, plain or gzip. Every row of every file is checked before the first
is written; what is wrong is told with its line number, and then nothing is written. The same import again changes
nothing, so an import that was cut off is finished by running it again.

  --users     CSV with the header external_id,handle and optionally display_name, avatar_url, age_band (ADULT,
              AGE_16_17, UNDER_16) and created_at
  --follows   CSV with the header follower,followee: external ids
  --messages  CSV with the header sender,recipient,sent_at and optionally body and id; or lines "sender recipient
              unixtime", whose people are created where nobody knows them

Times are Unix seconds or RFC 3339. Messages keep their times and the order of the file, are not judged again, and
make their senders known to those they wrote to. A message without text gets one that says so.`,
		Example: `  aparte import --data-dir ./data --users users.csv --follows follows.csv --messages messages.csv
  aparte import --database-url postgres://aparte@localhost/aparte --messages CollegeMsg.txt.gz`,
	}, func(o *options) action {
		i := importOptions{
			target:      defineTarget(o),
			users:       o.text("users", "", "CSV file of users"),
			follows:     o.text("follows", "", "CSV file of follows"),
			messages:    o.text("messages", "", "file of messages: CSV, or lines \"sender recipient unixtime\""),
			createUsers: o.toggle("create-users", false, "create people whom a CSV of messages names and nobody knows"),
			verify:      o.toggle("verify", true, "after messages: check that every seq is gapless and every unread count is right"),
		}
		return func(ctx context.Context) error {
			t := i.target.resolve()
			if *i.users == "" && *i.follows == "" && *i.messages == "" {
				o.problem("give at least one of --users, --follows and --messages")
			}
			if err := o.err(); err != nil {
				return err
			}
			return a.runImport(ctx, t, i)
		}
	})
}

func (a *app) runImport(ctx context.Context, t target, i importOptions) error {
	unlock, err := t.lock()
	if err != nil {
		return err
	}
	defer unlock()
	if t.dir != "" {
		// A data directory belongs to this program alone, so nobody has to be asked; `aparte dev` does the same.
		if _, err := t.dir.ensureSecret(); err != nil {
			return err
		}
		if _, err := store.Migrate(ctx, t.url); err != nil {
			return err
		}
	}
	db, err := t.open(ctx)
	if err != nil {
		return err
	}
	err = a.importInto(ctx, db, i)
	return errors.Join(err, db.Close())
}

func (a *app) importInto(ctx context.Context, db *opened, i importOptions) error {
	bar := newProgress(a.stderr)
	summary, err := hostimport.Run(ctx, hostimport.Config{
		Service: db.service, Store: db.Store, CreateUsers: *i.createUsers,
		Users: *i.users, Follows: *i.follows, Messages: *i.messages,
		Progress: func(p hostimport.Progress) { bar.show(p.Stage, p.Done, p.Total, p.Bytes) },
	})
	bar.end()
	var bad *hostimport.BadRowsError
	if errors.As(err, &bad) {
		for _, row := range bad.First {
			_, _ = fmt.Fprintln(a.stderr, row)
		}
		if rest := bad.Count - int64(len(bad.First)); rest > 0 {
			_, _ = fmt.Fprintf(a.stderr, "… and %d more\n", rest)
		}
		_, _ = fmt.Fprintf(a.stderr, "aparte: %v\n", bad)
		return toldError{bad}
	}
	if err != nil {
		return fmt.Errorf("%w\nThe import is not complete; the same command again goes on", err)
	}
	a.printSummary(summary, i)
	if *i.messages == "" || !*i.verify {
		return nil
	}
	return a.verify(ctx, db)
}

func (a *app) printSummary(s hostimport.Summary, i importOptions) {
	_, _ = fmt.Fprintf(a.stdout, "%-9s %10s %10s %14s\n", "", "rows", "new", "already there")
	var rows int64
	for _, line := range []struct {
		name, path string
		count      hostimport.Count
	}{{"users", *i.users, s.Users}, {"follows", *i.follows, s.Follows}, {"messages", *i.messages, s.Messages}} {
		if line.path != "" {
			_, _ = fmt.Fprintf(a.stdout, "%-9s %10d %10d %14d\n", line.name, line.count.Rows, line.count.New, line.count.Existing)
			rows += line.count.Rows
		}
	}
	if s.Created > 0 {
		_, _ = fmt.Fprintf(a.stdout, "%d people were created because messages name them.\n", s.Created)
	}
	_, _ = fmt.Fprintf(a.stdout, "%.1f s, %.0f rows/s\n", s.Duration.Seconds(), float64(rows)/max(s.Duration.Seconds(), 1e-9))
}

// verify checks the whole database, not only what was imported: what is wrong there would be found here too.
func (a *app) verify(ctx context.Context, db *opened) error {
	start := time.Now()
	report, err := db.Verify(ctx)
	if err != nil {
		return fmt.Errorf("verify: %w", err)
	}
	for _, problem := range report.Problems {
		_, _ = fmt.Fprintln(a.stderr, problem)
	}
	if len(report.Problems) > 0 {
		return fmt.Errorf("verify: the database is not consistent")
	}
	_, err = fmt.Fprintf(a.stdout,
		"verified in %.1f s: seq runs 1…n in %d conversations (%d messages); unread counts of %d users are what their "+
			"logs say (%d events)\n",
		time.Since(start).Seconds(), report.Conversations, report.Messages, report.Users, report.Events)
	return err
}
