package main

import (
	"net/http"
	"strings"
	"testing"
)

// The settings of rates and proxies hold, and errors in them are reported at once.
func TestServeRates(t *testing.T) {
	url := "sqlite:" + t.TempDir() + "/aparte.db"
	secret := secretFile(t, testSecret)
	mustAparte(t, "migrate", "--database-url", url)
	p := startServe(t, nil, "--database-url", url, "--jwt-secret-file", secret, "--create-users", "--rate-reads", "2/1h",
		"--trusted-proxies", "127.0.0.1,10.0.0.0/8", "--proxy-header", "Forwarded", "--query-timeout", "0")
	token := strings.TrimSpace(mustAparte(t, "token", "--jwt-secret-file", secret, "--subject", "host-1"))
	for i, want := range []int{http.StatusOK, http.StatusOK, http.StatusTooManyRequests} {
		if got := p.status(t, token); got != want {
			t.Errorf("request %d: %d", i, got)
		}
	}
	e := runAparte(t, "serve", "--database-url", "postgres://a/b", "--jwt-secret-file", secret, "--rate-sends", "many",
		"--rate-address-refusals", "1/x", "--trusted-proxies", "10.0.0.0/8,proxy", "--proxy-header", "X-Real-IP",
		"--query-timeout", "-1s")
	for _, mark := range []string{
		"5 settings are wrong", "--rate-sends: \"many\"", "--rate-address-refusals", "\"proxy\" is not a network", "X-Real-IP", "--query-timeout",
	} {
		if e.code != exitUsage || !strings.Contains(e.stderr, mark) {
			t.Errorf("%q is not told: %d %s", mark, e.code, e.stderr)
		}
	}
}
