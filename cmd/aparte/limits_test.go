package main

import (
	"encoding/json"
	"io"
	"net/http"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/aparte-im/aparte/internal/wsclient"
)

// A bound that cannot hold is refused with a reason.
func TestLimitsThatCannotBeAreRefused(t *testing.T) {
	e := runAparte(t, "serve", "--max-operations", "0", "--max-directives", "-1", "--max-body-admin", "0", "--max-page", "101",
		"--connections-per-user", "-1", "--socket-operations", "0", "--socket-init-timeout", "1ms", "--socket-write-wait", "-1s",
		"--socket-message-bytes", "10", "--stream-keep-alive", "soon", "--revocation-poll", "0s")
	for _, mark := range []string{
		"--max-operations: 0 is less than 1", "--max-directives: -1 is less than 1", "--max-body-admin: 0 is less than 1",
		"--max-page: 101 is more than 100", "--connections-per-user: -1 is less than 0", "--socket-operations: 0 is less than 1",
		"--socket-init-timeout: 1ms is too short; give at least 10ms", "--socket-write-wait: -1s is too short", "--socket-greeting-bytes: 8192 is more than the 10",
		`--stream-keep-alive: "soon" is not a duration; give one as 30s or 24h`, "--revocation-poll: 0s is too short",
	} {
		if e.code != exitUsage || !strings.Contains(e.stderr, mark) {
			t.Errorf("%q is not told:\n%s", mark, e.stderr)
		}
	}
}

// The limits that are set hold for clients.
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
	closesWith(t, second, closeTryAgainLater)
	if err := f.conn.Write(`{"type":"ping","payload":{"x":"` + strings.Repeat("x", 1000) + `"}}`); err != nil {
		t.Fatal(err)
	}
	closesWith(t, f.conn, closeMessageTooBig)

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
// Close codes of RFC 6455 and of IANA's registry.
const (
	closeMessageTooBig  = 1009
	closeServiceRestart = 1012
	closeTryAgainLater  = 1013
)

func closesWith(t *testing.T, conn *wsclient.Conn, code int) {
	t.Helper()
	for {
		if _, err := conn.Read(); err != nil {
			if wsclient.CloseCode(err) != code {
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
