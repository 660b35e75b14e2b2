package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"time"

	"github.com/aparte-im/aparte/dm/policy"
	"github.com/aparte-im/aparte/internal/replay"
	"github.com/aparte-im/aparte/internal/rows"
)

// loadCommand replays a trace against a server.
type loadCommand struct {
	Replay      string          `placeholder:"FILE" help:"The trace: CSV, or lines \"sender recipient unixtime\"."`
	URL         string          `name:"url" placeholder:"URL" help:"Address of the server, as http://127.0.0.1:8080."`
	DataDir     string          `placeholder:"DIR" help:"Data directory of the server, to sign a service token with its secret."`
	AdminToken  string          `placeholder:"TOKEN" help:"Service token with the scope admin, instead of --data-dir."`
	Audience    policy.Audience `default:"EVERYONE" oneof:"EVERYONE,FOLLOWERS,SUGGESTED_FRIENDS,FRIENDS,PEOPLE_I_MESSAGED,NO_ONE" help:"Audience that every user chooses: EVERYONE, FOLLOWERS, SUGGESTED_FRIENDS, FRIENDS, PEOPLE_I_MESSAGED or NO_ONE."`
	Concurrency int             `default:"64" min:"1" max:"4096" help:"Number of requests at once."`
	Limit       int             `default:"0" min:"0" help:"Number of rows to send; 0: all."`
	RetryFor    time.Duration   `default:"1m" min:"0s" help:"Time for which one send is repeated while the server does not answer."`
	JSON        bool            `name:"json" help:"Print the tally as JSON."`

	config replay.Config
}

// Help is the text of aparte load --help.
func (*loadCommand) Help() string {
	return `Creates fresh users for a trace through the service's own admin path, sets the audience of each, then sends every
row through the public GraphQL API: in order for each two users and for each sender, at once otherwise. It prints how
many messages landed in INBOX, in REQUESTS and were refused, the rate, and the latency. The tally depends on the trace
and the audience only, not on the concurrency.

The trace is a file that "aparte import --messages" takes. The users stay; their external ids start with load-.

Examples:

  aparte load --replay CollegeMsg.txt.gz --url http://127.0.0.1:8080 --data-dir ./data
  aparte load --replay trace.csv --url https://dm.example.org --admin-token "$TOKEN" --audience FRIENDS --json`
}

func (c *loadCommand) check(s *settings) {
	c.config = replay.Config{
		Path: c.Replay, Audience: audienceName(c.Audience), Concurrency: c.Concurrency, Limit: int64(c.Limit), RetryFor: c.RetryFor,
	}
	if c.Replay == "" {
		s.missing("give --replay FILE")
	}
	c.config.URL = apiAddress(s, c.URL)
	// Such a token fits into no header, and would be tried again for as long as --retry-for.
	if strings.ContainsFunc(c.AdminToken, func(r rune) bool { return r <= ' ' || r >= 0x7f }) {
		s.problem("admin-token", "a token is one word of ASCII; this one holds a space, a line break or another character")
	}
	c.config.Token = c.token(s)
}

// token returns the service token: the one that was given, or one signed with the secret of the
// data directory. A flag takes precedence over a variable that names the other.
func (c *loadCommand) token(s *settings) string {
	dir, token := c.DataDir, c.AdminToken
	if dir != "" && token != "" {
		switch given := [2]bool{s.onCommandLine("data-dir"), s.onCommandLine("admin-token")}; given {
		case [2]bool{true, false}:
			token = ""
		case [2]bool{false, true}:
			dir = ""
		default:
			s.missing("give one of --data-dir and --admin-token, not both")
			return ""
		}
	}
	if dir == "" && token == "" {
		s.missing("give --data-dir DIR or --admin-token TOKEN")
	}
	if dir == "" {
		return token
	}
	secret, err := dataDir(dir).secret()
	if err == nil {
		token, err = adminToken(secret, tokenTTL)
	}
	if err != nil {
		s.problem("data-dir", "%v", err)
	}
	return token
}

// Run replays the trace and prints the tally.
func (c *loadCommand) Run(a *app) error { return a.runLoad(a.ctx, c.config, c.JSON) }

// apiAddress completes the address of a server with the path of its API.
func apiAddress(s *settings, address string) string {
	u, err := url.Parse(address)
	switch {
	case address == "":
		s.missing("give --url URL")
		return ""
	case err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "":
		s.problem("url", "%q is not an http or https address; give one as http://127.0.0.1:8080", address)
		return ""
	case u.Path == "" || u.Path == "/":
		u.Path = "/graphql"
	}
	return u.String()
}

func (a *app) runLoad(ctx context.Context, c replay.Config, asJSON bool) error {
	bar := newProgress(a.stderr)
	c.Progress = func(stage string, done, total int64) { bar.show(stage, done, total, false) }
	result, err := replay.Run(ctx, c)
	bar.end()
	if result != nil {
		if err := a.printTally(result, asJSON); err != nil {
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
