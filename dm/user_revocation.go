package dm

import (
	"context"
	"time"

	"github.com/aparte-im/aparte/dm/policy"
)

// Revocation says that tokens of a user count no more: those that were issued before At, or all
// when the user is Gone.
type Revocation struct {
	User UserID
	At   time.Time
	Gone bool
}

// RevokeTokens makes a user's tokens worthless that were issued before now: "log out everywhere".
// Errors: NOT_FOUND.
func (s *Service) RevokeTokens(ctx context.Context, externalID string) (Revocation, error) {
	if checkExternalID(externalID) != nil {
		return Revocation{}, NotFound("user")
	}
	return s.revocations.RevokeTokens(ctx, externalID)
}

// Revocations lists what was revoked since, deletions too, on any node. One that commits late may
// carry a time that has passed already, so a caller looks back by more than a commit takes.
func (s *Service) Revocations(ctx context.Context, since time.Time) ([]Revocation, error) {
	return s.revocations.Revocations(ctx, since)
}

// SetAgeBand carries over an age band that the host said of a user at a time, unless it has said
// something later. It applies at once, as in UpsertUsers.
func (s *Service) SetAgeBand(ctx context.Context, user UserID, band policy.AgeBand, said time.Time) error {
	return s.host.SetAgeBand(ctx, user, band, said)
}
