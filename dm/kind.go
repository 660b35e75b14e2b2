package dm

import "context"

// Kinds is a set of what a message may be made of.
type Kinds uint8

// The kinds. A link is whatever leads out of the app when it is tapped: an address in the text or in a video's words.
const (
	KindText Kinds = 1 << iota
	KindVideo
	KindLink
	// AllKinds is every kind.
	AllKinds = KindText | KindVideo | KindLink
)

// KindGrid says for each Relation which kinds a user does not take.
type KindGrid [relationCount]Kinds

// SetAcceptedKinds sets, for the relations given, which kinds of message the viewer takes from them, whatever the
// audience; other relations keep theirs. Who is on the viewer's list ALWAYS may send every kind. Errors: INVALID_INPUT.
func (s *Service) SetAcceptedKinds(ctx context.Context, viewer UserID, accepted map[Relation]Kinds) (Messaging, error) {
	for relation, kinds := range accepted {
		if relation >= relationCount || kinds > AllKinds {
			return Messaging{}, Invalid("kinds", "No such relation or kind.")
		}
		if kinds&(KindText|KindVideo) == 0 {
			return Messaging{}, Invalid("kinds", "A message is a text or a video: take one of them, or refuse the relation by its route.")
		}
	}
	return s.changeSettings(ctx, viewer, func(_ Rules, _ AgeBand, now *Settings) error {
		for relation, kinds := range accepted {
			now.Refused[relation] = AllKinds &^ kinds
		}
		return nil
	})
}

// SetRequestLinks sets whether links and videos in a request are shown as such before the viewer accepts it.
func (s *Service) SetRequestLinks(ctx context.Context, viewer UserID, on bool) (Messaging, error) {
	return s.changeSettings(ctx, viewer, func(_ Rules, _ AgeBand, now *Settings) error {
		now.RequestLinks = on
		return nil
	})
}

// HoldsLink reports whether a message has something that leads out of the app: a link or a video.
func (m *Message) HoldsLink() bool { return m.Video != nil || holdsLink(m.Body) }

// kinds is what a send is made of. Links cost a look at the whole text, so they are looked for only where they matter.
func (s *Send) kinds(links bool) (k Kinds) {
	if s.Body != "" {
		k |= KindText
	}
	if s.Video != nil {
		k |= KindVideo
	}
	if !links {
		return k
	}
	for _, t := range textsOf(s.Body, s.Video) {
		if holdsLink(t) {
			return k | KindLink
		}
	}
	return k
}

// any is what at least one relation may not send.
func (g KindGrid) any() (k Kinds) {
	for _, refused := range g {
		k |= refused
	}
	return k
}

// accepted is which kinds the recipient takes from this sender: what they take from one of the relations that decide
// the route.
func (f Facts) accepted(sharedFriends bool) (k Kinds) {
	if f.RecipientRefuses == (KindGrid{}) || f.listed() == ListedAlways || f.invited() {
		return AllKinds
	}
	route := f.routeByRelation(sharedFriends)
	for r := range relationCount {
		if f.holds(r, sharedFriends) && f.RecipientGrid[r] == route {
			k |= AllKinds &^ f.RecipientRefuses[r]
		}
	}
	return k
}
