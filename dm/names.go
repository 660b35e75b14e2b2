package dm

import (
	"encoding/json"
	"time"
)

// Names as the API writes them, for what is written outside of it: exports. They never change.
var (
	audienceNames = [...]string{
		NotChosen: "", Everyone: "EVERYONE", Followers: "FOLLOWERS", SuggestedFriends: "SUGGESTED_FRIENDS", Friends: "FRIENDS",
		PeopleIMessaged: "PEOPLE_I_MESSAGED", NoOne: "NO_ONE", Custom: "CUSTOM",
	}
	relationNames = [...]string{
		Stranger: "STRANGER", Follower: "FOLLOWER", Suggested: "SUGGESTED", Followed: "FOLLOWED", Friend: "FRIEND", Known: "KNOWN",
	}
	folderNames  = [...]string{FolderNone: "", FolderInbox: "INBOX", FolderRequests: "REQUESTS", FolderHidden: "HIDDEN", FolderArchive: "ARCHIVE"}
	changerNames = [...]string{BySelf: "SELF", ByHost: "HOST"}
	kindNames    = [...]string{"TEXT", "VIDEO", "LINK"} // by bit
	routeNames   = [...]string{RouteRefuse: "REFUSE", RouteHidden: "HIDDEN", RouteRequests: "REQUESTS", RouteInbox: "INBOX"}
	bandNames    = [...]string{Adult: "ADULT", Age16To17: "AGE_16_17", Under16: "UNDER_16"}
	actionNames  = [...]string{0: "", ActionNone: "NONE", ActionWarn: "WARN", ActionLimitOutreach: "LIMIT_OUTREACH", ActionSuspend: "SUSPEND"}
	outcomeNames = [...]string{AppealNone: "", AppealUpheld: "UPHELD", AppealReversed: "REVERSED"}
)

func (a Audience) name() string      { return audienceNames[a] }
func (r Relation) name() string      { return relationNames[r] }
func (r Route) name() string         { return routeNames[r] }
func (f Folder) name() string        { return folderNames[f] }
func (c Changer) name() string       { return changerNames[c] }
func (b AgeBand) name() string       { return bandNames[b] }
func (a Action) name() string        { return actionNames[a] }
func (o AppealOutcome) name() string { return outcomeNames[o] }

func (k Kinds) names() (out []string) {
	for bit, name := range kindNames {
		if k&(1<<bit) != 0 {
			out = append(out, name)
		}
	}
	return out
}

// Stamp is a time in an export: RFC 3339, UTC, null for none.
type Stamp time.Time

// MarshalJSON writes the time.
func (s Stamp) MarshalJSON() ([]byte, error) {
	if time.Time(s).IsZero() {
		return []byte("null"), nil
	}
	return json.Marshal(time.Time(s).UTC().Format(time.RFC3339Nano))
}
