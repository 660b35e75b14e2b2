package policytest

import (
	"strings"
	"testing"

	"github.com/aparte-im/aparte/dm/policy"
)

const audienceTable = `
                   | KNOWN | FRIEND | FOLLOWED | SUGGESTED | FOLLOWER | STRANGER
EVERYONE           | INBOX | INBOX  | INBOX    | REQUESTS  | REQUESTS | REQUESTS
FOLLOWERS          | INBOX | INBOX  | INBOX    | REQUESTS  | REQUESTS | REFUSE
SUGGESTED_FRIENDS  | INBOX | INBOX  | INBOX    | REQUESTS  | REFUSE   | REFUSE
FRIENDS            | INBOX | INBOX  | REFUSE   | REFUSE    | REFUSE   | REFUSE
PEOPLE_I_MESSAGED  | INBOX | REFUSE | REFUSE   | REFUSE    | REFUSE   | REFUSE
NO_ONE             | REFUSE| REFUSE | REFUSE   | REFUSE    | REFUSE   | REFUSE
`

const relationTable = `
KNOWN     | known
FRIEND    | sender follows, recipient follows
FOLLOWED  | recipient follows
SUGGESTED | host suggests
SUGGESTED | enough shared friends
FOLLOWER  | sender follows
`

// The first row whose condition holds denies. A send that no row denies is allowed.
const denialTable = `
self                           | SELF
sender under 16                | AGE_RESTRICTED
suspended                      | SUSPENDED
sender blocks                  | VIEWER_BLOCKS_THEM
outreach stopped, not known    | OUTREACH_LIMIT
recipient blocks               | NOT_ACCEPTING
recipient gone                 | NOT_ACCEPTING
sender gone                    | NOT_ACCEPTING
recipient under 16             | NOT_ACCEPTING
recipient lists never          | NOT_ACCEPTING
refused by the route           | NOT_ACCEPTING
any code, route below inbox    | CONTACT_CODE
request full                   | REQUEST_LIMIT
no outreach left               | OUTREACH_LIMIT
`

// Denials of a sender with a contact code: a block and an invalid code have the same denial.
const redeemerTable = `
NOT_ACCEPTING | CONTACT_CODE
`

// Changes to the route of the grid: the first row whose conditions hold. Other routes stay.
const changeTable = `
code, not listed never, recipient adult                            | any      | INBOX
shield, not known, not followed, not suggested, few shared friends | REQUESTS | HIDDEN
`

// Routes for a sender on the recipient's list, instead of the audience's route. The first row that
// holds decides.
const listTable = `
recipient lists never                     | REFUSE
recipient lists always, recipient adult   | INBOX
recipient lists always, known             | INBOX
recipient lists always, recipient follows | INBOX
`

// The place of a message that the policy routes as the first column says. The sender sees the route
// of the first column. REFUSE: the message is taken and stays out of the recipient's view.
const silentTable = `
INBOX | recipient restricts | REQUESTS
any   | declined            | REFUSE
`

// Defaults of a user who has chosen nothing.
const defaultTable = `
ADULT    | FRIENDS
16 TO 17 | NO_ONE
UNDER 16 | NO_ONE
`

// The values of package policy by the names that the tables use.
var (
	Routes = map[string]policy.Route{
		"INBOX": policy.RouteInbox, "REQUESTS": policy.RouteRequests, "HIDDEN": policy.RouteHidden, "REFUSE": policy.RouteRefuse,
	}
	Relations = map[string]policy.Relation{
		"KNOWN": policy.Known, "FRIEND": policy.Friend, "FOLLOWED": policy.Followed, "SUGGESTED": policy.Suggested,
		"FOLLOWER": policy.Follower, "STRANGER": policy.Stranger,
	}
	Audiences = map[string]policy.Audience{
		"EVERYONE": policy.Everyone, "FOLLOWERS": policy.Followers, "SUGGESTED_FRIENDS": policy.SuggestedFriends,
		"FRIENDS": policy.Friends, "PEOPLE_I_MESSAGED": policy.PeopleIMessaged, "NO_ONE": policy.NoOne,
	}
	Denials = map[string]policy.Denial{
		"": policy.DenialNone, "SELF": policy.DenialSelf, "AGE_RESTRICTED": policy.DenialAgeRestricted,
		"CONTACT_CODE": policy.DenialContactCode, "VIEWER_BLOCKS_THEM": policy.DenialViewerBlocksThem,
		"NOT_ACCEPTING": policy.DenialNotAccepting, "REQUEST_LIMIT": policy.DenialRequestLimit, "KIND_NOT_ACCEPTED": policy.DenialKind,
		"SUSPENDED": policy.DenialSuspended, "OUTREACH_LIMIT": policy.DenialOutreachLimit,
	}
	Bands = map[string]policy.AgeBand{"ADULT": policy.Adult, "16 TO 17": policy.Age16To17, "UNDER 16": policy.Under16}
	Codes = map[string]policy.CodeFact{"none": policy.CodeNone, "bad": policy.CodeBad, "good": policy.CodeGood}
	// ByWelcome lists the routes, the most welcoming first.
	ByWelcome = []string{"INBOX", "REQUESTS", "HIDDEN", "REFUSE"}
)

// minorRoutes are the routes that no choice of a user under 18 can change.
var minorRoutes = map[string]string{"STRANGER": "REFUSE"}

// Grid is a row of the audience table: the route for each relation, both by name.
type Grid map[string]string

// Policy returns the grid in the type that policy.Decide takes.
func (g Grid) Policy() (out policy.Grid) {
	for relation, route := range g {
		out[Relations[relation]] = Routes[route]
	}
	return out
}

// RelationRow is a row of the relation table: the relation holds when all conditions do.
type RelationRow struct{ Relation, Conditions string }

// Spec is the parsed tables.
type Spec struct {
	// Grids are the presets by the name of the audience.
	Grids map[string]Grid
	// Relations lists the conditions of each relation.
	Relations []RelationRow
	// Defaults are the names of the default audiences by the name of the age band.
	Defaults map[string]string

	denials, lists, silent, changes [][]string
	redeemers                       map[string]string
}

// Load parses the tables. It stops the test when a table is incomplete.
func Load(t testing.TB) Spec {
	t.Helper()
	s := Spec{
		Grids: map[string]Grid{}, Defaults: map[string]string{}, redeemers: map[string]string{},
		denials: table(t, denialTable), lists: table(t, listTable), silent: table(t, silentTable), changes: table(t, changeTable),
	}
	audiences := table(t, audienceTable)
	for _, row := range audiences[1:] {
		grid := Grid{}
		for i, route := range row[1:] {
			grid[audiences[0][i+1]] = route
		}
		s.Grids[row[0]] = grid
	}
	for _, row := range table(t, relationTable) {
		s.Relations = append(s.Relations, RelationRow{row[0], row[1]})
	}
	for _, row := range table(t, redeemerTable) {
		s.redeemers[row[0]] = row[1]
	}
	for _, row := range table(t, defaultTable) {
		s.Defaults[row[0]] = row[1]
	}
	if len(s.Grids) != 6 || len(s.Relations) != 6 || len(s.denials) != 14 || len(s.redeemers) != 1 || len(s.lists) != 4 ||
		len(s.changes) != 2 || len(s.silent) != 2 || len(s.Defaults) != 3 {
		t.Fatal("a table is incomplete")
	}
	return s
}

// table splits a text into rows and cells.
func table(t testing.TB, text string) (rows [][]string) {
	t.Helper()
	for line := range strings.Lines(strings.Trim(text, "\n")) {
		cells := strings.Split(line, "|")
		for i := range cells {
			cells[i] = strings.TrimSpace(cells[i])
		}
		if len(rows) > 0 && len(cells) != len(rows[0]) {
			t.Fatalf("the row %q has %d cells, the first has %d", line, len(cells), len(rows[0]))
		}
		rows = append(rows, cells)
	}
	return rows
}
