package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/aparte-im/aparte/dm"
	"github.com/aparte-im/aparte/graph"
)

const (
	// tokenTTL is how long a token for development is good.
	tokenTTL = 24 * time.Hour
	maxTTL   = 10 * 365 * 24 * time.Hour
	// serviceSubject is who the host app is in a service token: nobody's external id is needed.
	serviceSubject = "aparte-service"
)

type tokenOptions struct {
	dir, secretFile, user, subject *string
	moderator                      *string
	admin                          *bool
	ttl                            *time.Duration
	issuer, audience               *string
	scope, ageBand                 *string
}

func newToken(a *app) *cobra.Command {
	return a.command(&cobra.Command{
		Use:   "token",
		Short: "Print a token that says who you are",
		Long: `Prints a bearer token, alone on standard output. With a data directory it looks the person up by handle; with the
secret of a server it signs for the host's own id of a user. In production the host app signs such tokens itself:
HS256 or a key of its key set, the user's external id as "sub", an expiry, and when it was issued.`,
		Example: `  aparte token --user alice
  aparte token --data-dir ./data --user bob --ttl 1h
  aparte token --data-dir ./data --admin
  aparte token --data-dir ./data --moderator ines
  aparte token --jwt-secret-file secret --subject user-4711`,
	}, func(o *options) action {
		t := tokenOptions{
			dir:        o.text("data-dir", defaultDataDir(a.getenv), "data directory of \"aparte dev\""),
			secretFile: o.text("jwt-secret-file", "", "file with the secret of a server, instead of a data directory"),
			user:       o.text("user", "", "handle of the person in the data directory"),
			subject:    o.text("subject", "", "the host's own id of the user, which need not be looked up"),
			admin:      o.toggle("admin", false, "a service token, with the scope admin"),
			moderator:  o.text("moderator", "", "a moderator's token, with the scope moderator, by the name for the audit log"),
			ttl:        o.duration("ttl", tokenTTL, "how long the token is good"),
			issuer:     o.text("issuer", "", "claim iss, for a server with --jwt-issuer"),
			audience:   o.text("audience", "", "claim aud, for a server with --jwt-audience"),
			scope:      o.text("scope", "", "further scopes, with spaces between"),
			ageBand:    o.text("age-band", "", "claim age_band: ADULT, AGE_16_17 or UNDER_16"),
		}
		return func(ctx context.Context) error {
			t.check(o)
			if err := o.err(); err != nil {
				return err
			}
			token, err := t.make(ctx)
			if err != nil {
				return err
			}
			_, err = fmt.Fprintln(a.stdout, token)
			return err
		}
	})
}

func (t tokenOptions) check(o *options) {
	named := 0
	for _, given := range []bool{*t.user != "", *t.subject != "", *t.moderator != "", *t.admin} {
		if given {
			named++
		}
	}
	if named != 1 {
		o.problem("give one of --user HANDLE, --subject ID, --moderator NAME and --admin")
	}
	if *t.user != "" && *t.secretFile != "" {
		o.problem("--user looks a handle up in a data directory; with --jwt-secret-file give --subject ID")
	}
	if *t.secretFile != "" && o.onCommandLine("data-dir") {
		o.problem("give one of --data-dir and --jwt-secret-file, not both")
	}
	if b := *t.ageBand; b != "" && b != "ADULT" && b != "AGE_16_17" && b != "UNDER_16" {
		o.problem("--age-band: %q is none of ADULT, AGE_16_17 and UNDER_16", b)
	}
	o.atLeast("ttl", *t.ttl, time.Second)
	if *t.ttl > maxTTL {
		o.problem("--ttl: %s is longer than ten years", *t.ttl)
	}
}

func (t tokenOptions) make(ctx context.Context) (string, error) {
	dir := dataDir(*t.dir)
	secret, err := readSecret(*t.secretFile)
	if *t.secretFile == "" {
		secret, err = dir.secret()
	}
	if err != nil {
		return "", err
	}
	subject := *t.subject
	if *t.admin {
		subject = serviceSubject
	}
	if *t.moderator != "" {
		subject = *t.moderator
	}
	if *t.user != "" {
		if subject, err = externalIDOf(ctx, dir, *t.user); err != nil {
			return "", err
		}
	}
	return graph.SignClaims(secret, subject, *t.ttl, t.claims())
}

// claims are those beside the subject and the times.
func (t tokenOptions) claims() map[string]any {
	out := map[string]any{}
	scopes := strings.Fields(*t.scope)
	if *t.admin {
		scopes = append(scopes, graph.ScopeAdmin)
	}
	if *t.moderator != "" {
		scopes = append(scopes, graph.ScopeModerator)
	}
	for name, value := range map[string]string{
		"iss": *t.issuer, "aud": *t.audience, "scope": strings.Join(scopes, " "), "age_band": *t.ageBand,
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
		err = fmt.Errorf("nobody in %s has the handle %q", dir, handle)
	}
	if err = errors.Join(err, db.Close()); err != nil {
		return "", err
	}
	return user.ExternalID, nil
}

func userToken(secret []byte, externalID string, ttl time.Duration) (string, error) {
	return graph.SignToken(secret, externalID, ttl)
}

func adminToken(secret []byte, ttl time.Duration) (string, error) {
	return graph.SignToken(secret, serviceSubject, ttl, graph.ScopeAdmin)
}

// secretSetting reads the file that a flag names; what is wrong with it is a problem of the settings.
func (o *options) secretSetting(flag, path string) []byte {
	secret, err := readSecret(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		o.problem("--%s: there is no file %s", flag, path)
	case err != nil:
		o.problem("--%s: %v", flag, err)
	}
	return secret
}
