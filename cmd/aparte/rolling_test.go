package main

import (
	"bytes"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/aparte-im/aparte/internal/testdb"
)

// freeAddress returns an address of the loopback that nobody listens on now.
func freeAddress(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	return l.Addr().String()
}

// proxied are the files of deploy/ with the commands that run them.
var proxied = []struct {
	program, file string
	// wrap makes a whole configuration of the file.
	wrap func(dir, text string) string
	args func(file string) []string
}{
	{
		"nginx", "nginx.conf",
		func(dir, text string) string {
			return fmt.Sprintf("daemon off;\nmaster_process off;\npid %[1]s/pid;\nerror_log %[1]s/error.log;\nevents {}\nhttp {\naccess_log off;\n"+
				"client_body_temp_path %[1]s/body;\nproxy_temp_path %[1]s/proxy;\nfastcgi_temp_path %[1]s/fastcgi;\n"+
				"uwsgi_temp_path %[1]s/uwsgi;\nscgi_temp_path %[1]s/scgi;\n%[2]s\n}\n", dir, text)
		},
		func(file string) []string { return []string{"-e", "stderr", "-c", file} },
	},
	{
		"haproxy", "haproxy.cfg",
		func(_, text string) string { return text },
		func(file string) []string { return []string{"-db", "-f", file} },
	},
}

// Two nodes behind nginx and behind HAProxy, with the files of deploy/, are restarted one after the
// other while clients ask: every answer is 200.
func TestRollingRestart(t *testing.T) {
	for _, c := range proxied {
		t.Run(c.program, func(t *testing.T) {
			t.Parallel()
			bin, err := exec.LookPath(c.program)
			if err != nil {
				if bin, err = exec.LookPath("/usr/sbin/" + c.program); err != nil {
					t.Skipf("%s is not installed", c.program)
				}
			}
			text, err := os.ReadFile(filepath.Join("..", "..", "deploy", c.file))
			if err != nil {
				t.Fatal(err)
			}
			r := &rolling{t: t, database: testdb.Postgres(t), secret: secretFile(t, testSecret)}
			front := freeAddress(t)
			addresses := []string{freeAddress(t), freeAddress(t)}
			// The times are a fifth of the file's, so that the test is quick.
			conf := strings.NewReplacer("127.0.0.1:8080", front, "127.0.0.1:8081", addresses[0], "127.0.0.1:8082", addresses[1],
				"keepalive_timeout 5s", "keepalive_timeout 1s", "inter 1s", "inter 200ms").Replace(string(text))
			dir := t.TempDir()
			file := filepath.Join(dir, c.file)
			if err := os.WriteFile(file, []byte(c.wrap(dir, conf)), 0o600); err != nil {
				t.Fatal(err)
			}
			nodes := []*process{r.start(addresses[0]), r.start(addresses[1])}
			var said bytes.Buffer
			proxy := exec.CommandContext(t.Context(), bin, c.args(file)...)
			proxy.Stderr = &said
			if err := proxy.Start(); err != nil {
				t.Fatal(err)
			}
			defer func() {
				_ = proxy.Process.Kill()
				_ = proxy.Wait()
			}()
			awaitListener(t, front, &said)
			awaitStatus(t, front+"/readyz", http.StatusOK, "ok")
			stop := r.load(front)
			for i, node := range nodes {
				r.answered(100)
				node.stop(syscall.SIGTERM)
				r.answered(100)
				nodes[i] = r.start(addresses[i])
				// The proxy must have noticed that it is back before the other one goes.
				nodes[i].await(`"path":"/graphql"`)
			}
			stop()
			if n := r.bad.Load(); n > 0 {
				t.Errorf("%d of %d answers were not 200, for example %v", n, n+r.good.Load(), r.example.Load())
			}
			for _, node := range nodes {
				_ = node.cmd.Process.Kill()
			}
		})
	}
}

func awaitListener(t *testing.T, address string, said *bytes.Buffer) {
	t.Helper()
	again := time.NewTicker(10 * time.Millisecond)
	defer again.Stop()
	timeout := time.After(patience)
	for {
		conn, err := net.Dial("tcp", address)
		if err == nil {
			_ = conn.Close()
			return
		}
		select {
		case <-again.C:
		case <-timeout:
			t.Fatalf("nothing listens on %s: %s", address, said)
		}
	}
}

// rolling is a service of two nodes with clients that ask it.
type rolling struct {
	t                *testing.T
	database, secret string
	good, bad        atomic.Int64
	example          atomic.Value
}

func (r *rolling) start(address string) *process {
	r.t.Helper()
	p := startProcess(r.t, nil, "serve", "--listen", address, "--database-url", r.database, "--jwt-secret-file", r.secret,
		"--drain-delay", "2s", "--trusted-proxies", "127.0.0.1", "--rate-reads", "0", "--rate-address-reads", "0", "--create-users",
		"--access-log", "all", "--access-log-sample", "20")
	p.await(`"serving"`)
	p.address = address
	return p
}

// load asks from several clients until the function that it returns is called.
func (r *rolling) load(address string) func() {
	token := strings.TrimSpace(mustAparte(r.t, "token", "--jwt-secret-file", r.secret, "--subject", "someone"))
	done := make(chan struct{})
	var clients sync.WaitGroup
	for range 8 {
		clients.Go(func() {
			for {
				select {
				case <-done:
					return
				default:
				}
				r.ask(address, token)
			}
		})
	}
	return func() {
		close(done)
		clients.Wait()
	}
}

func (r *rolling) ask(address, token string) {
	request, err := http.NewRequest(http.MethodPost, "http://"+address+"/graphql", strings.NewReader(`{"query": "{ __typename }"}`))
	if err != nil {
		r.example.Store(err.Error())
		r.bad.Add(1)
		return
	}
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("Authorization", "Bearer "+token)
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		r.example.Store(err.Error())
		r.bad.Add(1)
		return
	}
	text, _ := io.ReadAll(response.Body)
	_ = response.Body.Close()
	if response.StatusCode != http.StatusOK {
		r.example.Store(fmt.Sprintf("%d %s", response.StatusCode, text))
		r.bad.Add(1)
		return
	}
	r.good.Add(1)
}

// answered waits for so many more answers.
func (r *rolling) answered(n int64) {
	r.t.Helper()
	want := r.good.Load() + r.bad.Load() + n
	again := time.NewTicker(10 * time.Millisecond)
	defer again.Stop()
	timeout := time.After(patience)
	for r.good.Load()+r.bad.Load() < want {
		select {
		case <-again.C:
		case <-timeout:
			r.t.Fatal("the clients get no answers")
		}
	}
}
