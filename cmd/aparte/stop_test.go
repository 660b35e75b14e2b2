package main

import (
	"bufio"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/aparte-im/aparte/internal/wsclient"
)

// On SIGTERM and SIGINT subscriptions end with a code at which clients reconnect, and the process
// exits with 0.
func TestGracefulStop(t *testing.T) {
	for _, signal := range []syscall.Signal{syscall.SIGTERM, syscall.SIGINT} {
		dir := t.TempDir()
		p := startDev(t, dir)
		conn, err := dial(t.Context(), p.address)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = conn.Close() }()
		init := map[string]any{"type": "connection_init", "payload": map[string]any{"Authorization": "Bearer " + tokenOf(t, dir, "alice")}}
		if err := conn.WriteJSON(init); err != nil {
			t.Fatal(err)
		}
		if kind, _, err := read(conn); err != nil || kind != "connection_ack" {
			t.Fatalf("%s %v", kind, err)
		}
		subscribe := map[string]any{"type": "subscribe", "id": "1", "payload": map[string]any{"query": followInbox}}
		if err := conn.WriteJSON(subscribe); err != nil {
			t.Fatal(err)
		}
		if code := p.stop(signal); code != exitOK {
			t.Errorf("%v: the process ended with %d: %s", signal, code, p.said)
		}
		for {
			if _, _, err = read(conn); err != nil {
				break
			}
		}
		if code := wsclient.CloseCode(err); code != closeServiceRestart && code != closeTryAgainLater {
			t.Errorf("%v: the socket ended with %v", signal, err)
		}
	}
}

// hang sends a request without its body, and returns when the server waits for the body.
func hang(t *testing.T, p *process, token string) {
	t.Helper()
	conn, err := net.Dial("tcp", p.address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	_, err = fmt.Fprintf(conn, "POST /graphql HTTP/1.1\r\nHost: %s\r\nAuthorization: Bearer %s\r\nContent-Type: application/json\r\n"+
		"Content-Length: 100\r\nExpect: 100-continue\r\n\r\n", p.address, token)
	if err != nil {
		t.Fatal(err)
	}
	line, err := bufio.NewReader(conn).ReadString('\n')
	if err != nil || !strings.Contains(line, "100 Continue") {
		t.Fatalf("the server does not wait for a body: %q %v", line, err)
	}
}

// A request that hangs does not keep the process alive: not beyond the timeout, nor beyond a second
// signal.
func TestStopDoesNotWaitForEver(t *testing.T) {
	url := "sqlite:" + filepath.Join(t.TempDir(), "aparte.db")
	mustAparte(t, "migrate", "--database-url", url)
	secret := secretFile(t, testSecret)
	token := strings.TrimSpace(mustAparte(t, "token", "--jwt-secret-file", secret, "--admin"))

	p := startServe(t, nil, "--database-url", url, "--jwt-secret-file", secret, "--shutdown-timeout", "100ms")
	hang(t, p, token)
	if code := p.stop(syscall.SIGTERM); code != exitFailed || !strings.Contains(p.said.String(), "took longer than 100ms") {
		t.Errorf("the process ended with %d: %s", code, p.said)
	}

	p = startServe(t, nil, "--database-url", url, "--jwt-secret-file", secret, "--shutdown-timeout", "10m")
	hang(t, p, token)
	if err := p.cmd.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	p.await(`"stopping"`)
	if code := p.stop(syscall.SIGTERM); code == exitOK {
		t.Errorf("after a second signal the process ended as if all was done: %s", p.said)
	}
	checkDatabase(t, url)
}
