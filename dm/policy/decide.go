package policy

// Denial is why a message may not be sent. It never tells whether there is a block.
type Denial uint8

// The denials, in the order in which they are checked.
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

// Verdict is the decision about one send.
type Verdict struct {
	// Route is where the message goes. RouteRefuse without a Denial: the recipient has declined the
	// sender, so the message is taken and stays out of the recipient's view.
	Route Route
	// Shown is the route as the sender may know it: RouteInbox, RouteRequests or RouteRefuse. A
	// message that is kept from the inbox without the sender's knowledge reads as if it were not.
	Shown  Route
	Denial Denial
	// Remaining is the number of messages, this one included, that fit into the request. Nil: no
	// limit.
	Remaining *int
	// Kinds is what this sender may send.
	Kinds Kinds
	// CanReply is false when the sender's own settings would refuse the reply.
	CanReply bool
	// HoldReason is why the message is in HIDDEN, with RouteHidden. The sender is not told.
	HoldReason HoldReason
}

// Allowed reports whether the message may be sent.
func (v Verdict) Allowed() bool { return v.Denial == DenialNone }

// Decide judges one send. It is pure.
func Decide(f Facts) Verdict {
	shared := f.SharesFriends()
	// The recipient's decisions stay out of CanReply: they must not show.
	v := Verdict{CanReply: f.SenderAge != Under16 && f.reply().route(shared) != RouteRefuse}
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
	// This is checked before any fact of the recipient: their decisions must not show.
	if f.OutreachStopped && !f.Known {
		return deny(DenialOutreachLimit)
	}
	route := f.route(shared)
	if f.RecipientOverride.Blocked || f.SenderGone || f.RecipientGone || f.RecipientAge == Under16 || route == RouteRefuse {
		return deny(f.notAccepting())
	}
	if f.Code != CodeNone && route != RouteInbox {
		return deny(DenialContactCode)
	}
	v.Kinds = f.accepted(shared)
	if f.Kinds&^v.Kinds != 0 || f.Classification == ClassifiedRefuse && !f.Familiar() {
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
	v.Route, v.Shown, v.HoldReason = route, max(route, RouteRequests), f.routeHold(shared)
	if f.RecipientOverride.Restricted {
		v.Route = min(v.Route, RouteRequests)
	}
	if hold := f.contentHold(); hold != HoldNone {
		v.Route, v.HoldReason = RouteHidden, hold
	}
	if f.Declined {
		// Everything that the sender is told is that of a request that waits.
		v.Route, v.HoldReason = RouteRefuse, HoldNone
	}
	return v
}

// DecideWithCode judges a send whose sender presents a contact code. The code counts, and is
// redeemed, only where the sender would not reach an inbox without it.
func DecideWithCode(f Facts, code CodeFact) (v Verdict, redeemed bool) {
	if v = Decide(f); code == CodeNone || v.Allowed() && v.Shown == RouteInbox {
		return v, false
	}
	f.Code = code
	v = Decide(f)
	return v, code == CodeGood && v.Allowed()
}

// notAccepting returns the denial for a recipient who does not accept messages of this sender. A
// sender who presents a code gets the same denial whether the code or a block stops them.
func (f *Facts) notAccepting() Denial {
	if f.Code != CodeNone {
		return DenialContactCode
	}
	return DenialNotAccepting
}

// route returns where a message goes: by the recipient's list, by a contact code, or by the
// relations and the surge shield.
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

// routeByRelation returns the most welcoming route among the relations that hold.
func (f Facts) routeByRelation(sharedFriends bool) Route {
	best := RouteRefuse
	for r := range RelationCount {
		if f.holds(r, sharedFriends) {
			best = max(best, f.RecipientGrid[r])
		}
	}
	return best
}

// applyShield turns the route of a request into HIDDEN while the recipient's surge shield is up. It
// exempts people whom the recipient follows and people who are suggested to them.
func (f Facts) applyShield(route Route, sharedFriends bool) Route {
	if route == RouteRequests && f.Shielded && !f.Known && !f.RecipientFollows && !f.HostSuggested && !sharedFriends {
		return RouteHidden
	}
	return route
}

// accepted returns the kinds that the recipient accepts from this sender: those accepted from any
// of the relations that decide the route.
func (f Facts) accepted(sharedFriends bool) (k Kinds) {
	if f.RecipientRefuses == (KindGrid{}) || f.listed() == ListedAlways || f.invited() {
		return AllKinds
	}
	route := f.routeByRelation(sharedFriends)
	for r := range RelationCount {
		if f.holds(r, sharedFriends) && f.RecipientGrid[r] == route {
			k |= AllKinds &^ f.RecipientRefuses[r]
		}
	}
	return k
}

// routeHold returns why the route alone puts a message into HIDDEN.
func (f Facts) routeHold(sharedFriends bool) HoldReason {
	switch {
	case f.route(sharedFriends) != RouteHidden:
		return HoldNone
	case f.routeByRelation(sharedFriends) == RouteRequests:
		return HoldShield
	}
	return HoldRoute
}

// contentHold returns why the content of a message puts it into HIDDEN. A request that is held for
// its content stays held: its next message would otherwise show the first one.
func (f Facts) contentHold() HoldReason {
	switch {
	case f.Familiar():
		return HoldNone
	case f.Classification == ClassifiedHide || f.HoldReason == HoldClassification:
		// It takes precedence over a hidden word: a change of the list must not release the
		// request.
		return HoldClassification
	case f.HiddenWord || f.HoldReason == HoldWords:
		return HoldWords
	}
	return HoldNone
}
