// Package pgcluster starts a throw-away Postgres for tests.
//
// Purpose. Tests run on a real server, of whatever version the machine has, without anybody setting
// one up.
//
// Invariants. A cluster never outlives the process that started it, however that ends: a shell
// watches a pipe from it and stops the server and removes its files when the pipe closes. Nothing
// is shared between clusters. The server listens on the loopback only and trusts every connection,
// because it holds nothing.
//
// Concurrency. Start may be called from several goroutines and processes at once.
//
// Lifecycle. Stop ends the cluster and waits; a process that exits without it leaves nothing behind
// either.
package pgcluster

import (
	"bufio"
	"context"
	_ "embed"
	"errors"
	"fmt"
	"io"
	"net"
	"net/url"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"syscall"
)

//go:embed supervise.sh
var supervise string

// Options says what the cluster is for.
type Options struct {
	// Durable keeps fsync on, which tests need not pay for and measurements must.
	Durable bool
	// Primary is the URL of another cluster, whose streaming standby this one becomes. Empty: it is
	// a primary.
	Primary string
	// Settings go to the server as they are, each "name=value", after those that all clusters have.
	Settings []string
}

// Cluster is a running server.
type Cluster struct {
	url   string
	shell *exec.Cmd
	hold  io.WriteCloser
	said  *bufio.Reader
}

// A Fall is how a server goes down.
type Fall string

// The falls.
const (
	// Kill is SIGKILL to the postmaster; its children notice and die.
	Kill Fall = "kill"
	// Immediate aborts every process, as pg_ctl stop -m immediate does.
	Immediate Fall = "immediate"
	// Fast ends every session and writes everything out, as an ordinary restart does.
	Fast Fall = "fast"
)

// Start creates a cluster and returns when it takes connections. ctx bounds the start only.
func Start(ctx context.Context, o Options) (*Cluster, error) {
	bin, err := binaries()
	if err != nil {
		return nil, err
	}
	// Another process may take the port between its choice and its use; a second one is then free.
	for range 3 {
		var c *Cluster
		if c, err = start(ctx, bin, o); err == nil || ctx.Err() != nil {
			return c, err
		}
	}
	return nil, err
}

func start(ctx context.Context, bin string, o Options) (*Cluster, error) {
	primary := "-"
	if o.Primary != "" {
		u, err := url.Parse(o.Primary)
		if err != nil {
			return nil, err
		}
		primary = u.Port()
	}
	port, err := freePort(ctx)
	if err != nil {
		return nil, err
	}
	dir, err := os.MkdirTemp("", "aparte-pg-")
	if err != nil {
		return nil, err
	}
	fsync := "off"
	if o.Durable {
		fsync = "on"
	}
	// The shell must outlive ctx, so it is not a CommandContext: closing its input is what ends it.
	args := append([]string{"-c", supervise, "supervise", bin, dir, strconv.Itoa(port), fsync, primary}, o.Settings...)
	shell := exec.Command("/bin/sh", args...) //nolint:noctx // see above
	shell.Dir = dir
	// A session of its own: an interrupt typed at the terminal must reach the tests, not the server
	// under them.
	shell.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	if err := dropRoot(shell.SysProcAttr, dir); err != nil {
		return nil, errors.Join(err, os.RemoveAll(dir))
	}
	in, err := shell.StdinPipe()
	if err != nil {
		return nil, errors.Join(err, os.RemoveAll(dir))
	}
	out, err := shell.StdoutPipe()
	if err != nil {
		return nil, errors.Join(err, os.RemoveAll(dir))
	}
	if err := shell.Start(); err != nil {
		return nil, errors.Join(err, os.RemoveAll(dir))
	}
	c := &Cluster{url: clusterURL(port), shell: shell, hold: in, said: bufio.NewReader(out)}
	if err := c.awaitReady(ctx); err != nil {
		why, _ := os.ReadFile(filepath.Join(dir, "log"))
		c.Stop()
		return nil, fmt.Errorf("postgres did not start: %w\n%s", err, why)
	}
	return c, nil
}

// Restart makes the server fall and starts it again on the same files and port; it returns when it
// takes connections. One restart at a time.
func (c *Cluster) Restart(ctx context.Context, f Fall) error { return c.order(ctx, string(f)) }

// Halt kills the server with SIGKILL and leaves it dead. One order at a time, as with Restart.
func (c *Cluster) Halt(ctx context.Context) error { return c.order(ctx, "halt") }

// Promote makes a standby the primary; it returns when it takes writes. One order at a time, as
// with Restart.
func (c *Cluster) Promote(ctx context.Context) error { return c.order(ctx, "promote") }

func (c *Cluster) order(ctx context.Context, order string) error {
	if _, err := io.WriteString(c.hold, order+"\n"); err != nil {
		return err
	}
	return c.awaitReady(ctx)
}

func (c *Cluster) awaitReady(ctx context.Context) error {
	ready := make(chan error, 1)
	go func() {
		line, err := c.said.ReadString('\n')
		if err == nil && line != "ready\n" {
			err = errors.New("the server did not do what it was told")
		}
		ready <- err
	}()
	select {
	case err := <-ready:
		return err
	case <-ctx.Done():
		// Without its input the shell ends, and with it the read above.
		c.hold.Close()
		return errors.Join(ctx.Err(), <-ready)
	}
}

// URL is where an administrator connects: the database "postgres" as its superuser.
func (c *Cluster) URL() string { return c.url }

// Stop ends the server and returns when it is gone with all its files.
func (c *Cluster) Stop() {
	c.hold.Close()
	// It is killed rather than asked, and says so; there is nothing to learn from that.
	_ = c.shell.Wait()
}

// binaries prefers the newest of the versions that Debian keeps side by side, then the PATH.
func binaries() (string, error) {
	found, _ := filepath.Glob("/usr/lib/postgresql/*/bin/initdb")
	best, bestVersion := "", -1
	for _, path := range found {
		dir := filepath.Dir(path)
		if v, err := strconv.Atoi(filepath.Base(filepath.Dir(dir))); err == nil && v > bestVersion {
			best, bestVersion = dir, v
		}
	}
	if best != "" {
		return best, nil
	}
	if path, err := exec.LookPath("initdb"); err == nil {
		return filepath.Dir(path), nil
	}
	return "", errors.New("no Postgres on this machine: run scripts/prepare, or install the package postgresql, " +
		"or set APARTE_TEST_POSTGRES to the URL of a server whose user may create databases")
}

// dropRoot hands the directory to a user whom Postgres accepts; it refuses to run as root.
func dropRoot(attr *syscall.SysProcAttr, dir string) error {
	if os.Getuid() != 0 {
		return nil
	}
	for _, name := range []string{"postgres", "nobody"} {
		u, err := user.Lookup(name)
		if err != nil {
			continue
		}
		uid, uidErr := strconv.ParseUint(u.Uid, 10, 32)
		gid, gidErr := strconv.ParseUint(u.Gid, 10, 32)
		if err := errors.Join(uidErr, gidErr); err != nil {
			return err
		}
		attr.Credential = &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}
		return os.Chown(dir, int(uid), int(gid))
	}
	return errors.New("postgres does not run as root, and there is no user postgres or nobody to run it as")
}

func freePort(ctx context.Context) (int, error) {
	l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return 0, err
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port, nil
}

func clusterURL(port int) string {
	u := url.URL{
		Scheme: "postgres", User: url.User("aparte"), Host: net.JoinHostPort("127.0.0.1", strconv.Itoa(port)),
		Path: "/postgres", RawQuery: "sslmode=disable",
	}
	return u.String()
}
