package main

import (
	"context"
	"errors"
	"time"

	"github.com/aparte-im/aparte/graph"
)

// identityOptions are the settings that say whose tokens are believed, and what in them.
type identityOptions struct {
	secretFile, oldSecretFile, keysURL, keysFile *string
	algorithms, issuer, audiences                *string
	scope, adminScope, moderatorScope            *string
	leeway                                       *time.Duration
	id, handle, name, ageBand, scopes            *string
}

func defineIdentity(o *options) identityOptions {
	return identityOptions{
		secretFile: o.text("jwt-secret-file", "",
			"file with the secret that signs the tokens, 32 bytes or more (this or a key set is required)"),
		oldSecretFile:  o.text("jwt-old-secret-file", "", "file with the secret before, whose tokens are still good while it is replaced"),
		keysURL:        o.text("jwks-url", "", "address of the key set (JWKS) that verifies tokens: https, or http on this machine"),
		keysFile:       o.text("jwks-file", "", "file with the key set, instead of its address; it is read again every 5 minutes"),
		algorithms:     o.text("jwt-algorithms", "RS256,PS256,ES256,EdDSA", "algorithms that the key set may verify, comma-separated"),
		issuer:         o.text("jwt-issuer", "", "what the claim iss of a token must be; empty: anything"),
		audiences:      o.text("jwt-audience", "", "what the claim aud of a token must name one of, comma-separated; empty: anything"),
		leeway:         o.duration("jwt-leeway", graph.DefaultLeeway, "how far the clocks of who signs tokens and of this server may be apart"),
		scope:          o.text("jwt-scope", "", "a scope that every token must have; empty: none"),
		adminScope:     o.text("jwt-admin-scope", graph.ScopeAdmin, "the scope that makes a token the host application's own"),
		moderatorScope: o.text("jwt-moderator-scope", graph.ScopeModerator, "the scope that makes a token a moderator's"),
		id:             o.text("claim-id", "sub", "claim that holds the host's own id of the user"),
		handle:         o.text("claim-handle", "handle", "claim that holds the handle, for --create-users; handle falls back to preferred_username"),
		name:           o.text("claim-name", "name", "claim that holds the name to show, for --create-users"),
		ageBand:        o.text("claim-age-band", "age_band", "claim that holds the age band: ADULT, AGE_16_17 or UNDER_16; -: none"),
		scopes:         o.text("claim-scope", "scope", "claim that holds the scopes"),
	}
}

// apply checks the settings and carries them over. The key set is fetched when the server starts.
func (p identityOptions) apply(o *options, s *settings) {
	s.tokens = graph.TokenConfig{
		Algorithms: list(*p.algorithms), Issuer: *p.issuer, Audiences: list(*p.audiences), Leeway: *p.leeway,
		Scope: *p.scope, AdminScope: *p.adminScope, ModeratorScope: *p.moderatorScope,
		Claims: graph.ClaimNames{ID: *p.id, Handle: *p.handle, Name: *p.name, AgeBand: *p.ageBand, Scope: *p.scopes},
	}
	for flag, file := range map[string]string{"jwt-secret-file": *p.secretFile, "jwt-old-secret-file": *p.oldSecretFile} {
		if file == "" {
			continue
		}
		if secret := o.secretSetting(flag, file); secret != nil {
			s.tokens.Secrets = append(s.tokens.Secrets, secret)
		}
	}
	s.keys = graph.KeySetConfig{URL: *p.keysURL, File: *p.keysFile}
	hasKeys := s.keys.URL != "" || s.keys.File != ""
	switch {
	case *p.secretFile == "" && *p.oldSecretFile != "":
		o.problem("--jwt-old-secret-file: an old secret needs a new one; give --jwt-secret-file too")
	case *p.secretFile == "" && !hasKeys:
		o.problem("give --jwt-secret-file FILE (or %s) or a key set: without one nobody could be told apart",
			environment("jwt-secret-file"))
	case hasKeys:
		if _, err := graph.NewKeySet(s.keys); err != nil {
			o.problem("--jwks-url, --jwks-file: %v", err)
		}
	}
	o.atLeast("jwt-leeway", *p.leeway, 0)
	if *p.id == "" || *p.id == "-" {
		o.problem("--claim-id: without it nobody could be told apart")
	}
	if *p.adminScope == "" || *p.moderatorScope == "" || *p.adminScope == *p.moderatorScope {
		o.problem("--jwt-admin-scope, --jwt-moderator-scope: two different names are needed")
	}
	if hasKeys {
		check := s.tokens
		check.Keys, check.Secrets, check.Leeway = &graph.KeySet{}, nil, 0
		if _, err := graph.NewVerifier(check); err != nil {
			o.problem("--jwt-algorithms: %v", err)
		}
	}
}

// verifier makes what checks tokens, and keeps its keys fresh until ctx ends. A key set that cannot be fetched now is
// no reason not to start: it is asked for again, and nobody is let in before it comes.
func (s *server) verifier(ctx context.Context) (graph.Verifier, error) {
	c := s.settings.tokens
	if s.settings.keys.URL == "" && s.settings.keys.File == "" {
		return graph.NewVerifier(c)
	}
	from := s.settings.keys
	from.Logger = s.logger
	keys, err := graph.NewKeySet(from)
	if err != nil {
		return nil, err
	}
	c.Keys = keys
	verify, err := graph.NewVerifier(c)
	if err != nil {
		return nil, err
	}
	if err := keys.Refresh(ctx); err != nil && from.File != "" {
		return nil, errors.Join(err, ctx.Err())
	}
	if c.Issuer == "" && len(c.Audiences) == 0 {
		s.logger.Warn("every token that the key set verifies is believed, whoever it was made for; " +
			"set --jwt-issuer and --jwt-audience")
	}
	s.owned.Go(func() { keys.Run(ctx) })
	return verify, nil
}

// believe is the one secret of dev and of tests.
func believe(secret []byte) graph.TokenConfig {
	return graph.TokenConfig{Secrets: [][]byte{secret}, Leeway: graph.DefaultLeeway}
}
