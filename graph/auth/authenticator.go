package auth

import (
	"context"
	"errors"
	"hash/maphash"
	"net/http"
	"strings"
	"time"

	lru "github.com/hashicorp/golang-lru/v2"

	"github.com/aparte-im/aparte/dm"
	"github.com/aparte-im/aparte/graph/apierror"
)

const (
	// identityTTL bounds how long an identity is believed without a look at the user's row. A
	// revocation ends it earlier.
	identityTTL   = time.Minute
	identityCount = 1 << 17
	// failedTTL is how long a token that could not be verified is refused without another look. It
	// is short, because a token may become valid: by a new key, or at its nbf.
	failedTTL   = 2 * time.Second
	failedCount = 1 << 14
)

var errInvalidToken = apierror.Unauthenticated("This token is not valid, or not any more.")

// HeaderAs names, with an admin token, the user to act for by the host's own id. It may stand in
// the payload of connection_init too.
const HeaderAs = "Aparte-As"

// Credentials are what a request shows. They are the key under which an identity is remembered.
type Credentials struct {
	// Token is a JSON Web Token.
	Token string
	// As is the value of HeaderAs.
	As string
}

// CredentialsOf reads the credentials in the headers of a request.
func CredentialsOf(h http.Header) Credentials {
	return Credentials{Token: Bearer(h.Get("Authorization")), As: h.Get(HeaderAs)}
}

// Bearer returns the token in the value of an Authorization header, and "" for another scheme.
func Bearer(authorization string) string {
	scheme, token, _ := strings.Cut(authorization, " ")
	if !strings.EqualFold(scheme, "Bearer") {
		return ""
	}
	return strings.TrimSpace(token)
}

// Authenticator turns credentials into an identity, and remembers it for a minute, so that a busy
// client costs neither a signature nor a look-up each time. It is safe for concurrent use.
type Authenticator struct {
	service  *dm.Service
	verify   Verifier
	create   bool
	now      func() time.Time
	known    *lru.Cache[Credentials, remembered]
	sessions *LiveSessions
	gate     func(context.Context) error
	// failed has the end of the refusal of each failed token, by its hash.
	failed *lru.Cache[uint64, time.Time]
	seed   maphash.Seed
}

type remembered struct {
	*Identity
	until time.Time
}

// Config is what an Authenticator is made of. Service, Verify and Clock are required.
type Config struct {
	Service *dm.Service
	Verify  Verifier
	// CreateUsers makes a valid token of an unknown subject create the user from its claims.
	CreateUsers bool
	// Gate is asked before an unknown token is verified; its error is the answer instead. Nil:
	// every token is verified.
	Gate  func(ctx context.Context) error
	Clock func() time.Time
}

// New returns an Authenticator that does not let in identities which sessions knows as revoked.
func New(c Config, sessions *LiveSessions) *Authenticator {
	// New fails only for a size below one.
	known, _ := lru.New[Credentials, remembered](identityCount)
	failed, _ := lru.New[uint64, time.Time](failedCount)
	return &Authenticator{
		service: c.Service, verify: c.Verify, create: c.CreateUsers, now: c.Clock, known: known, sessions: sessions,
		gate: c.Gate, failed: failed, seed: maphash.MakeSeed(),
	}
}

// Enter checks credentials. Errors: UNAUTHENTICATED, FORBIDDEN, and ErrNoKeys or an error of the
// store when the credentials could not be checked.
func (d *Authenticator) Enter(ctx context.Context, c Credentials) (*Identity, error) {
	if c.Token == "" {
		return nil, apierror.Unauthenticated("Give a token: Authorization: Bearer …")
	}
	now := d.now()
	if r, ok := d.known.Get(c); ok && now.Before(r.until) && !d.sessions.out(r.Identity) {
		return r.Identity, nil
	}
	if d.gate != nil {
		if err := d.gate(ctx); err != nil {
			return nil, err
		}
	}
	if until, ok := d.failed.Get(maphash.String(d.seed, c.Token)); ok && now.Before(until) {
		return nil, errInvalidToken
	}
	claims, err := d.verify(ctx, c.Token)
	if errors.Is(err, ErrNoKeys) {
		return nil, err
	}
	if err != nil {
		d.failed.Add(maphash.String(d.seed, c.Token), now.Add(failedTTL))
		return nil, errInvalidToken
	}
	if c.As != "" && !claims.Admin {
		return nil, apierror.Forbidden(HeaderAs + " is for the host application: a token with the scope admin is needed.")
	}
	u, err := d.viewer(ctx, claims, c.As)
	if err != nil {
		return nil, err
	}
	owner := u
	if c.As != "" {
		if owner, err = d.owner(ctx, claims); err != nil {
			return nil, err
		}
	}
	id := &Identity{
		Viewer: u.ID, Owner: owner.ID, Exempt: u.Exempt, Admin: claims.Admin, Moderator: claims.Moderator, Subject: claims.Subject, Issued: claims.Issued,
		Expires: claims.Expires,
	}
	until := now.Add(identityTTL)
	if claims.Expires.Before(until) {
		until = claims.Expires
	}
	d.known.Add(c, remembered{id, until})
	return id, nil
}

// viewer finds the user of a token. A service that acts for nobody gets a user without an id.
func (d *Authenticator) viewer(ctx context.Context, c Claims, as string) (*dm.User, error) {
	externalID := c.Subject
	if as != "" {
		externalID = as
	}
	u, err := d.service.UserByExternalID(ctx, externalID)
	switch {
	case err == nil && !u.Deleted:
		if as != "" {
			return u, nil
		}
		return u, d.meet(ctx, u, c)
	case err != nil && dm.CodeOf(err) != dm.CodeNotFound:
		return nil, err
	case as != "":
		return nil, apierror.Unauthenticated(HeaderAs + " names nobody.")
	case c.Admin || c.Moderator:
		return d.noUser(ctx, c)
	case err == nil || !d.create:
		return nil, apierror.Unauthenticated("This token is for a user who does not exist here.")
	}
	return d.createUser(ctx, c)
}

// owner finds the user who is the subject of a token that acts for another user, and checks that
// the token was not revoked. It returns a user without an id when the subject is no user.
func (d *Authenticator) owner(ctx context.Context, c Claims) (*dm.User, error) {
	u, err := d.service.UserByExternalID(ctx, c.Subject)
	switch {
	case dm.CodeOf(err) == dm.CodeNotFound:
		return d.noUser(ctx, c)
	case err != nil:
		return nil, err
	}
	return u, d.meet(ctx, u, c)
}

// noUser returns a user without an id for a token whose subject is no user, unless the subject was
// one: a deleted user keeps no rights.
func (d *Authenticator) noUser(ctx context.Context, c Claims) (*dm.User, error) {
	deleted, err := d.service.WasDeleted(ctx, c.Subject)
	if err != nil {
		return nil, err
	}
	if deleted {
		return nil, apierror.Unauthenticated("This token is for a user who was deleted.")
	}
	return &dm.User{}, nil
}

// meet compares a token with its user.
func (d *Authenticator) meet(ctx context.Context, u *dm.User, c Claims) error {
	switch {
	case c.Issued.Before(u.TokensValidAfter):
		return errInvalidToken
	case c.Admin:
		return nil
	case c.AgeBand != nil && *c.AgeBand != u.AgeBand:
		return d.service.SetAgeBand(ctx, u.ID, *c.AgeBand, c.Issued)
	}
	return nil
}

// createUser makes the user of a valid token. Two at once for the same subject are one.
func (d *Authenticator) createUser(ctx context.Context, c Claims) (*dm.User, error) {
	in := dm.UserInput{ExternalID: c.Subject, Handle: c.Handle, DisplayName: c.Name}
	if in.Handle == "" {
		in.Handle = c.Subject
		if _, err := in.Normalize(); err != nil {
			in.Handle = "" // the subject cannot be a handle, so one is made
		}
	}
	if c.AgeBand != nil {
		in.AgeBand, in.AgeBandAt = *c.AgeBand, c.Issued
	}
	u, err := d.service.CreateUser(ctx, in)
	if code := dm.CodeOf(err); code == dm.CodeInvalidInput || code == dm.CodeNotFound {
		return nil, apierror.Unauthenticated("This token's subject or handle cannot be a user here.")
	}
	if err != nil {
		return nil, err
	}
	return u, nil
}
