package dm

import (
	"context"
	"strings"

	"github.com/aparte-im/aparte/dm/policy"
)

const maxSearch = 64

// Users returns those users that exist, in one read. Deleted users are there, without a name.
func (s *Service) Users(ctx context.Context, ids []UserID) (map[UserID]*User, error) {
	return s.users.Users(ctx, ids)
}

// UserByHandle finds a user. Errors: NOT_FOUND.
func (s *Service) UserByHandle(ctx context.Context, handle string) (*User, error) {
	if !ascii(handle) {
		return nil, NotFound("user")
	}
	handle, refusal := normalizeLine("handle", strings.ToLower(strings.TrimPrefix(handle, "@")), maxHandle)
	if refusal != nil {
		return nil, NotFound("user")
	}
	return s.users.UserByHandle(ctx, handle)
}

// UserByExternalID finds a user by the host's id. Errors: NOT_FOUND.
func (s *Service) UserByExternalID(ctx context.Context, externalID string) (*User, error) {
	if checkExternalID(externalID) != nil {
		return nil, NotFound("user")
	}
	return s.users.UserByExternalID(ctx, externalID)
}

// WasDeleted reports whether the host's own id belonged to a user who was deleted or erased, as
// long as Retention.Erased keeps that.
func (s *Service) WasDeleted(ctx context.Context, externalID string) (bool, error) {
	if checkExternalID(externalID) == nil {
		return s.users.WasDeleted(ctx, externalID)
	}
	return false, nil // nobody has had such an id
}

// SearchUsers lists users of whom each word of the query starts a word of the display name or the
// handle, less those whom the viewer has blocked; friends and users whom the viewer talks with come
// first. A zero viewer is the host application. Errors: INVALID_INPUT.
func (s *Service) SearchUsers(ctx context.Context, viewer UserID, query string, page PageRequest) (Page[FoundUser], error) {
	prefix, refusal := normalizeLine("query", query, maxSearch)
	if refusal != nil {
		return Page[FoundUser]{}, refusal
	}
	prefix = strings.ToLower(strings.TrimPrefix(strings.TrimSpace(prefix), "@"))
	return s.listUsers(page, func(after *UserPlace, limit int) ([]FoundUser, error) {
		if prefix == "" {
			return nil, nil
		}
		return s.users.SearchUsers(ctx, viewer, prefix, after, limit)
	})
}

// SomeUsers lists up to first users in the order of their handles, for tools of the host.
func (s *Service) SomeUsers(ctx context.Context, first int) ([]*User, error) {
	found, err := s.users.SearchUsers(ctx, UserID{}, "", nil, first)
	users := make([]*User, len(found))
	for i, f := range found {
		users[i] = f.User
	}
	return users, err
}

// SuggestedFriends lists people whom the host suggests to the viewer. Errors: INVALID_INPUT.
func (s *Service) SuggestedFriends(ctx context.Context, viewer UserID, page PageRequest) (Page[FoundUser], error) {
	return s.listUsers(page, func(after *UserPlace, limit int) ([]FoundUser, error) {
		return s.users.SuggestedUsers(ctx, viewer, after, limit)
	})
}

// BlockedUsers lists whom the viewer has blocked. Errors: INVALID_INPUT.
func (s *Service) BlockedUsers(ctx context.Context, viewer UserID, page PageRequest) (Page[FoundUser], error) {
	return s.listOverrides(ctx, viewer, BlockedPeople, page)
}

func (s *Service) listUsers(page PageRequest, read func(*UserPlace, int) ([]FoundUser, error)) (Page[FoundUser], error) {
	place, refusal := parseUserPlace(page.After)
	if refusal == nil {
		refusal = page.check()
	}
	if refusal != nil {
		return Page[FoundUser]{}, refusal
	}
	found, err := read(place, page.First+1)
	return Cut(found, page.First), err
}

// Relationship is how the viewer stands to another user.
type Relationship struct {
	ViewerFollows, FollowsViewer bool
	// ViewerOverride is what the viewer has decided about them. Their decisions are told nowhere.
	ViewerOverride policy.Override
	Permission     Permission
}

// Permission answers "may the viewer write to this person now, and where would it land?" by the
// same Decide as the send.
type Permission struct {
	policy.Verdict
	// Folder is where it would land as far as the sender may know: INBOX or REQUESTS. FolderNone
	// when not allowed.
	Folder Folder
	// Outreach is the viewer's budget where the message would be a request, or may not be one
	// because of it. Nil: no limit.
	Outreach *OutreachBudget
}

// Relationships tells how the viewer stands to many users at once, in a bounded number of reads.
func (s *Service) Relationships(ctx context.Context, viewer UserID, others []UserID) (map[UserID]Relationship, error) {
	scope := Scope{Users: []UserID{viewer}}
	for _, other := range others {
		if other != viewer {
			scope.Pairs = append(scope.Pairs, PairOf(viewer, other))
		}
	}
	tx, err := s.txs.Inspect(ctx, scope)
	if err != nil {
		return nil, err
	}
	out := make(map[UserID]Relationship, len(others))
	for _, other := range others {
		out[other] = tx.Relationship(viewer, other)
	}
	return out, nil
}

// Relationship returns how the viewer is related to another user of the Tx.
func (tx *Tx) Relationship(viewer, other UserID) Relationship {
	f, ok := tx.facts(viewer, other)
	if !ok {
		return Relationship{Permission: Permission{Verdict: policy.Verdict{Denial: policy.DenialNotAccepting}}}
	}
	return Relationship{
		ViewerFollows: f.SenderFollows,
		// A blocked person may still follow, without effect; the blocker does not see it.
		FollowsViewer:  f.RecipientFollows && !f.SenderOverride.Blocked,
		ViewerOverride: f.SenderOverride,
		Permission:     tx.permission(viewer, policy.Decide(f)),
	}
}

// permission is a verdict as the viewer is told it before they send.
func (tx *Tx) permission(viewer UserID, v policy.Verdict) Permission {
	p := Permission{Verdict: v}
	switch v.Shown {
	case policy.RouteInbox:
		p.Folder = FolderInbox
	case policy.RouteRequests, policy.RouteHidden:
		p.Folder = FolderRequests
	}
	if v.Remaining != nil || v.Denial == policy.DenialOutreachLimit {
		p.Outreach = tx.Outreach(viewer)
	}
	return p
}
