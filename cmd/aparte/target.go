package main

import (
	"context"
	"log/slog"
	"net/url"
	"os"
	"regexp"
	"strings"

	"github.com/aparte-im/aparte/dm"
	"github.com/aparte-im/aparte/live"
	"github.com/aparte-im/aparte/store"
)

// target is the database that a command works on: a data directory, or a URL.
type target struct {
	dir dataDir
	// url is that of the database, also for a data directory.
	url string
	// schema is the schema of a Postgres database.
	schema string
	// connections is the largest number of connections to Postgres.
	connections int
}

// targetSettings name the database that a command works on.
type targetSettings struct {
	DataDir     string `placeholder:"DIR" help:"Data directory of \"aparte dev\"."`
	DatabaseURL string `name:"database-url" placeholder:"URL" help:"Database: postgres://… or sqlite:PATH."`
	URLFile     string `name:"database-url-file" placeholder:"FILE" help:"File with the URL of the database, instead of --database-url."`
	Connections int    `name:"database-connections" default:"27" min:"5" placeholder:"N" help:"Most connections that this process opens to Postgres."`
	Schema      string `default:"aparte" placeholder:"NAME" help:"Schema of a Postgres database that holds all tables."`
}

// target returns the one database that was named. A flag takes precedence over a variable that
// names another.
func (t targetSettings) target(s *settings) target {
	dir, address := t.DataDir, s.databaseURL(t.DatabaseURL, t.URLFile)
	if dir != "" && address != "" {
		switch given := [2]bool{s.onCommandLine("data-dir"), s.onCommandLine("database-url") || s.onCommandLine("database-url-file")}; given {
		case [2]bool{true, false}:
			address = ""
		case [2]bool{false, true}:
			dir = ""
		default:
			s.missing("give one of --data-dir and --database-url, not both")
			return target{}
		}
	}
	switch {
	case dir != "":
		d := dataDir(dir)
		return target{dir: d, url: d.databaseURL()}
	case address != "":
		checkDatabaseURL(s, address, t.Schema)
		return target{url: address, schema: t.Schema, connections: t.Connections}
	}
	if t.URLFile != "" {
		return target{} // the file is a problem already
	}
	s.missing("give --data-dir DIR or --database-url URL (or %s, %s)",
		environment("data-dir"), environment("database-url"))
	return target{}
}

// schemaName is the form of a schema's name that needs no quotes.
var schemaName = regexp.MustCompile(`^[a-z_][a-z0-9_]{0,62}$`)

// databaseURL returns the URL of a database, from the file when one is given. A flag takes
// precedence over a variable. It records what is wrong as a problem, and returns "" then.
func (s *settings) databaseURL(address, file string) string {
	asURL, asFile := s.onCommandLine("database-url"), s.onCommandLine("database-url-file")
	switch {
	case file == "" || address != "" && asURL && !asFile:
		return address
	case address != "" && asURL == asFile:
		s.missing("give one of --database-url and --database-url-file, not both")
		return ""
	}
	b, err := os.ReadFile(file)
	if err != nil {
		s.problem("database-url-file", "%v", err)
		return ""
	}
	if address = strings.TrimSpace(string(b)); address == "" {
		s.problem("database-url-file", "%s is empty", file)
	}
	return address
}

// holdsPassword reports whether a URL has a password, between user and host or as a parameter. A
// URL that cannot be read counts as one that has.
func holdsPassword(address string) bool {
	u, err := url.Parse(address)
	if err != nil {
		return true
	}
	_, inUser := u.User.Password()
	return inUser || u.Query().Has("password")
}

// checkDatabaseURL checks the forms. It never repeats the URL, which may hold a password.
func checkDatabaseURL(s *settings, address, schema string) {
	if err := store.CheckURL(address); err != nil {
		s.problem("database-url", "%v", err)
	}
	if !schemaName.MatchString(schema) || strings.HasPrefix(schema, "pg_") {
		s.problem("schema", "%q is not a name of up to 63 letters a-z, digits and underscores; give one as aparte", schema)
	}
}

// String returns the name of the target without its password.
func (t target) String() string {
	if t.dir != "" {
		return string(t.dir)
	}
	return store.DescribeURL(t.url)
}

// config names the database to package store.
func (t target) config() store.Config {
	return store.Config{URL: t.url, Schema: t.schema, Connections: t.connections}
}

// lock locks a data directory for this process; on a URL it does nothing.
func (t target) lock() (unlock func(), err error) {
	if t.dir == "" {
		return func() {}, nil
	}
	return t.dir.lock()
}

// opened is a store with the service on it.
type opened struct {
	*store.Store
	service *dm.Service
}

// open opens the target. The schema has to be current.
func (t target) open(ctx context.Context) (*opened, error) {
	if t.dir != "" {
		if err := t.dir.mustExist(); err != nil {
			return nil, err
		}
	}
	c := t.config()
	c.Rules, c.Logger = dm.DefaultRules(), slog.New(slog.DiscardHandler)
	st, err := store.Open(ctx, c)
	if err != nil {
		return nil, err
	}
	return &opened{st, dm.New(dm.Config{Store: st, Bus: live.NewHub()})}, nil
}
