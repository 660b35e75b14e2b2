package storetest

import (
	"slices"
	"time"

	"github.com/aparte-im/aparte/dm"
	"github.com/aparte-im/aparte/dm/policy"
)

// model is the product in memory, written from the design alone: users are numbers, rows are
// fields, and there is no log. The store is compared with it.
type model struct {
	now           time.Time
	requestLimit  int
	declineFor    time.Duration
	sharedFriends int
	follows       map[[2]int]bool // who, whom
	blocks        map[[2]int]bool // who, whom
	restricts     map[[2]int]bool
	lists         map[[2]int]policy.Listed
	choices
	who     []rule
	rules   dm.Rules
	budgets []*budget
	talks   map[[2]int]*talk // lower, higher
	// suspended and tamed: until when a user may write to nobody, or to nobody new.
	suspended, tamed map[int]time.Time
	codes            []*code
}

// rule is a user's answer to "who can message me?": for each relation by name, where the message
// goes.
type rule map[string]string

// talk is a conversation. Its sides go by user.
type talk struct {
	messages []said
	sides    map[int]*side
	at       time.Time
}

type said struct {
	from      int
	key, body string
	unsent    bool
}

// shown is what there is to read.
func (s said) shown() string {
	if s.unsent {
		return ""
	}
	return s.body
}

// lastBody is the newest text as one side sees it.
func (t *talk) lastBody(s *side) string {
	if n := len(t.messages); n > s.cleared {
		return t.messages[n-1].shown()
	}
	return ""
}

type side struct {
	folder   string // "" is out of view
	read     int
	cleared  int
	known    bool
	asked    int // messages of a request to this side, be it waiting or declined
	declined time.Time
	// frozen: the other sees frozenAt instead of read, because their messages are kept from the
	// inbox silently.
	frozen   bool
	frozenAt int
	// suspect: the request is hidden for what it says.
	suspect bool
}

// audienceRules is what each audience means, most welcoming first.
var audienceRules = map[policy.Audience]rule{
	policy.Everyone:         {"known": "INBOX", "friend": "INBOX", "followed": "INBOX", "suggested": "REQUESTS", "follower": "REQUESTS", "stranger": "REQUESTS"},
	policy.Followers:        {"known": "INBOX", "friend": "INBOX", "followed": "INBOX", "suggested": "REQUESTS", "follower": "REQUESTS"},
	policy.SuggestedFriends: {"known": "INBOX", "friend": "INBOX", "followed": "INBOX", "suggested": "REQUESTS"},
	policy.Friends:          {"known": "INBOX", "friend": "INBOX"},
	policy.PeopleIMessaged:  {"known": "INBOX"},
	policy.NoOne:            {},
}

func newModel(w *world, users int) *model {
	m := &model{
		now: w.clock.Now(), requestLimit: w.config.Rules.RequestLimit, declineFor: w.config.Rules.DeclineFor,
		sharedFriends: w.config.Rules.SharedFriends,
		rules:         w.config.Rules,
		follows:       map[[2]int]bool{}, blocks: map[[2]int]bool{}, talks: map[[2]int]*talk{},
		restricts: map[[2]int]bool{}, lists: map[[2]int]policy.Listed{}, choices: newChoices(),
		suspended: map[int]time.Time{}, tamed: map[int]time.Time{},
	}
	for range users {
		m.who = append(m.who, audienceRules[policy.Everyone])
		m.budgets = append(m.budgets, &budget{joined: m.now, at: m.now})
	}
	return m
}

func pairKey(a, b int) [2]int { return [2]int{min(a, b), max(a, b)} }

// relations lists what the sender is to the recipient.
func (m *model) relations(from, to int) (names []string) {
	if t := m.talks[pairKey(from, to)]; t != nil && t.sides[to].known {
		names = append(names, "known")
	}
	out, in := m.follows[[2]int{from, to}], m.follows[[2]int{to, from}]
	if out && in {
		names = append(names, "friend")
	}
	if in {
		names = append(names, "followed")
	}
	if out {
		names = append(names, "follower")
	}
	if m.shared(from, to) >= m.sharedFriends {
		names = append(names, "suggested")
	}
	if names == nil {
		names = []string{"stranger"}
	}
	return names
}

func (m *model) friends(a, b int) bool { return m.follows[[2]int{a, b}] && m.follows[[2]int{b, a}] }

func (m *model) shared(a, b int) (n int) {
	for c := range m.who {
		if c != a && c != b && m.friends(a, c) && m.friends(b, c) {
			n++
		}
	}
	return n
}

// ownDenial is why the sender may write to nobody, or not to this person, for reasons of their own.
func (m *model) ownDenial(from, to int) policy.Denial {
	t := m.talks[pairKey(from, to)]
	switch {
	case from == to:
		return policy.DenialSelf
	case m.ages[from] == policy.Under16:
		return policy.DenialAgeRestricted
	case m.suspended[from].After(m.now):
		return policy.DenialSuspended
	case m.blocks[[2]int{from, to}]:
		return policy.DenialViewerBlocksThem
	case m.tamed[from].After(m.now) && (t == nil || !t.sides[to].known):
		return policy.DenialOutreachLimit
	}
	return policy.DenialNone
}

// verdict is where a send lands as far as the sender knows, or why it is denied.
func (m *model) verdict(from, to int, body string) (route string, denial policy.Denial) {
	if own := m.ownDenial(from, to); own != policy.DenialNone {
		return "", own
	}
	if m.blocks[[2]int{to, from}] || m.ages[to] == policy.Under16 {
		return "", policy.DenialNotAccepting
	}
	t := m.talks[pairKey(from, to)]
	if m.always(from, to) {
		return "INBOX", policy.DenialNone
	}
	if m.lists[[2]int{to, from}] == policy.ListedNever {
		return "", policy.DenialNotAccepting
	}
	best := ""
	for _, name := range m.relations(from, to) {
		route := m.rule(to)[name]
		order := []string{"", "HIDDEN", "REQUESTS", "INBOX"}
		if slices.Index(order, route) > slices.Index(order, best) {
			best = route
		}
	}
	if best == "" {
		return "", policy.DenialNotAccepting
	}
	if !m.takes(from, to, best, body) {
		return "", policy.DenialKind
	}
	if best != "INBOX" && t != nil && t.sides[to].asked >= m.requestLimit {
		return "", policy.DenialRequestLimit
	}
	if best != "INBOX" && m.isNew(from, to) && m.budgets[from].left(m) < 1 {
		return "", policy.DenialOutreachLimit
	}
	return best, policy.DenialNone
}

// send returns the seq of the message, whether it is a first result again, and the refusal.
func (m *model) send(p pastSend) (seq int, again bool, code dm.Code, denial policy.Denial) {
	from, to, key, body := p.from, p.to, p.key, p.body
	t := m.talks[pairKey(from, to)]
	if t != nil {
		for i, s := range t.messages {
			if s.from == from && s.key == key {
				if s.body != body {
					return 0, false, dm.CodeIdempotencyConflict, policy.DenialNone
				}
				return i + 1, true, "", policy.DenialNone
			}
		}
	}
	route, denial := m.verdict(from, to, body)
	invited := false
	if p.bears {
		route, denial, invited = m.bearing(from, to, body, p.code)
	}
	if denial != policy.DenialNone {
		return 0, false, dm.CodeMessageNotAllowed, denial
	}
	if invited {
		p.code.used[from] = true
	}
	if route != "INBOX" && m.isNew(from, to) {
		m.budgets[from].spend(m)
	}
	if t == nil {
		t = &talk{sides: map[int]*side{from: {}, to: {}}}
		m.talks[pairKey(from, to)] = t
	}
	t.messages = append(t.messages, said{from: from, key: key, body: body})
	t.at = m.now
	mine, theirs := t.sides[from], t.sides[to]
	suspect := !invited && m.suspect(from, to, body)
	now := side{folder: "INBOX", read: len(t.messages), cleared: mine.cleared, known: true}
	if mine.frozen && mine.folder == "REQUESTS" && m.restricts[[2]int{from, to}] {
		now.folder, now.frozen, now.frozenAt = "REQUESTS", true, len(t.messages)
	}
	*mine = now
	theirs.folder = route
	if theirs.asked++; route == "INBOX" {
		theirs.asked = 0
	}
	if route == "INBOX" && m.restricts[[2]int{to, from}] {
		theirs.folder = "REQUESTS"
		theirs.freeze()
	} else {
		theirs.frozen = false
	}
	if theirs.suspect = suspect; suspect {
		theirs.folder = "HIDDEN"
		if route == "INBOX" {
			theirs.freeze()
		}
	}
	if !theirs.declined.After(m.now) {
		theirs.declined = time.Time{}
	} else {
		// Taken, and kept out of the recipient's view.
		theirs.folder, theirs.cleared, theirs.suspect = "", len(t.messages), false
		if route == "INBOX" {
			theirs.freeze()
		}
	}
	return len(t.messages), false, "", policy.DenialNone
}

// unsend takes words away; the key and the place stay.
func (m *model) unsend(from, to, seq int) bool {
	t := m.talks[pairKey(from, to)]
	if t == nil || from == to || seq > len(t.messages) || t.messages[seq-1].from != from {
		return false
	}
	t.messages[seq-1].unsent = true
	return true
}

// shown is the conversation as a user has it in view, or nil.
func (m *model) shown(user, other int) (*talk, *side) {
	t := m.talks[pairKey(user, other)]
	if t == nil || user == other || t.sides[user].folder == "" {
		return nil, nil
	}
	return t, t.sides[user]
}

func (m *model) accept(user, other int) dm.Code {
	_, s := m.shown(user, other)
	switch {
	case s == nil:
		return dm.CodeNotFound
	case s.folder == "INBOX" || s.folder == "ARCHIVE":
	case m.restricts[[2]int{user, other}]:
		return dm.CodeInvalidInput
	default:
		s.folder, s.known, s.asked, s.frozen, s.suspect = "INBOX", true, 0, false, false
	}
	return ""
}

func (s *side) freeze() {
	if !s.frozen {
		s.frozen, s.frozenAt = true, s.read
	}
}

func (m *model) restrict(user, other int, on bool) {
	key := [2]int{user, other}
	was := m.restricts[key]
	m.restricts[key] = on
	_, s := m.shown(user, other)
	if s == nil || was == on {
		return
	}
	if on && (s.folder == "INBOX" || s.folder == "ARCHIVE") {
		s.freeze()
		s.folder = "REQUESTS"
	}
	if !on && s.frozen && s.folder == "REQUESTS" {
		s.folder, s.frozen = "INBOX", false
	}
}

func (m *model) list(user, other int, listed policy.Listed) dm.Code {
	key := [2]int{user, other}
	known := m.talks[pairKey(user, other)] != nil && m.talks[pairKey(user, other)].sides[user].known
	if listed == policy.ListedAlways && (m.blocks[key] || m.ages[user] != policy.Adult && !known && !m.follows[key]) {
		return dm.CodeInvalidInput
	}
	if t := m.talks[pairKey(user, other)]; t != nil && listed == policy.ListedAlways && m.lists[key] != policy.ListedAlways {
		t.sides[user].declined = time.Time{}
	}
	fresh := m.lists[key] != listed
	m.lists[key] = listed
	if fresh && listed == policy.ListedAlways {
		m.release(user, other, false)
	}
	return ""
}

func (m *model) decline(user, other int) bool {
	t := m.talks[pairKey(user, other)]
	if t == nil || user == other {
		return false
	}
	s := t.sides[user]
	if s.folder == "" {
		return s.declined.After(m.now)
	}
	if s.folder == "INBOX" || s.folder == "ARCHIVE" {
		return false
	}
	m.remove(user, other)
	s.declined = m.now.Add(m.declineFor)
	return true
}

func (m *model) markRead(user, other, upTo int) dm.Code {
	t, s := m.shown(user, other)
	if s == nil {
		return dm.CodeNotFound
	}
	if upTo > len(t.messages) {
		return dm.CodeInvalidInput
	}
	if !m.blocks[[2]int{user, other}] {
		s.read = max(s.read, upTo)
	}
	return ""
}

func (m *model) archive(user, other int, archived bool) dm.Code {
	_, s := m.shown(user, other)
	switch {
	case s == nil:
		return dm.CodeNotFound
	case s.folder != "INBOX" && s.folder != "ARCHIVE":
		return dm.CodeInvalidInput
	case archived:
		s.folder = "ARCHIVE"
	default:
		s.folder = "INBOX"
	}
	return ""
}

func (m *model) block(user, other int) {
	m.blocks[[2]int{user, other}] = true
	if m.lists[[2]int{user, other}] == policy.ListedAlways {
		m.lists[[2]int{user, other}] = policy.NotListed
	}
	delete(m.follows, [2]int{user, other})
	if _, s := m.shown(user, other); s != nil && (s.folder == "REQUESTS" && !s.frozen || s.folder == "HIDDEN") {
		m.remove(user, other)
	}
}

// remove takes a request out of its recipient's view.
func (m *model) remove(user, other int) {
	t := m.talks[pairKey(user, other)]
	s := t.sides[user]
	if !s.known {
		m.budgets[other].refused(m.now)
	}
	s.suspect = false
	s.folder, s.cleared = "", len(t.messages)
}

// unreadIn is how many messages of a talk a user has not read.
func (m *model) unreadIn(user, other int) int64 {
	t, s := m.shown(user, other)
	if s == nil || m.blocks[[2]int{user, other}] {
		return 0
	}
	return int64(max(0, len(t.messages)-max(s.read, s.cleared)))
}

func (m *model) unread(user int) (u dm.Unread) {
	for other := range m.who {
		n := m.unreadIn(user, other)
		if n == 0 {
			continue
		}
		switch _, s := m.shown(user, other); s.folder {
		case "INBOX":
			u.Conversations++
			u.Messages += n
		case "REQUESTS":
			u.Requests++
		}
	}
	return u
}

// receipt is the read position that a user sees of the other side, or -1.
func (m *model) receipt(user, other int) int64 {
	t, s := m.shown(user, other)
	open := func(s *side) bool { return s.folder == "INBOX" || s.folder == "ARCHIVE" }
	if s == nil || !open(s) && !s.frozen || !open(t.sides[other]) && !t.sides[other].frozen || m.blocks[[2]int{user, other}] {
		return -1
	}
	if t.sides[other].frozen {
		return int64(t.sides[other].frozenAt)
	}
	return int64(t.sides[other].read)
}
