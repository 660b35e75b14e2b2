package main

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"runtime"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/aparte-im/aparte"
	"github.com/aparte-im/aparte/internal/heap"
	"github.com/aparte-im/aparte/internal/listen"
	"github.com/aparte-im/aparte/internal/tracing"
)

// serveCommand runs the service.
type serveCommand struct {
	Listen        string           `default:":8080" placeholder:"ADDRESS" help:"Address to listen on."`
	DatabaseURL   string           `name:"database-url" placeholder:"URL" help:"Database: postgres://… or sqlite:PATH. Required."`
	DatabaseFile  string           `name:"database-url-file" placeholder:"FILE" help:"File with the URL of the database, instead of --database-url: a password on the command line can be read by every user of the machine."`
	Schema        string           `default:"aparte" placeholder:"NAME" help:"Schema of a Postgres database that holds all tables."`
	Connections   int              `name:"database-connections" default:"27" min:"5" placeholder:"N" help:"Most connections that this process opens to Postgres."`
	ExportDir     string           `placeholder:"DIR" help:"Directory for exports of users' data, shared by all nodes; without it no exports are offered."`
	Playground    bool             `help:"Serve /playground, which needs --introspection for its schema."`
	Introspection bool             `help:"Answer queries of the schema."`
	DrainDelay    time.Duration    `default:"0s" min:"0s" help:"Time after the signal to stop in which /readyz answers 503 and requests are served as before; behind a load balancer, more than the time in which it notices."`
	OpsListen     string           `placeholder:"ADDRESS" help:"Second address, for operators only: /metrics, /debug/pprof/, /healthz, /readyz; empty: none."`
	OpsHosts      list             `placeholder:"NAME,..." help:"Host names under which --ops-listen answers, besides IP addresses and names without a dot."`
	BehindTLS     bool             `name:"behind-tls" help:"A proxy ends TLS: browsers are told to use https only, for a year (HSTS)."`
	LogLevel      string           `default:"info" placeholder:"LEVEL" help:"Lowest level that is logged: debug, info, warn or error."`
	Identity      identitySettings `embed:"" group:"Tokens"`
	Rates         rateSettings     `embed:"" group:"Rates, proxies and timeouts"`
	Service       serviceSettings  `embed:""`
	Access        accessSettings   `embed:"" group:"Logs and traces"`
	Traces        traceSettings    `embed:"" group:"Logs and traces"`

	config aparte.Config
	level  slog.Level
	// passwordShown: the command line holds the password of the database.
	passwordShown bool
}

// Help is the text of aparte serve --help.
func (*serveCommand) Help() string {
	return `Runs the service on a database whose schema is current ("aparte migrate" brings it there), for callers with a token
(JWT) that is signed with the secret (HS256) or with a key of the key set. It logs JSON to standard error. /healthz
answers while the process lives; /readyz while it takes requests, so a load balancer should ask that one.

Examples:

  aparte serve --database-url postgres://aparte@localhost/aparte --jwt-secret-file /run/secrets/jwt
  APARTE_DATABASE_URL=postgres://… APARTE_JWT_SECRET_FILE=/run/secrets/jwt aparte serve --log-retention 168h
  aparte serve --config /etc/aparte.yaml`
}

func (c *serveCommand) check(s *settings) {
	checkListen(s, c.Listen)
	c.passwordShown = s.onCommandLine("database-url") && holdsPassword(c.DatabaseURL)
	c.DatabaseURL = s.databaseURL(c.DatabaseURL, c.DatabaseFile)
	if c.DatabaseURL == "" {
		if c.DatabaseFile == "" {
			s.missing("give --database-url URL (or %s)", environment("database-url"))
		}
	} else {
		checkDatabaseURL(s, c.DatabaseURL, c.Schema)
	}
	if c.OpsListen != "" {
		if _, _, err := net.SplitHostPort(c.OpsListen); err != nil {
			s.problem("ops-listen", "%q is not an address; give one as 127.0.0.1:9090", c.OpsListen)
		}
	}
	if err := c.level.UnmarshalText([]byte(c.LogLevel)); err != nil {
		s.problem("log-level", "%q is none of debug, info, warn and error", c.LogLevel)
	}
	c.Traces.check(s)
	c.config = c.Service.config(s)
	c.config.DatabaseURL, c.config.Schema, c.config.DatabaseConnections = c.DatabaseURL, c.Schema, c.Connections
	c.config.Tokens, c.config.ExportDir = c.Identity.tokens(s), c.ExportDir
	c.config.Pages.Playground, c.config.Introspection, c.config.BehindTLS = c.Playground, c.Introspection, c.BehindTLS
	c.config.Rates, c.config.Proxies, c.config.Timeouts = c.Rates.rates(), c.Rates.proxies(), c.Rates.timeouts()
	c.config.AccessLog = c.Access.accessLog()
}

// Run serves until the process gets a signal to stop.
func (c *serveCommand) Run(a *app) error {
	logger := slog.New(slog.NewJSONHandler(a.stderr, &slog.HandlerOptions{Level: c.level}))
	c.config.Logger = logger
	floor := heap.Tune(a.getenv)
	defer runtime.KeepAlive(floor)
	c.warn(logger)
	var tracer *tracing.Tracer
	if c.Traces.Endpoint != "" {
		var err error
		if tracer, err = tracing.New(a.ctx, c.Traces.Endpoint, c.Traces.Share, version(), logger); err != nil {
			return err
		}
		c.config.TracerProvider = tracer.Provider()
	}
	err := c.serve(a, logger)
	if closeErr := tracer.Close(); closeErr != nil {
		logger.Warn("the last traces were not sent", "error", closeErr)
	}
	return err
}

// warn logs what is unsafe and no reason to refuse the start.
func (c *serveCommand) warn(logger *slog.Logger) {
	for _, path := range []string{c.Identity.SecretFile, c.Identity.OldSecretFile, c.DatabaseFile} {
		if mode := permissions(path); mode&0o004 != 0 {
			logger.Warn("every user of this machine can read a secret; make the file 0600", "file", path, "mode", mode.String())
		}
	}
	if c.passwordShown {
		logger.Warn("every user of this machine can read the password of the database, which is on the command line",
			"use", "--database-url-file or "+environment("database-url"))
	}
}

func (c *serveCommand) serve(a *app, logger *slog.Logger) error {
	var operators func(app http.Handler) http.Handler
	if c.OpsListen != "" { // nothing is counted otherwise
		registry := prometheus.NewRegistry()
		registry.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
		c.config.Metrics = registry
		operators = func(app http.Handler) http.Handler {
			return listen.Operators(promhttp.HandlerFor(registry, promhttp.HandlerOpts{}), app, c.OpsHosts...)
		}
	}
	server, err := aparte.NewWithContext(a.ctx, c.config)
	if err != nil {
		return err
	}
	l := listen.Config{Address: c.Listen, Handler: server.Handler(), OperatorsAddress: c.OpsListen, DrainDelay: c.DrainDelay}
	if operators != nil {
		l.Operators = operators(server.Handler())
	}
	return serve(a.ctx, server, c.config, l, func(listening *listen.Server) {
		logger.Info("serving", "address", listening.Address(), "version", version())
		if err := (proxyCheck{c.BehindTLS, c.Rates.TrustedProxies}).finding().err; err != nil {
			logger.Warn("the limits by address are not applied", "error", err)
		}
		if address := listening.OperatorsAddress(); address != "" {
			logger.Info("serving operators", "address", address)
		}
	})
}

// serve listens, calls ready, serves until ctx ends and closes the server.
func serve(ctx context.Context, server *aparte.Server, c aparte.Config, l listen.Config, ready func(*listen.Server)) error {
	l.Run, l.Drain, l.ShutdownTimeout, l.Logger = server.Run, server.Drain, max(c.ShutdownTimeout, 0), c.Logger
	listening, err := listen.Open(ctx, l)
	if err != nil {
		return errors.Join(err, server.Close())
	}
	ready(listening)
	err = listening.Serve(ctx)
	return errors.Join(err, server.Close())
}

// config checks the settings that dev and serve share, and returns them as package aparte takes
// them.
func (c serviceSettings) config(s *settings) aparte.Config {
	c.Connections.check(s)
	for _, origin := range c.AllowedOrigins {
		if err := aparte.CheckOrigin(origin); err != nil {
			s.problem("allowed-origins", "%v", err)
		}
	}
	config := aparte.Config{
		Rules: aparte.Rules(c.Rules), Retention: aparte.Retention(c.Retention), AllowedOrigins: c.AllowedOrigins,
		CreateUsers: c.CreateUsers, HideUnclassified: c.Classifier.Failed == "HIDE", PollInterval: c.PollInterval,
		ShutdownTimeout: orNone(c.ShutdownTimeout), Limits: aparte.Limits(c.Limits), Connections: c.Connections.connections(),
		Pages: aparte.Pages{Client: true},
	}
	config.Classifier = c.Classifier.webhook(s)
	config.TrustedDocuments = documents(s, c.Documents)
	return config
}

func checkListen(s *settings, address string) {
	if _, _, err := net.SplitHostPort(address); err != nil {
		s.problem("listen", "%q is not an address; give one as 127.0.0.1:8080 or :8080", address)
	}
}
