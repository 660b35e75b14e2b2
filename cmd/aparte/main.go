// Command aparte is the whole product in one binary: the service, and the tools that an operator
// needs around it.
//
// Purpose. It reads the settings, builds the parts in order and hands them to each other; it holds
// no rule of its own. The settings of a command are the tagged fields of its struct: flags take
// precedence over APARTE_* environment variables, those over the configuration file, and that over
// the defaults.
//
// Invariants. Everything that is wrong with the settings is reported at once, with exit code 2; a
// failure at work ends with 1. Standard output carries what was asked for (a token, a tally);
// everything else goes to standard error. No token, secret or message text is ever logged.
//
// Concurrency and lifecycle. A server owns every goroutine it starts and waits for it when it
// stops.
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

	"github.com/alecthomas/kong"
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
	err := (&app{ctx: ctx, stdout: stdout, stderr: stderr, getenv: getenv}).run(args)
	var usage usageError
	var reported reportedError
	switch {
	case err == nil:
		return exitOK
	case errors.As(err, &reported):
		return exitFailed
	case errors.As(err, &usage):
		_, _ = fmt.Fprintf(stderr, "aparte: %v\n", err)
		return exitUsage
	case ctx.Err() != nil && errors.Is(err, context.Canceled):
		_, _ = fmt.Fprintln(stderr, "aparte: interrupted")
		return exitFailed
	}
	_, _ = fmt.Fprintf(stderr, "aparte: %v\n", err)
	return exitFailed
}

// app is what every command may use of the process.
type app struct {
	ctx            context.Context
	stdout, stderr io.Writer
	getenv         func(string) string
	settings       *settings
}

// usageError is an error of the command line or of the settings.
type usageError struct{ error }

// reportedError is a failure that the command has reported in full.
type reportedError struct{ error }

func (a *app) run(args []string) error {
	if len(args) == 0 {
		args = []string{"--help"}
	}
	helped := false
	s, err := newCommands(a, kong.Writers(a.stdout, a.stderr), kong.Exit(func(int) { helped = true }))
	if err != nil {
		return err
	}
	a.settings = s
	command, err := s.parse(args)
	switch {
	case helped:
		return nil
	case err != nil:
		return usageError{err}
	}
	return command.Run(a)
}

// interruptible returns a context that ends with the first signal to stop. A second one ends the
// process at once.
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
