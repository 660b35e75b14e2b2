package storetest

import (
	"slices"
	"strings"

	"pgregory.net/rapid"

	"github.com/aparte-im/aparte/dm"
	"github.com/aparte-im/aparte/dm/policy"
)

// choices are what the users of a model have chosen and are, beside their audience.
type choices struct {
	ages map[int]policy.AgeBand
	// chosen: the user has chosen an audience; until then the default of their age holds.
	chosen map[int]bool
	// noLinks: from whom a user takes no links, by relation.
	noLinks map[int]map[string]bool
	// noSpam: the user hides the word "spam".
	noSpam map[int]bool
}

func newChoices() choices {
	return choices{ages: map[int]policy.AgeBand{}, chosen: map[int]bool{}, noLinks: map[int]map[string]bool{}, noSpam: map[int]bool{}}
}

// rule is a user's answer as it holds at their age.
func (m *model) rule(user int) rule {
	if m.ages[user] == policy.Adult {
		return m.who[user]
	}
	if !m.chosen[user] {
		return rule{}
	}
	young := rule{}
	for name, route := range m.who[user] {
		if name != "stranger" {
			young[name] = route
		}
	}
	return young
}

// always: the recipient's list lets the sender in.
func (m *model) always(from, to int) bool {
	known := m.talks[pairKey(from, to)] != nil && m.talks[pairKey(from, to)].sides[to].known
	return m.lists[[2]int{to, from}] == policy.ListedAlways &&
		(m.ages[to] == policy.Adult || known || m.follows[[2]int{to, from}])
}

// takes: what the message is made of is welcome, from one of the relations that decide where it
// goes.
func (m *model) takes(from, to int, route, body string) bool {
	if !strings.Contains(body, ".com") || m.always(from, to) {
		return true
	}
	return slices.ContainsFunc(m.relations(from, to), func(name string) bool {
		return m.rule(to)[name] == route && !m.noLinks[to][name]
	})
}

// suspect: a message is kept out of sight for what it says, or for what the request that it joins
// said before.
func (m *model) suspect(from, to int, body string) bool {
	theirs := m.talks[pairKey(from, to)].sides[to]
	if theirs.known || m.follows[[2]int{to, from}] || m.always(from, to) {
		return false
	}
	return m.noSpam[to] && body == "spam" || theirs.suspect
}

func (r *modelRun) doWords(t *rapid.T) {
	a := r.user(t, "who")
	on := rapid.IntRange(0, 2).Draw(t, "on") > 0
	edit := r.service.RemoveHiddenWords
	if on {
		edit = r.service.AddHiddenWords
	}
	_, err := edit(r.Context(), r.ids[a], []string{"sp\u00e4m"})
	r.must(err)
	fresh := r.m.noSpam[a] != on
	r.m.noSpam[a] = on
	for b := range r.ids {
		if fresh {
			r.m.sort(a, b)
		}
	}
}

// tooYoung is the refusal of a choice that the user's age does not leave them.
func (m *model) tooYoung(user int, r rule) dm.Code {
	if m.ages[user] != policy.Adult && r["stranger"] != "" {
		return dm.CodeInvalidInput
	}
	return ""
}

func (r *modelRun) doAge(t *rapid.T) {
	a := r.user(t, "who")
	band := policy.AgeBand(rapid.SampledFrom([]int{0, 0, 0, 1, 1, 2}).Draw(t, "age"))
	users, err := r.service.Users(r.Context(), []dm.UserID{r.ids[a]})
	r.must(err)
	u := users[r.ids[a]]
	_, err = r.service.UpsertUsers(r.Context(), []dm.UserInput{
		{ExternalID: u.ExternalID, Handle: u.Handle, DisplayName: u.DisplayName, AgeBand: band},
	})
	r.must(err)
	r.m.ages[a] = band
}

func (r *modelRun) doKinds(t *rapid.T) {
	a := r.user(t, "who")
	name := rapid.SampledFrom([]string{"known", "friend", "followed", "suggested", "follower", "stranger"}).Draw(t, "from")
	links := rapid.Bool().Draw(t, "links")
	kinds := policy.AllKinds
	if !links {
		kinds = policy.KindText
	}
	_, err := r.service.SetAcceptedKinds(r.Context(), r.ids[a], map[policy.Relation]policy.Kinds{relationNames[name]: kinds})
	r.must(err)
	if r.m.noLinks[a] == nil {
		r.m.noLinks[a] = map[string]bool{}
	}
	r.m.noLinks[a][name] = !links
}

var relationNames = map[string]policy.Relation{
	"known": policy.Known, "friend": policy.Friend, "followed": policy.Followed, "suggested": policy.Suggested,
	"follower": policy.Follower, "stranger": policy.Stranger,
}

// doUndo takes the newest choice of an audience back, when there is one and nothing was changed
// since.
func (r *modelRun) doUndo(t *rapid.T) {
	a := r.user(t, "who")
	history, err := historyOf(r.Context(), r.service, r.ids[a], 2)
	r.must(err)
	if len(history) == 0 {
		t.Skip("nothing to undo")
	}
	before, err := r.service.Messaging(r.Context(), r.ids[a])
	r.must(err)
	_, err = r.service.UndoSettingsChange(r.Context(), r.ids[a], history[0].ID)
	if dm.CodeOf(err) == dm.CodeInvalidInput {
		now, err := r.service.Messaging(r.Context(), r.ids[a])
		r.must(err)
		if now != before {
			r.Fatalf("a refused undo changed %+v to %+v", before, now)
		}
		if c := history[0]; c.AgeBefore == c.AgeAfter && r.m.ages[a] == policy.Adult && now.Settings.ChangedAt.Equal(c.At) && now.Settings == c.After {
			r.Fatalf("the newest change is not undone: %+v", c)
		}
		return
	}
	r.must(err)
	if words := history[0].Words; words != nil {
		r.m.noSpam[a] = len(words.Removed) > 0
		for b := range r.ids {
			r.m.sort(a, b)
		}
		return
	}
	was, rules := history[0].Before, r.m.rule(a)
	r.m.chosen[a] = was.Audience != policy.NotChosen
	switch was.Audience {
	case policy.NotChosen:
		r.m.who[a] = audienceRules[policy.Everyone]
	case policy.Custom:
		r.m.who[a] = ruleOf(was.Routes)
	default:
		r.m.who[a] = audienceRules[was.Audience]
	}
	r.m.loosened(a, rules)
	r.m.noLinks[a] = map[string]bool{}
	for name, relation := range relationNames {
		r.m.noLinks[a][name] = was.Refused[relation]&policy.KindLink != 0
	}
}

func ruleOf(grid policy.Grid) rule {
	out := rule{}
	for name, relation := range relationNames {
		out[name] = map[policy.Route]string{policy.RouteInbox: "INBOX", policy.RouteRequests: "REQUESTS", policy.RouteHidden: "HIDDEN"}[grid[relation]]
	}
	return out
}
