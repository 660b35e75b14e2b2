package main

import (
	"time"

	"github.com/aparte-im/aparte"
)

// identitySettings say which tokens are valid, and which claims are read.
type identitySettings struct {
	SecretFile     string        `name:"jwt-secret-file" placeholder:"FILE" help:"File with the secret that signs the tokens (HS256), 32 bytes or more without the end of the line. This or a key set is required."`
	OldSecretFile  string        `name:"jwt-old-secret-file" placeholder:"FILE" help:"File with the previous secret, whose tokens stay valid while it is replaced."`
	KeysURL        string        `name:"jwks-url" placeholder:"URL" help:"Address of the key set (JWKS) that verifies tokens: https, or http on this machine."`
	KeysFile       string        `name:"jwks-file" placeholder:"FILE" help:"File with the key set, instead of its address; it is read again every 5 minutes."`
	Algorithms     list          `name:"jwt-algorithms" default:"RS256,PS256,ES256,EdDSA" help:"Algorithms that the key set may verify."`
	Issuer         string        `name:"jwt-issuer" placeholder:"ISSUER" help:"Required value of the claim iss; empty accepts any."`
	Audiences      list          `name:"jwt-audience" placeholder:"AUDIENCE,..." help:"Values of which the claim aud must name one; empty accepts any."`
	MaxLife        time.Duration `name:"max-token-life" default:"24h" min:"0s" help:"Longest life of a token with the scope of the host or of a moderator, from iat to exp; 0 sets no bound."`
	Leeway         time.Duration `name:"jwt-leeway" default:"5s" min:"0s" help:"Tolerated difference between the clock of the issuer and this server's."`
	Scope          string        `name:"jwt-scope" placeholder:"SCOPE" help:"Scope that every token must have; empty: none."`
	AdminScope     string        `name:"jwt-admin-scope" default:"admin" help:"Scope that makes a token the host application's own."`
	ModeratorScope string        `name:"jwt-moderator-scope" default:"moderator" help:"Scope that makes a token a moderator's."`
	ClaimID        string        `name:"claim-id" default:"sub" help:"Claim with the host's own id of the user."`
	ClaimHandle    string        `name:"claim-handle" default:"handle" help:"Claim with the handle, for --create-users; handle falls back to preferred_username."`
	ClaimName      string        `name:"claim-name" default:"name" help:"Claim with the name to show, for --create-users."`
	ClaimAgeBand   string        `name:"claim-age-band" default:"age_band" help:"Claim with the age band: ADULT, AGE_16_17 or UNDER_16; - reads none."`
	ClaimScope     string        `name:"claim-scope" default:"scope" help:"Claim with the scopes."`
}

// tokens checks the settings and returns them as package aparte takes them.
func (c identitySettings) tokens(s *settings) aparte.TokenConfig {
	t := aparte.TokenConfig{
		KeySetURL: c.KeysURL, KeySetFile: c.KeysFile, Algorithms: c.Algorithms, Issuer: c.Issuer, Audiences: c.Audiences,
		Scope: c.Scope, AdminScope: c.AdminScope, ModeratorScope: c.ModeratorScope, Leeway: orNone(c.Leeway),
		MaxAdminLife: orNone(c.MaxLife),
		Claims:       aparte.ClaimNames{ID: c.ClaimID, Handle: c.ClaimHandle, Name: c.ClaimName, AgeBand: c.ClaimAgeBand, Scope: c.ClaimScope},
	}
	for _, file := range []struct{ flag, path string }{
		{"jwt-secret-file", c.SecretFile}, {"jwt-old-secret-file", c.OldSecretFile},
	} {
		if file.path == "" {
			continue
		}
		secret := s.secret(file.flag, file.path)
		if secret == nil {
			continue
		}
		if err := (aparte.TokenConfig{Secrets: [][]byte{secret}}).Validate(); err != nil {
			s.problem(file.flag, "%v", err)
		}
		t.Secrets = append(t.Secrets, secret)
	}
	c.checkKeys(s, t)
	if c.ClaimID == "" || c.ClaimID == "-" {
		s.problem("claim-id", "without this claim users cannot be told apart; give its name")
	}
	if c.AdminScope == "" || c.ModeratorScope == "" || c.AdminScope == c.ModeratorScope {
		s.missing("--jwt-admin-scope, --jwt-moderator-scope: give two different names")
	}
	return t
}

func (c identitySettings) checkKeys(s *settings, t aparte.TokenConfig) {
	hasKeys := c.KeysURL != "" || c.KeysFile != ""
	switch {
	case c.SecretFile == "" && c.OldSecretFile != "":
		s.problem("jwt-old-secret-file", "an old secret needs a new one; give --jwt-secret-file too")
	case c.SecretFile == "" && !hasKeys:
		s.missing("give --jwt-secret-file FILE (or %s) or a key set: without either no token can be verified",
			environment("jwt-secret-file"))
	case hasKeys:
		if err := (aparte.TokenConfig{KeySetURL: c.KeysURL, KeySetFile: c.KeysFile}).Validate(); err != nil {
			s.missing("--jwks-url, --jwks-file: %v", err)
			return
		}
		t.Secrets, t.Leeway = nil, 0
		if err := t.Validate(); err != nil {
			s.problem("jwt-algorithms", "%v", err)
		}
	}
}
