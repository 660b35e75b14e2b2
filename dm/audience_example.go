package dm

import (
	"context"

	"github.com/aparte-im/aparte/dm/policy"
)

// ExplainRelation returns what would become of a first message from a person of whom only this
// relation to the viewer holds. It applies the same Decide as the send. A friend follows and is
// followed. User of the Explanation is empty. Errors: NOT_FOUND.
func (s *Service) ExplainRelation(ctx context.Context, viewer UserID, relation policy.Relation) (Explanation, error) {
	tx, err := s.inspectUser(ctx, viewer)
	if err != nil {
		return Explanation{}, err
	}
	h := tx.Head(viewer)
	f := policy.Facts{
		RecipientAge:        h.AgeBand,
		RecipientGone:       h.Gone,
		Known:               relation == policy.Known,
		SenderFollows:       relation == policy.Friend || relation == policy.Follower,
		RecipientFollows:    relation == policy.Friend || relation == policy.Followed,
		HostSuggested:       relation == policy.Suggested,
		SharedFriendsNeeded: tx.rules.SharedFriends,
		RecipientRefuses:    h.Settings.Refused,
		RecipientGrid:       tx.rules.Grid(h.Settings, h.AgeBand),
		RequestLimit:        tx.rules.RequestLimit,
		RequestFacts:        policy.RequestFacts{NewPerson: relation != policy.Known},
	}
	f.Shielded = f.NewPerson && !h.ShieldAt.IsZero()
	return explain(f, UserID{}, tx.setting(h)), nil
}
