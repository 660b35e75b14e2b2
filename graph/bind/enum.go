package bind

import (
	"github.com/99designs/gqlgen/graphql"

	"github.com/aparte-im/aparte/dm"
)

// names are the wire names of an enum, by value. A value without a name is null.
type names []string

func (n names) marshal(v uint8) graphql.Marshaler {
	if int(v) >= len(n) || n[v] == "" {
		return graphql.Null
	}
	return plain(n[v])
}

// parse reads a name. The schema's own check comes first, so a refusal here is for what slipped through it.
func (n names) parse(v any) (uint8, error) {
	text, _ := v.(string)
	for i, name := range n {
		if name == text && text != "" {
			return uint8(i), nil
		}
	}
	return 0, &dm.Error{Code: dm.CodeInvalidInput, Message: "No such value."}
}

var audiences = names{
	dm.Everyone: "EVERYONE", dm.Followers: "FOLLOWERS", dm.SuggestedFriends: "SUGGESTED_FRIENDS", dm.Friends: "FRIENDS",
	dm.PeopleIMessaged: "PEOPLE_I_MESSAGED", dm.NoOne: "NO_ONE", dm.Custom: "CUSTOM",
}

// MarshalAudience writes an audience; NotChosen is null.
func MarshalAudience(v dm.Audience) graphql.Marshaler { return audiences.marshal(uint8(v)) }

// UnmarshalAudience reads an audience. Errors: INVALID_INPUT.
func UnmarshalAudience(v any) (dm.Audience, error) {
	n, err := audiences.parse(v)
	return dm.Audience(n), err
}

var namedLists = names{dm.ListedAlways: "ALWAYS", dm.ListedNever: "NEVER"}

// MarshalNamedList writes a list; NotListed is null.
func MarshalNamedList(v dm.Listed) graphql.Marshaler { return namedLists.marshal(uint8(v)) }

// UnmarshalNamedList reads a list. Errors: INVALID_INPUT.
func UnmarshalNamedList(v any) (dm.Listed, error) {
	n, err := namedLists.parse(v)
	return dm.Listed(n), err
}

var relations = names{
	dm.Stranger: "STRANGER", dm.Follower: "FOLLOWER", dm.Suggested: "SUGGESTED", dm.Followed: "FOLLOWED",
	dm.Friend: "FRIEND", dm.Known: "KNOWN",
}

// MarshalRelation writes a relation.
func MarshalRelation(v dm.Relation) graphql.Marshaler { return relations.marshal(uint8(v)) }

// UnmarshalRelation reads a relation. Errors: INVALID_INPUT.
func UnmarshalRelation(v any) (dm.Relation, error) {
	n, err := relations.parse(v)
	return dm.Relation(n), err
}

var routes = names{
	dm.RouteRefuse: "REFUSE", dm.RouteHidden: "HIDDEN", dm.RouteRequests: "REQUESTS", dm.RouteInbox: "INBOX",
}

// MarshalRoute writes a route.
func MarshalRoute(v dm.Route) graphql.Marshaler { return routes.marshal(uint8(v)) }

// UnmarshalRoute reads a route. Errors: INVALID_INPUT.
func UnmarshalRoute(v any) (dm.Route, error) {
	n, err := routes.parse(v)
	return dm.Route(n), err
}

var folders = names{
	dm.FolderInbox: "INBOX", dm.FolderRequests: "REQUESTS", dm.FolderHidden: "HIDDEN", dm.FolderArchive: "ARCHIVE",
}

// MarshalFolder writes a folder; FolderNone is null.
func MarshalFolder(v dm.Folder) graphql.Marshaler { return folders.marshal(uint8(v)) }

// UnmarshalFolder reads a folder. Errors: INVALID_INPUT.
func UnmarshalFolder(v any) (dm.Folder, error) {
	n, err := folders.parse(v)
	return dm.Folder(n), err
}

var denials = names{
	dm.DenialSelf: "SELF", dm.DenialAgeRestricted: "AGE_RESTRICTED", dm.DenialViewerBlocksThem: "VIEWER_BLOCKS_THEM",
	dm.DenialNotAccepting: "NOT_ACCEPTING", dm.DenialRequestLimit: "REQUEST_LIMIT",
	dm.DenialOutreachLimit: "OUTREACH_LIMIT", dm.DenialSuspended: "SUSPENDED",
	dm.DenialKind: "KIND_NOT_ACCEPTED", dm.DenialContactCode: "CONTACT_CODE",
}

// MarshalDenialCode writes a denial; DenialNone is null.
func MarshalDenialCode(v dm.Denial) graphql.Marshaler { return denials.marshal(uint8(v)) }

// DenialName is the name of a denial in the API.
func DenialName(v dm.Denial) string { return denials[v] }

// UnmarshalDenialCode exists because generated code names it.
func UnmarshalDenialCode(any) (dm.Denial, error) { return 0, errOutput }

var ageBands = names{dm.Adult: "ADULT", dm.Age16To17: "AGE_16_17", dm.Under16: "UNDER_16"}

// MarshalAgeBand writes an age band.
func MarshalAgeBand(v dm.AgeBand) graphql.Marshaler { return ageBands.marshal(uint8(v)) }

// UnmarshalAgeBand reads an age band. Errors: INVALID_INPUT.
func UnmarshalAgeBand(v any) (dm.AgeBand, error) {
	n, err := ageBands.parse(v)
	return dm.AgeBand(n), err
}

var heldRequests = names{dm.ShieldKeep: "KEEP", dm.ShieldRelease: "RELEASE", dm.ShieldDecline: "DECLINE"}

// MarshalHeldRequests exists because generated code names it.
func MarshalHeldRequests(v dm.ShieldEnd) graphql.Marshaler { return heldRequests.marshal(uint8(v)) }

// UnmarshalHeldRequests reads what becomes of held requests. Errors: INVALID_INPUT.
func UnmarshalHeldRequests(v any) (dm.ShieldEnd, error) {
	n, err := heldRequests.parse(v)
	return dm.ShieldEnd(n), err
}
