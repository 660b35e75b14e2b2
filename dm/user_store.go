package dm

import (
	"context"
	"time"

	"github.com/aparte-im/aparte/dm/policy"
)

// UserStore finds users.
type UserStore interface {
	// Users returns those of the users that exist, deleted users included.
	Users(ctx context.Context, ids []UserID) (map[UserID]*User, error)
	// UserByHandle returns the user with a handle, in lower case. Errors: NOT_FOUND.
	UserByHandle(ctx context.Context, handle string) (*User, error)
	// UserByExternalID returns the user with the host's id. Errors: NOT_FOUND.
	UserByExternalID(ctx context.Context, externalID string) (*User, error)
	// WasDeleted reports whether a user with this id was deleted or erased, and is still
	// remembered.
	WasDeleted(ctx context.Context, externalID string) (bool, error)
	// SearchUsers lists users of whom each word of the query starts a word of the display name or
	// the handle (words.SearchWords), and users whose handle starts with the query (in lower case):
	// first the viewer's friends and users whom the viewer talks with, then suggested users, then
	// others. Users whom the viewer has blocked are left out. A user who has blocked the viewer is
	// listed: a block must not show.
	SearchUsers(ctx context.Context, viewer UserID, query string, after *UserPlace, limit int) ([]FoundUser, error)
	// SuggestedUsers lists the users whom the host suggested to the viewer, without those whom the
	// viewer has blocked.
	SuggestedUsers(ctx context.Context, viewer UserID, after *UserPlace, limit int) ([]FoundUser, error)
}

// HostStore writes what the host app says about its users.
type HostStore interface {
	// UpsertUsers creates or changes users by externalId, all or nothing, and returns them in the
	// order given. Errors: INVALID_INPUT (another user has the handle).
	UpsertUsers(ctx context.Context, users []UserInput) ([]*User, error)
	// CreateUser creates a user, or returns the existing user with this externalId unchanged.
	// Errors: INVALID_INPUT (another user has the handle), NOT_FOUND (the host deleted this
	// externalId).
	CreateUser(ctx context.Context, user UserInput) (*User, error)
	// SetEdges writes follows and suggestions, all or nothing. Errors: NOT_FOUND.
	SetEdges(ctx context.Context, edits []EdgeEdit) error
	// DeleteUser removes a user's profile and edges. The id and the messages stay, so that the
	// other members' history is whole. Errors: NOT_FOUND.
	DeleteUser(ctx context.Context, externalID string) error
	// SetAgeBand stores an age band that the host stated at the time said. It does nothing when the
	// stored age band was stated in a later second.
	SetAgeBand(ctx context.Context, user UserID, band policy.AgeBand, said time.Time) error
	// Import writes a batch of history, all or nothing, and returns what was new.
	Import(ctx context.Context, sends []Send) (Imported, error)
}

// RevocationStore keeps revocations of tokens.
type RevocationStore interface {
	// RevokeTokens makes the user's tokens from before now invalid. Errors: NOT_FOUND.
	RevokeTokens(ctx context.Context, externalID string) (Revocation, error)
	// Revocations lists the users whose tokens were revoked, or who were deleted, since a time.
	Revocations(ctx context.Context, since time.Time) ([]Revocation, error)
}

// FoundUser is a user of a listing and the user's place in it.
type FoundUser struct {
	*User
	Place UserPlace
}

// UserInput is a user as the host describes them.
type UserInput struct {
	ExternalID string
	// Handle may be empty: a user who has a handle keeps it, and a new user gets one that is made
	// of the external id.
	Handle string
	// MadeHandle says that Handle was made. Normalize sets it.
	MadeHandle  bool
	DisplayName string
	AvatarURL   *string
	AgeBand     policy.AgeBand
	Exempt      bool
	// CreatedAt is when the account was created, for users who are imported. Zero: now.
	CreatedAt time.Time
	// AgeBandAt is when the host stated the age band. Zero: now.
	AgeBandAt time.Time
}

// EdgeEdit sets or removes one edge: a suggestion of the host with Suggested, otherwise the follow
// of To by From.
type EdgeEdit struct {
	From, To  string // external ids
	Suggested bool
	Remove    bool
}
