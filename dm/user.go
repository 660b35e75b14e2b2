package dm

import (
	"time"

	"github.com/aparte-im/aparte/dm/policy"
)

// User is a person of the host app.
type User struct {
	ID UserID
	// ExternalID is the host's own id, unique.
	ExternalID string
	// Handle is unique, in lower case.
	Handle      string
	DisplayName string
	AvatarURL   *string
	AgeBand     policy.AgeBand
	// Exempt users are not held to limits on rate and outreach: the host's own accounts, and load
	// tests.
	Exempt    bool
	CreatedAt time.Time
	// Deleted users keep their id, so that the other side's history keeps its shape; nothing else
	// is left of them.
	Deleted bool
	// TokensValidAfter: tokens that were issued before it count no more. Zero: all count.
	TokensValidAfter time.Time
}
