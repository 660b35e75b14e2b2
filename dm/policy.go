package dm

// Relation is what the sender is to the recipient, seen from the recipient. Blocks are no Relation: they override all.
type Relation uint8

// The relations. Several may hold at once; Stranger holds when no other does.
const (
	Stranger Relation = iota
	Follower
	Suggested
	Followed
	Friend
	Known
	relationCount
)

// Route is where a message goes, in rising order of welcome.
type Route uint8

// The routes.
const (
	RouteRefuse Route = iota
	RouteHidden
	RouteRequests
	RouteInbox
)

// Audience is the recipient's one-line answer to "who can message me?".
type Audience uint8

// The audiences. NotChosen stands for the default of the user's age band.
const (
	NotChosen Audience = iota
	Everyone
	Followers
	SuggestedFriends
	Friends
	PeopleIMessaged
	NoOne
	Custom
)

// Grid says for each Relation where a message goes.
type Grid [relationCount]Route

var presets = [...]Grid{
	Everyone: {
		Known: RouteInbox, Friend: RouteInbox, Followed: RouteInbox,
		Suggested: RouteRequests, Follower: RouteRequests, Stranger: RouteRequests,
	},
	Followers: {
		Known: RouteInbox, Friend: RouteInbox, Followed: RouteInbox,
		Suggested: RouteRequests, Follower: RouteRequests,
	},
	SuggestedFriends: {Known: RouteInbox, Friend: RouteInbox, Followed: RouteInbox, Suggested: RouteRequests},
	Friends:          {Known: RouteInbox, Friend: RouteInbox},
	PeopleIMessaged:  {Known: RouteInbox},
	NoOne:            {},
}

// Denial says why a message may not be sent. It never says whether there is a block.
type Denial uint8

// The denials, in the order in which they are looked for.
const (
	DenialNone Denial = iota
	DenialSelf
	DenialAgeRestricted
	DenialViewerBlocksThem
	DenialNotAccepting
	DenialRequestLimit
	DenialOutreachLimit
	DenialSuspended
	DenialKind
	DenialContactCode
)

// Facts is all that the decision about one send depends on. In a send they were read under the lock of the
// transaction that writes the message.
type Facts struct {
	Self                    bool
	SenderAge, RecipientAge AgeBand
	// SenderGone and RecipientGone: the host deleted either.
	SenderGone, RecipientGone bool
	// Suspended: moderators have suspended the sender. OutreachStopped: they let the sender write to nobody new.
	Suspended, OutreachStopped bool
	// SenderOverride and RecipientOverride: what each has decided about the other.
	SenderOverride, RecipientOverride Override
	// Known: the recipient has sent this person a message, or has accepted a request from them.
	Known bool
	// SenderFollows and RecipientFollows: who follows whom.
	SenderFollows, RecipientFollows bool
	// HostSuggested: the host app supplied the pair.
	HostSuggested bool
	// SharedFriends need only be counted up to SharedFriendsNeeded, and only when SharedFriendsMatter.
	SharedFriends, SharedFriendsNeeded int
	// Kinds is what the message is made of; zero: there is none yet, and the question is about the person alone.
	// RecipientRefuses is what the recipient does not take. KindLink counts only where somebody is refused it.
	Kinds            Kinds
	RecipientRefuses KindGrid
	// RecipientGrid and SenderGrid: what each side has chosen.
	RecipientGrid, SenderGrid Grid
	// Declined: the recipient declined a request from this person and the time has not run out.
	Declined bool
	// Pending counts the messages that wait in the request; it holds at most RequestLimit.
	Pending, RequestLimit int
	RequestFacts
	ContentFacts
}

// Verdict is what the policy says of one send.
type Verdict struct {
	// Route is where the message goes: RouteRefuse exactly when Denial is set.
	Route Route
	// Shown is the Route as far as the sender may know: RouteInbox, RouteRequests or RouteRefuse. What is kept from the inbox
	// silently reads as if it were not.
	Shown  Route
	Denial Denial
	// Remaining is how many messages, this one included, fit into the request. Nil: no limit.
	Remaining *int
	// Kinds is what this sender may send.
	Kinds Kinds
	// CanReply is false when the sender's own settings would refuse the answer.
	CanReply bool
	// Held is why the message is out of the recipient's sight, with RouteHidden. The sender is not told.
	HoldReason HoldReason
}

// Allowed reports whether the message may be sent.
func (v Verdict) Allowed() bool { return v.Denial == DenialNone }

// Policy judges a send. There is one, Decide; bench measures it beside one that always allows.
type Policy func(Facts) Verdict

// Decide is the policy, the only place that answers who may write to whom. It is pure.
func Decide(f Facts) Verdict {
	shared := f.SharedFriends >= f.SharedFriendsNeeded && f.SharedFriendsNeeded > 0
	// What the recipient has decided stays out of it: it must not show.
	v := Verdict{CanReply: f.SenderAge != Under16 && f.answer().route(shared) != RouteRefuse}
	deny := func(d Denial) Verdict {
		v.Denial = d
		return v
	}
	switch {
	case f.Self:
		return deny(DenialSelf)
	case f.SenderAge == Under16:
		return deny(DenialAgeRestricted)
	case f.Suspended:
		return deny(DenialSuspended)
	case f.SenderOverride.Blocked:
		return deny(DenialViewerBlocksThem)
	}
	// Before anything of the recipient's is looked at: what they have done must not show.
	if f.OutreachStopped && !f.Known {
		return deny(DenialOutreachLimit)
	}
	route := f.route(shared)
	if f.RecipientOverride.Blocked || f.SenderGone || f.RecipientGone || f.RecipientAge == Under16 || f.Declined || route == RouteRefuse {
		return deny(f.closed())
	}
	if f.Code != CodeNone && route != RouteInbox {
		return deny(DenialContactCode)
	}
	if v.Kinds = f.accepted(shared); f.Kinds&^v.Kinds != 0 || f.Classification == ClassifiedRefuse && !f.familiar() {
		return deny(DenialKind)
	}
	if route != RouteInbox {
		left := f.RequestLimit - f.Pending
		if left <= 0 {
			zero := 0
			v.Remaining = &zero
			return deny(DenialRequestLimit)
		}
		if f.NewPerson && f.OutreachLimited && f.OutreachLeft <= 0 {
			return deny(DenialOutreachLimit)
		}
		v.Remaining = &left
	}
	v.Route, v.Shown, v.HoldReason = route, max(route, RouteRequests), f.held(shared)
	if f.RecipientOverride.Restricted {
		v.Route = min(v.Route, RouteRequests)
	}
	if suspect := f.suspect(); suspect != HoldNone {
		v.Route, v.HoldReason = RouteHidden, suspect
	}
	return v
}

// SharedFriendsMatter reports whether counting the shared friends can change the verdict. The count is the one fact
// that costs more than a key lookup, so a send reads it only then.
func (f Facts) SharedFriendsMatter() bool {
	answer := f.answer()
	return f.route(false) != f.route(true) || f.accepted(false) != f.accepted(true) || (answer.route(false) == RouteRefuse) != (answer.route(true) == RouteRefuse)
}

// answer is what decides where the recipient's answer would go: by the sender's rule, and to be written to is to be
// known. It holds nothing that could deny.
func (f Facts) answer() Facts {
	return Facts{
		Known: true, SenderFollows: f.RecipientFollows, RecipientFollows: f.SenderFollows,
		HostSuggested: f.HostSuggested, RecipientGrid: f.SenderGrid, RecipientAge: f.SenderAge,
		RecipientOverride: Override{Listed: f.SenderOverride.Listed},
	}
}

// listed is the list that holds. Under 18 the list of those who always may holds for people whom the user follows or
// knows, so that no stranger gets in by it.
func (f Facts) listed() Listed {
	if f.RecipientOverride.Listed == ListedAlways && f.RecipientAge != Adult && !f.Known && !f.RecipientFollows {
		return NotListed
	}
	return f.RecipientOverride.Listed
}

// route is where a message goes: as the recipient has named the sender, by a code that they gave out, or else by the
// relations and the shield.
func (f Facts) route(sharedFriends bool) Route {
	switch f.listed() {
	case ListedAlways:
		return RouteInbox
	case ListedNever:
		return RouteRefuse
	}
	if f.invited() {
		return RouteInbox
	}
	return f.applyShield(f.routeByRelation(sharedFriends), sharedFriends)
}

// graded is the most welcoming route among the relations that hold.
func (f Facts) routeByRelation(sharedFriends bool) Route {
	best := RouteRefuse
	for r := range relationCount {
		if f.holds(r, sharedFriends) {
			best = max(best, f.RecipientGrid[r])
		}
	}
	return best
}

// holds reports whether the sender is this to the recipient.
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
