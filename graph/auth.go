package graph

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"time"

	lru "github.com/hashicorp/golang-lru/v2"

	"github.com/aparte-im/aparte/dm"
)

const (
	// identityTTL bounds how long an identity is believed without a look at the user's row. A
	// revocation ends it earlier.
	identityTTL   = time.Minute
	identityCount = 1 << 17
)

// headerAs names, with an admin token, the user to act for by the host's own id. It may stand in
// the payload of connection_init too.
const headerAs = "Aparte-As"

// identity is who asks.
type identity struct {
	// viewer is zero for a service token that acts for nobody.
	viewer dm.UserID
	admin  bool
	// moderator: the token has the scope for moderation. subject is who it was made for.
	moderator bool
	subject   string
	// exempt: not held to rates.
	exempt bool
	// issued is when the token was made, zero when it does not say; expires when it ends.
	issued, expires time.Time
}

type identityKey struct{}

func withIdentity(ctx context.Context, id *identity) context.Context {
	return context.WithValue(ctx, identityKey{}, id)
}

// identityOf returns nil outside of a request that was let in.
func identityOf(ctx context.Context) *identity {
	id, _ := ctx.Value(identityKey{}).(*identity)
	return id
}

// viewerOf returns who looks. Errors: FORBIDDEN when a service token acts for nobody.
func viewerOf(ctx context.Context) (dm.UserID, error) {
	if id := identityOf(ctx); id != nil && !id.viewer.IsZero() {
		return id.viewer, nil
	}
	return dm.UserID{}, errNoViewer
}

// requireAdmin refuses everybody but the host application. Errors: FORBIDDEN.
func requireAdmin(ctx context.Context) error {
	if id := identityOf(ctx); id != nil && id.admin {
		return nil
	}
	return errNotAdmin
}

// credentials are what a request shows. They are the key under which an identity is remembered.
type credentials struct{ token, as string }

func credentialsOf(h http.Header) credentials {
	return credentials{token: bearer(h.Get("Authorization")), as: h.Get(headerAs)}
}

func bearer(authorization string) string {
	scheme, token, _ := strings.Cut(authorization, " ")
	if !strings.EqualFold(scheme, "Bearer") {
		return ""
	}
	return strings.TrimSpace(token)
}

// doors let people in: they turn credentials into an identity, and remember it for a moment, so
// that a busy client costs neither a signature nor a look-up each time.
type authenticator struct {
	service  *dm.Service
	verify   Verifier
	create   bool
	now      func() time.Time
	known    *lru.Cache[credentials, remembered]
	sessions *liveSessions
}

type remembered struct {
	*identity
	until time.Time
}

func newAuthenticator(c Config, g *liveSessions) *authenticator {
	known, _ := lru.New[credentials, remembered](identityCount) // fails for a size below one only
	return &authenticator{service: c.Service, verify: c.Verify, create: c.CreateUsers, now: c.Clock, known: known, sessions: g}
}

// enter checks credentials. Errors: UNAUTHENTICATED, FORBIDDEN.
func (d *authenticator) enter(ctx context.Context, c credentials) (*identity, error) {
	if c.token == "" {
		return nil, unauthenticated("Give a token: Authorization: Bearer …")
	}
	now := d.now()
	if r, ok := d.known.Get(c); ok && now.Before(r.until) && !d.sessions.out(r.identity) {
		return r.identity, nil
	}
	claims, err := d.verify(ctx, c.token)
	if errors.Is(err, ErrNoKeys) {
		return nil, err
	}
	if err != nil {
		return nil, unauthenticated("This token is not valid, or not any more.")
	}
	if c.as != "" && !claims.Admin {
		return nil, forbidden(headerAs + " is for the host application: a token with the scope admin is needed.")
	}
	u, err := d.viewer(ctx, claims, c.as)
	if err != nil {
		return nil, err
	}
	id := &identity{
		viewer: u.ID, exempt: u.Exempt, admin: claims.Admin, moderator: claims.Moderator, subject: claims.Subject, issued: claims.Issued,
		expires: claims.Expires,
	}
	until := now.Add(identityTTL)
	if claims.Expires.Before(until) {
		until = claims.Expires
	}
	d.known.Add(c, remembered{id, until})
	return id, nil
}

// viewer finds the user whom a token stands for: one without an id for a service that acts for
// nobody.
func (d *authenticator) viewer(ctx context.Context, c Claims, as string) (*dm.User, error) {
	externalID := c.Subject
	if as != "" {
		externalID = as
	}
	u, err := d.service.UserByExternalID(ctx, externalID)
	switch {
	case err == nil && !u.Deleted:
		return u, d.meet(ctx, u, c)
	case err != nil && dm.CodeOf(err) != dm.CodeNotFound:
		return nil, err
	case as != "":
		return nil, unauthenticated(headerAs + " names nobody.")
	case c.Admin || c.Moderator:
		return &dm.User{}, nil
	case err == nil || !d.create:
		return nil, unauthenticated("This token is for a user who does not exist here.")
	}
	return d.createUser(ctx, c)
}

// meet holds a token against the user whom it is for.
func (d *authenticator) meet(ctx context.Context, u *dm.User, c Claims) error {
	switch {
	case c.Admin:
		return nil
	case c.Issued.Before(u.TokensValidAfter):
		return unauthenticated("This token is not valid, or not any more.")
	case c.AgeBand != nil && *c.AgeBand != u.AgeBand:
		return d.service.SetAgeBand(ctx, u.ID, *c.AgeBand, c.Issued)
	}
	return nil
}

// createUser makes the user of a valid token. Two at once for the same subject are one.
func (d *authenticator) createUser(ctx context.Context, c Claims) (*dm.User, error) {
	in := dm.UserInput{ExternalID: c.Subject, Handle: c.Handle, DisplayName: c.Name}
	if in.Handle == "" {
		in.Handle = c.Subject
	}
	if c.AgeBand != nil {
		in.AgeBand, in.AgeBandAt = *c.AgeBand, c.Issued
	}
	u, err := d.service.CreateUser(ctx, in)
	if code := dm.CodeOf(err); code == dm.CodeInvalidInput || code == dm.CodeNotFound {
		return nil, unauthenticated("This token's subject or handle cannot be a user here.")
	}
	if err != nil {
		return nil, err
	}
	return u, nil
}
