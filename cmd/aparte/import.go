package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/aparte-im/aparte/internal/hostimport"
	"github.com/aparte-im/aparte/internal/rows"
	"github.com/aparte-im/aparte/store"
)

// importCommand imports a community from files.
type importCommand struct {
	Target      targetSettings `embed:""`
	Users       string         `placeholder:"FILE" help:"CSV file of users."`
	Follows     string         `placeholder:"FILE" help:"CSV file of follows."`
	Messages    string         `placeholder:"FILE" help:"File of messages: CSV, or lines \"sender recipient unixtime\"."`
	CreateUsers bool           `help:"Create unknown users that a CSV of messages names."`
	SkipBad     string         `placeholder:"FILE" help:"Import the rest when rows are bad, and list the rows that were left out in FILE."`
	UnreadSince string         `placeholder:"TIME" help:"Count messages of this time and later as unread by their recipients."`
	Verify      bool           `default:"true" help:"After messages: check that every seq is gapless and every unread count is right."`

	target      target
	unreadSince time.Time
}

// Help is the text of aparte import --help.
func (*importCommand) Help() string {
	return `Imports users, follows and messages from files, plain or gzip, in UTF-8 or UTF-16. Every row of every file is
checked before the first is written; errors are reported with their line number, and then nothing is written, unless
--skip-bad names a file for the list of bad rows. The same import again changes nothing, so an import that was cut off
is finished by running it again.

  --users     CSV with the header external_id and optionally handle, display_name, avatar_url, age_band (ADULT,
              AGE_16_17, UNDER_16) and created_at
  --follows   CSV with the header follower,followee: external ids
  --messages  CSV with the header sender,recipient,sent_at and optionally body, id, read and read_at; or lines "sender
              recipient unixtime", whose unknown users are created

Fields are separated by commas, semicolons, tabs or bars. Times are Unix times or dates with a zone, as in RFC 3339.
Messages keep their times, are ordered by them in each conversation, are not judged again, and make their senders known
to those they wrote to. They count as read unless the columns read or read_at, or --unread-since, say otherwise. A
message without text gets one that says so.

Examples:

  aparte import --data-dir ./data --users users.csv --follows follows.csv --messages messages.csv
  aparte import --database-url postgres://aparte@localhost/aparte --messages CollegeMsg.txt.gz`
}

func (c *importCommand) check(s *settings) {
	c.target = c.Target.target(s)
	if c.UnreadSince != "" {
		at, err := rows.ParseTime(c.UnreadSince)
		if err != nil {
			s.missing("--unread-since: %v", err)
		}
		c.unreadSince = at
	}
	for _, path := range []string{c.Users, c.Follows, c.Messages} {
		if c.SkipBad != "" && sameFile(c.SkipBad, path) {
			s.missing("--skip-bad %s is a file of the import; name another, which will be overwritten", c.SkipBad)
		}
	}
	if c.Users == "" && c.Follows == "" && c.Messages == "" {
		s.missing("give at least one of --users, --follows and --messages")
	}
}

// Run imports the files and prints the numbers of rows.
func (c *importCommand) Run(a *app) error { return a.runImport(a.ctx, c.target, c) }

func (a *app) runImport(ctx context.Context, t target, i *importCommand) error {
	unlock, err := t.lock()
	if err != nil {
		return err
	}
	defer unlock()
	if t.dir != "" {
		// A data directory belongs to this program alone, so it is migrated without being asked
		// for, as `aparte dev` does.
		if _, err := t.dir.ensureSecret(); err != nil {
			return err
		}
		if _, err := store.Migrate(ctx, t.config()); err != nil {
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

func (a *app) importInto(ctx context.Context, db *opened, i *importCommand) (err error) {
	bar := newProgress(a.stderr)
	config := hostimport.Config{
		Service: db.service, Store: db.Store, CreateUsers: i.CreateUsers, UnreadSince: i.unreadSince,
		Users: i.Users, Follows: i.Follows, Messages: i.Messages,
		Progress: func(p hostimport.Progress) { bar.show(p.Stage, p.Done, p.Total, p.Bytes) },
	}
	if i.SkipBad != "" {
		list, err := os.OpenFile(i.SkipBad, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
		if err != nil {
			return err
		}
		defer func() { err = errors.Join(err, list.Close()) }()
		config.SkipBad = func(bad *rows.RowError) error {
			_, err := fmt.Fprintln(list, bad)
			return err
		}
	}
	summary, err := hostimport.Run(ctx, config)
	bar.end()
	if err != nil {
		return a.importFailed(err)
	}
	a.printSummary(summary, i)
	if i.Messages == "" || !i.Verify {
		return nil
	}
	return a.verify(ctx, db)
}

// importFailed says what an import that failed has left and what to do.
func (a *app) importFailed(err error) error {
	var bad *hostimport.BadRowsError
	var check *hostimport.CheckError
	var row *rows.RowError
	switch {
	case errors.As(err, &bad):
		for _, row := range bad.First {
			_, _ = fmt.Fprintln(a.stderr, row)
		}
		if rest := bad.Count - int64(len(bad.First)); rest > 0 {
			_, _ = fmt.Fprintf(a.stderr, "… and %d more\n", rest)
		}
		_, _ = fmt.Fprintf(a.stderr, "aparte: %v. Correct them, or import the rest with --skip-bad FILE\n", bad)
		return reportedError{bad}
	case errors.As(err, &check):
		return fmt.Errorf("%w\nNothing was written", err)
	case errors.As(err, &row):
		return fmt.Errorf("%w\nThe row was refused although it was checked, so something changed meanwhile. Other rows are written. "+
			"Run the same command again: it checks again, and writes no row twice", err)
	}
	return fmt.Errorf("%w\nThe import is not complete; the same command again goes on", err)
}

// sameFile reports whether two paths name one file.
func sameFile(a, b string) bool {
	one, err := os.Stat(a)
	if err != nil {
		return a == b
	}
	other, err := os.Stat(b)
	return err == nil && os.SameFile(one, other)
}

func (a *app) printSummary(s hostimport.Summary, i *importCommand) {
	_, _ = fmt.Fprintf(a.stdout, "%-9s %10s %10s %14s\n", "", "rows", "new", "already there")
	var total int64
	for _, line := range []struct {
		name, path string
		count      hostimport.Count
	}{{"users", i.Users, s.Users}, {"follows", i.Follows, s.Follows}, {"messages", i.Messages, s.Messages}} {
		if line.path != "" {
			_, _ = fmt.Fprintf(a.stdout, "%-9s %10d %10d %14d\n", line.name, line.count.Rows, line.count.New, line.count.Existing)
			total += line.count.Rows
		}
	}
	if s.Created > 0 {
		_, _ = fmt.Fprintf(a.stdout, "%d people were created because messages name them.\n", s.Created)
	}
	if s.LeftOut > 0 {
		_, _ = fmt.Fprintf(a.stdout, "%d bad rows were left out; %s lists them.\n", s.LeftOut, i.SkipBad)
	}
	if s.Displaced > 0 {
		_, _ = fmt.Fprintf(a.stdout, "%d messages lie between messages that were there before; they stand before them, with their own times.\n",
			s.Displaced)
	}
	_, _ = fmt.Fprintf(a.stdout, "%.1f s, %.0f rows/s\n", s.Duration.Seconds(), float64(total)/max(s.Duration.Seconds(), 1e-9))
}

// verify checks the whole database, not only the rows that were imported.
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
		"verified in %.1f s: seq is gapless in %d conversations (%d messages); unread counts of %d users are what their "+
			"logs say (%d events)\n",
		time.Since(start).Seconds(), report.Conversations, report.Messages, report.Users, report.Events)
	return err
}
