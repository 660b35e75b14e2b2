package dm

import (
	"context"

	"github.com/aparte-im/aparte/dm/policy"
)

// OverrideList is one of the lists of people that a user keeps.
type OverrideList uint8

// The lists of people.
const (
	BlockedPeople OverrideList = iota
	RestrictedPeople
	AlwaysPeople
	NeverPeople
)

// Restrict sends this person's messages to the viewer's requests, in an old conversation too, and
// lets them see neither receipts nor presence. They are told nothing and can still write. Errors:
// NOT_FOUND, INVALID_INPUT.
func (s *Service) Restrict(ctx context.Context, viewer, other UserID) error {
	return s.changeEdges(ctx, viewer, other, func(mine, _ *sideEdges) error {
		mine.override.Restricted = true
		return nil
	})
}

// Unrestrict ends the viewer's restriction; the conversation goes back to where it would be without
// it. Errors: NOT_FOUND, INVALID_INPUT.
func (s *Service) Unrestrict(ctx context.Context, viewer, other UserID) error {
	return s.changeEdges(ctx, viewer, other, func(mine, _ *sideEdges) error {
		mine.override.Restricted = false
		return nil
	})
}

// SetListed puts a person on one of the viewer's lists, or on none. ALWAYS ends a decline, as a
// follow does. Errors: NOT_FOUND, INVALID_INPUT.
func (s *Service) SetListed(ctx context.Context, viewer, other UserID, listed policy.Listed) error {
	if listed > policy.ListedNever {
		return Invalid("list", "No such list.")
	}
	return s.changeEdges(ctx, viewer, other, func(mine, _ *sideEdges) error {
		if listed == policy.ListedAlways && mine.override.Blocked {
			return Invalid("userId", "You have blocked this person. Unblock them first.")
		}
		if listed == policy.ListedAlways && mine.age != policy.Adult && !mine.familiar {
			return Invalid("userId", "Until you are 18 this list takes people whom you follow or have written to.")
		}
		mine.override.Listed = listed
		return nil
	})
}

// RestrictedUsers lists whom the viewer has restricted. Errors: INVALID_INPUT.
func (s *Service) RestrictedUsers(ctx context.Context, viewer UserID, page PageRequest) (Page[FoundUser], error) {
	return s.listOverrides(ctx, viewer, RestrictedPeople, page)
}

// ListedUsers lists whom the viewer has put on a list. Errors: INVALID_INPUT.
func (s *Service) ListedUsers(ctx context.Context, viewer UserID, listed policy.Listed, page PageRequest) (Page[FoundUser], error) {
	switch listed {
	case policy.ListedAlways:
		return s.listOverrides(ctx, viewer, AlwaysPeople, page)
	case policy.ListedNever:
		return s.listOverrides(ctx, viewer, NeverPeople, page)
	}
	return Page[FoundUser]{}, Invalid("list", "No such list.")
}

func (s *Service) listOverrides(ctx context.Context, viewer UserID, list OverrideList, page PageRequest) (Page[FoundUser], error) {
	return s.listUsers(page, func(after *UserPlace, limit int) ([]FoundUser, error) {
		return s.relations.OverrideUsers(ctx, viewer, list, after, limit)
	})
}

// Override returns what user has decided about other.
func (tx *Tx) Override(user, other UserID) policy.Override {
	pair := PairOf(user, other)
	e := tx.in.Pairs[pair]
	if user == pair.Low {
		return e.LowOverride
	}
	return e.HighOverride
}

// Shows reports whether other may see anything of what user does: receipts, typing, presence. A
// request that was not answered, a restriction and a block by either keep it to themselves.
func (tx *Tx) Shows(user, other UserID) bool {
	if mine := tx.Override(user, other); mine.Blocked || mine.Restricted || tx.Override(other, user).Blocked {
		return false
	}
	c := tx.Conversation(user, other)
	if c == nil {
		return false
	}
	mine, _ := c.Sides(user)
	return !mine.pendingRequest()
}

// restrict carries a restriction, or its end, to the conversation. Only the one who acts sees it
// move: the other goes on seeing the read position of that moment.
func (tx *Tx) restrict(c *Conversation, user UserID, restricted bool) {
	mine, theirs := c.Sides(user)
	before := tx.view(c, theirs.User).TheirReadSeq
	switch {
	case restricted && (mine.Folder == FolderInbox || mine.Folder == FolderArchive):
		tx.changeConversation(c, func() {
			mine.freeze()
			mine.Folder = FolderRequests
		})
	case !restricted && mine.FrozenSeq > 0 && mine.Folder == FolderRequests:
		tx.changeConversation(c, func() { mine.Folder, mine.FrozenSeq = FolderInbox, 0 })
	default:
		return
	}
	tx.event(user, EventConversationChanged, c, nil)
	tx.tellReceipt(c, theirs.User, before)
}

// tellReceipt gives the user an event when what they see of the other's reading is not what it was
// before.
func (tx *Tx) tellReceipt(c *Conversation, user UserID, before *int64) {
	after := tx.view(c, user).TheirReadSeq
	if (before == nil) == (after == nil) && (after == nil || *before == *after) {
		return
	}
	tx.event(user, EventConversationChanged, c, nil)
}
