package pgcluster_test

import (
	"bufio"
	"context"
	"database/sql"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	_ "github.com/lib/pq"

	"github.com/aparte-im/aparte/internal/testpg/pgcluster"
	"github.com/aparte-im/aparte/internal/testwait"
)

// asStarter makes the test binary act as a process that starts a cluster and is then killed.
const asStarter = "APARTE_TEST_STARTS_CLUSTER"

func TestAClusterEndsWithTheProcessThatStartedIt(t *testing.T) {
	if os.Getenv(asStarter) != "" {
		startAndWait(t)
		return
	}
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	child := exec.CommandContext(t.Context(), exe, "-test.run=^"+t.Name()+"$")
	child.Env = append(os.Environ(), asStarter+"=1")
	out, err := child.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	clusterURL := strings.TrimSpace(line)
	db, err := sql.Open("postgres", clusterURL)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	// This connection is what tells that the server has gone: it breaks at that moment.
	conn, err := db.Conn(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if err := child.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = child.Wait()
	ctx, cancel := context.WithTimeout(t.Context(), testwait.Limit(time.Minute))
	defer cancel()
	if _, err := conn.ExecContext(ctx, "SELECT pg_sleep(3600)"); err == nil || ctx.Err() != nil {
		t.Fatalf("the server outlives the process that started it: %v", err)
	}
}

func startAndWait(t *testing.T) {
	c, err := pgcluster.Start(t.Context(), pgcluster.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stdout.WriteString(c.URL() + "\n"); err != nil {
		t.Fatal(err)
	}
	select {} // until killed
}

func TestStopLeavesNothing(t *testing.T) {
	// t.TempDir does not do: the server may run as another user, who cannot enter it.
	tmp, err := os.MkdirTemp("", "aparte-stop-") //nolint:usetesting // see above
	if err != nil {
		t.Fatal(err)
	}
	defer os.Remove(tmp)
	if err := os.Chmod(tmp, 0o777); err != nil {
		t.Fatal(err)
	}
	t.Setenv("TMPDIR", tmp)
	c, err := pgcluster.Start(t.Context(), pgcluster.Options{Durable: true})
	if err != nil {
		t.Fatal(err)
	}
	db, err := sql.Open("postgres", c.URL())
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	var fsync string
	if err := db.QueryRowContext(t.Context(), "SHOW fsync").Scan(&fsync); err != nil || fsync != "on" {
		t.Errorf("fsync is %q (%v), a durable cluster has it on", fsync, err)
	}
	c.Stop()
	if err := db.PingContext(t.Context()); err == nil {
		t.Error("the server still answers after Stop")
	}
	left, err := os.ReadDir(tmp)
	if err != nil {
		t.Fatal(err)
	}
	if len(left) != 0 {
		t.Errorf("Stop left %v behind", left)
	}
}

func TestAStartThatIsGivenUpEnds(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
	defer cancel()
	if c, err := pgcluster.Start(ctx, pgcluster.Options{}); err == nil {
		c.Stop()
		t.Error("a start within a millisecond is not to be believed")
	}
}

// Committed rows survive every crash.
func TestRestartKeepsWhatWasCommitted(t *testing.T) {
	c, err := pgcluster.Start(t.Context(), pgcluster.Options{Durable: true})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Stop()
	db, err := sql.Open("postgres", c.URL())
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.ExecContext(t.Context(), "CREATE TABLE falls (kind text)"); err != nil {
		t.Fatal(err)
	}
	falls := []pgcluster.Fall{pgcluster.Kill, pgcluster.Immediate, pgcluster.Fast}
	for i, fall := range falls {
		if _, err := db.ExecContext(t.Context(), "INSERT INTO falls VALUES ($1)", string(fall)); err != nil {
			t.Fatal(err)
		}
		var before, after string
		started := "SELECT pg_postmaster_start_time()"
		if err := db.QueryRowContext(t.Context(), started).Scan(&before); err != nil {
			t.Fatal(err)
		}
		if err := c.Restart(t.Context(), fall); err != nil {
			t.Fatal(err)
		}
		var n int
		if err := db.QueryRowContext(t.Context(), "SELECT count(*) FROM falls").Scan(&n); err != nil || n != i+1 {
			t.Fatalf("%s: %d rows of %d are left (%v)", fall, n, i+1, err)
		}
		if err := db.QueryRowContext(t.Context(), started).Scan(&after); err != nil || after == before {
			t.Errorf("%s: the server did not go down (%v)", fall, err)
		}
	}
}

// A standby takes what its primary commits, no writes of its own, and writes when it is promoted
// after the primary was halted.
func TestAStandbyIsPromoted(t *testing.T) {
	primary, err := pgcluster.Start(t.Context(), pgcluster.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer primary.Stop()
	standby, err := pgcluster.Start(t.Context(), pgcluster.Options{Primary: primary.URL()})
	if err != nil {
		t.Fatal(err)
	}
	defer standby.Stop()
	exec := func(c *pgcluster.Cluster, text string) error {
		db, err := sql.Open("postgres", c.URL())
		if err != nil {
			t.Fatal(err)
		}
		defer db.Close()
		_, err = db.ExecContext(t.Context(), text)
		return err
	}
	// The commit waits until the standby has applied it.
	if err := exec(primary, "ALTER SYSTEM SET synchronous_standby_names = '*'"); err != nil {
		t.Fatal(err)
	}
	if err := primary.Restart(t.Context(), pgcluster.Fast); err != nil {
		t.Fatal(err)
	}
	if err := exec(primary, "SET synchronous_commit = remote_apply; CREATE TABLE kept (n int)"); err != nil {
		t.Fatal(err)
	}
	if err := exec(standby, "SELECT n FROM kept"); err != nil {
		t.Errorf("the standby lacks a commit of its primary: %v", err)
	}
	if err := exec(standby, "INSERT INTO kept VALUES (1)"); err == nil {
		t.Error("the standby takes writes")
	}
	if err := primary.Halt(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := standby.Promote(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := exec(standby, "INSERT INTO kept VALUES (1)"); err != nil {
		t.Errorf("the promoted standby: %v", err)
	}
}
