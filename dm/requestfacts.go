package dm

// Held says why a request is in the folder HIDDEN. What is held is out of every count, can be reviewed, and is released
// when the reason is gone.
type HoldReason uint8

// The reasons.
const (
	HoldNone HoldReason = iota
	// HoldRoute: the recipient's own Routes say so.
	HoldRoute
	// HoldShield: it came while the recipient's surge shield was up.
	HoldShield
	// HoldWords: it holds one of the recipient's hidden words. HoldClassification: the classifier says so.
	HoldWords
	HoldClassification
)

// RequestFacts are the facts that matter only to messages of people whom the recipient does not know.
type RequestFacts struct {
	// NewPerson: nothing of the sender's waits for the recipient, who has neither written back nor accepted. A message
	// that lands in a request then opens it, and costs outreach.
	NewPerson bool
	// OutreachLimited and OutreachLeft: how many new people the sender may still write to.
	OutreachLimited bool
	OutreachLeft    int
	// Shielded: the recipient's surge shield is up, and this would be a new request or one that it holds.
	Shielded bool
	// Code is the contact code that the sender bears. A good one lets one message into the inbox.
	Code CodeFact
}

// requestFacts gathers them from what is loaded; theirs is the recipient's side, nil before the first message.
func (tx *Tx) requestFacts(from, to *Head, theirs *Membership) RequestFacts {
	f := RequestFacts{NewPerson: theirs == nil || (!theirs.Known && theirs.waiting() == 0)}
	if f.NewPerson {
		if b := tx.rules.outreach(from, tx.now); b != nil {
			f.OutreachLimited, f.OutreachLeft = true, b.Remaining
		}
	}
	f.Shielded = !to.ShieldAt.IsZero() && (f.NewPerson || theirs.HoldReason == HoldShield)
	return f
}

// waiting counts the messages of the other that wait for this side in a request. What was declined waits no more.
func (m *Membership) waiting() int {
	if m.Folder == FolderNone {
		return 0
	}
	return m.Pending
}

// tame turns the route of a request into HIDDEN while the recipient's shield is up, but for people whom they follow or
// to whom somebody has introduced them.
func (f Facts) applyShield(route Route, sharedFriends bool) Route {
	if route == RouteRequests && f.Shielded && !f.Known && !f.RecipientFollows && !f.HostSuggested && !sharedFriends {
		return RouteHidden
	}
	return route
}

// held is why a message of this route is out of sight.
func (f Facts) held(sharedFriends bool) HoldReason {
	switch {
	case f.route(sharedFriends) != RouteHidden:
		return HoldNone
	case f.routeByRelation(sharedFriends) == RouteRequests:
		return HoldShield
	}
	return HoldRoute
}
