package dm

import "context"

// Ties is what lies between a viewer and another person, as far as it decides where that person's messages go: a set. Who
// has none of them is everyone else.
type Ties uint16

// The ties.
const (
	// TieFollower: they follow the viewer. TieFollowed: the viewer follows them.
	TieFollower Ties = 1 << iota
	TieFollowed
	// TieSuggested: the host supplied the pair.
	TieSuggested
	// TieKnown: the viewer has written to them or accepted a request of theirs. TieDeclined: has declined one lately.
	TieKnown
	TieDeclined
	// TieBlocked, TieRestricted, TieAlways, TieNever: what the viewer has decided about them.
	TieBlocked
	TieRestricted
	TieAlways
	TieNever
	// TieShared: the two share Rules.SharedFriends friends or more.
	TieShared
)

// TiedPeople is who has ties with a viewer.
type TiedPeople struct {
	// Ties are whole for everybody who is in it, but for TieShared while SharedOpen.
	Ties map[UserID]Ties
	// Capped: there are more people than were looked at.
	Capped bool
	// SharedOpen: not all friends of friends were looked at, so who has no TieShared may have it all the same.
	SharedOpen bool
}

// TiesStore reads ties. It is a part of Store.
type TiesStore interface {
	// TiedPeople returns who has ties with the viewer, the deleted left out, up to limit of each kind: followers, followed,
	// suggested, conversations, stances. Of friends of friends it looks at up to limit friends and 20 times as many of theirs.
	TiedPeople(ctx context.Context, viewer UserID, limit int) (TiedPeople, error)
	// SharedFriends lists, for each of the others, up to limit friends whom they share with the viewer.
	SharedFriends(ctx context.Context, viewer UserID, others []UserID, limit int) (map[UserID][]UserID, error)
}

// tied is what Decide needs to know of a person with these ties. What passes stays out of it: a request that is full or
// held, a shield. So does what the person has decided, which is theirs.
func (l *Ledger) tied(h *Head, t Ties, grid Grid) Facts {
	f := Facts{
		RecipientAge: h.AgeBand, RecipientGrid: grid, RequestLimit: l.rules.RequestLimit, SharedFriendsNeeded: l.rules.SharedFriends,
		SenderFollows: t&TieFollower != 0, RecipientFollows: t&TieFollowed != 0, HostSuggested: t&TieSuggested != 0,
		Known: t&TieKnown != 0, Declined: t&TieDeclined != 0,
		RecipientStance: Stance{Blocked: t&TieBlocked != 0, Restricted: t&TieRestricted != 0},
	}
	if t&TieShared != 0 {
		f.SharedFriends = l.rules.SharedFriends
	}
	switch {
	case t&TieAlways != 0:
		f.RecipientStance.Listed = ListedAlways
	case t&TieNever != 0:
		f.RecipientStance.Listed = ListedNever
	}
	return f
}
