package dm

import (
	"context"
	"time"

	"github.com/aparte-im/aparte/dm/policy"
)

// RequestFilter says which of the viewer's requests are meant. Fields that are not set match
// everything.
type RequestFilter struct {
	// Folder is FolderRequests or FolderHidden.
	Folder Folder
	// QuietSince: nothing came in them from then on.
	QuietSince *time.Time
	// JoinedAfter: their sender's account was made after that.
	JoinedAfter *time.Time
	// FollowsViewer: their sender follows the viewer, or does not.
	FollowsViewer *bool
	// Shielded: the surge shield holds them, or does not.
	Shielded *bool
}

// AcceptAll answers all requests that a filter means with yes, up to 1,000 looked at in a call.
// Errors: INVALID_INPUT, NOT_FOUND.
func (s *Service) AcceptAll(ctx context.Context, viewer UserID, filter RequestFilter) (BulkResult, error) {
	return s.answerAll(ctx, viewer, filter, func(tx *Tx, viewer UserID, c *Conversation) bool {
		return tx.Accept(viewer, c) == nil
	})
}

// DeclineAll answers them with no. Errors: INVALID_INPUT, NOT_FOUND.
func (s *Service) DeclineAll(ctx context.Context, viewer UserID, filter RequestFilter) (BulkResult, error) {
	return s.answerAll(ctx, viewer, filter, (*Tx).Decline)
}

func (s *Service) answerAll(ctx context.Context, viewer UserID, filter RequestFilter, answer func(*Tx, UserID, *Conversation) bool) (BulkResult, error) {
	if filter.Folder != FolderRequests && filter.Folder != FolderHidden {
		return BulkResult{}, Invalid("folder", "Requests are in REQUESTS and HIDDEN.")
	}
	return s.bulk(ctx, viewer, filter.Folder, func(tx *Tx, viewer UserID, c *Conversation) bool {
		return tx.meant(filter, viewer, c) && answer(tx, viewer, c)
	})
}

// meant reports whether a filter means a request as it is under lock. A conversation with somebody
// whom the viewer restricts stands in the same folder and is none.
func (tx *Tx) meant(f RequestFilter, viewer UserID, c *Conversation) bool {
	mine, theirs := c.Sides(viewer)
	if mine.Folder != f.Folder || !mine.asks() || tx.Override(viewer, theirs.User).Restricted {
		return false
	}
	return (f.QuietSince == nil || c.LastAt.Before(*f.QuietSince)) &&
		(f.JoinedAfter == nil || tx.Head(theirs.User).JoinedAt.After(*f.JoinedAfter)) &&
		(f.FollowsViewer == nil || tx.follows(theirs.User, viewer) == *f.FollowsViewer) &&
		(f.Shielded == nil || (mine.HoldReason == policy.HoldShield) == *f.Shielded)
}

// follows reports whether user follows other.
func (tx *Tx) follows(user, other UserID) bool {
	pair := PairOf(user, other)
	e := tx.in.Pairs[pair]
	return (user == pair.Low && e.LowFollows) || (user == pair.High && e.HighFollows)
}
