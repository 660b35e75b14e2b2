package dm

import "context"

// ContactCodeStore keeps contact codes. It is a part of Store.
type ContactCodeStore interface {
	// ContactCodes lists a user's codes, newest first, up to limit after the place (nil: from the start).
	ContactCodes(ctx context.Context, owner UserID, after *TimePlace, limit int) ([]*ContactCode, error)
	// ContactCodeOf returns the code with this hash, and whether the bearer has used it. Nil: there is none.
	ContactCodeOf(ctx context.Context, hash CodeHash, bearer UserID) (c *ContactCode, used bool, err error)
	// RedemptionsBy lists what codes of others a user has used, by the id of the code after another.
	RedemptionsBy(ctx context.Context, bearer UserID, after ContactCodeID, limit int) ([]Redemption, error)
	// Redemptions lists who has used a code of this owner's, newest first, up to limit after the place (nil: from the start). Empty
	// for a code that is not theirs.
	Redemptions(ctx context.Context, owner UserID, code ContactCodeID, after *TimePlace, limit int) ([]Redemption, error)
	// RedemptionsFrom returns what these people have used of the owner's newest used codes, so many of them at most.
	RedemptionsFrom(ctx context.Context, owner UserID, bearers []UserID, codes int) ([]Redemption, error)
}
