package storetest

import (
	"slices"
	"time"

	"github.com/aparte-im/aparte/dm/policy"
)

// welcome is the order of routes.
var welcome = []string{"", "HIDDEN", "REQUESTS", "INBOX"}

// loosened releases what is hidden from a user whose rule was another before, if it welcomes
// anybody better now.
func (m *model) loosened(user int, before rule) {
	now := m.rule(user)
	for name := range relationNames {
		if slices.Index(welcome, now[name]) > slices.Index(welcome, before[name]) {
			for other := range m.who {
				m.silent(user, other)
				m.release(user, other, true)
			}
			return
		}
	}
}

// sort puts a request where it belongs after a change of the hidden words.
func (m *model) sort(user, other int) {
	t, s := m.shown(user, other)
	if s == nil {
		return
	}
	always := m.always(other, user)
	if s.folder == "REQUESTS" && !s.frozen && m.says(t, s, user) && !s.known && !m.follows[[2]int{user, other}] && !always {
		s.folder, s.suspect = "HIDDEN", true
		return
	}
	m.silent(user, other)
	m.release(user, other, true)
}

// silent: a request that was hidden for what it says may come out when it says it no more.
func (m *model) silent(user, other int) {
	t, s := m.shown(user, other)
	if s != nil && s.folder == "HIDDEN" && s.suspect && !m.says(t, s, user) {
		s.suspect = false
	}
}

// says: a message that the user can see holds a word that they hide.
func (m *model) says(t *talk, s *side, user int) bool {
	return m.noSpam[user] && slices.ContainsFunc(t.messages[s.cleared:], func(one said) bool {
		return one.from != user && one.shown() == "spam"
	})
}

// release moves a hidden request to where the rules would bring it now, but not one that is hidden
// for what it says. counted: shared friends are counted for it.
func (m *model) release(user, other int, counted bool) {
	_, s := m.shown(user, other)
	if s == nil || s.folder != "HIDDEN" || s.suspect || m.blocks[[2]int{user, other}] || m.blocks[[2]int{other, user}] ||
		m.ages[user] == policy.Under16 || m.ages[other] == policy.Under16 || s.declined.After(m.now) {
		return
	}
	best := ""
	for _, name := range m.relations(other, user) {
		if name == "suggested" && !counted {
			continue
		}
		if route := m.rule(user)[name]; slices.Index(welcome, route) > slices.Index(welcome, best) {
			best = route
		}
	}
	switch {
	case m.always(other, user):
		best = "INBOX"
	case m.lists[[2]int{user, other}] == policy.ListedNever:
		return
	}
	if best == "INBOX" && m.restricts[[2]int{user, other}] {
		best = "REQUESTS"
	}
	switch best {
	case "INBOX":
		s.folder, s.asked, s.frozen = "INBOX", 0, false
	case "REQUESTS":
		s.folder, s.frozen = "REQUESTS", s.frozen && m.restricts[[2]int{user, other}]
	}
}

// follow makes a user follow another, whose hidden request comes out when that is welcome.
func (m *model) follow(user, other int) {
	fresh := !m.follows[[2]int{user, other}]
	m.follows[[2]int{user, other}] = true
	if fresh {
		if t := m.talks[pairKey(user, other)]; t != nil {
			t.sides[user].declined = time.Time{}
		}
		m.release(user, other, false)
	}
}

// preview is what a list shows of a talk: not the words of a request.
func (t *talk) preview(user int, s *side) string {
	if (s.folder == "REQUESTS" || s.folder == "HIDDEN") && t.messages[len(t.messages)-1].from != user {
		return ""
	}
	return t.lastBody(s)
}
