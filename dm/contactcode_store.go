package dm

import "context"

// ContactCodeStore reads contact codes and their redemptions.
type ContactCodeStore interface {
	// ContactCode returns one of the owner's codes. Errors: NOT_FOUND.
	ContactCode(ctx context.Context, owner UserID, id ContactCodeID) (*ContactCode, error)
	// ContactCodes lists a user's codes, newest first, up to limit after a place (nil: from the
	// start).
	ContactCodes(ctx context.Context, owner UserID, after *TimePlace, limit int) ([]*ContactCode, error)
	// ContactCodeOf returns the code with this hash, or nil, and whether the redeemer has redeemed
	// it.
	ContactCodeOf(ctx context.Context, hash CodeHash, redeemer UserID) (c *ContactCode, redeemed bool, err error)
	// Redemptions lists the redemptions of one of the owner's codes, newest first, up to limit
	// after a place (nil: from the start). It is empty for a code of another owner.
	Redemptions(ctx context.Context, owner UserID, code ContactCodeID, after *TimePlace, limit int) ([]Redemption, error)
	// RedemptionsFrom returns the redemptions by these people of the owner's most recently redeemed
	// codes, of at most so many codes.
	RedemptionsFrom(ctx context.Context, owner UserID, redeemers []UserID, codes int) ([]Redemption, error)
}
