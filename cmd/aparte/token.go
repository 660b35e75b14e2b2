package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"time"

	"github.com/aparte-im/aparte"
	"github.com/aparte-im/aparte/dm"
)

const (
	// tokenTTL is the life of a token for development.
	tokenTTL = 24 * time.Hour
	// serviceSubject is the subject of a service token, which needs no user.
	serviceSubject = "aparte-service"
	// scopeAdmin and scopeModerator are the default scopes of service and moderator tokens.
	scopeAdmin     = "admin"
	scopeModerator = "moderator"
)

// tokenCommand prints a token.
type tokenCommand struct {
	DataDir    string        `default:"${data_dir}" placeholder:"DIR" help:"Data directory of \"aparte dev\"."`
	SecretFile string        `name:"jwt-secret-file" placeholder:"FILE" help:"File with the secret of a server, instead of a data directory."`
	User       string        `placeholder:"HANDLE" help:"Handle of the user in the data directory."`
	Subject    string        `placeholder:"ID" help:"The host's own id of the user, which is not looked up."`
	Admin      bool          `help:"A service token, with the scope admin."`
	Moderator  string        `placeholder:"NAME" help:"A moderator's token, with the scope moderator, by the name for the audit log."`
	TTL        time.Duration `name:"ttl" default:"24h" min:"1s" max:"87600h" help:"Time for which the token is valid."`
	Issuer     string        `placeholder:"ISSUER" help:"Claim iss, for a server with --jwt-issuer."`
	Audience   string        `placeholder:"AUDIENCE" help:"Claim aud, for a server with --jwt-audience."`
	Scope      string        `placeholder:"SCOPES" help:"Further scopes, separated by spaces."`
	AgeBand    string        `placeholder:"BAND" oneof:"ADULT,AGE_16_17,UNDER_16" help:"Claim age_band: ADULT, AGE_16_17 or UNDER_16."`
}

// Help is the text of aparte token --help.
func (*tokenCommand) Help() string {
	return `Prints a bearer token, alone on standard output. With a data directory it looks the user up by handle; with the
secret of a server it signs for the host's own id of a user. In production the host app signs such tokens itself:
HS256 or a key of its key set, the user's external id as "sub", an expiry, and the time of issue.

Examples:

  aparte token --user alice
  aparte token --data-dir ./data --user bob --ttl 1h
  aparte token --data-dir ./data --admin
  aparte token --data-dir ./data --moderator ines
  aparte token --jwt-secret-file secret --subject user-4711`
}

func (c *tokenCommand) check(s *settings) {
	named := 0
	for _, given := range []bool{c.User != "", c.Subject != "", c.Moderator != "", c.Admin} {
		if given {
			named++
		}
	}
	if named != 1 {
		s.missing("give one of --user HANDLE, --subject ID, --moderator NAME and --admin")
	}
	if c.User != "" && c.SecretFile != "" {
		s.missing("--user looks a handle up in a data directory; with --jwt-secret-file give --subject ID")
	}
	if c.SecretFile != "" && s.onCommandLine("data-dir") {
		s.missing("give one of --data-dir and --jwt-secret-file, not both")
	}
}

// Run prints the token.
func (c *tokenCommand) Run(a *app) error {
	token, err := c.sign(a.ctx)
	if err != nil {
		return err
	}
	if (c.Admin || c.Moderator != "") && c.TTL > aparte.DefaultMaxAdminLife {
		_, err := fmt.Fprintf(a.stderr, "A server takes this token only with --max-token-life %v or more; its default is %v.\n", c.TTL, aparte.DefaultMaxAdminLife)
		if err != nil {
			return err
		}
	}
	_, err = fmt.Fprintln(a.stdout, token)
	return err
}

func (c *tokenCommand) sign(ctx context.Context) (string, error) {
	dir := dataDir(c.DataDir)
	secret, err := readSecret(c.SecretFile)
	if c.SecretFile == "" {
		secret, err = dir.secret()
	}
	if err != nil {
		return "", err
	}
	subject := c.Subject
	switch {
	case c.Admin:
		subject = serviceSubject
	case c.Moderator != "":
		subject = c.Moderator
	case c.User != "":
		if subject, err = externalIDOf(ctx, dir, c.User); err != nil {
			return "", err
		}
	}
	return aparte.SignClaims(secret, subject, c.TTL, c.claims())
}

// claims returns the claims beside the subject and the times.
func (c *tokenCommand) claims() map[string]any {
	out := map[string]any{}
	scopes := strings.Fields(c.Scope)
	if c.Admin {
		scopes = append(scopes, scopeAdmin)
	}
	if c.Moderator != "" {
		scopes = append(scopes, scopeModerator)
	}
	for name, value := range map[string]string{
		"iss": c.Issuer, "aud": c.Audience, "scope": strings.Join(scopes, " "), "age_band": c.AgeBand,
	} {
		if value != "" {
			out[name] = value
		}
	}
	return out
}

func externalIDOf(ctx context.Context, dir dataDir, handle string) (string, error) {
	db, err := (target{dir: dir, url: dir.databaseURL()}).open(ctx)
	if err != nil {
		return "", err
	}
	user, err := db.service.UserByHandle(ctx, handle)
	if dm.CodeOf(err) == dm.CodeNotFound {
		err = fmt.Errorf("no user in %s has the handle %q", dir, handle)
	}
	if err = errors.Join(err, db.Close()); err != nil {
		return "", err
	}
	return user.ExternalID, nil
}

func adminToken(secret []byte, ttl time.Duration) (string, error) {
	return aparte.SignClaims(secret, serviceSubject, ttl, map[string]any{"scope": scopeAdmin})
}

// secret reads the file that a flag names. It records an error as a problem, and returns nil.
func (s *settings) secret(flag, path string) []byte {
	secret, err := readSecret(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		s.problem(flag, "there is no file %s", path)
	case err != nil:
		s.problem(flag, "%v", err)
	}
	return secret
}
