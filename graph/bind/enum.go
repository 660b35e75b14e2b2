package bind

import (
	"github.com/99designs/gqlgen/graphql"

	"github.com/aparte-im/aparte/dm"
	"github.com/aparte-im/aparte/dm/policy"
)

// names are the wire names of an enum, by value. A value without a name is null.
type names []string

func (n names) marshal(v uint8) graphql.Marshaler {
	if int(v) >= len(n) || n[v] == "" {
		return graphql.Null
	}
	return plain(n[v])
}

// parse reads a name. The schema's own check comes first, so a refusal here is for what slipped
// through it.
func (n names) parse(v any) (uint8, error) {
	text, _ := v.(string)
	for i, name := range n {
		if name == text && text != "" {
			return uint8(i), nil
		}
	}
	return 0, &dm.Error{Code: dm.CodeInvalidInput, Detail: "No such value."}
}

var audiences = names{
	policy.Everyone: "EVERYONE", policy.Followers: "FOLLOWERS", policy.SuggestedFriends: "SUGGESTED_FRIENDS", policy.Friends: "FRIENDS",
	policy.PeopleIMessaged: "PEOPLE_I_MESSAGED", policy.NoOne: "NO_ONE", policy.Custom: "CUSTOM",
}

// MarshalAudience writes an audience; NotChosen is null.
func MarshalAudience(v policy.Audience) graphql.Marshaler { return audiences.marshal(uint8(v)) }

// UnmarshalAudience reads an audience. Errors: INVALID_INPUT.
func UnmarshalAudience(v any) (policy.Audience, error) {
	n, err := audiences.parse(v)
	return policy.Audience(n), err
}

var namedLists = names{policy.ListedAlways: "ALWAYS", policy.ListedNever: "NEVER"}

// MarshalNamedList writes a list; NotListed is null.
func MarshalNamedList(v policy.Listed) graphql.Marshaler { return namedLists.marshal(uint8(v)) }

// UnmarshalNamedList reads a list. Errors: INVALID_INPUT.
func UnmarshalNamedList(v any) (policy.Listed, error) {
	n, err := namedLists.parse(v)
	return policy.Listed(n), err
}

var relations = names{
	policy.Stranger: "STRANGER", policy.Follower: "FOLLOWER", policy.Suggested: "SUGGESTED", policy.Followed: "FOLLOWED",
	policy.Friend: "FRIEND", policy.Known: "KNOWN",
}

// MarshalRelation writes a relation.
func MarshalRelation(v policy.Relation) graphql.Marshaler { return relations.marshal(uint8(v)) }

// UnmarshalRelation reads a relation. Errors: INVALID_INPUT.
func UnmarshalRelation(v any) (policy.Relation, error) {
	n, err := relations.parse(v)
	return policy.Relation(n), err
}

var routes = names{
	policy.RouteRefuse: "REFUSE", policy.RouteHidden: "HIDDEN", policy.RouteRequests: "REQUESTS", policy.RouteInbox: "INBOX",
}

// MarshalRoute writes a route.
func MarshalRoute(v policy.Route) graphql.Marshaler { return routes.marshal(uint8(v)) }

// UnmarshalRoute reads a route. Errors: INVALID_INPUT.
func UnmarshalRoute(v any) (policy.Route, error) {
	n, err := routes.parse(v)
	return policy.Route(n), err
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
	policy.DenialSelf: "SELF", policy.DenialAgeRestricted: "AGE_RESTRICTED", policy.DenialViewerBlocksThem: "VIEWER_BLOCKS_THEM",
	policy.DenialNotAccepting: "NOT_ACCEPTING", policy.DenialRequestLimit: "REQUEST_LIMIT",
	policy.DenialOutreachLimit: "OUTREACH_LIMIT", policy.DenialSuspended: "SUSPENDED",
	policy.DenialKind: "KIND_NOT_ACCEPTED", policy.DenialContactCode: "CONTACT_CODE",
}

// MarshalDenialCode writes a denial; DenialNone is null.
func MarshalDenialCode(v policy.Denial) graphql.Marshaler { return denials.marshal(uint8(v)) }

// DenialName is the name of a denial in the API.
func DenialName(v policy.Denial) string { return denials[v] }

// UnmarshalDenialCode exists because generated code names it.
func UnmarshalDenialCode(any) (policy.Denial, error) { return 0, errOutput }

var ageBands = names{policy.Adult: "ADULT", policy.Age16To17: "AGE_16_17", policy.Under16: "UNDER_16"}

// MarshalAgeBand writes an age band.
func MarshalAgeBand(v policy.AgeBand) graphql.Marshaler { return ageBands.marshal(uint8(v)) }

// UnmarshalAgeBand reads an age band. Errors: INVALID_INPUT.
func UnmarshalAgeBand(v any) (policy.AgeBand, error) {
	n, err := ageBands.parse(v)
	return policy.AgeBand(n), err
}

var heldRequests = names{dm.ShieldKeep: "KEEP", dm.ShieldRelease: "RELEASE", dm.ShieldDecline: "DECLINE"}

// MarshalHeldRequestAction exists because generated code names it.
func MarshalHeldRequestAction(v dm.ShieldEnd) graphql.Marshaler {
	return heldRequests.marshal(uint8(v))
}

// UnmarshalHeldRequestAction reads what becomes of held requests. Errors: INVALID_INPUT.
func UnmarshalHeldRequestAction(v any) (dm.ShieldEnd, error) {
	n, err := heldRequests.parse(v)
	return dm.ShieldEnd(n), err
}
