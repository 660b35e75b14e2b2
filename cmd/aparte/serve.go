package main

import (
	"log/slog"
	"net"
	"net/url"

	"github.com/aparte-im/aparte/dm"
	"github.com/aparte-im/aparte/graph"
)

// serveCommand runs the service.
type serveCommand struct {
	Listen        string           `default:":8080" placeholder:"ADDRESS" help:"Address to listen on."`
	DatabaseURL   string           `name:"database-url" placeholder:"URL" help:"Database: postgres://… or sqlite:PATH. Required."`
	ExportDir     string           `placeholder:"DIR" help:"Directory for exports of users' data, shared by all nodes; without it no exports are offered."`
	Playground    bool             `help:"Serve /playground, which needs --introspection for its schema."`
	Introspection bool             `help:"Answer queries of the schema."`
	OpsListen     string           `placeholder:"ADDRESS" help:"Second address, for operators only: /metrics, /debug/pprof/, /healthz, /readyz; empty: none."`
	BehindTLS     bool             `name:"behind-tls" help:"A proxy ends TLS: browsers are told to use https only, for a year (HSTS)."`
	LogLevel      string           `default:"info" placeholder:"LEVEL" help:"Lowest level that is logged: debug, info, warn or error."`
	Identity      identitySettings `embed:"" group:"Tokens"`
	Rates         rateSettings     `embed:"" group:"Rates, proxies and timeouts"`
	Service       serviceSettings  `embed:""`
	Access        accessSettings   `embed:"" group:"Logs and traces"`
	Traces        traceSettings    `embed:"" group:"Logs and traces"`

	config serverConfig
	level  slog.Level
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
	if c.DatabaseURL == "" {
		s.missing("give --database-url URL (or %s)", environment("database-url"))
	} else {
		checkDatabaseURL(s, c.DatabaseURL)
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
	c.config.listen, c.config.databaseURL, c.config.opsListen = c.Listen, c.DatabaseURL, c.OpsListen
	c.config.tokens, c.config.keys = c.Identity.tokens(s), c.Identity.keys()
	c.config.playground, c.config.introspection, c.config.behindTLS = c.Playground, c.Introspection, c.BehindTLS
	c.config.exportDir, c.config.traces, c.config.access = c.ExportDir, c.Traces, c.Access
	c.config.rates, c.config.proxies, c.config.timeouts = c.Rates.rates(), c.Rates.proxies(), c.Rates.timeouts()
}

// Run serves until the process is told to stop.
func (c *serveCommand) Run(a *app) error {
	logger := slog.New(slog.NewJSONHandler(a.stderr, &slog.HandlerOptions{Level: c.level}))
	c.config.logger = logger
	server, err := start(a.ctx, c.config)
	if err != nil {
		return err
	}
	logger.Info("serving", "address", server.address(), "version", version())
	if server.ops != nil {
		logger.Info("serving operators", "address", server.ops.listener.Addr().String())
	}
	return server.run(a.ctx)
}

// config checks the settings that dev and serve share, and returns them as a server takes them.
func (c serviceSettings) config(s *settings) serverConfig {
	c.Connections.check(s)
	for _, origin := range c.AllowedOrigins {
		u, err := url.Parse(origin)
		if err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "" || u.Path+u.RawQuery != "" {
			s.problem("allowed-origins", "%q is not an origin; give one as https://app.example.org", origin)
		}
	}
	return serverConfig{
		rules: dm.Rules(c.Rules), retention: c.Retention, origins: c.AllowedOrigins, createUsers: c.CreateUsers,
		classifier: c.Classifier.webhook(s), classifierFailed: c.Classifier.Failed,
		pollInterval: c.PollInterval, shutdownTimeout: c.ShutdownTimeout,
		limits: graph.Limits(c.Limits), documents: documents(s, c.Documents), connections: c.Connections,
	}
}

func checkListen(s *settings, address string) {
	if _, _, err := net.SplitHostPort(address); err != nil {
		s.problem("listen", "%q is not an address; give one as 127.0.0.1:8080 or :8080", address)
	}
}
