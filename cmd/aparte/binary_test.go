package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/aparte-im/aparte/internal/testwait"
)

// binary is the path of the command, built once: these tests run it as an operator does.
var binary string

func TestMain(m *testing.M) {
	os.Exit(buildAndRun(m))
}

func buildAndRun(m *testing.M) int {
	dir, err := os.MkdirTemp("", "aparte-test-*")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer func() { _ = os.RemoveAll(dir) }()
	binary = filepath.Join(dir, "aparte")
	if out, err := exec.Command("go", "build", "-o", binary, ".").CombinedOutput(); err != nil {
		fmt.Fprintf(os.Stderr, "build: %v\n%s", err, out)
		return 1
	}
	return m.Run()
}

// patience bounds the wait for a state that should come at once.
var patience = testwait.Limit(60 * time.Second)

// ended is the result of a command that has ended.
type ended struct {
	code           int
	stdout, stderr string
}

func aparteCommand(ctx context.Context, env []string, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, binary, args...)
	// Nothing of the developer's own environment gets in.
	cmd.Env = append([]string{"PATH=" + os.Getenv("PATH"), "HOME=/nonexistent"}, env...)
	return cmd
}

// runAparte runs a command to its end.
func runAparte(t *testing.T, args ...string) ended {
	t.Helper()
	return aparteIn(t, nil, args...)
}

func aparteIn(t *testing.T, env []string, args ...string) ended {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 2*patience)
	defer cancel()
	cmd := aparteCommand(ctx, env, args...)
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	err := cmd.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatalf("aparte %s: %v", strings.Join(args, " "), err)
	}
	return ended{cmd.ProcessState.ExitCode(), stdout.String(), stderr.String()}
}

// mustAparte runs a command that has to succeed, and returns its standard output.
func mustAparte(t *testing.T, args ...string) string {
	t.Helper()
	e := runAparte(t, args...)
	if e.code != 0 {
		t.Fatalf("aparte %s ended with %d:\n%s%s", strings.Join(args, " "), e.code, e.stdout, e.stderr)
	}
	return e.stdout
}

// process is a server that runs.
type process struct {
	t       *testing.T
	cmd     *exec.Cmd
	address string
	said    *transcript
	exited  chan struct{}
}

// transcript holds the output of a process so far, and signals when there is more.
type transcript struct {
	mu   sync.Mutex
	text []byte
	more chan struct{}
}

func (l *transcript) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.text = append(l.text, p...)
	close(l.more)
	l.more = make(chan struct{})
	return len(p), nil
}

func (l *transcript) String() string {
	text, _ := l.now()
	return text
}

func (l *transcript) now() (string, <-chan struct{}) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return string(l.text), l.more
}

// startDev starts `aparte dev` on a directory and waits until it has printed its address.
func startDev(t *testing.T, dir string, args ...string) *process {
	t.Helper()
	p := startProcess(t, nil, append([]string{"dev", "--listen", "127.0.0.1:0", "--data-dir", dir}, args...)...)
	p.await("Ctrl-C")
	_, rest, _ := strings.Cut(p.said.String(), "http://")
	p.address, _, _ = strings.Cut(rest, "/")
	return p
}

// startServe starts `aparte serve` and waits until it has logged its address.
func startServe(t *testing.T, env []string, args ...string) *process {
	t.Helper()
	p := startProcess(t, env, append([]string{"serve", "--listen", "127.0.0.1:0"}, args...)...)
	p.await(`"serving"`)
	for line := range strings.Lines(p.said.String()) {
		var entry struct{ Msg, Address string }
		if json.Unmarshal([]byte(line), &entry) == nil && entry.Msg == "serving" {
			p.address = entry.Address
		}
	}
	return p
}

func startProcess(t *testing.T, env []string, args ...string) *process {
	t.Helper()
	p := &process{t: t, said: &transcript{more: make(chan struct{})}, exited: make(chan struct{})}
	p.cmd = aparteCommand(context.WithoutCancel(t.Context()), env, args...)
	p.cmd.Stdout, p.cmd.Stderr = p.said, p.said
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	var waiter sync.WaitGroup
	waiter.Go(func() {
		defer close(p.exited)
		_ = p.cmd.Wait()
	})
	t.Cleanup(func() {
		p.kill()
		waiter.Wait()
	})
	return p
}

// await waits until the process has printed a text.
func (p *process) await(mark string) {
	p.t.Helper()
	timeout := time.After(patience)
	for {
		text, more := p.said.now()
		if strings.Contains(text, mark) {
			return
		}
		select {
		case <-more:
		case <-p.exited:
			if text = p.said.String(); !strings.Contains(text, mark) {
				p.t.Fatalf("%v ended without saying %s: %s", p.cmd.Args, mark, text)
			}
			return
		case <-timeout:
			p.t.Fatalf("%v does not say %s: %s", p.cmd.Args, mark, text)
		}
	}
}

// kill ends the process with SIGKILL, and waits for its end.
func (p *process) kill() {
	_ = p.cmd.Process.Kill()
	<-p.exited
}

// stop sends a signal to the process, and waits for its end.
func (p *process) stop(signal syscall.Signal) int {
	p.t.Helper()
	if err := p.cmd.Process.Signal(signal); err != nil {
		p.t.Fatal(err)
	}
	return p.wait()
}

func (p *process) wait() int {
	p.t.Helper()
	select {
	case <-p.exited:
	case <-time.After(patience):
		p.t.Fatalf("the process does not end: %s", p.said)
	}
	return p.cmd.ProcessState.ExitCode()
}

func (p *process) url(path string) string { return "http://" + p.address + path }

// get returns the status and the text of a response.
func (p *process) get(path string) (int, string) {
	p.t.Helper()
	response, err := http.Get(p.url(path))
	if err != nil {
		p.t.Fatal(err)
	}
	defer func() { _ = response.Body.Close() }()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		p.t.Fatal(err)
	}
	return response.StatusCode, string(text)
}

// ask runs an operation with a token and reads its data; top-level errors fail the test.
func (p *process) ask(token, query string, variables, data any) {
	p.t.Helper()
	body, err := json.Marshal(map[string]any{"query": query, "variables": variables})
	if err != nil {
		p.t.Fatal(err)
	}
	request, err := http.NewRequestWithContext(p.t.Context(), http.MethodPost, p.url("/graphql"), bytes.NewReader(body))
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
	answer := struct {
		Data   any
		Errors json.RawMessage
	}{Data: data}
	if err := json.NewDecoder(response.Body).Decode(&answer); err != nil || answer.Errors != nil {
		p.t.Fatalf("%s: %s %v %s", query, response.Status, err, answer.Errors)
	}
}

// tokenOf is the token of a person of a data directory, made by the command.
func tokenOf(t *testing.T, dir, handle string) string {
	t.Helper()
	return strings.TrimSpace(mustAparte(t, "token", "--data-dir", dir, "--user", handle))
}
