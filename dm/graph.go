package dm

import (
	"context"
	"time"
)

// Follow makes the viewer follow another user. A person who has blocked the viewer is followed without effect, so
// that the block does not show. Errors: NOT_FOUND, INVALID_INPUT.
func (s *Service) Follow(ctx context.Context, viewer, other UserID) error {
	return s.changeEdges(ctx, viewer, other, func(mine, _ *sideEdges) error {
		if mine.stance.Blocked {
			return Invalid("userId", "You have blocked this person. Unblock them first.")
		}
		mine.follows = true
		return nil
	})
}

// Unfollow ends a follow; ending none changes nothing. Errors: NOT_FOUND, INVALID_INPUT.
func (s *Service) Unfollow(ctx context.Context, viewer, other UserID) error {
	return s.changeEdges(ctx, viewer, other, func(mine, _ *sideEdges) error {
		mine.follows = false
		return nil
	})
}

// Block ends messages both ways at once (I1) and the viewer's follow, takes a request of the other's out of view and
// keeps the conversation out of the viewer's unread counts. Nothing that the other can see changes: their own follow
// stays in their view, without effect, and so do their counts. Errors: NOT_FOUND, INVALID_INPUT.
func (s *Service) Block(ctx context.Context, viewer, other UserID) error {
	return s.changeEdges(ctx, viewer, other, blockOther)
}

// Unblock ends the viewer's block, also of somebody who was deleted since. Errors: NOT_FOUND, INVALID_INPUT.
func (s *Service) Unblock(ctx context.Context, viewer, other UserID) error {
	return s.changeEdges(ctx, viewer, other, func(mine, _ *sideEdges) error {
		mine.stance.Blocked = false
		return nil
	})
}

// sideEdges is what one side of a pair does to the other.
type sideEdges struct {
	follows bool
	stance  Stance
	// age is the band of this side; familiar: they know or follow the other. Neither is changed here.
	age      AgeBand
	familiar bool
}

func (s *Service) changeEdges(ctx context.Context, viewer, other UserID, change func(mine, theirs *sideEdges) error) error {
	if viewer == other {
		return Invalid("userId", "This is yourself.")
	}
	return s.store.Change(ctx, Scope{Pairs: []Pair{PairOf(viewer, other)}}, func(l *Ledger) error {
		from, to := l.Head(viewer), l.Head(other)
		if from == nil || from.Gone || to == nil || (to.Gone && l.Stance(viewer, other) == Stance{}) {
			return NotFound("user")
		}
		return l.changeEdges(viewer, other, change)
	})
}

func (l *Ledger) changeEdges(user, other UserID, change func(mine, theirs *sideEdges) error) error {
	pair := PairOf(user, other)
	e := l.in.Edges[pair]
	low, high := sideEdges{follows: e.LowFollows, stance: e.LowStance}, sideEdges{follows: e.HighFollows, stance: e.HighStance}
	mine, theirs := &low, &high
	if user != pair.Low {
		mine, theirs = theirs, mine
	}
	c := l.in.Conversations[ConversationOf(user, other)]
	mine.age, mine.familiar = l.in.Heads[user].AgeBand, mine.follows
	if c != nil {
		side, _ := c.Sides(user)
		mine.familiar = mine.familiar || side.Known
	}
	was, followed := mine.stance, mine.follows
	if err := change(mine, theirs); err != nil {
		return err
	}
	after := Edges{
		LowFollows: low.follows, HighFollows: high.follows, LowStance: low.stance, HighStance: high.stance,
		Suggested: e.Suggested, SharedFriends: e.SharedFriends,
	}
	if after == e {
		return nil
	}
	l.setEdges(pair, after)
	if c == nil {
		return nil
	}
	if mine.stance.Blocked != was.Blocked {
		l.block(c, user, mine.stance.Blocked)
	}
	if mine.stance.Restricted != was.Restricted {
		l.restrict(c, user, mine.stance.Restricted)
	}
	if mine.stance.Listed == ListedAlways && was.Listed != ListedAlways {
		l.forgive(c, user)
	}
	if (mine.follows && !followed) || (mine.stance.Listed == ListedAlways && was.Listed != ListedAlways) {
		l.release(user, c)
	}
	return nil
}

func (l *Ledger) setEdges(pair Pair, e Edges) {
	change, ok := l.out.Edges[pair]
	if !ok {
		change.Before = l.in.Edges[pair]
	}
	change.After = e
	l.in.Edges[pair], l.out.Edges[pair] = e, change
}

// block carries a block, or its end, to the conversation. The one who acts sees it change on all their devices; for the
// other nothing changes.
func (l *Ledger) block(c *Conversation, user UserID, blocked bool) {
	mine, theirs := c.Sides(user)
	l.changeConversation(c, func() { mine.Blocks = blocked })
	switch {
	case blocked && mine.asks():
		l.removeRequest(c, mine, theirs, mine.DeclinedUntil)
	case mine.Folder != FolderNone:
		l.event(user, EventConversationChanged, c, nil)
	}
}

// forgive ends a decline: of two decisions about one person the later one holds.
func (l *Ledger) forgive(c *Conversation, user UserID) {
	if mine, _ := c.Sides(user); !mine.DeclinedUntil.IsZero() {
		l.changeConversation(c, func() { mine.DeclinedUntil = time.Time{} })
	}
}

// SetFollow and SetSuggested carry over what the host says of its own graph.
func (l *Ledger) SetFollow(from, to UserID, follows bool) {
	pair := PairOf(from, to)
	e := l.in.Edges[pair]
	if from == pair.Low {
		e.LowFollows = follows
	} else {
		e.HighFollows = follows
	}
	l.setEdges(pair, e)
}

// SetSuggested carries over a pair that the host suggests, or no longer does.
func (l *Ledger) SetSuggested(a, b UserID, suggested bool) {
	pair := PairOf(a, b)
	e := l.in.Edges[pair]
	e.Suggested = suggested
	l.setEdges(pair, e)
}

// Describe carries over what the host says of a user. A change of age applies at once; when it changes what holds for
// the user's messages, their devices are told.
func (l *Ledger) Describe(user UserID, band AgeBand, exempt bool) {
	h := l.in.Heads[user]
	if h.AgeBand == band && h.Exempt == exempt {
		return
	}
	before := l.rules.Grid(h.Settings, h.AgeBand)
	was := h.AgeBand
	h.AgeBand, h.Exempt = band, exempt
	l.out.Heads[user] = h
	if l.rules.Grid(h.Settings, band) != before {
		l.keepChange(SettingsChange{
			User: user, Origin: Origin{By: ByHost}, Before: h.Settings, After: h.Settings, AgeBefore: was, AgeAfter: band,
		})
		l.event(user, EventSettingsChanged, nil, nil)
	}
}

// Forget marks a user as deleted: nobody can write to them any more (I1).
func (l *Ledger) Forget(user UserID) {
	h := l.in.Heads[user]
	h.Gone = true
	l.out.Heads[user] = h
}
