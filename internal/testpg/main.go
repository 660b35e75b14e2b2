// Command testpg runs another command with a throw-away Postgres under it:
//
//	go run ./internal/testpg -- go test ./...
//
// The command finds the server in APARTE_TEST_POSTGRES. When that is set already, the server it
// names is used and none is started. The server ends with the command, whatever ends that.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"syscall"
	"time"

	"github.com/aparte-im/aparte/internal/testpg/pgcluster"
)

const (
	env          = "APARTE_TEST_POSTGRES"
	startTimeout = 2 * time.Minute
)

func main() { os.Exit(run(os.Args[1:], os.Stderr)) }

func run(args []string, stderr io.Writer) int {
	flags := flag.NewFlagSet("testpg", flag.ContinueOnError)
	flags.SetOutput(stderr)
	durable := flags.Bool("durable", false, "keep fsync on, for measurements")
	if err := flags.Parse(args); err != nil {
		return 2
	}
	if flags.NArg() == 0 {
		fmt.Fprintln(stderr, "usage: testpg [-durable] -- command [argument …]")
		return 2
	}
	environ := os.Environ()
	if os.Getenv(env) == "" {
		ctx, cancel := context.WithTimeout(context.Background(), startTimeout)
		cluster, err := pgcluster.Start(ctx, pgcluster.Options{Durable: *durable})
		cancel()
		if err != nil {
			fmt.Fprintln(stderr, "testpg:", err)
			return 1
		}
		defer cluster.Stop()
		environ = append(environ, env+"="+cluster.URL())
	}
	return runUnder(environ, flags.Args(), stderr)
}

// runUnder passes signals on and waits, so that the server goes only after the command that uses
// it.
func runUnder(environ, args []string, stderr io.Writer) int {
	signals := make(chan os.Signal, 8)
	signal.Notify(signals, syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP)
	defer signal.Stop(signals)

	cmd := exec.Command(args[0], args[1:]...) //nolint:noctx // it ends by the signals that are passed on to it
	cmd.Env = environ
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
	if err := cmd.Start(); err != nil {
		fmt.Fprintln(stderr, "testpg:", err)
		return 1
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	for {
		select {
		case s := <-signals:
			// A command that is already gone needs no signal.
			_ = cmd.Process.Signal(s)
		case err := <-ended:
			var exit *exec.ExitError
			switch {
			case err == nil:
				return 0
			case errors.As(err, &exit) && exit.ExitCode() > 0:
				return exit.ExitCode()
			default:
				fmt.Fprintln(stderr, "testpg:", err)
				return 1
			}
		}
	}
}
