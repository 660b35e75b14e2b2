package policy

// Facts is everything that the decision about one send depends on. For a send, they were read under
// the lock of the transaction that writes the message.
type Facts struct {
	Self                    bool
	SenderAge, RecipientAge AgeBand
	// SenderGone and RecipientGone: the host has deleted the user.
	SenderGone, RecipientGone bool
	// Suspended: moderators have suspended the sender. OutreachStopped: moderators have stopped the
	// sender from writing to new people.
	Suspended, OutreachStopped bool
	// SenderOverride and RecipientOverride are what each has decided about the other.
	SenderOverride, RecipientOverride Override
	// Known: the recipient has sent the sender a message or has accepted a request of theirs.
	Known bool
	// SenderFollows and RecipientFollows: the sender follows the recipient, and the reverse.
	SenderFollows, RecipientFollows bool
	// HostSuggested: the host supplied the pair as a suggestion.
	HostSuggested bool
	// SharedFriends is the number of shared friends, counted up to SharedFriendsNeeded; 0 where it
	// was not counted, see SharedFriendsMatter. SharedFriendsNeeded 0 turns the relation off.
	SharedFriends, SharedFriendsNeeded int
	// Kinds is the content of the message. Zero: there is no message yet, and the question is about
	// the sender alone.
	Kinds Kinds
	// RecipientRefuses is what the recipient does not accept. KindLink is set in Kinds only where
	// some relation is refused it.
	RecipientRefuses KindGrid
	// RecipientGrid and SenderGrid are the resolved settings of the two sides.
	RecipientGrid, SenderGrid Grid
	// Declined: the recipient has declined a request of the sender, and the time has not run out.
	Declined bool
	// Pending is the number of messages in the request, which holds at most RequestLimit. A decline
	// leaves it as it is.
	Pending, RequestLimit int
	RequestFacts
	ContentFacts
}

// RequestFacts are the facts that matter only for senders whom the recipient does not know.
type RequestFacts struct {
	// NewPerson: the sender has no request with the recipient, be it waiting or declined, and the
	// recipient has neither written back nor accepted. A message that lands in the requests then
	// opens a request and costs outreach.
	NewPerson bool
	// OutreachLimited: the sender has an outreach budget. OutreachLeft is the number of new people
	// to whom they may still write.
	OutreachLimited bool
	OutreachLeft    int
	// Shielded: the recipient's surge shield is up, and this would be a new request or one that the
	// shield holds already.
	Shielded bool
	// Code is what is known of the contact code that the sender presents.
	Code CodeFact
}

// ContentFacts are the facts about the content of a message.
type ContentFacts struct {
	// HiddenWord: the message contains one of the recipient's hidden words.
	HiddenWord bool
	// Classification is the classifier's answer.
	Classification Classification
	// HoldReason is why the request that this message would join is held.
	HoldReason HoldReason
}

// SharesFriends reports whether the two share enough friends for the relation Suggested.
func (f *Facts) SharesFriends() bool {
	return f.SharedFriends >= f.SharedFriendsNeeded && f.SharedFriendsNeeded > 0
}

// Holds reports whether the sender is this to the recipient.
func (f *Facts) Holds(r Relation) bool { return f.holds(r, f.SharesFriends()) }

func (f *Facts) holds(r Relation, sharedFriends bool) bool {
	suggested := f.HostSuggested || sharedFriends
	switch r {
	case Known:
		return f.Known
	case Friend:
		return f.SenderFollows && f.RecipientFollows
	case Followed:
		return f.RecipientFollows
	case Suggested:
		return suggested
	case Follower:
		return f.SenderFollows
	}
	return !f.Known && !f.SenderFollows && !f.RecipientFollows && !suggested
}

// SharedFriendsMatter reports whether the shared friends of the two have to be counted. The count
// costs more than a key lookup, so the time of an answer shows whether it was made. The result
// therefore depends on what the sender may know only: a block, a list entry, a decline, a shield
// and the audience of the recipient leave it as it is. The count is saved between people who know
// each other, because every preset treats them at least as well as suggested people. A grid of the
// recipient's own that does not is the exception: there the count is needed.
func (f Facts) SharedFriendsMatter() bool {
	switch {
	case f.Self || f.HostSuggested || f.SharedFriendsNeeded == 0:
		return false
	case !f.Known && !f.RecipientFollows:
		return true
	}
	reply := f.reply()
	f.RecipientOverride, f.Shielded, f.Code = Override{}, false, CodeNone
	return f.route(false) != f.route(true) || f.accepted(false) != f.accepted(true) ||
		(reply.route(false) == RouteRefuse) != (reply.route(true) == RouteRefuse)
}

// reply returns the facts that decide where the recipient's reply would go: by the sender's rule,
// with the recipient known to the sender. It holds nothing that could deny.
func (f Facts) reply() Facts {
	return Facts{
		Known: true, SenderFollows: f.RecipientFollows, RecipientFollows: f.SenderFollows,
		HostSuggested: f.HostSuggested, RecipientGrid: f.SenderGrid, RecipientAge: f.SenderAge,
		RecipientOverride: Override{Listed: f.SenderOverride.Listed},
	}
}

// listed returns the list that applies. For minors, ListedAlways applies only to people whom they
// follow or know, so that it admits no stranger.
func (f Facts) listed() Listed {
	if f.RecipientOverride.Listed == ListedAlways && f.RecipientAge != Adult && !f.Known && !f.RecipientFollows {
		return NotListed
	}
	return f.RecipientOverride.Listed
}

// invited reports whether the sender's contact code admits them. A minor's code admits nobody.
func (f *Facts) invited() bool { return f.Code == CodeGood && f.RecipientAge == Adult }

// Familiar reports whether the recipient knows, follows, has invited or has listed the sender. The
// content of a familiar person's messages is not filtered.
func (f Facts) Familiar() bool {
	return f.Known || f.RecipientFollows || f.invited() || f.listed() == ListedAlways
}
