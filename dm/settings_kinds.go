package dm

import (
	"context"

	"github.com/aparte-im/aparte/dm/policy"
)

// SetAcceptedKinds sets, for the relations given, which kinds of message the viewer takes from
// them, whatever the audience; other relations keep theirs. People on the viewer's list ALWAYS may
// send every kind. Errors: INVALID_INPUT.
func (s *Service) SetAcceptedKinds(ctx context.Context, viewer UserID, accepted map[policy.Relation]policy.Kinds) (Messaging, error) {
	for relation, kinds := range accepted {
		if relation >= policy.RelationCount || kinds > policy.AllKinds {
			return Messaging{}, Invalid("kinds", "No such relation or kind.")
		}
		if kinds&(policy.KindText|policy.KindVideo) == 0 {
			return Messaging{}, Invalid("kinds", "A message is a text or a video: take one of them, or refuse the relation by its route.")
		}
	}
	return s.changeSettings(ctx, viewer, func(_ Rules, _ policy.AgeBand, now *Settings) error {
		for relation, kinds := range accepted {
			now.Refused[relation] = policy.AllKinds &^ kinds
		}
		return nil
	})
}

// SetRequestLinks sets whether links and videos in a request are shown as such before the viewer
// accepts it.
func (s *Service) SetRequestLinks(ctx context.Context, viewer UserID, on bool) (Messaging, error) {
	return s.changeSettings(ctx, viewer, func(_ Rules, _ policy.AgeBand, now *Settings) error {
		now.RequestLinks = on
		return nil
	})
}

// HoldsLink reports whether a message has something that leads out of the app: a link or a video.
func (m *Message) HoldsLink() bool { return m.Video != nil || holdsLink(m.Body) }

// kinds is what a send is made of. Links cost a look at the whole text, so they are looked for only
// where they matter.
func (s *Send) kinds(links bool) (k policy.Kinds) {
	if s.Body != "" {
		k |= policy.KindText
	}
	if s.Video != nil {
		k |= policy.KindVideo
	}
	if !links {
		return k
	}
	for _, t := range textsOf(s.Body, s.Video) {
		if holdsLink(t) {
			return k | policy.KindLink
		}
	}
	return k
}
