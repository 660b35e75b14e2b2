package aparte

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/aparte-im/aparte/graph"
	"github.com/aparte-im/aparte/graph/weborigin"
	"github.com/aparte-im/aparte/internal/middleware"
	"github.com/aparte-im/aparte/web"
)

// Handler returns the handler of all addresses of the server. The program mounts it under
// [Config.MountPath], with its own middleware around it or without. The addresses below the mount
// path are:
//
//	/graphql    the API: POST and GET, WebSocket upgrades (graphql-transport-ws) and server-sent events
//	/exports/   downloads of exports
//	/healthz    200 while the process lives
//	/readyz     200 while the server takes requests; 503 while it stops or the database is not ready
//	/           the pages of [Config.Pages]
//
// A middleware of the program that wraps the http.ResponseWriter must have an Unwrap method, which
// http.ResponseController needs for deadlines and WebSockets.
func (s *Server) Handler() http.Handler { return s.handler }

func (s *Server) routes() http.Handler {
	c := s.config
	origins, _ := weborigin.NewList(c.AllowedOrigins) // checked by Config.normalize
	mux := http.NewServeMux()
	api := func(h http.Handler) http.Handler {
		h = middleware.RefuseOtherSites(origins, h)
		return middleware.RefuseRepeated(middleware.AllowOrigins(origins, h))
	}
	mux.Handle("/graphql", api(s.api))
	mux.Handle(graph.ExportPath, api(http.HandlerFunc(s.api.ServeExport)))
	mux.HandleFunc("GET /healthz", serveHealth)
	mux.HandleFunc("GET /readyz", s.serveReady)
	mux.Handle("/", web.Handler(web.Config{Dev: c.Pages.Demo, Playground: c.Pages.Playground, Client: c.Pages.Client}))
	h := middleware.SecureHeaders(c.BehindTLS, middleware.BoundBody(s.metrics.Count(mux)))
	h = middleware.BoundResponse(c.Connections.ResponseWriteWait, s.access.Wrap(h))
	if c.MountPath != "" {
		h = http.StripPrefix(c.MountPath, h)
	}
	return h
}

// readyTimeout bounds one look at the database, so that a health check gets its answer.
const readyTimeout = 3 * time.Second

// serveHealth answers while the process lives, whatever the state of the database: a restart would
// not help it.
func serveHealth(w http.ResponseWriter, _ *http.Request) {
	writeText(w, http.StatusOK, "ok")
}

// serveReady answers whether requests should be sent here.
func (s *Server) serveReady(w http.ResponseWriter, r *http.Request) {
	ctx, cancel := context.WithTimeout(r.Context(), readyTimeout)
	defer cancel()
	switch err := s.Ready(ctx); {
	case errors.Is(err, errStopping):
		writeText(w, http.StatusServiceUnavailable, "stopping")
	case err != nil:
		s.config.Logger.Warn("not ready", "error", err)
		writeText(w, http.StatusServiceUnavailable, "database not ready")
	default:
		writeText(w, http.StatusOK, "ok")
	}
}

func writeText(w http.ResponseWriter, status int, text string) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_, _ = w.Write([]byte(text + "\n"))
}
