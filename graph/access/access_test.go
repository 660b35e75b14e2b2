package access_test

import (
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/aparte-im/aparte/graph/access"
	"github.com/aparte-im/aparte/internal/testlog"
	"github.com/aparte-im/aparte/internal/testwait"
)

// served answers some requests through a log, over the network, one after the other.
func served(t *testing.T, c access.Config, h http.HandlerFunc, paths ...string) (lines []map[string]any) {
	t.Helper()
	log := &testlog.Log{}
	c.Logger = slog.New(slog.NewJSONHandler(log, nil))
	mux := http.NewServeMux()
	mux.Handle("/", h)
	logged := access.New(c).Wrap(mux)
	// A line may be written after the client has its answer, and the order of lines is compared.
	written := make(chan struct{}, len(paths))
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer func() { written <- struct{}{} }()
		logged.ServeHTTP(w, r)
	}))
	defer server.Close()
	// A request on a connection of its own is not made again when that is dropped.
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	for _, path := range paths {
		response, err := client.Get(server.URL + path)
		if err == nil { // its connection was not dropped
			_, _ = io.Copy(io.Discard, response.Body)
			_ = response.Body.Close()
		}
		select {
		case <-written:
		case <-time.After(testwait.Limit(10 * time.Second)):
			t.Fatalf("%s: no handler has answered, %v", path, err)
		}
	}
	for line := range strings.Lines(log.String()) {
		var l map[string]any
		if err := json.Unmarshal([]byte(line), &l); err != nil {
			t.Fatal(err)
		}
		lines = append(lines, l)
	}
	return lines
}

func TestALineIsWhatWasAnswered(t *testing.T) {
	lines := served(t, access.Config{}, func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/stream":
			w.WriteHeader(http.StatusEarlyHints) // which is no answer yet
			control := http.NewResponseController(w)
			for range 3 {
				if _, err := io.WriteString(w, "word "); err != nil || control.Flush() != nil {
					t.Error("not flushed")
				}
			}
		case "/socket":
			conn, _, err := http.NewResponseController(w).Hijack()
			if err != nil {
				t.Error(err)
				return
			}
			_ = conn.Close()
		case "/panic":
			panic(http.ErrAbortHandler)
		case "/note":
			n := access.NoteOf(r.Context())
			n.Ran("query", "me")
			n.Failed("")
			n.Failed("FIRST")
			n.Failed("SECOND")
			n.Traced("abc")
		}
	}, "/stream", "/socket", "/panic", "/note?secret=1", "/nothing")
	want := []string{"200 15", "101 0", "200 0 ABORTED", "200 0 query me FIRST abc", "200 0"}
	if len(lines) != len(want) {
		t.Fatalf("%d lines: %v", len(lines), lines)
	}
	for i, l := range lines {
		got := fmt.Sprint(l["status"], " ", l["bytes"])
		for _, key := range []string{"kind", "operation", "code", "traceId"} {
			if l[key] != nil {
				got += fmt.Sprint(" ", l[key])
			}
		}
		if got != want[i] || l["path"] != "/" || l["method"] != "GET" || l["address"] != nil {
			t.Errorf("%q, want %q: %v", got, want[i], l)
		}
	}
}

func TestWhatIsKept(t *testing.T) {
	h := func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/bad" {
			w.WriteHeader(http.StatusBadRequest)
		}
	}
	paths := []string{"/1", "/2", "/bad", "/3", "/4", "/5", "/bad"}
	for _, c := range []struct {
		config access.Config
		want   int
	}{
		{access.Config{}, 7}, {access.Config{Failed: true}, 2}, {access.Config{Sample: 2}, 5}, {access.Config{Sample: 100}, 3},
	} {
		if lines := served(t, c.config, h, paths...); len(lines) != c.want {
			t.Errorf("%+v: %d lines, want %d", c.config, len(lines), c.want)
		}
	}
	lines := served(t, access.Config{Address: func(*http.Request) netip.Addr { return netip.MustParseAddr("192.0.2.1") }}, h, "/1")
	if lines[0]["address"] != "192.0.2.1" {
		t.Errorf("%v", lines)
	}
}

// Off, nothing stands between a server and its handler.
func TestALogThatIsOff(t *testing.T) {
	var off *access.Log
	mux := http.NewServeMux()
	if off.Wrap(mux) != http.Handler(mux) {
		t.Error("a log that is off is wrapped around a handler")
	}
	off.Operation(t.Context(), nil, 0)
	access.NoteOf(t.Context()).Ran("query", "me")
	access.NoteOf(t.Context()).Failed("X")
}
