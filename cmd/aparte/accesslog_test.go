package main

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"syscall"
	"testing"
)

// accessLine is a line of the access log.
type accessLine struct {
	Msg, RequestID, Transport, Method, Path, Kind, Operation, Code, Address, TraceID string

	Status int
	Ms     float64
	Bytes  int64
}

func accessLines(t *testing.T, p *process) (lines []accessLine) {
	t.Helper()
	for line := range strings.Lines(p.said.String()) {
		var l accessLine
		if err := json.Unmarshal([]byte(line), &l); err != nil {
			t.Errorf("%v: %s", err, line)
		}
		if l.Msg == "request" {
			lines = append(lines, l)
		}
	}
	return lines
}

// loggedServer runs a server with some settings, lets the same things happen, and returns its
// access log.
func loggedServer(t *testing.T, args ...string) ([]accessLine, string) {
	t.Helper()
	url, secret := "sqlite:"+t.TempDir()+"/aparte.db", secretFile(t, testSecret)
	mustAparte(t, "migrate", "--database-url", url)
	p := startServe(t, nil, append([]string{"--database-url", url, "--jwt-secret-file", secret, "--create-users"}, args...)...)
	token := strings.TrimSpace(mustAparte(t, "token", "--jwt-secret-file", secret, "--subject", "theirexternalid"))
	p.ask(token, "query TheirOwnName { me { externalId } }", nil, nil)
	p.ask(token, "{ me { id } }", nil, nil)
	p.get("/graphql?query=theirownwords")
	p.get("/nowhere/theirownpath")
	f := followWithTrace(t, p, token, "")
	if err := f.conn.WriteJSON(map[string]any{"type": "subscribe", "id": "2", "payload": map[string]any{"query": "{ me { nothing } }"}}); err != nil {
		t.Fatal(err)
	}
	if kind, _, err := read(f.conn); err != nil || kind != "error" {
		t.Fatalf("%s %v", kind, err)
	}
	p.stop(syscall.SIGTERM)
	return accessLines(t, p), p.said.String()
}

// The log has a line for each request and each operation of a socket, with nothing of a user and
// nothing that a client wrote.
func TestAccessLog(t *testing.T) {
	lines, said := loggedServer(t, "--access-log", "all")
	find := func(want accessLine) accessLine {
		t.Helper()
		for _, l := range lines {
			got := l
			got.RequestID, got.Ms, got.Bytes, got.Msg = "", 0, 0, ""
			if got == want {
				if len(l.RequestID) != 16 || l.Ms <= 0 || l.Bytes <= 0 && want.Status != http.StatusSwitchingProtocols && want.Kind != "subscription" {
					t.Errorf("%+v", l)
				}
				return l
			}
		}
		t.Errorf("no line %+v in\n%s", want, said)
		return accessLine{}
	}
	find(accessLine{Transport: "http", Method: "POST", Path: "/graphql", Status: 200, Kind: "query", Operation: "me"})
	find(accessLine{Transport: "http", Method: "GET", Path: "/graphql", Status: 401, Code: "UNAUTHENTICATED"})
	find(accessLine{Transport: "http", Method: "GET", Path: "/", Status: 404})
	find(accessLine{Transport: "http", Method: "GET", Path: "/graphql", Status: 101})
	find(accessLine{Transport: "websocket", Kind: "subscription", Operation: "inboxEvents"})
	find(accessLine{Transport: "websocket", Code: "GRAPHQL_VALIDATION_FAILED"})
	ids := map[string]bool{}
	for _, l := range lines {
		ids[l.RequestID] = true
	}
	if len(ids) != len(lines) {
		t.Errorf("%d lines have %d ids", len(lines), len(ids))
	}
	for _, theirs := range []string{"theirownwords", "TheirOwnName", "theirexternalid", "theirownpath", `"address":"127.0.0.1"`, "usr_"} {
		if strings.Contains(said, theirs) {
			t.Errorf("the log tells of %q", theirs)
		}
	}
}

// The log is off by default, leaves out the requests that it is configured to leave out, and holds
// addresses only where that is wanted.
func TestAccessLogIsWhatWasAskedFor(t *testing.T) {
	if lines, _ := loggedServer(t); len(lines) > 0 {
		t.Errorf("%d lines nobody asked for", len(lines))
	}
	lines, _ := loggedServer(t, "--access-log", "failed", "--access-log-addresses")
	if len(lines) != 3 || slices.ContainsFunc(lines, func(l accessLine) bool { return l.Code == "" && l.Status != 404 || l.Address != "127.0.0.1" }) {
		t.Errorf("of what failed there are %+v", lines)
	}
	lines, _ = loggedServer(t, "--access-log", "all", "--access-log-sample", "1000")
	if len(lines) != 4 { // the first of what went well, and what failed
		t.Errorf("of a sample there are %+v", lines)
	}
}
