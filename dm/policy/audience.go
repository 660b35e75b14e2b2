package policy

// Audience is the recipient's one-line answer to "who can message me?".
type Audience uint8

// The audiences. NotChosen stands for the default of the user's age band, Custom for the user's own
// grid. Each other audience is a preset grid.
const (
	NotChosen Audience = iota
	Everyone
	Followers
	SuggestedFriends
	Friends
	PeopleIMessaged
	NoOne
	Custom
)

var audienceNames = [...]string{
	NotChosen: "", Everyone: "EVERYONE", Followers: "FOLLOWERS", SuggestedFriends: "SUGGESTED_FRIENDS", Friends: "FRIENDS",
	PeopleIMessaged: "PEOPLE_I_MESSAGED", NoOne: "NO_ONE", Custom: "CUSTOM",
}

// String returns the name of the audience in the API, "" for NotChosen. It panics on a number that
// is no audience.
func (a Audience) String() string { return audienceNames[a] }

// Resolve returns the audience that holds for a user of an age band who has chosen a. adults is the
// default for adults who have chosen nothing; the default for minors is NoOne. Minors cannot be
// open to strangers: Everyone, which may have been chosen before the age was known, is Followers.
func (a Audience) Resolve(band AgeBand, adults Audience) Audience {
	switch {
	case a == Everyone && band != Adult:
		return Followers
	case a != NotChosen:
		return a
	case band == Adult:
		return adults
	default:
		return NoOne
	}
}

// Grid returns the routes of a resolved audience: its preset or, with Custom, the user's own grid.
// A minor's own grid refuses strangers.
func (a Audience) Grid(custom Grid, band AgeBand) Grid {
	if a != Custom {
		return Preset(a)
	}
	if band != Adult {
		custom[Stranger] = RouteRefuse
	}
	return custom
}

// Grid gives the route of a message for each relation.
type Grid [RelationCount]Route

var presets = [...]Grid{
	Everyone: {
		Known: RouteInbox, Friend: RouteInbox, Followed: RouteInbox,
		Suggested: RouteRequests, Follower: RouteRequests, Stranger: RouteRequests,
	},
	Followers: {
		Known: RouteInbox, Friend: RouteInbox, Followed: RouteInbox,
		Suggested: RouteRequests, Follower: RouteRequests,
	},
	SuggestedFriends: {Known: RouteInbox, Friend: RouteInbox, Followed: RouteInbox, Suggested: RouteRequests},
	Friends:          {Known: RouteInbox, Friend: RouteInbox},
	PeopleIMessaged:  {Known: RouteInbox},
	NoOne:            {},
}

// Preset returns the grid of an audience other than NotChosen and Custom. It panics on Custom.
func Preset(a Audience) Grid { return presets[a] }

// Loosens reports whether g gives any relation a more welcoming route than before does.
func (g Grid) Loosens(before Grid) bool {
	for relation, route := range g {
		if route > before[relation] {
			return true
		}
	}
	return false
}
