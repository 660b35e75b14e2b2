package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/aparte-im/aparte/internal/replay"
	"github.com/aparte-im/aparte/internal/rows"
)

// maxConcurrency is far above what one node answers, and below what a process may open.
const maxConcurrency = 4096

type loadOptions struct {
	trace, address, dir, token, audience *string
	concurrency, limit                   *int
	retryFor                             *time.Duration
	json                                 *bool
}

func newLoad(a *app) *cobra.Command {
	c := a.command(&cobra.Command{
		Use:   "load",
		Short: "Replay a trace of messages against a running server",
		Long: `Makes fresh people for a trace through the service's own admin path, lets each choose the audience, then sends every
row through the public GraphQL API: in order for each two people and for each sender, at once otherwise. It prints how
many messages landed in INBOX, in REQUESTS and were refused, the rate, and the latency. The tally depends on the trace
and the audience only, not on the concurrency.

The trace is a file that "aparte import --messages" takes. The people stay; their external ids start with load-.`,
		Example: `  aparte load --replay CollegeMsg.txt.gz --url http://127.0.0.1:8080 --data-dir ./data
  aparte load --replay trace.csv --url https://dm.example.org --admin-token "$TOKEN" --audience FRIENDS --json`,
	}, func(o *options) action {
		l := loadOptions{
			trace:       o.text("replay", "", "the trace: CSV, or lines \"sender recipient unixtime\""),
			address:     o.text("url", "", "address of the server, as http://127.0.0.1:8080"),
			dir:         o.text("data-dir", "", "data directory of the server, to sign a service token with its secret"),
			token:       o.text("admin-token", "", "service token with the scope admin, instead of --data-dir"),
			audience:    o.text("audience", "EVERYONE", "what everybody chooses: "+audienceNames),
			concurrency: o.number("concurrency", 64, "how many requests are under way at most"),
			limit:       o.number("limit", 0, "send so many rows only; 0: all"),
			retryFor:    o.duration("retry-for", time.Minute, "how long one send is repeated while nobody answers"),
			json:        o.toggle("json", false, "print the tally as JSON"),
		}
		return func(ctx context.Context) error {
			config := l.check(o)
			if err := o.err(); err != nil {
				return err
			}
			return a.runLoad(ctx, config, l)
		}
	})
	_ = c.RegisterFlagCompletionFunc("audience", completeAudience)
	return c
}

func (l loadOptions) check(o *options) replay.Config {
	c := replay.Config{
		Path: *l.trace, Audience: strings.ToUpper(*l.audience), Concurrency: *l.concurrency, Limit: int64(*l.limit),
		RetryFor: *l.retryFor, Token: *l.token,
	}
	if c.Path == "" {
		o.problem("give --replay FILE")
	}
	c.URL = o.apiAddress(*l.address)
	o.audience("audience", c.Audience)
	if c.Concurrency < 1 || c.Concurrency > maxConcurrency {
		o.problem("--concurrency: give 1 to %d", maxConcurrency)
	}
	if c.Limit < 0 {
		o.problem("--limit: %d is less than 0", c.Limit)
	}
	o.atLeast("retry-for", c.RetryFor, 0)
	// Such a token fits into no header, and would be tried again for as long as --retry-for.
	if strings.ContainsFunc(c.Token, func(r rune) bool { return r <= ' ' || r >= 0x7f }) {
		o.problem("--admin-token: a token is one word of ASCII; this one holds a space, a line break or another character")
	}
	dir := *l.dir
	if dir != "" && c.Token != "" {
		// A flag beats a variable that names the other.
		switch inArgs := [2]bool{o.onCommandLine("data-dir"), o.onCommandLine("admin-token")}; inArgs {
		case [2]bool{true, false}:
			c.Token = ""
		case [2]bool{false, true}:
			dir = ""
		default:
			o.problem("give one of --data-dir and --admin-token, not both")
			return c
		}
	}
	if dir == "" && c.Token == "" {
		o.problem("give --data-dir DIR or --admin-token TOKEN")
	}
	if dir != "" {
		secret, err := dataDir(dir).secret()
		if err == nil {
			c.Token, err = adminToken(secret, tokenTTL)
		}
		if err != nil {
			o.problem("--data-dir: %v", err)
		}
	}
	return c
}

// apiAddress completes the address of a server with the path of its API.
func (o *options) apiAddress(address string) string {
	u, err := url.Parse(address)
	switch {
	case address == "":
		o.problem("give --url URL")
		return ""
	case err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "":
		o.problem("--url: %q is no http or https address", address)
		return ""
	case u.Path == "" || u.Path == "/":
		u.Path = "/graphql"
	}
	return u.String()
}

func (a *app) runLoad(ctx context.Context, c replay.Config, l loadOptions) error {
	bar := newProgress(a.stderr)
	c.Progress = func(stage string, done, total int64) { bar.show(stage, done, total, false) }
	result, err := replay.Run(ctx, c)
	bar.end()
	if result != nil {
		if err := a.printTally(result, *l.json); err != nil {
			return err
		}
	}
	var bad *rows.RowError
	if errors.As(err, &bad) {
		return fmt.Errorf("the trace cannot be read: %w", err)
	}
	if err == nil && len(result.Failed) > 0 {
		err = fmt.Errorf("some rows failed")
	}
	return err
}

func (a *app) printTally(result *replay.Result, asJSON bool) error {
	if !asJSON {
		_, err := fmt.Fprint(a.stdout, result)
		return err
	}
	encoder := json.NewEncoder(a.stdout)
	encoder.SetIndent("", "  ")
	return encoder.Encode(result)
}
