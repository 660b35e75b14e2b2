// Command aparte is the whole product in one binary: the service, and what an operator needs around it.
//
// Purpose. It reads the settings, builds the parts in order and hands them to each other; it holds no rule of its own.
// Flags beat APARTE_* environment variables, which beat the defaults.
//
// Invariants. What is wrong with the settings is told at once and ends with exit code 2; a failure at work ends with
// 1. Standard output carries what was asked for (a token, a tally); everything else goes to standard error. No token,
// secret or message text is ever logged.
//
// Concurrency and lifecycle. A server owns every goroutine it starts and waits for it when it stops.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"sync"
	"syscall"
)

func main() {
	os.Exit(run(os.Args[1:], os.Stdout, os.Stderr, os.Getenv))
}

// The exit codes.
const (
	exitOK = iota
	exitFailed
	exitUsage
)

func run(args []string, stdout, stderr io.Writer, getenv func(string) string) int {
	ctx, release := interruptible(context.Background())
	defer release()
	a := &app{stdout: stdout, stderr: stderr, getenv: getenv}
	root := newRoot(a)
	root.SetArgs(args)
	root.SetOut(stdout)
	root.SetErr(stderr)
	err := root.ExecuteContext(ctx)
	var told toldError
	var settings settingsError
	switch {
	case err == nil:
		return exitOK
	case errors.As(err, &told):
		return exitFailed
	case errors.As(err, &settings) || !a.began:
		_, _ = fmt.Fprintf(stderr, "aparte: %v\n", err)
		return exitUsage
	case ctx.Err() != nil && errors.Is(err, context.Canceled):
		_, _ = fmt.Fprintln(stderr, "aparte: interrupted")
		return exitFailed
	}
	_, _ = fmt.Fprintf(stderr, "aparte: %v\n", err)
	return exitFailed
}

// interruptible returns a context that ends with the first signal to stop. A second one ends the process at once.
func interruptible(parent context.Context) (ctx context.Context, release func()) {
	ctx, cancel := context.WithCancel(parent)
	signals := make(chan os.Signal, 2)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	released := make(chan struct{})
	var watcher sync.WaitGroup
	watcher.Go(func() {
		for {
			select {
			case <-signals:
			case <-released:
				return
			}
			if ctx.Err() != nil {
				os.Exit(exitFailed)
			}
			cancel()
		}
	})
	return ctx, func() {
		signal.Stop(signals)
		close(released)
		watcher.Wait()
		cancel()
	}
}

// toldError is a failure of which the user has been told in full.
type toldError struct{ error }
