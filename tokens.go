package aparte

import (
	"context"
	"errors"
	"time"

	"github.com/aparte-im/aparte/graph/auth"
)

// TokenConfig says which JSON Web Tokens are valid. One of Secrets, KeySetURL and KeySetFile is
// required.
type TokenConfig struct {
	// Secrets verify tokens that are signed with HS256, each of at least [MinSecret] bytes. While a
	// secret is replaced there are two.
	Secrets [][]byte
	// KeySetURL is the address of a JSON Web Key Set: https, or http on this machine. It is fetched
	// by New and every 5 minutes by Run.
	KeySetURL string
	// KeySetFile is a file with a JSON Web Key Set, instead of KeySetURL.
	KeySetFile string
	// Algorithms are those that the key set may verify. Empty: RS256, PS256, ES256, EdDSA and their
	// stronger variants.
	Algorithms []string
	// Issuer is the required value of the claim iss. Empty: any.
	Issuer string
	// Audiences: the claim aud must name one of them. Empty: any.
	Audiences []string
	// Scope is a scope that every token must have. Empty: none.
	Scope string
	// AdminScope makes a token the host application's own. Empty: "admin".
	AdminScope string
	// ModeratorScope makes a token a moderator's. Empty: "moderator".
	ModeratorScope string
	// MaxAdminLife is the longest life of a token with AdminScope or ModeratorScope, from its issue
	// to its end. Zero: 24 h; less than 0: no bound.
	MaxAdminLife time.Duration
	// Leeway is the tolerated difference between the clocks of the issuer and of this server. Zero:
	// 5 s; less than 0: none.
	Leeway time.Duration
	// Claims names the claims that are read.
	Claims ClaimNames
}

// Types of package graph that tokens use; their documentation is there.
type (
	// Claims are what a token says about its bearer. Expires is required.
	Claims = auth.Claims
	// ClaimNames are the names of the claims that are read.
	ClaimNames = auth.ClaimNames
)

// MinSecret is the shortest secret for HS256, in bytes.
const MinSecret = auth.MinSecret

// DefaultMaxAdminLife is the value of TokenConfig.MaxAdminLife when it is zero.
const DefaultMaxAdminLife = auth.DefaultMaxAdminLife

// ErrUnavailable says that a token could not be verified for a reason that is not the token's, such
// as a session store that does not answer. The caller may try again.
var ErrUnavailable = auth.ErrNoKeys

// Validate returns an error when no token could ever be verified with this configuration. It reads
// no file and no network.
func (c TokenConfig) Validate() error {
	hasKeys := c.KeySetURL != "" || c.KeySetFile != ""
	if len(c.Secrets) == 0 && !hasKeys {
		return errors.New("there is no secret and no key set, so no token can be verified")
	}
	verify := c.graph()
	if hasKeys {
		if _, err := auth.NewKeySet(c.keySet()); err != nil {
			return err
		}
		verify.Keys = &auth.KeySet{}
	}
	_, err := auth.NewVerifier(verify)
	return err
}

// graph returns the configuration as package graph has it, without the key set.
func (c TokenConfig) graph() auth.TokenConfig {
	byDefault(&c.Leeway, auth.DefaultLeeway)
	byDefault(&c.MaxAdminLife, auth.DefaultMaxAdminLife)
	return auth.TokenConfig{
		Secrets: c.Secrets, Algorithms: c.Algorithms, Issuer: c.Issuer, Audiences: c.Audiences, Scope: c.Scope,
		AdminScope: c.AdminScope, ModeratorScope: c.ModeratorScope, Leeway: max(c.Leeway, 0), Claims: c.Claims,
		MaxAdminLife: max(c.MaxAdminLife, 0),
	}
}

func (c TokenConfig) keySet() auth.KeySetConfig {
	return auth.KeySetConfig{URL: c.KeySetURL, File: c.KeySetFile}
}

// verifier returns the function that checks tokens. A key set that cannot be fetched yet is fetched
// by Run: until then its tokens are answered with INTERNAL.
func (s *Server) verifier(ctx context.Context) (auth.Verifier, error) {
	c := s.config.Tokens
	if s.config.VerifyToken != nil {
		return s.config.VerifyToken, nil
	}
	verify := c.graph()
	if c.KeySetURL != "" || c.KeySetFile != "" {
		set := c.keySet()
		set.Logger = s.config.Logger
		keys, err := auth.NewKeySet(set)
		if err != nil {
			return nil, err
		}
		if err := keys.Refresh(ctx); err != nil && c.KeySetFile != "" {
			return nil, errors.Join(err, ctx.Err())
		}
		if c.Issuer == "" && len(c.Audiences) == 0 {
			s.config.Logger.Warn("every token that the key set verifies is accepted, also one made for another app; " +
				"set --jwt-issuer and --jwt-audience (TokenConfig.Issuer and Audiences)")
		}
		s.keys, verify.Keys = keys, keys
	}
	return auth.NewVerifier(verify)
}

// SignToken returns a token for a user of the program, signed with HS256 and valid for ttl.
// externalID is the program's own id of the user; secret is one of [TokenConfig.Secrets].
func SignToken(secret []byte, externalID string, ttl time.Duration) (string, error) {
	return auth.SignToken(secret, externalID, ttl)
}

// SignClaims is [SignToken] with further claims, which may not be sub, iat and exp. The claim scope
// with "admin" makes a service token, which may call the API's operations for the host application;
// "moderator" makes a moderator's.
func SignClaims(secret []byte, subject string, ttl time.Duration, claims map[string]any) (string, error) {
	return auth.SignClaims(secret, subject, ttl, claims)
}
