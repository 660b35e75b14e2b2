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

	"github.com/aparte-im/aparte/graph"
	"github.com/aparte-im/aparte/store"
)

// devCommand runs the service on a data directory of its own.
type devCommand struct {
	Listen  string          `default:"127.0.0.1:8080" placeholder:"ADDRESS" help:"Loopback address to listen on."`
	DataDir string          `default:"${data_dir}" placeholder:"DIR" help:"Directory of the database and the secret."`
	Service serviceSettings `embed:""`

	config serverConfig
}

// Help is the text of aparte dev --help.
func (*devCommand) Help() string {
	return `Runs the service on a SQLite database in a data directory, which it creates, migrates and, when it is empty, fills
with demo people: alice, bob, chloe, david, emma, farid, gina and hugo. It hands out tokens to anybody who asks, so it
listens on loopback only.

Examples:

  aparte dev
  aparte dev --listen 127.0.0.1:9090 --data-dir ./data`
}

func (c *devCommand) check(s *settings) {
	checkListen(s, c.Listen)
	if host, _, err := net.SplitHostPort(c.Listen); err == nil && !loopback(host) {
		s.problem("listen", "dev hands out tokens to anybody who asks, so it listens on loopback only, not on %q; "+
			"use `aparte serve` for others", c.Listen)
	}
	d := dataDir(c.DataDir)
	c.config = c.Service.config(s)
	c.config.listen, c.config.databaseURL, c.config.exportDir = c.Listen, d.databaseURL(), d.file("exports")
	c.config.dev, c.config.playground, c.config.introspection = true, true, true
}

// Run serves until the process is told to stop. It holds the data directory for that time.
func (c *devCommand) Run(a *app) error {
	d := dataDir(c.DataDir)
	unlock, err := d.lock()
	if err != nil {
		return err
	}
	defer unlock()
	c.config.logger = slog.New(slog.NewTextHandler(a.stderr, &slog.HandlerOptions{Level: slog.LevelWarn}))
	return a.runDev(a.ctx, d, c.config)
}

// loopback reports whether a host can be reached from this machine only. A name other than localhost is not looked
// up: what it means may change.
func loopback(host string) bool {
	return host == "localhost" || net.ParseIP(host).IsLoopback()
}

func (a *app) runDev(ctx context.Context, d dataDir, s serverConfig) error {
	secret, err := d.ensureSecret()
	if err != nil {
		return err
	}
	s.tokens = graph.TokenConfig{Secrets: [][]byte{secret}, Leeway: graph.DefaultLeeway}
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
