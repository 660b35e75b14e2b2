package auth

import (
	"context"
	"time"

	"github.com/aparte-im/aparte/dm"
	"github.com/aparte-im/aparte/graph/apierror"
)

// Identity is the caller of a request, as a verified token names it.
type Identity struct {
	// Viewer is the user who asks. It is zero for a service token that acts for nobody.
	Viewer dm.UserID
	// Owner is the user who is the subject of the token: the viewer, unless the token acts for
	// another user. It is zero when the subject is no user. The owner's revocations end the token.
	Owner dm.UserID
	// Admin: the token has the scope of the host application.
	Admin bool
	// Moderator: the token has the scope for moderation.
	Moderator bool
	// Subject is the subject of the token.
	Subject string
	// Exempt: the user has no rate limits.
	Exempt bool
	// Issued is when the token was made, zero when it does not say.
	Issued time.Time
	// Expires is when the token ends.
	Expires time.Time
}

// Unlimited reports whether an identity has no rate limits: the host application, moderators and
// exempt users.
func (id *Identity) Unlimited() bool { return id.Admin || id.Moderator || id.Exempt }

type identityKey struct{}

// WithIdentity returns a context with the identity of a request.
func WithIdentity(ctx context.Context, id *Identity) context.Context {
	return context.WithValue(ctx, identityKey{}, id)
}

// IdentityOf returns the identity of a request, and nil outside of an authenticated request.
func IdentityOf(ctx context.Context) *Identity {
	id, _ := ctx.Value(identityKey{}).(*Identity)
	return id
}

var (
	// ErrNoViewer refuses a service token that acts for nobody where a viewer is needed.
	ErrNoViewer = apierror.Forbidden("This token is the service's own. Name the user it acts for in Aparte-As.")
	errNotAdmin = apierror.Forbidden("This is for the host application: a token with the scope admin is needed.")
)

// ViewerOf returns the viewer of a request. Errors: FORBIDDEN when a service token acts for nobody.
func ViewerOf(ctx context.Context) (dm.UserID, error) {
	if id := IdentityOf(ctx); id != nil && !id.Viewer.IsZero() {
		return id.Viewer, nil
	}
	return dm.UserID{}, ErrNoViewer
}

// RequireAdmin refuses everybody but the host application. Errors: FORBIDDEN.
func RequireAdmin(ctx context.Context) error {
	if id := IdentityOf(ctx); id != nil && id.Admin {
		return nil
	}
	return errNotAdmin
}
