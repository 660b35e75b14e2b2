package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"github.com/aparte-im/aparte"
	"github.com/aparte-im/aparte/graph/clientaddr"
	"github.com/aparte-im/aparte/internal/demo"
	"github.com/aparte-im/aparte/internal/heap"
	"github.com/aparte-im/aparte/internal/listen"
	"github.com/aparte-im/aparte/internal/middleware"
)

// devCommand runs the service on a data directory of its own.
type devCommand struct {
	Listen  string          `default:"127.0.0.1:8080" placeholder:"ADDRESS" help:"Loopback address to listen on."`
	DataDir string          `default:"${data_dir}" placeholder:"DIR" help:"Directory of the database and the secret."`
	Service serviceSettings `embed:""`

	config aparte.Config
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
	if host, _, err := net.SplitHostPort(c.Listen); err == nil && !clientaddr.IsLoopback(host) {
		s.problem("listen", "dev hands out tokens to anybody who asks, so it listens on loopback only, not on %q; "+
			"use `aparte serve` for others", c.Listen)
	}
	d := dataDir(c.DataDir)
	c.config = c.Service.config(s)
	c.config.DatabaseURL, c.config.ExportDir = d.databaseURL(), d.file("exports")
	c.config.Pages.Demo, c.config.Introspection, c.config.LoopbackOrigins = true, true, true
	// No rates: one developer is many clients.
	c.config.Rates = &aparte.Rates{}
}

// Run serves until the process gets a signal to stop. It holds the lock of the data directory for
// that time.
func (c *devCommand) Run(a *app) error {
	d := dataDir(c.DataDir)
	unlock, err := d.lock()
	if err != nil {
		return err
	}
	defer unlock()
	c.config.Logger = slog.New(slog.NewTextHandler(a.stderr, &slog.HandlerOptions{Level: slog.LevelWarn}))
	floor := heap.Tune(a.getenv)
	defer runtime.KeepAlive(floor)
	return c.serve(a, d)
}

func (c *devCommand) serve(a *app, d dataDir) error {
	secret, err := d.ensureSecret()
	if err != nil {
		return err
	}
	c.config.Tokens = aparte.TokenConfig{Secrets: [][]byte{secret}}
	if _, err := aparte.Migrate(a.ctx, c.config); err != nil {
		return err
	}
	server, err := aparte.NewWithContext(a.ctx, c.config)
	if err != nil {
		return err
	}
	// A demo that was begun is finished even when the process is stopped: a half one would never be
	// filled up.
	seeded, err := demo.Seed(context.WithoutCancel(a.ctx), server.Service(), time.Now())
	if err != nil {
		return errors.Join(err, server.Close())
	}
	sign := func(externalID string) (string, error) { return aparte.SignToken(secret, externalID, tokenTTL) }
	mux := http.NewServeMux()
	mux.Handle("/", server.Handler())
	mux.Handle("GET /dev/people", middleware.SecureHeaders(false, demo.People(server.Service(), sign, c.config.Logger)))
	l := listen.Config{Address: c.Listen, Handler: middleware.OnlyLoopback(mux)}
	return serve(a.ctx, server, c.config, l, func(listening *listen.Server) {
		a.welcome(listening.Address(), d, seeded)
	})
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

// command returns the words that run this program again: "go run" builds into a directory that is
// gone afterwards.
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
