package main

import (
	"context"
	"log/slog"
	"net/url"
	"strings"

	"github.com/aparte-im/aparte/dm"
	"github.com/aparte-im/aparte/live"
	"github.com/aparte-im/aparte/store"
)

// target is the database that a command works on: a data directory, or a URL.
type target struct {
	dir dataDir
	// url is the database's, also for a data directory.
	url string
}

type targetOptions struct {
	options      *options
	dir, address *string
}

func defineTarget(o *options) targetOptions {
	return targetOptions{
		options: o,
		dir:     o.text("data-dir", "", "data directory of \"aparte dev\""),
		address: o.text("database-url", "", "database: postgres://… or sqlite:PATH"),
	}
}

// resolve returns the one target that was named. A flag beats a variable that names the other.
func (t targetOptions) resolve() target {
	dir, address := *t.dir, *t.address
	if dir != "" && address != "" {
		switch inArgs := [2]bool{t.options.onCommandLine("data-dir"), t.options.onCommandLine("database-url")}; inArgs {
		case [2]bool{true, false}:
			address = ""
		case [2]bool{false, true}:
			dir = ""
		default:
			t.options.problem("give one of --data-dir and --database-url, not both")
			return target{}
		}
	}
	switch {
	case dir != "":
		d := dataDir(dir)
		return target{dir: d, url: d.databaseURL()}
	case address != "":
		t.options.databaseURL(address)
		return target{url: address}
	}
	t.options.problem("give --data-dir DIR or --database-url URL (or %s, %s)",
		environment("data-dir"), environment("database-url"))
	return target{}
}

// databaseURL checks the form. It never repeats the URL, which may hold a password.
func (o *options) databaseURL(address string) {
	if strings.HasPrefix(address, "sqlite:") {
		return
	}
	if u, err := url.Parse(address); err != nil || u.Scheme != "postgres" && u.Scheme != "postgresql" || u.Host == "" && u.RawQuery == "" {
		o.problem("--database-url: the URL must start with postgres:// or sqlite:")
	}
}

// String names the target without its password.
func (t target) String() string {
	if t.dir != "" {
		return string(t.dir)
	}
	if u, err := url.Parse(t.url); err == nil {
		return u.Redacted()
	}
	return "the database"
}

// lock keeps others off a data directory for as long as the command works on it; on a URL it does nothing.
func (t target) lock() (unlock func(), err error) {
	if t.dir == "" {
		return func() {}, nil
	}
	return t.dir.lock()
}

// opened is a store and the service on it, for commands that end by themselves.
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
	st, err := store.Open(ctx, store.Config{
		URL: t.url, Rules: dm.DefaultRules(), Logger: slog.New(slog.DiscardHandler),
	})
	if err != nil {
		return nil, err
	}
	return &opened{st, dm.New(dm.Config{Store: st, Notifier: live.NewHub()})}, nil
}
