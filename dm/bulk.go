package dm

import (
	"context"
	"time"
)

// RequestFilter says which of the viewer's requests are meant. What is not set does not matter.
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

// AcceptAll answers all requests that a filter means with yes, up to 1,000 looked at in a call. Errors: INVALID_INPUT,
// NOT_FOUND.
func (s *Service) AcceptAll(ctx context.Context, viewer UserID, filter RequestFilter) (Walked, error) {
	return s.answerAll(ctx, viewer, filter, func(l *Ledger, viewer UserID, c *Conversation) bool {
		return l.Accept(viewer, c) == nil
	})
}

// DeclineAll answers them with no. Errors: INVALID_INPUT, NOT_FOUND.
func (s *Service) DeclineAll(ctx context.Context, viewer UserID, filter RequestFilter) (Walked, error) {
	return s.answerAll(ctx, viewer, filter, (*Ledger).Decline)
}

func (s *Service) answerAll(ctx context.Context, viewer UserID, filter RequestFilter, answer func(*Ledger, UserID, *Conversation) bool) (Walked, error) {
	if filter.Folder != FolderRequests && filter.Folder != FolderHidden {
		return Walked{}, Invalid("folder", "Requests are in REQUESTS and HIDDEN.")
	}
	return s.walk(ctx, viewer, filter.Folder, func(l *Ledger, viewer UserID, c *Conversation) bool {
		return l.meant(filter, viewer, c) && answer(l, viewer, c)
	})
}

// meant reports whether a filter means a request as it is under lock. A conversation with somebody whom the viewer
// restricts stands in the same folder and is none.
func (l *Ledger) meant(f RequestFilter, viewer UserID, c *Conversation) bool {
	mine, theirs := c.Sides(viewer)
	if mine.Folder != f.Folder || !mine.asks() || l.Stance(viewer, theirs.User).Restricted {
		return false
	}
	return (f.QuietSince == nil || c.LastAt.Before(*f.QuietSince)) &&
		(f.JoinedAfter == nil || l.Head(theirs.User).JoinedAt.After(*f.JoinedAfter)) &&
		(f.FollowsViewer == nil || l.follows(theirs.User, viewer) == *f.FollowsViewer) &&
		(f.Shielded == nil || (mine.Held == HeldShield) == *f.Shielded)
}

// follows reports whether user follows other.
func (l *Ledger) follows(user, other UserID) bool {
	pair := PairOf(user, other)
	e := l.in.Edges[pair]
	return (user == pair.Low && e.LowFollows) || (user == pair.High && e.HighFollows)
}
