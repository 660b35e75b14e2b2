package main

import (
	"context"
	"log/slog"
	"net"

	"github.com/spf13/cobra"
)

func newServe(a *app) *cobra.Command {
	c := a.command(&cobra.Command{
		Use:   "serve",
		Short: "Run the service",
		Long: `Runs the service on a database whose schema is current ("aparte migrate" brings it there), for callers with a token
(JWT) that is signed with the secret (HS256) or with a key of the key set. It logs JSON to standard error. /healthz answers while the process lives;
/readyz while it takes requests, so a load balancer should ask that one.`,
		Example: `  aparte serve --database-url postgres://aparte@localhost/aparte --jwt-secret-file /run/secrets/jwt
  APARTE_DATABASE_URL=postgres://… APARTE_JWT_SECRET_FILE=/run/secrets/jwt aparte serve --log-retention 168h`,
	}, func(o *options) action {
		listen := o.text("listen", ":8080", "address to listen on")
		database := o.text("database-url", "", "database: postgres://… or sqlite:PATH (required)")
		identity := defineIdentity(o)
		rates := defineRates(o)
		operator := defineOperator(o)
		limits := defineLimits(o)
		connections := defineConnections(o)
		traces := defineTraces(o)
		accessLog := defineAccess(o)
		exportDir := o.text("export-dir", "", "directory for exports of people's data, shared by all nodes; none: no exports are offered")
		playground := o.toggle("playground", false, "serve /playground")
		introspection := o.toggle("introspection", false, "answer questions about the schema")
		opsListen := o.text("ops-listen", "", "second address, for operators only: /metrics, /debug/pprof, /healthz, /readyz; empty: none")
		behindTLS := o.toggle("behind-tls", false, "a proxy ends TLS: tell browsers to come by https only, for a year")
		level := o.text("log-level", "info", "least level that is logged: debug, info, warn or error")
		return func(ctx context.Context) error {
			s := settings{listen: *listen, databaseURL: *database, playground: *playground, introspection: *introspection}
			s.exportDir = *exportDir
			o.checkListen(s.listen)
			if s.databaseURL == "" {
				o.problem("give --database-url URL (or %s)", environment("database-url"))
			} else {
				o.databaseURL(s.databaseURL)
			}
			identity.apply(o, &s)
			rates.apply(o, &s)
			s.behindTLS, s.opsListen = *behindTLS, *opsListen
			if *opsListen != "" {
				if _, _, err := net.SplitHostPort(*opsListen); err != nil {
					o.problem("--ops-listen: %q is no address; give one as 127.0.0.1:9090", *opsListen)
				}
			}
			operator.apply(o, &s)
			limits.apply(o, &s)
			connections.apply(o, &s)
			traces.apply(o, &s)
			accessLog.apply(o, &s)
			handler := &slog.HandlerOptions{Level: o.logLevel(*level)}
			if err := o.err(); err != nil {
				return err
			}
			s.logger = slog.New(slog.NewJSONHandler(a.stderr, handler))
			server, err := start(ctx, s)
			if err != nil {
				return err
			}
			s.logger.Info("serving", "address", server.address(), "version", version())
			if server.ops != nil {
				s.logger.Info("serving operators", "address", server.ops.listener.Addr().String())
			}
			return server.run(ctx)
		}
	})
	_ = c.RegisterFlagCompletionFunc("default-audience", completeAudience)
	return c
}

func (o *options) checkListen(address string) {
	if _, _, err := net.SplitHostPort(address); err != nil {
		o.problem("--listen: %q is no address; give one as 127.0.0.1:8080 or :8080", address)
	}
}

func (o *options) logLevel(name string) slog.Level {
	var level slog.Level
	if err := level.UnmarshalText([]byte(name)); err != nil {
		o.problem("--log-level: %q is none of debug, info, warn and error", name)
	}
	return level
}
