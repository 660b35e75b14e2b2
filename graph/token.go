package graph

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/golang-jwt/jwt/v5"
)

// ScopeAdmin in a token's scope makes it the host application's own.
const ScopeAdmin = "admin"

// ScopeModerator in a token's scope lets its subject work on reports. It is apart from ScopeAdmin: neither holds the other.
const ScopeModerator = "moderator"

// MinSecret is the shortest secret for HS256, in bytes: as long as the hash.
const MinSecret = 32

// maxToken bounds what is parsed, and what a cached identity costs.
const maxToken = 4096

// leeway is how far the clocks of the host and of this service may be apart.
const leeway = 5 * time.Second

// Claims are what a token says.
type Claims struct {
	// Subject is the host's own id of the user.
	Subject string
	// Admin: the token has ScopeAdmin.
	Admin bool
	// Moderator: the token has ScopeModerator.
	Moderator bool
	// Handle and Name describe the user, for Config.CreateUsers.
	Handle, Name string
	// Expires is when the token ends. It is never zero.
	Expires time.Time
}

// Verifier checks a token and returns its claims. Its error is not shown to anybody: what is wrong with a token is
// nothing that a stranger should learn. It must be safe for concurrent use.
type Verifier func(token string) (Claims, error)

type jwtClaims struct {
	jwt.RegisteredClaims
	Scope             string `json:"scope,omitempty"`
	Handle            string `json:"handle,omitempty"`
	PreferredUsername string `json:"preferred_username,omitempty"`
	Name              string `json:"name,omitempty"`
}

// HS256 verifies JSON Web Tokens that are signed with a shared secret of at least MinSecret bytes, and with nothing but
// HMAC-SHA-256. Tokens must say when they end. now nil: time.Now.
func HS256(secret []byte, now func() time.Time) (Verifier, error) {
	if err := checkSecret(secret); err != nil {
		return nil, err
	}
	if now == nil {
		now = time.Now
	}
	secret = slices.Clone(secret)
	key := func(*jwt.Token) (any, error) { return secret, nil } //nolint:unparam // the shape is the parser's
	parser := jwt.NewParser(
		jwt.WithValidMethods([]string{jwt.SigningMethodHS256.Alg()}), jwt.WithExpirationRequired(),
		jwt.WithLeeway(leeway), jwt.WithTimeFunc(now),
	)
	return func(token string) (Claims, error) {
		if len(token) > maxToken {
			return Claims{}, errors.New("graph: the token is too long")
		}
		var c jwtClaims
		if _, err := parser.ParseWithClaims(token, &c, key); err != nil {
			return Claims{}, err
		}
		if c.Subject == "" {
			return Claims{}, errors.New("graph: the token has no subject")
		}
		if c.Handle == "" {
			c.Handle = c.PreferredUsername
		}
		return Claims{
			Subject: c.Subject, Admin: slices.Contains(strings.Fields(c.Scope), ScopeAdmin),
			Moderator: slices.Contains(strings.Fields(c.Scope), ScopeModerator),
			Handle:    c.Handle, Name: c.Name, Expires: c.ExpiresAt.Add(leeway),
		}, nil
	}, nil
}

// SignToken makes a token that HS256 accepts for ttl from now. subject is the host's own id of a user; with the scope
// ScopeAdmin it may be any name for the service that calls.
func SignToken(secret []byte, subject string, ttl time.Duration, scopes ...string) (string, error) {
	if err := checkSecret(secret); err != nil {
		return "", err
	}
	if subject == "" || ttl <= 0 {
		return "", errors.New("graph: a token needs a subject and a time to live")
	}
	now := time.Now()
	return jwt.NewWithClaims(jwt.SigningMethodHS256, jwtClaims{
		RegisteredClaims: jwt.RegisteredClaims{
			Subject: subject, IssuedAt: jwt.NewNumericDate(now), ExpiresAt: jwt.NewNumericDate(now.Add(ttl)),
		},
		Scope: strings.Join(scopes, " "),
	}).SignedString(secret)
}

func checkSecret(secret []byte) error {
	if len(secret) < MinSecret {
		return fmt.Errorf("graph: the token secret has %d bytes; at least %d are needed", len(secret), MinSecret)
	}
	return nil
}
