package main

import (
	"context"
	"net/http"
	"time"
)

// readyTimeout bounds one look at the database, so that a prober gets its answer.
const readyTimeout = 3 * time.Second

// serveHealth answers while the process lives, whatever the database does: a restart would not help it.
func serveHealth(w http.ResponseWriter, _ *http.Request) {
	answerText(w, http.StatusOK, "ok")
}

// serveReady answers whether requests should come here: not while the server stops, nor without a database that
// takes writes and has the schema.
func (s *server) serveReady(w http.ResponseWriter, r *http.Request) {
	if s.draining.Load() {
		answerText(w, http.StatusServiceUnavailable, "stopping")
		return
	}
	ctx, cancel := context.WithTimeout(r.Context(), readyTimeout)
	defer cancel()
	if err := s.checkReady(ctx); err != nil {
		s.logger.Warn("not ready", "error", err)
		answerText(w, http.StatusServiceUnavailable, "database not ready")
		return
	}
	answerText(w, http.StatusOK, "ok")
}

func answerText(w http.ResponseWriter, status int, text string) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_, _ = w.Write([]byte(text + "\n"))
}
