package dm

import (
	"github.com/aparte-im/aparte/dm/policy"
)

// PairFlags is what lies between a viewer and another person, as far as it decides where that
// person's messages go: a set. A person without any of them belongs to everyone else.
type PairFlags uint16

// The ties.
const (
	// FlagFollower: they follow the viewer. FlagFollowed: the viewer follows them.
	FlagFollower PairFlags = 1 << iota
	FlagFollowed
	// FlagSuggested: the host supplied the pair.
	FlagSuggested
	// FlagKnown: the viewer has written to them or accepted a request of theirs. FlagDeclined: has
	// declined one lately.
	FlagKnown
	FlagDeclined
	// FlagBlocked, FlagRestricted, FlagAlways, FlagNever: what the viewer has decided about them.
	FlagBlocked
	FlagRestricted
	FlagAlways
	FlagNever
	// FlagShared: the two share Rules.SharedFriends friends or more.
	FlagShared
)

// RelatedPeople is who has ties with a viewer.
type RelatedPeople struct {
	// PairFlags are whole for everybody who is in it, but for FlagShared while SharedOpen.
	Flags map[UserID]PairFlags
	// Capped: there are more people than were looked at.
	Capped bool
	// SharedOpen: not all friends of friends were looked at, so who has no FlagShared may have it
	// all the same.
	SharedOpen bool
}

// factsOfFlags returns what Decide needs to know of a person with these flags. It leaves out what
// is temporary (a full or held request, a shield) and what that person has decided.
func (tx *Tx) factsOfFlags(h *Head, t PairFlags, grid policy.Grid) policy.Facts {
	f := policy.Facts{
		RecipientAge: h.AgeBand, RecipientGrid: grid, RequestLimit: tx.rules.RequestLimit, SharedFriendsNeeded: tx.rules.SharedFriends,
		SenderFollows: t&FlagFollower != 0, RecipientFollows: t&FlagFollowed != 0, HostSuggested: t&FlagSuggested != 0,
		Known: t&FlagKnown != 0, Declined: t&FlagDeclined != 0,
		RecipientOverride: policy.Override{Blocked: t&FlagBlocked != 0, Restricted: t&FlagRestricted != 0},
	}
	if t&FlagShared != 0 {
		f.SharedFriends = tx.rules.SharedFriends
	}
	switch {
	case t&FlagAlways != 0:
		f.RecipientOverride.Listed = policy.ListedAlways
	case t&FlagNever != 0:
		f.RecipientOverride.Listed = policy.ListedNever
	}
	return f
}
