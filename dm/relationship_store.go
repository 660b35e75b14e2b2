package dm

import "context"

// RelationshipStore reads how a user is related to others.
type RelationshipStore interface {
	// OverrideUsers lists the people about whom the viewer has made one kind of decision.
	OverrideUsers(ctx context.Context, viewer UserID, list OverrideList, after *UserPlace, limit int) ([]FoundUser, error)
	// RelatedPeople returns the people who are related to the viewer, without deleted users, up to
	// limit of each kind: followers, followed, suggested, conversations, overrides. It looks at up
	// to limit friends of the viewer and at 20 times as many friends of theirs.
	RelatedPeople(ctx context.Context, viewer UserID, limit int) (RelatedPeople, error)
	// SharedFriends lists, for each of the others, up to limit friends whom that user shares with
	// the viewer.
	SharedFriends(ctx context.Context, viewer UserID, others []UserID, limit int) (map[UserID][]UserID, error)
}
