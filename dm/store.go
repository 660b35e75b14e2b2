package dm

import (
	"context"
	"time"

	"github.com/aparte-im/aparte/dm/policy"
)

// Store keeps everything. Package store/storetest is its specification: every implementation passes it.
//
// Methods that take a viewer answer only what that viewer may see (I9). Methods return *Error for expected refusals;
// any other error is internal. All are safe for concurrent use.
type Store interface {
	SafetyStore
	ReachStore
	ContactCodeStore
	// Append writes one send through Tx.Send and returns after the commit (I10). Concurrent sends share a
	// transaction; one that is refused or fails harms no other (I8). A full queue answers RATE_LIMITED at once.
	// ErrUnclassified of Tx.Send is returned as it is, and nothing is written.
	Append(ctx context.Context, send Send) (Sent, error)
	// Change locks the scope's heads in order, loads the scope, runs change and writes the ledger, in one transaction
	// that commits before Change returns. change may run again after a serialization failure, on a fresh ledger.
	// When it returns an error nothing is written.
	Change(ctx context.Context, scope Scope, change func(*Tx) error) error
	// Inspect loads a scope without a lock, for answers that hold only for now. Its ledger is not written.
	Inspect(ctx context.Context, scope Scope) (*Tx, error)

	// OtherMember returns whom the viewer talks with in a conversation. Errors: NOT_FOUND.
	OtherMember(ctx context.Context, viewer UserID, id ConversationID) (UserID, error)
	// Views returns the viewer's views of those of the conversations that are in their view, with the last message.
	Views(ctx context.Context, viewer UserID, ids []ConversationID) (map[ConversationID]*View, error)
	// Inbox lists a folder, newest activity first, up to limit items after the place (nil: from the start), with the
	// last message of each.
	Inbox(ctx context.Context, viewer UserID, folder Folder, after *InboxPlace, limit int) ([]*View, error)
	// Messages lists, for each conversation that the viewer is a member of, the newest messages that are in their view
	// with a seq below before (FromNewest: all), newest first, up to limit each. One query for all.
	Messages(ctx context.Context, viewer UserID, ids []ConversationID, before int64, limit int) (map[ConversationID][]*Message, error)
	// MessagesByID returns those messages that the viewer may see.
	MessagesByID(ctx context.Context, viewer UserID, ids []MessageID) (map[MessageID]*Message, error)

	// Users returns those users that exist, deleted ones included.
	Users(ctx context.Context, ids []UserID) (map[UserID]*User, error)
	// UserByHandle finds a user by handle in lower case. Errors: NOT_FOUND.
	UserByHandle(ctx context.Context, handle string) (*User, error)
	// UserByExternalID finds a user by the host's id. Errors: NOT_FOUND.
	UserByExternalID(ctx context.Context, externalID string) (*User, error)
	// SearchUsers lists users whose handle, then those whose display name, starts with prefix (in lower case), less those
	// whom the viewer has blocked. Who has blocked the viewer is found like anybody (blocks do not show).
	SearchUsers(ctx context.Context, viewer UserID, prefix string, after *UserPlace, limit int) ([]FoundUser, error)
	// SuggestedUsers lists the pairs that the host supplied for the viewer, less those whom the viewer has blocked.
	SuggestedUsers(ctx context.Context, viewer UserID, after *UserPlace, limit int) ([]FoundUser, error)
	// OverrideUsers lists the people of whom the viewer has decided the same.
	OverrideUsers(ctx context.Context, viewer UserID, list OverrideList, after *UserPlace, limit int) ([]FoundUser, error)
	// SettingsChange returns one of the viewer's changes of settings. Errors: NOT_FOUND.
	SettingsChange(ctx context.Context, viewer UserID, id ChangeID) (SettingsChange, error)
	// HiddenWords returns the viewer's list; who never had one has version 0.
	HiddenWords(ctx context.Context, viewer UserID) (HiddenWords, error)
	// History lists the viewer's changes of settings, newest first.
	History(ctx context.Context, viewer UserID, limit int) ([]SettingsChange, error)

	// Log reads the viewer's events after a position, in order, up to limit, as they stand in one snapshot.
	Log(ctx context.Context, viewer UserID, after int64, limit int) (Log, error)
	// LogEnds tells where the logs of those users end that exist, in one read.
	LogEnds(ctx context.Context, users []UserID) (map[UserID]LogEnd, error)
	// Trim removes events older than before, in small steps that hold no lock for long, and returns how many.
	Trim(ctx context.Context, before time.Time) (int64, error)

	// UpsertUsers creates or changes users by externalId, all or nothing, and returns them in the order given.
	// Errors: INVALID_INPUT (a handle that another user has).
	UpsertUsers(ctx context.Context, users []UserInput) ([]*User, error)
	// CreateUser creates a user who is not there, and returns who is: somebody who exists stays as the host described
	// them. Errors: INVALID_INPUT (a handle that another user has), NOT_FOUND (the host deleted this externalId).
	CreateUser(ctx context.Context, user UserInput) (*User, error)
	// SetEdges writes follows and suggestions, all or nothing.
	SetEdges(ctx context.Context, edits []EdgeEdit) error
	// DeleteUser forgets a user's profile and edges. Their id and their messages keep the other side's history whole.
	// Errors: NOT_FOUND.
	DeleteUser(ctx context.Context, externalID string) error
	// RevokeTokens notes that the user's tokens of before now count no more. Errors: NOT_FOUND.
	RevokeTokens(ctx context.Context, externalID string) (Revocation, error)
	// Revocations lists the users whose tokens were revoked, or who were deleted, since a time.
	Revocations(ctx context.Context, since time.Time) ([]Revocation, error)
	// SetAgeBand describes a user's age as the host said it at a time, unless what is kept was said in a later second.
	SetAgeBand(ctx context.Context, user UserID, band policy.AgeBand, said time.Time) error
	// Import writes a batch of history, all or nothing, and returns how many messages were new.
	Import(ctx context.Context, sends []Send) (Imported, error)
}

// Log is a stretch of a user's inbox log and what is needed to judge it.
type Log struct {
	Events []*Event
	// Head is the newest position there is, TrimmedTo the newest that was trimmed.
	Head, TrimmedTo int64
	Epoch           int64
	Unread          Unread
	// Gone: the user was deleted. Their log can still be read; nobody is to watch it.
	Gone bool
}

// FoundUser is a user of a listing and their place in it.
type FoundUser struct {
	*User
	Place UserPlace
}

// UserInput is a user as the host describes them.
type UserInput struct {
	ExternalID  string
	Handle      string
	DisplayName string
	AvatarURL   *string
	AgeBand     policy.AgeBand
	Exempt      bool
	// CreatedAt is when the account was made, for a community that is brought in. Zero: now.
	CreatedAt time.Time
	// AgeBandAt is when the host said the age band. Zero: now.
	AgeBandAt time.Time
}

// EdgeEdit sets or removes one edge. With Suggested it is the pair that the host supplies; otherwise From follows To.
type EdgeEdit struct {
	From, To  string // external ids
	Suggested bool
	Remove    bool
}
