package main

import (
	"encoding/json"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/gorilla/websocket"
	"github.com/spf13/pflag"

	"github.com/aparte-im/aparte/graph"
)

// filled fails for each field of a limit that still is what it was.
func filled(t *testing.T, name string, was, is reflect.Value) {
	t.Helper()
	for i := range is.NumField() {
		if is.Field(i).Equal(was.Field(i)) {
			t.Errorf("no flag sets %s.%s", name, is.Type().Field(i).Name)
		}
	}
}

// Every limit has a flag, which comes to the very field that it names.
func TestEveryLimitHasAFlag(t *testing.T) {
	o := &options{flags: pflag.NewFlagSet("serve", pflag.ContinueOnError)}
	all := []limitOptions{defineLimits(o), defineConnections(o)}
	apply := func() (s settings) {
		for _, p := range all {
			p.apply(o, &s)
		}
		return s
	}
	before := apply()
	n := 0
	o.flags.VisitAll(func(f *pflag.Flag) {
		if n++; f.Name == "trusted-documents" {
			return
		}
		value := strconv.Itoa(50 + n)
		if strings.Contains(f.Value.Type(), "duration") {
			value += "s"
		}
		if f.Name == "socket-message-bytes" {
			value = "1000" // more than a greeting
		}
		if err := o.flags.Set(f.Name, value); err != nil {
			t.Error(err)
		}
	})
	after := apply()
	if err := o.err(); err != nil {
		t.Fatal(err)
	}
	filled(t, "Limits", reflect.ValueOf(before.limits), reflect.ValueOf(after.limits))
	filled(t, "Sockets", reflect.ValueOf(before.sockets), reflect.ValueOf(after.sockets))
	// No two flags have one field.
	for _, p := range all {
		for i, number := range p.numbers {
			if got := *number.field(&after); got != *p.counts[i] {
				t.Errorf("--%s comes to %d, want %d", number.flag, got, *p.counts[i])
			}
		}
		for i, span := range p.spans {
			if got := *span.field(&after); got != *p.times[i] {
				t.Errorf("--%s comes to %v, want %v", span.flag, got, *p.times[i])
			}
		}
	}
	// What is no limit is listed, so that a new field has to be thought of.
	others := []string{
		"Service", "Verify", "CreateUsers", "Introspection", "Documents", "Origins", "LoopbackOrigins", "Proxies", "Exports",
		"Observer", "Tracing", "Access", "Logger", "Clock",
	}
	limits := []string{"Limits", "KeepAlive", "WriteWait", "Sockets", "ConnectionLimits", "RevocationPoll", "Rates", "Timeouts"}
	for f := range reflect.TypeFor[graph.Config]().Fields() {
		if !slices.Contains(others, f.Name) && !slices.Contains(limits, f.Name) {
			t.Errorf("graph.Config.%s: is it a limit? Then it needs a flag", f.Name)
		}
	}
}

// Every flag of serve stands in the guide, and every flag in the guide's table is one of serve.
func TestEveryFlagIsInTheGuide(t *testing.T) {
	guide, err := os.ReadFile("../../docs/operations.md")
	if err != nil {
		t.Fatal(err)
	}
	flags := newServe(&app{getenv: func(string) string { return "" }}).Flags()
	flags.VisitAll(func(f *pflag.Flag) {
		if !strings.Contains(string(guide), "`--"+f.Name+"`") {
			t.Errorf("docs/operations.md says nothing of --%s", f.Name)
		}
	})
	_, table, _ := strings.Cut(string(guide), "| flag of `serve` |")
	table, _, _ = strings.Cut(table, "\n\n")
	rows := 0
	for row := range strings.Lines(table) {
		cell, _, _ := strings.Cut(strings.TrimPrefix(row, "| "), " |")
		for name := range strings.SplitSeq(cell, ",") {
			name = strings.Trim(strings.TrimSuffix(strings.TrimSpace(name), " and others"), "`")
			if flag, is := strings.CutPrefix(name, "--"); is {
				if rows++; flags.Lookup(flag) == nil {
					t.Errorf("serve has no %s", name)
				}
			}
		}
	}
	if rows < 50 {
		t.Errorf("the table names %d flags", rows)
	}
}

// A bound that cannot be is refused, and it is said why.
func TestLimitsThatCannotBeAreRefused(t *testing.T) {
	e := aparte(t, "serve", "--max-operations", "0", "--max-directives", "-1", "--max-body-admin", "0", "--max-page", "101",
		"--connections-per-user", "-1", "--socket-operations", "0", "--socket-init-timeout", "1ms", "--socket-write-wait", "-1s",
		"--socket-message-bytes", "10", "--stream-keep-alive", "soon", "--revocation-poll", "0s")
	for _, mark := range []string{
		"--max-operations: 0 is less than 1", "--max-directives: -1 is less than 1", "--max-body-admin: 0 is less than 1",
		"--max-page: 101 is more than 100", "--connections-per-user: -1 is less than 0", "--socket-operations: 0 is less than 1",
		"--socket-init-timeout: 1ms is too short", "--socket-write-wait: -1s is too short", "--socket-greeting-bytes: 8192 is more than the 10",
		`--stream-keep-alive: "soon" is no duration`, "--revocation-poll: 0s is too short",
	} {
		if e.code != exitUsage || !strings.Contains(e.stderr, mark) {
			t.Errorf("%q is not told:\n%s", mark, e.stderr)
		}
	}
}

// What is set is what clients meet.
func TestLimitsHold(t *testing.T) {
	url, secret := "sqlite:"+filepath.Join(t.TempDir(), "aparte.db"), secretFile(t, testSecret)
	mustAparte(t, "migrate", "--database-url", url)
	p := startServe(t, nil, "--database-url", url, "--jwt-secret-file", secret, "--create-users", "--connections-per-user", "1",
		"--socket-init-timeout", "50ms", "--socket-operations", "1", "--socket-message-bytes", "1000", "--socket-greeting-bytes", "1000",
		"--max-operations", "1", "--max-directives", "1")
	token := strings.TrimSpace(mustAparte(t, "token", "--jwt-secret-file", secret, "--subject", "1"))

	silent, err := dial(t.Context(), p.address)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = silent.Close() }()
	closesWith(t, silent, 4408)

	f := followWithTrace(t, p, token, "") // one operation of the one socket
	write := func(id, query string) string {
		t.Helper()
		if err := f.conn.WriteJSON(map[string]any{"type": "subscribe", "id": id, "payload": map[string]any{"query": query}}); err != nil {
			t.Fatal(err)
		}
		kind, payload, err := read(f.conn)
		if err != nil {
			t.Fatal(err)
		}
		return kind + string(payload)
	}
	if said := write("2", "{ me { id } }"); !strings.Contains(said, "RATE_LIMITED") {
		t.Errorf("the second operation is answered %s", said)
	}
	second, err := dial(t.Context(), p.address)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = second.Close() }()
	if err := second.WriteJSON(map[string]any{"type": "connection_init", "payload": map[string]any{"Authorization": "Bearer " + token}}); err != nil {
		t.Fatal(err)
	}
	closesWith(t, second, websocket.CloseTryAgainLater)
	if err := f.conn.WriteMessage(websocket.TextMessage, []byte(`{"type":"ping","payload":{"x":"`+strings.Repeat("x", 1000)+`"}}`)); err != nil {
		t.Fatal(err)
	}
	closesWith(t, f.conn, websocket.CloseMessageTooBig)

	for query, most := range map[string]string{
		"query A { __typename } query B { __typename }":                     "operations",
		"{ a: __typename @skip(if: false) b: __typename @skip(if: false) }": "directives",
	} {
		body, err := json.Marshal(map[string]any{"query": query, "operationName": "A"})
		if err != nil {
			t.Fatal(err)
		}
		if said := p.post(token, string(body)); !strings.Contains(said, "COMPLEXITY_LIMIT_EXCEEDED") || !strings.Contains(said, most) {
			t.Errorf("%s is answered %s", query, said)
		}
	}
	if code := p.stop(syscall.SIGTERM); code != exitOK {
		t.Errorf("serve ended with %d: %s", code, p.said)
	}
}

// closesWith reads until the socket is closed.
func closesWith(t *testing.T, conn *websocket.Conn, code int) {
	t.Helper()
	if err := conn.SetReadDeadline(time.Now().Add(patience)); err != nil {
		t.Fatal(err)
	}
	for {
		if _, _, err := conn.ReadMessage(); err != nil {
			if !websocket.IsCloseError(err, code) {
				t.Errorf("want close code %d: %v", code, err)
			}
			return
		}
	}
}

// post sends a body as the bearer of a token, and returns the answer's text.
func (p *process) post(token, body string) string {
	p.t.Helper()
	request, err := http.NewRequestWithContext(p.t.Context(), http.MethodPost, p.url("/graphql"), strings.NewReader(body))
	if err != nil {
		p.t.Fatal(err)
	}
	request.Header.Set("Authorization", "Bearer "+token)
	request.Header.Set("Content-Type", "application/json")
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		p.t.Fatal(err)
	}
	defer func() { _ = response.Body.Close() }()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		p.t.Fatal(err)
	}
	return string(text)
}
