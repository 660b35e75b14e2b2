package dm

import (
	"context"
	"time"

	"github.com/aparte-im/aparte/dm/policy"
)

const (
	// maxShared is how many shared friends are counted, maxNamed how many are named.
	maxShared = 50
	maxNamed  = 3
	// lookedAt is how many of them are looked at to find some who may be named.
	lookedAt = 8
)

// SenderContext is how the sender of a request and the viewer know each other, as far as the viewer
// may know. Blocks are not in it: a block ends the blocker's follow, and so the shared friends.
type SenderContext struct {
	ViewerFollows, FollowsViewer bool
	// Suggested: the host supplied the pair.
	Suggested     bool
	SharedFriends SharedFriends
	// JoinedAt is when the account was made, as far as the host has said. Zero: it is deleted.
	JoinedAt time.Time
}

// SharedFriends are the friends whom two people have in common.
type SharedFriends struct {
	// Count is at most maxShared; IsCapped: there are more. If both people have more than a
	// thousand friends, the search covers a thousand of one of them.
	Count    int
	IsCapped bool
	// Some are a few of them. People under 18 are counted, and named only to people under 18;
	// people under 16 are never named.
	Some []*User
}

// SenderContexts tells how the viewer and some other people know each other, in a bounded number of
// reads.
func (s *Service) SenderContexts(ctx context.Context, viewer UserID, others []UserID) (map[UserID]*SenderContext, error) {
	scope := Scope{Users: []UserID{viewer}}
	for _, other := range others {
		if other != viewer {
			scope.Pairs = append(scope.Pairs, PairOf(viewer, other))
		}
	}
	tx, err := s.txs.Inspect(ctx, scope)
	if err != nil {
		return nil, err
	}
	out := make(map[UserID]*SenderContext, len(others))
	var asked []UserID
	for _, other := range others {
		f, ok := tx.facts(other, viewer)
		if !ok || f.SenderGone || f.RecipientGone || other == viewer {
			out[other] = &SenderContext{}
			continue
		}
		asked = append(asked, other)
		out[other] = &SenderContext{
			ViewerFollows: f.RecipientFollows, FollowsViewer: f.SenderFollows && !f.RecipientOverride.Blocked,
			Suggested: f.HostSuggested, JoinedAt: tx.Head(other).JoinedAt,
		}
	}
	if len(asked) == 0 {
		return out, nil
	}
	return out, s.addShared(ctx, viewer, tx.Head(viewer).AgeBand, asked, out)
}

func (s *Service) addShared(ctx context.Context, viewer UserID, age policy.AgeBand, others []UserID, out map[UserID]*SenderContext) error {
	shared, err := s.relations.SharedFriends(ctx, viewer, others, maxShared+1)
	if err != nil {
		return err
	}
	var looked []UserID
	seen := map[UserID]bool{}
	for _, friends := range shared {
		for _, friend := range friends[:min(len(friends), lookedAt)] {
			if !seen[friend] {
				seen[friend] = true
				looked = append(looked, friend)
			}
		}
	}
	if len(looked) == 0 {
		return nil
	}
	users, err := s.users.Users(ctx, looked)
	if err != nil {
		return err
	}
	for other, friends := range shared {
		of := &out[other].SharedFriends
		of.Count, of.IsCapped = min(len(friends), maxShared), len(friends) > maxShared
		for _, friend := range friends[:min(len(friends), lookedAt)] {
			if u := users[friend]; u != nil && len(of.Some) < maxNamed && nameable(u, age) {
				of.Some = append(of.Some, u)
			}
		}
	}
	return nil
}

// nameable reports whether a shared friend may be named to somebody of this age.
func nameable(u *User, viewer policy.AgeBand) bool {
	return !u.Deleted && (u.AgeBand == policy.Adult || u.AgeBand == policy.Age16To17 && viewer == policy.Age16To17)
}
