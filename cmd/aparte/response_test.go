package main

import (
	"fmt"
	"net"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// A client that does not read its responses is cut, and holds nothing; sockets have rules of their
// own.
func TestAnAnswerThatIsNotReadIsCut(t *testing.T) {
	url, secret := "sqlite:"+filepath.Join(t.TempDir(), "aparte.db"), secretFile(t, testSecret)
	mustAparte(t, "migrate", "--database-url", url)
	p := startServe(t, nil, "--database-url", url, "--jwt-secret-file", secret, "--create-users", "--introspection",
		"--rate-reads", "0", "--rate-address-reads", "0", "--answer-write-wait", "200ms")
	token := strings.TrimSpace(mustAparte(t, "token", "--jwt-secret-file", secret, "--subject", "1"))
	f := followWithTrace(t, p, token, "")

	conn, err := new(net.Dialer).DialContext(t.Context(), "tcp", p.address)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close() }()
	if err := conn.(*net.TCPConn).SetReadBuffer(4 << 10); err != nil {
		t.Fatal(err)
	}
	// One request after the other, and no response is read: in the end the server reads no request
	// either.
	const body = `{"query":"{ __schema { types { name description fields { name description args { name description } } } } }"}`
	request := fmt.Appendf(nil, "POST /graphql HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer %s\r\nContent-Type: application/json\r\n"+
		"Content-Length: %d\r\n\r\n%s", token, len(body), body)
	if err := conn.SetWriteDeadline(time.Now().Add(patience)); err != nil {
		t.Fatal(err)
	}
	for err == nil {
		_, err = conn.Write(request)
	}
	if timeout, is := err.(net.Error); is && timeout.Timeout() { //nolint:errorlint // net's own
		t.Error("a client that does not read is not cut")
	}

	if err := f.conn.WriteJSON(map[string]any{"type": "subscribe", "id": "2", "payload": map[string]any{"query": "{ __typename }"}}); err != nil {
		t.Fatal(err)
	}
	if kind, payload, err := read(f.conn); kind != "next" {
		t.Errorf("the socket hears %s %s, %v", kind, payload, err)
	}
	if code := p.stop(syscall.SIGTERM); code != exitOK {
		t.Errorf("serve ended with %d: %s", code, p.said)
	}
}
