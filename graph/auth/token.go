package auth

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/aparte-im/aparte/dm/policy"
	"github.com/golang-jwt/jwt/v5"
)

// ScopeAdmin in a token's scope makes it the host application's own, unless TokenConfig says
// another.
const ScopeAdmin = "admin"

// ScopeModerator in a token's scope lets its subject work on reports. It is apart from ScopeAdmin:
// neither holds the other.
const ScopeModerator = "moderator"

// MinSecret is the shortest secret for HS256, in bytes: as long as the hash.
const MinSecret = 32

// maxToken bounds what is parsed, and what a cached identity costs.
const maxToken = 4096

// DefaultLeeway is how far the clocks of the host and of this service may be apart.
const DefaultLeeway = 5 * time.Second

// DefaultMaxAdminLife is the longest life of a token with the scope of the host or of a moderator
// that a server accepts unless it is told another.
const DefaultMaxAdminLife = 24 * time.Hour

// Claims are what a token says.
type Claims struct {
	// Subject is the host's own id of the user.
	Subject string
	// Admin: the token has the scope of the host application.
	Admin bool
	// Moderator: the token has ScopeModerator.
	Moderator bool
	// Handle and Name describe the user, for Config.CreateUsers.
	Handle, Name string
	// AgeBand is what the token says of the user's age. Nil: nothing.
	AgeBand *policy.AgeBand
	// Issued is when the token was made; zero when it does not say.
	Issued time.Time
	// Expires is when the token ends. It is never zero.
	Expires time.Time
}

// Verifier checks a token and returns its claims. Its error is not shown to anybody: what is wrong
// with a token is nothing that a stranger should learn. An error that is an ErrNoKeys says nothing
// about the token. It must be safe for concurrent use.
type Verifier func(ctx context.Context, token string) (Claims, error)

// ClaimNames are the claims that are read. An empty name takes the default, and "-" reads none.
type ClaimNames struct {
	// ID is the host's own id of the user: "sub".
	ID string
	// Handle is "handle", and "preferred_username" where that is missing.
	Handle string
	// Name is "name".
	Name string
	// AgeBand is "age_band", with a value of the API's AgeBand. A token that has it must have "iat"
	// too.
	AgeBand string
	// Scope is "scope": words with spaces between, or a list of words.
	Scope string
}

func (n ClaimNames) withDefaults() ClaimNames {
	for name, to := range map[string]*string{
		"sub": &n.ID, "handle": &n.Handle, "name": &n.Name, "age_band": &n.AgeBand, "scope": &n.Scope,
	} {
		if *to == "" {
			*to = name
		}
	}
	return n
}

// TokenConfig says which tokens are believed.
type TokenConfig struct {
	// Secrets verify HS256, each of at least MinSecret bytes. While one is replaced there are two.
	Secrets [][]byte
	// Keys verify the other algorithms. A token of theirs never meets a secret, nor the other way
	// round.
	Keys *KeySet
	// Algorithms are those that Keys may verify. Empty: KeyAlgorithms.
	Algorithms []string
	// Issuer is what "iss" must be. Empty: anything.
	Issuer string
	// Audiences: "aud" must name one of them. Empty: anything.
	Audiences []string
	// Scope is one that every token must have. Empty: none.
	Scope string
	// AdminScope makes a token the host application's own. Empty: ScopeAdmin.
	AdminScope string
	// ModeratorScope makes a token a moderator's. Empty: ScopeModerator.
	ModeratorScope string
	// MaxAdminLife is the longest time from the issue to the end of a token with AdminScope or
	// ModeratorScope, or from now where the token does not say when it was issued. Zero: no bound.
	MaxAdminLife time.Duration
	// Leeway is how far the clocks of who signs and of this service may be apart.
	Leeway time.Duration
	Claims ClaimNames
	// Clock nil: time.Now.
	Clock func() time.Time
}

// KeyAlgorithms are all algorithms that a KeySet can verify.
func KeyAlgorithms() []string {
	return []string{"RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"}
}

// tokens verifies by one TokenConfig.
type tokens struct {
	config  TokenConfig
	secrets jwt.VerificationKeySet
	parser  *jwt.Parser
}

// NewVerifier returns what checks tokens, or all that is wrong with the configuration.
func NewVerifier(c TokenConfig) (Verifier, error) {
	c.Claims = c.Claims.withDefaults()
	if c.AdminScope == "" {
		c.AdminScope = ScopeAdmin
	}
	if c.ModeratorScope == "" {
		c.ModeratorScope = ScopeModerator
	}
	if c.Clock == nil {
		c.Clock = time.Now
	}
	if len(c.Algorithms) == 0 {
		c.Algorithms = KeyAlgorithms()
	}
	var errs []error
	if len(c.Secrets) == 0 && c.Keys == nil {
		errs = append(errs, errors.New("auth: neither a secret nor keys: nobody could be let in"))
	}
	t := &tokens{config: c}
	var methods []string
	for _, secret := range c.Secrets {
		errs = append(errs, checkSecret(secret))
		t.secrets.Keys = append(t.secrets.Keys, slices.Clone(secret))
		methods = []string{jwt.SigningMethodHS256.Alg()}
	}
	if c.Keys != nil {
		for _, a := range c.Algorithms {
			if !slices.Contains(KeyAlgorithms(), a) {
				errs = append(errs, fmt.Errorf("auth: %q is none of the algorithms %s", a, strings.Join(KeyAlgorithms(), ", ")))
			}
		}
		methods = append(methods, c.Algorithms...)
	}
	if c.MaxAdminLife < 0 {
		errs = append(errs, errors.New("auth: a longest life cannot be negative"))
	}
	if c.Leeway < 0 {
		errs = append(errs, errors.New("auth: a leeway cannot be negative"))
	}
	if err := errors.Join(errs...); err != nil {
		return nil, err
	}
	options := []jwt.ParserOption{
		jwt.WithValidMethods(methods), jwt.WithExpirationRequired(), jwt.WithLeeway(c.Leeway), jwt.WithTimeFunc(c.Clock),
		jwt.WithIssuedAt(), jwt.WithJSONNumber(),
	}
	if c.Issuer != "" {
		options = append(options, jwt.WithIssuer(c.Issuer))
	}
	if len(c.Audiences) > 0 {
		options = append(options, jwt.WithAudience(c.Audiences...))
	}
	t.parser = jwt.NewParser(options...)
	return t.verify, nil
}

// HS256 verifies JSON Web Tokens that are signed with one shared secret, and with nothing but
// HMAC-SHA-256. now nil: time.Now.
func HS256(secret []byte, now func() time.Time) (Verifier, error) {
	return NewVerifier(TokenConfig{Secrets: [][]byte{secret}, Leeway: DefaultLeeway, Clock: now})
}

func (t *tokens) verify(ctx context.Context, token string) (Claims, error) {
	if len(token) > maxToken {
		return Claims{}, errors.New("auth: the token is too long")
	}
	m := jwt.MapClaims{}
	_, err := t.parser.ParseWithClaims(token, m, func(parsed *jwt.Token) (any, error) {
		// RFC 7515 §4.1.11: extensions that are not understood invalidate the token, and none is
		// understood here.
		if _, ok := parsed.Header["crit"]; ok {
			return nil, errors.New("auth: the header has critical extensions")
		}
		alg := parsed.Method.Alg()
		if alg == jwt.SigningMethodHS256.Alg() {
			return t.secrets, nil
		}
		id, _ := parsed.Header["kid"].(string)
		return t.config.Keys.find(ctx, id, alg)
	})
	if err != nil {
		return Claims{}, err
	}
	return t.read(m)
}

// read takes from a token that is valid what is asked of it.
func (t *tokens) read(m jwt.MapClaims) (Claims, error) {
	names := t.config.Claims
	var c Claims
	switch id := m[names.ID].(type) {
	case string:
		c.Subject = id
	case json.Number: // a host whose ids are numbers
		c.Subject = id.String()
	}
	if c.Subject == "" {
		return Claims{}, fmt.Errorf("auth: the token has no %s", names.ID)
	}
	scopes := words(m[names.Scope])
	if t.config.Scope != "" && !slices.Contains(scopes, t.config.Scope) {
		return Claims{}, errors.New("auth: the token is without the scope that all need")
	}
	c.Admin = slices.Contains(scopes, t.config.AdminScope)
	c.Moderator = slices.Contains(scopes, t.config.ModeratorScope)
	c.Handle, _ = m[names.Handle].(string)
	if c.Handle == "" && names.Handle == "handle" {
		c.Handle, _ = m["preferred_username"].(string)
	}
	c.Name, _ = m[names.Name].(string)
	expires, err := m.GetExpirationTime()
	if err != nil || expires == nil {
		return Claims{}, errors.New("auth: the token does not say when it ends")
	}
	c.Expires = expires.Add(t.config.Leeway)
	if issued, err := m.GetIssuedAt(); err == nil && issued != nil {
		c.Issued = issued.Time
	}
	if err := t.checkLife(c, expires.Time); err != nil {
		return Claims{}, err
	}
	return c, c.readAge(m[names.AgeBand])
}

// checkLife bounds the life of tokens that hold more rights than a user's.
func (t *tokens) checkLife(c Claims, expires time.Time) error {
	from := c.Issued
	if from.IsZero() {
		from = t.config.Clock()
	}
	if most := t.config.MaxAdminLife; most > 0 && (c.Admin || c.Moderator) && expires.Sub(from) > most {
		return fmt.Errorf("auth: a token with the scope of the host or of a moderator is valid for more than %s", most)
	}
	return nil
}

// readAge reads the age band. One that is there and not understood is refused, because the rules
// for minors hang on it; so is one of unknown age, because it could undo a newer one.
func (c *Claims) readAge(v any) error {
	if v == nil {
		return nil
	}
	name, _ := v.(string)
	band, ok := map[string]policy.AgeBand{"ADULT": policy.Adult, "AGE_16_17": policy.Age16To17, "UNDER_16": policy.Under16}[name]
	switch {
	case !ok:
		return errors.New("auth: the token's age band is none that is known")
	case c.Issued.IsZero():
		return errors.New("auth: the token has an age band and does not say when it was issued")
	}
	c.AgeBand = &band
	return nil
}

// words reads a scope, which is one text or a list of them.
func words(v any) []string {
	switch v := v.(type) {
	case string:
		return strings.Fields(v)
	case []any:
		var out []string
		for _, word := range v {
			if s, ok := word.(string); ok {
				out = append(out, s)
			}
		}
		return out
	}
	return nil
}

// SignToken makes a token that HS256 accepts for ttl from now. subject is the host's own id of a
// user; with the scope ScopeAdmin it may be any name for the service that calls.
func SignToken(secret []byte, subject string, ttl time.Duration, scopes ...string) (string, error) {
	if len(scopes) == 0 {
		return SignClaims(secret, subject, ttl, nil)
	}
	return SignClaims(secret, subject, ttl, map[string]any{"scope": strings.Join(scopes, " ")})
}

// SignClaims is SignToken with further claims, which may not be sub, iat and exp.
func SignClaims(secret []byte, subject string, ttl time.Duration, claims map[string]any) (string, error) {
	if err := checkSecret(secret); err != nil {
		return "", err
	}
	if subject == "" || ttl <= 0 {
		return "", errors.New("auth: a token needs a subject and a time to live")
	}
	now := time.Now()
	m := jwt.MapClaims{}
	for name, value := range claims {
		m[name] = value
	}
	m["sub"], m["iat"], m["exp"] = subject, now.Unix(), now.Add(ttl).Unix()
	return jwt.NewWithClaims(jwt.SigningMethodHS256, m).SignedString(secret)
}

func checkSecret(secret []byte) error {
	if len(secret) < MinSecret {
		return fmt.Errorf("auth: the token secret has %d bytes; at least %d are needed", len(secret), MinSecret)
	}
	if isGuessable(secret) {
		return errors.New("auth: the token secret can be guessed: it repeats a shorter text, counts up or has few different " +
			"bytes; make one with `openssl rand -hex 32`")
	}
	return nil
}

// minDistinct is the least number of different bytes in a secret. 32 random hexadecimal digits have
// fewer less than once in a billion times.
const minDistinct = 7

// isGuessable reports whether a secret shows that no random source made it. It finds gross mistakes
// only: no look at a text can tell how it was made.
func isGuessable(secret []byte) bool {
	distinct := map[byte]bool{}
	steps := 0 // from a byte to itself or to a neighbour
	for i, b := range secret {
		distinct[b] = true
		if i > 0 && (b == secret[i-1] || b == secret[i-1]+1 || b == secret[i-1]-1) {
			steps++
		}
	}
	if len(distinct) < minDistinct || steps > len(secret)*3/4 {
		return true
	}
	for period := 1; period <= len(secret)/2; period++ {
		if bytes.Equal(secret[period:], secret[:len(secret)-period]) {
			return true
		}
	}
	return false
}
