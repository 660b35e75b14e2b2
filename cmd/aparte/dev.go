package main

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/aparte-im/aparte/store"
)

func newDev(a *app) *cobra.Command {
	c := a.command(&cobra.Command{
		Use:   "dev",
		Short: "Try it: SQLite, demo people, a playground",
		Long: `Runs the service on a SQLite database in a data directory, which it makes, migrates and, when it is empty, fills with
demo people: alice, bob, chloe, david, emma, farid, gina and hugo. It hands out tokens to whoever asks, so it listens
on loopback only.`,
		Example: "  aparte dev\n  aparte dev --listen 127.0.0.1:9090 --data-dir ./data",
	}, func(o *options) action {
		listen := o.text("listen", "127.0.0.1:8080", "loopback address to listen on")
		dir := o.text("data-dir", defaultDataDir(a.getenv), "where the database and the secret are kept")
		operator := defineOperator(o)
		limits := defineLimits(o)
		connections := defineConnections(o)
		return func(ctx context.Context) error {
			d := dataDir(*dir)
			s := settings{
				listen: *listen, databaseURL: d.databaseURL(), dev: true, exportDir: d.file("exports"), playground: true, introspection: true,
				logger: slog.New(slog.NewTextHandler(a.stderr, &slog.HandlerOptions{Level: slog.LevelWarn})),
			}
			o.checkListen(s.listen)
			if host, _, err := net.SplitHostPort(s.listen); err == nil && !loopback(host) {
				o.problem("--listen: dev hands out tokens to whoever asks, so it listens on loopback only, not on %q; "+
					"use `aparte serve` for others", s.listen)
			}
			operator.apply(o, &s)
			limits.apply(o, &s)
			connections.apply(o, &s)
			if err := o.err(); err != nil {
				return err
			}
			unlock, err := d.lock()
			if err != nil {
				return err
			}
			defer unlock()
			return a.runDev(ctx, d, s)
		}
	})
	_ = c.RegisterFlagCompletionFunc("default-audience", completeAudience)
	return c
}

// loopback reports whether a host can be reached from this machine only. A name other than localhost is not looked
// up: what it means may change.
func loopback(host string) bool {
	return host == "localhost" || net.ParseIP(host).IsLoopback()
}

func (a *app) runDev(ctx context.Context, d dataDir, s settings) error {
	secret, err := d.ensureSecret()
	if err != nil {
		return err
	}
	s.tokens = believe(secret)
	if _, err := store.Migrate(ctx, s.databaseURL); err != nil {
		return err
	}
	server, err := start(ctx, s)
	if err != nil {
		return err
	}
	// A demo that was begun is finished: half of one would never be filled up.
	seeded, err := seedDemo(context.WithoutCancel(ctx), server.store, server.service, time.Now())
	if err != nil {
		return server.abandon(err)
	}
	a.welcome(server.address(), d, seeded)
	return server.run(ctx)
}

func (a *app) welcome(address string, d dataDir, seeded bool) {
	data := "data in " + string(d)
	if seeded {
		data = "demo people in " + string(d)
	}
	token := command() + " token"
	if string(d) != defaultDataDir(a.getenv) {
		token += " --data-dir " + string(d)
	}
	_, _ = fmt.Fprintf(a.stdout, `Aparté runs, with %s

  Web client   http://%[2]s/
  Playground   http://%[2]s/playground
  Two people   http://%[2]s/demo
  API          http://%[2]s/graphql   (HTTP, WebSocket, server-sent events)

  A token      %[3]s --user alice
  People       alice, bob, chloe, david, emma, farid, gina, hugo

Stop it with Ctrl-C.
`, data, address, token)
}

// command is how this process can be called again: "go run" builds into a directory that is gone afterwards.
func command() string {
	executable, err := os.Executable()
	if err != nil {
		return "aparte"
	}
	if strings.Contains(filepath.ToSlash(executable), "/go-build") {
		return "go run ./cmd/aparte"
	}
	return os.Args[0]
}
