package main

import (
	"database/sql"
	"net/http"
	"net/url"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/aparte-im/aparte/internal/faultproxy"
	"github.com/aparte-im/aparte/internal/testdb"
)

// awaitStatus asks an address until it answers with a status and a text.
func awaitStatus(t *testing.T, address string, status int, text string) {
	t.Helper()
	again := time.NewTicker(10 * time.Millisecond)
	defer again.Stop()
	timeout := time.After(patience)
	for {
		got, said := fetch(t, address)
		if got == status && strings.Contains(said, text) {
			return
		}
		select {
		case <-again.C:
		case <-timeout:
			t.Fatalf("%s answers %d %s, want %d %s", address, got, said, status, text)
		}
	}
}

func readyServer(t *testing.T, url string, args ...string) *process {
	t.Helper()
	p := startServe(t, nil, append([]string{"--database-url", url, "--jwt-secret-file", secretFile(t, testSecret)}, args...)...)
	awaitStatus(t, p.address+"/readyz", http.StatusOK, "ok")
	return p
}

// notReady waits until the server takes no requests; it is alive all the same.
func notReady(t *testing.T, p *process) {
	t.Helper()
	awaitStatus(t, p.address+"/readyz", http.StatusServiceUnavailable, "database not ready")
	awaitStatus(t, p.address+"/healthz", http.StatusOK, "ok")
}

// A server whose database goes away is not ready, and is again when it comes back, without a
// restart.
func TestReadyAgainWhenTheDatabaseIsBack(t *testing.T) {
	proxy, err := faultproxy.Start(testdb.Postgres(t))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(proxy.Close)
	p := readyServer(t, proxy.URL())
	proxy.Follow(func(string) faultproxy.Step { return faultproxy.CutBefore() })
	notReady(t, p)
	proxy.Follow(nil)
	awaitStatus(t, p.address+"/readyz", http.StatusOK, "ok")
	p.stop(syscall.SIGTERM)
}

// A server whose database lacks a migration, as after a restore of an older backup, is not ready.
func TestNotReadyOnAnOutdatedSchema(t *testing.T) {
	testdb.Each(t, func(t *testing.T, address string) {
		p := readyServer(t, address)
		driver, path := "postgres", address
		if file, is := strings.CutPrefix(address, "sqlite:"); is {
			// The server writes too.
			driver, path = "sqlite", "file:"+file+"?_pragma=busy_timeout(10000)"
		}
		db, err := sql.Open(driver, path)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = db.Close() }()
		var last int64
		if err := db.QueryRowContext(t.Context(), "SELECT max(version_id) FROM aparte_migrations").Scan(&last); err != nil {
			t.Fatal(err)
		}
		run := func(text string) {
			t.Helper()
			if _, err := db.ExecContext(t.Context(), text, last); err != nil {
				t.Fatal(err)
			}
		}
		run("UPDATE aparte_migrations SET version_id = -version_id WHERE version_id = $1")
		notReady(t, p)
		run("UPDATE aparte_migrations SET version_id = -version_id WHERE version_id = 0 - $1")
		awaitStatus(t, p.address+"/readyz", http.StatusOK, "ok")
		p.stop(syscall.SIGTERM)
	})
}

// A server whose database takes no writes, as a standby, is not ready, and is when it is the
// primary.
func TestNotReadyOnAStandby(t *testing.T) {
	address := testdb.Postgres(t)
	p := readyServer(t, address)
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	name := strings.TrimPrefix(u.Path, "/")
	u.Path = "/postgres"
	admin, err := sql.Open("postgres", u.String())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = admin.Close() }()
	become := func(change string) {
		t.Helper()
		for _, text := range []string{
			`ALTER DATABASE "` + name + `" ` + change,
			`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '` + name + `'`,
		} {
			if _, err := admin.ExecContext(t.Context(), text); err != nil {
				t.Fatal(err)
			}
		}
	}
	become("SET default_transaction_read_only = on")
	notReady(t, p)
	become("RESET default_transaction_read_only")
	awaitStatus(t, p.address+"/readyz", http.StatusOK, "ok")
	p.stop(syscall.SIGTERM)
}

// A server that drains says so, and serves requests until its delay is over. A second signal ends
// the delay.
func TestServesWhileItDrains(t *testing.T) {
	address := "sqlite:" + t.TempDir() + "/aparte.db"
	mustAparte(t, "migrate", "--database-url", address)
	p := readyServer(t, address, "--drain-delay", "10m")
	if err := p.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	awaitStatus(t, p.address+"/readyz", http.StatusServiceUnavailable, "stopping")
	for range 3 {
		response, err := http.Get("http://" + p.address + "/graphql")
		if err != nil {
			t.Fatal(err)
		}
		_ = response.Body.Close()
		if response.StatusCode != http.StatusUnauthorized && response.StatusCode != http.StatusBadRequest || !response.Close {
			t.Errorf("a request is answered %d while the server drains, connection closed: %v", response.StatusCode, response.Close)
		}
	}
	if strings.Contains(p.said.String(), `"stopping"`) {
		t.Errorf("the server stopped before the delay was over: %s", p.said)
	}
	p.stop(syscall.SIGTERM)
	checkDatabase(t, address)
}

// The listener closes when the delay is over.
func TestStopsAfterTheDrainDelay(t *testing.T) {
	address := "sqlite:" + t.TempDir() + "/aparte.db"
	mustAparte(t, "migrate", "--database-url", address)
	p := readyServer(t, address, "--drain-delay", "50ms")
	if code := p.stop(syscall.SIGTERM); code != exitOK || !strings.Contains(p.said.String(), `"draining"`) {
		t.Errorf("the process ended with %d: %s", code, p.said)
	}
}

// A server that stops says so on the address for operators, while it still answers the requests
// that have begun.
func TestNotReadyWhileItDrains(t *testing.T) {
	address, secret := "sqlite:"+t.TempDir()+"/aparte.db", secretFile(t, testSecret)
	mustAparte(t, "migrate", "--database-url", address)
	p := readyServer(t, address, "--ops-listen", "127.0.0.1:0", "--shutdown-timeout", "10m")
	ops := p.ops(t)
	awaitStatus(t, ops+"/readyz", http.StatusOK, "ok")
	hang(t, p, strings.TrimSpace(mustAparte(t, "token", "--jwt-secret-file", secret, "--admin")))
	if err := p.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	awaitStatus(t, ops+"/readyz", http.StatusServiceUnavailable, "stopping")
	awaitStatus(t, ops+"/healthz", http.StatusOK, "ok")
}

// A port that another program has is told with the flag that names another one.
func TestATakenPortNamesItsFlag(t *testing.T) {
	address := "sqlite:" + t.TempDir() + "/aparte.db"
	mustAparte(t, "migrate", "--database-url", address)
	secret := secretFile(t, testSecret)
	taken := startServe(t, nil, "--database-url", address, "--jwt-secret-file", secret)
	for flag, args := range map[string][]string{
		"--listen":     {"serve", "--database-url", address, "--jwt-secret-file", secret, "--listen", taken.address},
		"--ops-listen": {"serve", "--database-url", address, "--jwt-secret-file", secret, "--listen", "127.0.0.1:0", "--ops-listen", taken.address},
		"--listen ":    {"dev", "--data-dir", t.TempDir(), "--listen", taken.address},
	} {
		e := runAparte(t, args...)
		if want := "give another address with " + strings.TrimSpace(flag); e.code != exitFailed || !strings.Contains(e.stderr, want) {
			t.Errorf("%v ended with %d: %s; want %q", args, e.code, e.stderr, want)
		}
	}
	taken.stop(syscall.SIGTERM)
}
