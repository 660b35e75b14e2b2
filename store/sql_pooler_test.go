package store_test

import (
	"fmt"
	"net"
	"net/url"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/aparte-im/aparte/internal/testdb"
	"github.com/aparte-im/aparte/internal/testwait"
	"github.com/aparte-im/aparte/store"
)

// startPgBouncer starts PgBouncer before a database and returns the URL through it.
func startPgBouncer(t *testing.T, address string, settings ...string) string {
	t.Helper()
	bin, err := exec.LookPath("pgbouncer")
	if err != nil {
		if bin, err = exec.LookPath("/usr/sbin/pgbouncer"); err != nil {
			t.Skip("pgbouncer is not installed")
		}
	}
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	port := listener.Addr().(*net.TCPAddr).Port
	_ = listener.Close()
	dir, err := os.MkdirTemp("", "aparte-pgbouncer-") //nolint:usetesting // another user must reach it
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	lines := append([]string{
		"[databases]", fmt.Sprintf("* = host=%s port=%s", u.Hostname(), u.Port()),
		"[pgbouncer]", "listen_addr = 127.0.0.1", "listen_port = " + strconv.Itoa(port), "unix_socket_dir =",
		"auth_type = any", "default_pool_size = 60", "max_client_conn = 200",
	}, settings...)
	for i, line := range lines {
		if strings.HasPrefix(line, "* = ") {
			lines[i] = line + " user=" + u.User.Username()
		}
	}
	file := filepath.Join(dir, "pgbouncer.ini")
	if err := os.WriteFile(file, []byte(strings.Join(lines, "\n")+"\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(bin, "-q", file)
	if os.Getuid() == 0 {
		nobody, err := user.Lookup("nobody")
		if err != nil {
			t.Fatal(err)
		}
		uid, _ := strconv.Atoi(nobody.Uid)
		gid, _ := strconv.Atoi(nobody.Gid)
		if err := os.Chmod(dir, 0o755); err != nil {
			t.Fatal(err)
		}
		cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}}
	}
	var said strings.Builder
	cmd.Stderr = &said
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	})
	again := time.NewTicker(10 * time.Millisecond)
	defer again.Stop()
	timeout := time.After(testwait.Limit(20 * time.Second))
	through := net.JoinHostPort("127.0.0.1", strconv.Itoa(port))
	for {
		conn, err := net.Dial("tcp", through)
		if err == nil {
			_ = conn.Close()
			break
		}
		select {
		case <-again.C:
		case <-timeout:
			t.Fatalf("pgbouncer does not listen: %s", said.String())
		}
	}
	u.Host = through
	q := u.Query()
	q.Del("options")
	u.RawQuery = q.Encode()
	return u.String()
}

// A pooler that hands out sessions works without settings of its own. One that shares connections
// among transactions or statements is refused, whichever of its connections it hands out.
func TestPoolers(t *testing.T) {
	for _, c := range []struct {
		name     string
		settings []string
		works    bool
	}{
		{"session", []string{"pool_mode = session"}, true},
		{"transaction", []string{"pool_mode = transaction"}, false},
		{"transaction, in turns", []string{"pool_mode = transaction", "server_round_robin = 1", "min_pool_size = 8"}, false},
		{"transaction, one connection", []string{"pool_mode = transaction", "default_pool_size = 1"}, false},
		{"statement", []string{"pool_mode = statement"}, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			config := store.Config{URL: startPgBouncer(t, testdb.EmptyPostgres(t), c.settings...)}
			_, err := store.Migrate(t.Context(), config)
			if c.works {
				if err != nil {
					t.Fatal(err)
				}
				sendOne(t, config)
				return
			}
			_, opened := store.Open(t.Context(), config)
			for what, err := range map[string]error{"Migrate": err, "Open": opened} {
				if err == nil || !strings.Contains(err.Error(), "pool_mode = session") {
					t.Errorf("%s: %v; want a refusal that names the mode", what, err)
				}
			}
		})
	}
}
