package dm

import (
	"context"

	"github.com/aparte-im/aparte/dm/policy"
)

// reachLimit is how many people of each kind of tie are looked at to count whom an audience admits.
const reachLimit = 1000

// Reach is how many people an audience admits: of those who have ties with the user, by where their
// messages would go.
type Reach struct {
	Audience policy.Audience
	Grid     policy.Grid
	// Current: it is what holds now.
	Current                          bool
	Inbox, Requests, Hidden, Refused int
	// IsCapped: the user has more people than were looked at; each number is at least so many.
	IsCapped bool
	// EveryoneElse is where the messages of all other people would go, who are not counted.
	EveryoneElse policy.Route
}

// WhoCouldMessageMe counts, for each audience that the viewer can choose and for the one that
// holds, how many people it admits, by the same Decide as the send. With routes it counts CUSTOM
// with these routes on top of what holds. Errors: NOT_FOUND, INVALID_INPUT.
func (s *Service) WhoCouldMessageMe(ctx context.Context, viewer UserID, routes map[policy.Relation]policy.Route) ([]Reach, error) {
	tx, err := s.inspectUser(ctx, viewer)
	if err != nil {
		return nil, err
	}
	h := tx.Head(viewer)
	if h.Gone {
		return nil, NotFound("user")
	}
	holds, custom := tx.rules.Audience(h.Settings, h.AgeBand), tx.rules.Grid(h.Settings, h.AgeBand)
	now := Reach{Audience: holds, Grid: custom, Current: true}
	for relation, route := range routes {
		custom[relation] = route
	}
	if err := tx.rules.allowed(Settings{Audience: policy.Custom, Routes: custom}, h.AgeBand); len(routes) > 0 && err != nil {
		return nil, err
	}
	var asked []Reach
	for a := policy.Everyone; a < policy.Custom; a++ {
		if chosen := (Settings{Audience: a}); tx.rules.allowed(chosen, h.AgeBand) == nil {
			asked = append(asked, Reach{Audience: a, Grid: tx.rules.Grid(chosen, h.AgeBand), Current: a == holds})
		}
	}
	if holds == policy.Custom {
		asked = append(asked, now)
	}
	if len(routes) > 0 && (holds != policy.Custom || custom != now.Grid) {
		asked = append(asked, Reach{Audience: policy.Custom, Grid: custom})
	}
	people, err := s.relations.RelatedPeople(ctx, viewer, reachLimit)
	if err != nil {
		return nil, err
	}
	alike := map[PairFlags]int{}
	for _, t := range people.Flags {
		alike[t]++
	}
	for i := range asked {
		tx.count(&asked[i], h, alike, people)
	}
	return asked, nil
}

// count puts people who are alike where the audience would have their messages. Whose place hangs
// on friends who were not looked at are left out, so that every number is a lower bound.
func (tx *Tx) count(r *Reach, h *Head, alike map[PairFlags]int, people RelatedPeople) {
	r.IsCapped = people.Capped
	route := func(t PairFlags) policy.Route { return policy.Decide(tx.factsOfFlags(h, t, r.Grid)).Route }
	r.EveryoneElse = route(0)
	for t, n := range alike {
		to := route(t)
		if people.SharedOpen && to != route(t|FlagShared) {
			r.IsCapped = true
			continue
		}
		switch to {
		case policy.RouteInbox:
			r.Inbox += n
		case policy.RouteRequests:
			r.Requests += n
		case policy.RouteHidden:
			r.Hidden += n
		case policy.RouteRefuse:
			r.Refused += n
		}
	}
	// Friends of friends who were not found are among everyone else.
	if people.SharedOpen && r.EveryoneElse != route(FlagShared) {
		r.IsCapped = true
	}
}
