package dm

import "context"

// ContactCodeStore keeps contact codes. It is a part of Store.
type ContactCodeStore interface {
	// ContactCodes lists a user's codes, newest first, up to limit after the place (nil: from the start).
	ContactCodes(ctx context.Context, owner UserID, after *TimePlace, limit int) ([]*ContactCode, error)
	// ContactCodeOf returns the code with this hash, and whether the bearer has used it. Nil: there is none.
	ContactCodeOf(ctx context.Context, hash CodeHash, bearer UserID) (c *ContactCode, used bool, err error)
	// CodeUsesBy lists what codes of others a user has used, by the id of the code after another.
	CodeUsesBy(ctx context.Context, bearer UserID, after ContactCodeID, limit int) ([]CodeUse, error)
}
