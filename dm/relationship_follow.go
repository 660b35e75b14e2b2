package dm

import (
	"context"
	"time"

	"github.com/aparte-im/aparte/dm/policy"
)

// Follow makes the viewer follow another user. A person who has blocked the viewer is followed
// without effect, so that the block does not show. Errors: NOT_FOUND, INVALID_INPUT.
func (s *Service) Follow(ctx context.Context, viewer, other UserID) error {
	return s.changeEdges(ctx, viewer, other, func(mine, _ *sideEdges) error {
		if mine.override.Blocked {
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

// Block ends messages both ways at once (I1) and the viewer's follow, takes a request of the
// other's out of view and keeps the conversation out of the viewer's unread counts. Nothing that
// the other can see changes: their own follow stays in their view, without effect, and so do their
// counts. Errors: NOT_FOUND, INVALID_INPUT.
func (s *Service) Block(ctx context.Context, viewer, other UserID) error {
	return s.changeEdges(ctx, viewer, other, blockOther)
}

// Unblock ends the viewer's block, also of somebody who was deleted since. Errors: NOT_FOUND,
// INVALID_INPUT.
func (s *Service) Unblock(ctx context.Context, viewer, other UserID) error {
	return s.changeEdges(ctx, viewer, other, func(mine, _ *sideEdges) error {
		mine.override.Blocked = false
		return nil
	})
}

// sideEdges is what one side of a pair does to the other.
type sideEdges struct {
	follows  bool
	override policy.Override
	// age is the band of this side; familiar: they know or follow the other. Neither is changed
	// here.
	age      policy.AgeBand
	familiar bool
}

func (s *Service) changeEdges(ctx context.Context, viewer, other UserID, change func(mine, theirs *sideEdges) error) error {
	if viewer == other {
		return Invalid("userId", "This is yourself.")
	}
	return s.txs.Change(ctx, Scope{Pairs: []Pair{PairOf(viewer, other)}}, func(tx *Tx) error {
		from, to := tx.Head(viewer), tx.Head(other)
		if from == nil || from.Gone || to == nil || (to.Gone && tx.Override(viewer, other) == policy.Override{}) {
			return NotFound("user")
		}
		return tx.changeEdges(viewer, other, change)
	})
}

func (tx *Tx) changeEdges(user, other UserID, change func(mine, theirs *sideEdges) error) error {
	pair := PairOf(user, other)
	e := tx.in.Pairs[pair]
	low, high := sideEdges{follows: e.LowFollows, override: e.LowOverride}, sideEdges{follows: e.HighFollows, override: e.HighOverride}
	mine, theirs := &low, &high
	if user != pair.Low {
		mine, theirs = theirs, mine
	}
	c := tx.in.Conversations[ConversationOf(user, other)]
	mine.age, mine.familiar = tx.in.Heads[user].AgeBand, mine.follows
	if c != nil {
		side, _ := c.Sides(user)
		mine.familiar = mine.familiar || side.Known
	}
	was, followed := mine.override, mine.follows
	if err := change(mine, theirs); err != nil {
		return err
	}
	after := PairState{
		LowFollows: low.follows, HighFollows: high.follows, LowOverride: low.override, HighOverride: high.override,
		Suggested: e.Suggested, SharedFriends: e.SharedFriends,
	}
	if after == e {
		return nil
	}
	tx.setEdges(pair, after)
	if c == nil {
		return nil
	}
	if mine.override.Blocked != was.Blocked {
		tx.block(c, user, mine.override.Blocked)
	}
	if mine.override.Restricted != was.Restricted {
		tx.restrict(c, user, mine.override.Restricted)
	}
	if (mine.follows && !followed) || (mine.override.Listed == policy.ListedAlways && was.Listed != policy.ListedAlways) {
		tx.forgive(c, user)
		tx.release(user, c)
	}
	return nil
}

func (tx *Tx) setEdges(pair Pair, e PairState) {
	change, ok := tx.out.Pairs[pair]
	if !ok {
		change.Before = tx.in.Pairs[pair]
	}
	change.After = e
	tx.in.Pairs[pair], tx.out.Pairs[pair] = e, change
}

// block carries a block, or its end, to the conversation. The one who acts sees it change on all
// their devices; for the other nothing changes.
func (tx *Tx) block(c *Conversation, user UserID, blocked bool) {
	mine, theirs := c.Sides(user)
	tx.changeConversation(c, func() { mine.Blocks = blocked })
	switch {
	case blocked && mine.asks():
		tx.removeRequest(c, mine, theirs, mine.DeclinedUntil)
	case mine.Folder != FolderNone:
		tx.event(user, EventConversationChanged, c, nil)
	}
}

// forgive ends a decline: of two decisions about one person the later one holds.
func (tx *Tx) forgive(c *Conversation, user UserID) {
	if mine, _ := c.Sides(user); !mine.DeclinedUntil.IsZero() {
		tx.changeConversation(c, func() { mine.DeclinedUntil = time.Time{} })
	}
}

// SetFollow and SetSuggested carry over what the host says of its own graph.
func (tx *Tx) SetFollow(from, to UserID, follows bool) {
	pair := PairOf(from, to)
	e := tx.in.Pairs[pair]
	if from == pair.Low {
		e.LowFollows = follows
	} else {
		e.HighFollows = follows
	}
	tx.setEdges(pair, e)
}

// SetSuggested carries over a pair that the host suggests, or no longer does.
func (tx *Tx) SetSuggested(a, b UserID, suggested bool) {
	pair := PairOf(a, b)
	e := tx.in.Pairs[pair]
	e.Suggested = suggested
	tx.setEdges(pair, e)
}

// Describe carries over what the host says of a user. A change of age applies at once; when it
// changes what holds for the user's messages, their devices are told.
func (tx *Tx) Describe(user UserID, band policy.AgeBand, exempt bool) {
	h := tx.in.Heads[user]
	if h.AgeBand == band && h.Exempt == exempt {
		return
	}
	before := tx.rules.Grid(h.Settings, h.AgeBand)
	was := h.AgeBand
	h.AgeBand, h.Exempt = band, exempt
	tx.out.Heads[user] = h
	if tx.rules.Grid(h.Settings, band) != before {
		tx.keepChange(SettingsChange{
			User: user, Origin: Origin{By: ByHost}, Before: h.Settings, After: h.Settings, AgeBefore: was, AgeAfter: band,
		})
		tx.event(user, EventSettingsChanged, nil, nil)
	}
}

// Forget marks a user as deleted: nobody can write to them any more (I1).
func (tx *Tx) Forget(user UserID) {
	h := tx.in.Heads[user]
	h.Gone = true
	tx.out.Heads[user] = h
}
