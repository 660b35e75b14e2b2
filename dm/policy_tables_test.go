package dm_test

import (
	"strings"
	"testing"

	"github.com/aparte-im/aparte/dm/policy"
)

// The design's tables once more, as text and by hand, so that a slip in the code has something to
// disagree with. Nothing here calls Decide or the presets.

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

// The first line whose condition holds denies. A send that none denies is allowed.
const denialTable = `
self                  | SELF
sender under 16       | AGE_RESTRICTED
suspended             | SUSPENDED
sender blocks         | VIEWER_BLOCKS_THEM
may write to none new | OUTREACH_LIMIT
recipient blocks      | NOT_ACCEPTING
recipient gone        | NOT_ACCEPTING
sender gone           | NOT_ACCEPTING
recipient under 16    | NOT_ACCEPTING
recipient says never  | NOT_ACCEPTING
refused by the route  | NOT_ACCEPTING
bears a code in vain  | CONTACT_CODE
request full          | REQUEST_LIMIT
no outreach left      | OUTREACH_LIMIT
`

// Denials of a sender with a contact code: a block and an invalid code have the same one.
const redeemerTable = `
NOT_ACCEPTING | CONTACT_CODE
`

// Changes to the route of the grid: the first line whose conditions hold. Other routes stay.
const changeTable = `
code, not refused by name, recipient adult              | any      | INBOX
shield, unknown, not followed, host does not, few shared | REQUESTS | HIDDEN
`

// Routes for a sender on the recipient's list, instead of the audience's route. The first line
// that holds decides.
const listTable = `
recipient says never                     | REFUSE
recipient says always, recipient adult   | INBOX
recipient says always, known             | INBOX
recipient says always, recipient follows | INBOX
`

// Where a message lands that the policy welcomes as the first column says; the sender is told the
// first column still. REFUSE: the message is taken and stays out of the recipient's view.
const silentTable = `
INBOX | recipient restricts | REQUESTS
any   | declined            | REFUSE
`

// Defaults of a user who has chosen nothing. A choice stands against any default.
const defaultTable = `
ADULT    | FRIENDS
16 TO 17 | NO_ONE
UNDER 16 | NO_ONE
`

var (
	routes = map[string]policy.Route{
		"INBOX": policy.RouteInbox, "REQUESTS": policy.RouteRequests, "HIDDEN": policy.RouteHidden, "REFUSE": policy.RouteRefuse,
	}
	welcome   = []string{"INBOX", "REQUESTS", "HIDDEN", "REFUSE"}
	relations = map[string]policy.Relation{
		"KNOWN": policy.Known, "FRIEND": policy.Friend, "FOLLOWED": policy.Followed, "SUGGESTED": policy.Suggested,
		"FOLLOWER": policy.Follower, "STRANGER": policy.Stranger,
	}
	audiences = map[string]policy.Audience{
		"EVERYONE": policy.Everyone, "FOLLOWERS": policy.Followers, "SUGGESTED_FRIENDS": policy.SuggestedFriends,
		"FRIENDS": policy.Friends, "PEOPLE_I_MESSAGED": policy.PeopleIMessaged, "NO_ONE": policy.NoOne,
	}
	denials = map[string]policy.Denial{
		"": policy.DenialNone, "SELF": policy.DenialSelf, "AGE_RESTRICTED": policy.DenialAgeRestricted,
		"CONTACT_CODE": policy.DenialContactCode, "VIEWER_BLOCKS_THEM": policy.DenialViewerBlocksThem, "NOT_ACCEPTING": policy.DenialNotAccepting,
		"REQUEST_LIMIT": policy.DenialRequestLimit, "KIND_NOT_ACCEPTED": policy.DenialKind, "SUSPENDED": policy.DenialSuspended, "OUTREACH_LIMIT": policy.DenialOutreachLimit,
	}
	// Routes that no choice of a user under 18 can change.
	young = map[string]string{"STRANGER": "REFUSE"}
	bands = map[string]policy.AgeBand{"ADULT": policy.Adult, "16 TO 17": policy.Age16To17, "UNDER 16": policy.Under16}
)

// textGrid is a row of a table: relation → route, both by name.
type textGrid map[string]string

// situation is one case in words.
type situation struct {
	holds     map[string]bool
	grid      textGrid
	senders   textGrid
	senderAge string
	// recipientAge "" is ADULT.
	recipientAge string
	pending      int
	limit        int
}

// expected is the statement's answer.
type expected struct {
	denial    string
	route     string // as the sender is told, but for HIDDEN
	lands     string
	remaining int // -1: no limit
	canReply  bool
}

// statement is the parsed tables.
type statement struct {
	grids     map[string]textGrid
	relations [][2]string
	denials   [][2]string
	lists     [][2]string
	silent    [][]string
	defaults  map[string]string
	changes   [][3]string
	redeemers map[string]string
}

func parseStatement(t testing.TB) statement {
	t.Helper()
	s := statement{grids: map[string]textGrid{}, defaults: map[string]string{}, redeemers: map[string]string{}}
	head, rows := table(t, audienceTable)[0], table(t, audienceTable)[1:]
	for _, row := range rows {
		grid := textGrid{}
		for i, route := range row[1:] {
			grid[head[i+1]] = route
		}
		s.grids[row[0]] = grid
	}
	for _, row := range table(t, relationTable) {
		s.relations = append(s.relations, [2]string{row[0], row[1]})
	}
	for _, row := range table(t, denialTable) {
		s.denials = append(s.denials, [2]string{row[0], row[1]})
	}
	for _, row := range table(t, listTable) {
		s.lists = append(s.lists, [2]string{row[0], row[1]})
	}
	for _, row := range table(t, changeTable) {
		s.changes = append(s.changes, [3]string{row[0], row[1], row[2]})
	}
	s.silent = table(t, silentTable)
	for _, row := range table(t, redeemerTable) {
		s.redeemers[row[0]] = row[1]
	}
	for _, row := range table(t, defaultTable) {
		s.defaults[row[0]] = row[1]
	}
	if len(s.grids) != 6 || len(s.relations) != 6 || len(s.denials) != 14 || len(s.redeemers) != 1 || len(s.lists) != 4 || len(s.changes) != 2 ||
		len(s.silent) != 2 || len(s.defaults) != 3 {
		t.Fatal("a table was not read whole")
	}
	return s
}

func table(t testing.TB, text string) (rows [][]string) {
	t.Helper()
	for line := range strings.Lines(strings.Trim(text, "\n")) {
		cells := strings.Split(line, "|")
		for i := range cells {
			cells[i] = strings.TrimSpace(cells[i])
		}
		if len(rows) > 0 && len(cells) != len(rows[0]) {
			t.Fatalf("the row %q is not as long as the first", line)
		}
		rows = append(rows, cells)
	}
	return rows
}

func (s statement) answer(in situation) expected {
	route := s.changed(in, s.route(in))
	out := expected{remaining: -1, canReply: in.senderAge != "UNDER 16" && s.route(in.answered()) != "REFUSE"}
	asks := route == "REQUESTS" || route == "HIDDEN"
	holds := func(condition string) bool {
		switch condition {
		case "refused by the route":
			return route == "REFUSE"
		case "may write to none new":
			return in.holds["outreach stopped"] && !in.holds["known"]
		case "bears a code in vain":
			return in.bears() && route != "INBOX"
		case "request full":
			return asks && in.pending >= in.limit
		case "no outreach left":
			return asks && in.holds["opens a request"] && in.holds["outreach spent"]
		}
		return in.holds[condition]
	}
	for _, row := range s.denials {
		if holds(row[0]) {
			out.denial, out.route, out.lands = row[1], "REFUSE", "REFUSE"
			if instead := s.redeemers[out.denial]; instead != "" && in.bears() {
				out.denial = instead
			}
			if out.denial == "REQUEST_LIMIT" {
				out.remaining = 0
			}
			return out
		}
	}
	out.route, out.lands = route, route
	for _, row := range s.silent {
		if (row[0] == out.lands || row[0] == "any") && in.holds[row[1]] {
			out.lands = row[2]
		}
	}
	if asks {
		out.remaining = in.limit - in.pending
	}
	return out
}

// bears: the sender bears a code, whatever it is good for.
func (in situation) bears() bool { return in.holds["code"] || in.holds["bad code"] }

// route is where the recipient's grid sends a relation at their age.
func (in situation) route(relation string) string {
	if route := young[relation]; route != "" && in.recipientAge != "ADULT" && in.recipientAge != "" {
		return route
	}
	return in.grid[relation]
}

// all reports whether all of the conditions hold.
func (in situation) all(conditions string) bool {
	for condition := range strings.SplitSeq(conditions, ", ") {
		adult := condition == "recipient adult" && (in.recipientAge == "ADULT" || in.recipientAge == "")
		if !in.holds[condition] && !adult {
			return false
		}
	}
	return true
}

// changed is the route after what changes it.
func (s statement) changed(in situation, route string) string {
	holds := func(condition string) bool {
		switch condition {
		case "recipient adult":
			return in.all(condition)
		case "not refused by name":
			return !in.holds["recipient says never"]
		case "unknown":
			return !in.holds["known"]
		case "not followed":
			return !in.holds["recipient follows"]
		case "host does not":
			return !in.holds["host suggests"]
		case "few shared":
			return !in.holds["enough shared friends"]
		}
		return in.holds[condition]
	}
	for _, row := range s.changes {
		all := row[1] == "any" || row[1] == route
		for condition := range strings.SplitSeq(row[0], ", ") {
			all = all && holds(condition)
		}
		if all {
			return row[2]
		}
	}
	return route
}

// answered is the recipient's answer by the sender's own rule: who was written to is known, and the
// follows change sides.
func (in situation) answered() situation {
	return situation{grid: in.senders, recipientAge: in.senderAge, holds: map[string]bool{
		"recipient says always": in.holds["sender says always"], "recipient says never": in.holds["sender says never"],
		"known": true, "sender follows": in.holds["recipient follows"], "recipient follows": in.holds["sender follows"],
		"host suggests": in.holds["host suggests"], "enough shared friends": in.holds["enough shared friends"],
	}}
}

// route is the most welcoming of the relations' routes; STRANGER counts when no relation holds.
func (s statement) route(in situation) string {
	for _, row := range s.lists {
		if in.all(row[0]) {
			return row[1]
		}
	}
	found := map[string]bool{}
	for _, row := range s.relations {
		if in.all(row[1]) {
			found[in.route(row[0])] = true
		}
	}
	if len(found) == 0 {
		return in.route("STRANGER")
	}
	for _, route := range welcome {
		if found[route] {
			return route
		}
	}
	panic("a table names no route")
}

func (g textGrid) grid() (out policy.Grid) {
	for relation, route := range g {
		out[relations[relation]] = routes[route]
	}
	return out
}
