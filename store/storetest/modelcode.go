package storetest

import (
	"time"

	"pgregory.net/rapid"

	"github.com/aparte-im/aparte/dm"
	"github.com/aparte-im/aparte/dm/policy"
)

// code is a contact code of the model.
type code struct {
	id      dm.ContactCodeID
	secret  string
	owner   int
	ends    time.Time
	revoked bool
	serves  int
	used    map[int]bool
}

func (c *code) live(now time.Time) bool {
	return !c.revoked && now.Before(c.ends) && len(c.used) < c.serves
}

// modelCodes is how many codes a person of the model has in use at once: few, so that they meet the
// bound.
const modelCodes = 2

// makeCode tells what comes of making a code.
func (m *model) makeCode(owner int) dm.Code {
	if m.ages[owner] != policy.Adult {
		return dm.CodeInvalidInput
	}
	live := 0
	for _, c := range m.codes {
		if c.owner == owner && c.live(m.now) {
			live++
		}
	}
	if live == modelCodes {
		return dm.CodeRateLimited
	}
	return ""
}

// letsIn: the code brings this sender to the inbox of this recipient, as far as the sender is told.
func (m *model) letsIn(c *code, from, to int) bool {
	if c == nil || c.owner != to || !c.live(m.now) || c.used[from] || m.ages[to] != policy.Adult {
		return false
	}
	return !m.blocks[[2]int{to, from}] && m.lists[[2]int{to, from}] != policy.ListedNever
}

// bearing is the verdict about who bears a code, nil being one that was never made, and whether it
// is used.
func (m *model) bearing(from, to int, body string, c *code) (route string, denial policy.Denial, used bool) {
	route, denial = m.verdict(from, to, body)
	if denial == policy.DenialNone && route == "INBOX" {
		return route, denial, false
	}
	if own := m.ownDenial(from, to); own != policy.DenialNone {
		return "", own, false
	}
	if m.letsIn(c, from, to) {
		return "INBOX", policy.DenialNone, true
	}
	if m.welcomesButFor(from, to) {
		return "", denial, false // the person is welcome, this kind of message is not
	}
	return "", policy.DenialContactCode, false
}

// welcomesButFor: a message of a kind that is taken would go to the inbox.
func (m *model) welcomesButFor(from, to int) bool {
	route, denial := m.verdict(from, to, "a")
	return denial == policy.DenialNone && route == "INBOX"
}

func (r *modelRun) doMakeCode(t *rapid.T) {
	a := r.user(t, "who")
	c := &code{
		owner: a, serves: rapid.IntRange(1, 3).Draw(t, "serves"), used: map[int]bool{},
		ends: r.m.now.Add(time.Duration(rapid.SampledFrom([]int{1, 5, 24, 1000}).Draw(t, "hours")) * time.Hour),
	}
	made, secret, err := r.service.CreateContactCode(r.Context(), r.ids[a], dm.ContactCodeInput{
		Label: "label", For: c.ends.Sub(r.m.now), MaxUses: c.serves,
	})
	code := r.m.makeCode(a)
	r.wantCode("make a code", err, code)
	if code == "" {
		c.id, c.secret = made.ID, secret
		r.m.codes = append(r.m.codes, c)
	}
}

// doBear writes with a code, more often than not to its owner, or with one that was never made.
func (r *modelRun) doBear(t *rapid.T) {
	from, to := r.two(t)
	p := pastSend{from: from, to: to, key: r.key(), body: rapid.SampledFrom([]string{"a", "spam", "see x.com"}).Draw(t, "body")}
	p.bears = true
	if n := len(r.m.codes); n > 0 && rapid.IntRange(0, 7).Draw(t, "made") > 0 {
		// The newest are likely to live.
		p.code = r.m.codes[max(0, n-1-rapid.IntRange(0, 3).Draw(t, "code"))]
		if rapid.IntRange(0, 4).Draw(t, "owner") > 0 {
			p.to = p.code.owner
		}
	}
	r.attempt(p)
}

func (r *modelRun) doRevoke(t *rapid.T) {
	if len(r.m.codes) == 0 {
		t.Skip("no code to revoke")
	}
	c := rapid.SampledFrom(r.m.codes).Draw(t, "code")
	by := c.owner
	if rapid.IntRange(0, 3).Draw(t, "another") == 0 {
		by = r.user(t, "who")
	}
	_, err := r.service.RevokeContactCode(r.Context(), r.ids[by], c.id)
	r.wantCode("revoke", err, foundCode(by == c.owner))
	c.revoked = c.revoked || by == c.owner
}

// checkCodes compares what the owners see of their codes, and what a bearer, another after each
// send, is offered by the newest.
func (r *modelRun) checkCodes() {
	owners := map[int]bool{}
	for _, c := range r.m.codes {
		owners[c.owner] = true
	}
	for user := range owners {
		id := r.ids[user]
		kept, err := r.service.ContactCodes(r.Context(), id, dm.PageRequest{First: dm.MaxPage})
		r.must(err)
		uses := map[dm.ContactCodeID]int{}
		for _, c := range kept.Items {
			uses[c.ID] = c.Uses
		}
		n := 0
		for _, c := range r.m.codes {
			if c.owner != user {
				continue
			}
			n++
			if got, ok := uses[c.id]; !ok || got != len(c.used) {
				r.Fatalf("a code of user %d was used %d times (there: %v), the model says %d", user, got, ok, len(c.used))
			}
		}
		if n != len(uses) {
			r.Fatalf("user %d has %d codes, the model says %d", user, len(uses), n)
		}
	}
	if len(r.m.codes) == 0 || r.gone {
		return
	}
	for user := range owners {
		r.checkUses(user)
	}
	c := r.m.codes[len(r.m.codes)-1]
	bearer := len(r.sent) % modelUsers
	offer, err := r.service.Contact(r.Context(), r.ids[bearer], c.secret)
	there := c.live(r.m.now) && (bearer == c.owner || r.m.letsIn(c, bearer, c.owner) || r.m.welcomes(bearer, c.owner))
	r.wantCode("look at a code", err, foundCode(there))
	if !there {
		return
	}
	if _, denial, _ := r.m.bearing(bearer, c.owner, "a", c); offer.Owner != r.ids[c.owner] || offer.Permission.Denial != denial {
		r.Fatalf("the code offers %+v to %d, the model says %v of %d", offer, bearer, denial, c.owner)
	}
}

// welcomes: by the recipient's side alone the sender gets to the inbox without a code.
func (m *model) welcomes(from, to int) bool {
	mine := *m
	mine.blocks, mine.ages = map[[2]int]bool{}, map[int]policy.AgeBand{}
	mine.suspended, mine.tamed = map[int]time.Time{}, map[int]time.Time{}
	for k, v := range m.blocks {
		mine.blocks[k] = v && k != [2]int{from, to}
	}
	for k, v := range m.ages {
		mine.ages[k] = v
	}
	mine.ages[from] = policy.Adult
	route, denial := mine.verdict(from, to, "a")
	return denial == policy.DenialNone && route == "INBOX"
}
