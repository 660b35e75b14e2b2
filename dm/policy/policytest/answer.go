package policytest

import (
	"slices"
	"strings"
)

// Situation is the state of a sender and a recipient in the words of the tables.
type Situation struct {
	// Holds are the conditions that hold.
	Holds map[string]bool
	// Grid is the recipient's, SenderGrid the sender's.
	Grid, SenderGrid Grid
	// SenderAge and RecipientAge are names of age bands. RecipientAge "" is ADULT.
	SenderAge, RecipientAge string
	// Pending is the number of messages in the request, which holds at most Limit.
	Pending, Limit int
}

// Expected is the answer that the tables give.
type Expected struct {
	// Denial is "" when the send is allowed.
	Denial string
	// Route is the route by the policy. The sender sees it, with HIDDEN shown as REQUESTS.
	Route string
	// Lands is where the message goes in the recipient's view.
	Lands string
	// Remaining is the number of messages that fit into the request. -1: no limit.
	Remaining int
	CanReply  bool
}

// Answer returns the answer of the tables.
func (s Spec) Answer(in Situation) Expected {
	route := s.changed(in, s.Route(in))
	out := Expected{Remaining: -1, CanReply: in.SenderAge != "UNDER 16" && s.Route(in.reply()) != "REFUSE"}
	isRequest := route == "REQUESTS" || route == "HIDDEN"
	for _, row := range s.denials {
		var holds bool
		switch row[0] {
		case "refused by the route":
			holds = route == "REFUSE"
		case "any code, route below inbox":
			holds = in.presentsCode() && route != "INBOX"
		case "request full":
			holds = isRequest && in.Pending >= in.Limit
		case "no outreach left":
			holds = isRequest && in.Holds["opens a request"] && in.Holds["outreach spent"]
		default:
			holds = in.All(row[0])
		}
		if !holds {
			continue
		}
		out.Denial, out.Route, out.Lands = row[1], "REFUSE", "REFUSE"
		if denial := s.redeemers[out.Denial]; denial != "" && in.presentsCode() {
			out.Denial = denial
		}
		if out.Denial == "REQUEST_LIMIT" {
			out.Remaining = 0
		}
		return out
	}
	out.Route, out.Lands = route, route
	for _, row := range s.silent {
		if (row[0] == out.Lands || row[0] == "any") && in.Holds[row[1]] {
			out.Lands = row[2]
		}
	}
	if isRequest {
		out.Remaining = in.Limit - in.Pending
	}
	return out
}

// Route returns the route by the recipient's list, or the most welcoming route of the relations
// that hold.
func (s Spec) Route(in Situation) string {
	for _, row := range s.lists {
		if in.All(row[0]) {
			return row[1]
		}
	}
	var found []string
	for _, row := range s.Relations {
		if in.All(row.Conditions) {
			found = append(found, in.route(row.Relation))
		}
	}
	if len(found) == 0 {
		return in.route("STRANGER")
	}
	for _, route := range ByWelcome {
		if slices.Contains(found, route) {
			return route
		}
	}
	panic("no table names the routes " + strings.Join(found, ", "))
}

// changed returns the route after a contact code and the surge shield.
func (s Spec) changed(in Situation, route string) string {
	for _, row := range s.changes {
		if (row[1] == "any" || row[1] == route) && in.All(row[0]) {
			return row[2]
		}
	}
	return route
}

// All reports whether all of the conditions, separated by commas, hold.
func (in Situation) All(conditions string) bool {
	for condition := range strings.SplitSeq(conditions, ", ") {
		if !in.holds(condition) {
			return false
		}
	}
	return true
}

func (in Situation) holds(condition string) bool {
	switch condition {
	case "recipient adult":
		return in.RecipientAge == "ADULT" || in.RecipientAge == ""
	case "not listed never":
		return !in.Holds["recipient lists never"]
	case "not known":
		return !in.Holds["known"]
	case "not followed":
		return !in.Holds["recipient follows"]
	case "not suggested":
		return !in.Holds["host suggests"]
	case "few shared friends":
		return !in.Holds["enough shared friends"]
	}
	return in.Holds[condition]
}

// presentsCode reports whether the sender presents a contact code, valid or not.
func (in Situation) presentsCode() bool { return in.Holds["code"] || in.Holds["bad code"] }

// route returns the route of a relation by the recipient's grid and age.
func (in Situation) route(relation string) string {
	if route := minorRoutes[relation]; route != "" && !in.holds("recipient adult") {
		return route
	}
	return in.Grid[relation]
}

// reply returns the situation of the recipient's reply: the sender's rule decides, the recipient is
// known to the sender, and the follows change sides.
func (in Situation) reply() Situation {
	return Situation{Grid: in.SenderGrid, RecipientAge: in.SenderAge, Holds: map[string]bool{
		"recipient lists always": in.Holds["sender lists always"], "recipient lists never": in.Holds["sender lists never"],
		"known": true, "sender follows": in.Holds["recipient follows"], "recipient follows": in.Holds["sender follows"],
		"host suggests": in.Holds["host suggests"], "enough shared friends": in.Holds["enough shared friends"],
	}}
}
