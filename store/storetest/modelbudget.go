package storetest

import (
	"time"

	"github.com/aparte-im/aparte/dm"
)

// budget is how a user of the model writes to new people: the part of a day that is spent, and who
// refused them on which day. It is kept unlike the product's: by what drains, and by a list of
// days.
type budget struct {
	joined time.Time
	at     time.Time
	spent  time.Duration
	days   map[int64]int
}

const modelDay = 24 * time.Hour

func unixDay(t time.Time) int64 { return t.Unix() / (24 * 60 * 60) }

// drain lets the time since the last look pass.
func (b *budget) drain(now time.Time) {
	b.spent = max(0, b.spent-now.Sub(b.at))
	b.at = now
}

// perDay is the operator's number, less for new accounts, less for who was refused by several
// people on days before.
func (b *budget) perDay(m *model) int {
	n := m.rules.OutreachPerDay
	if m.now.Before(b.joined.Add(m.rules.NewAccountFor)) {
		n = min(n, m.rules.NewAccountOutreach)
	}
	weight := 0
	first := unixDay(m.now)
	for d := range b.days {
		first = min(first, d)
	}
	for d := first; d < unixDay(m.now); d++ {
		weight = weight*3/4 + b.days[d]
	}
	return max(1, n/(1+weight/m.rules.OutreachRefusals))
}

func (b *budget) share(m *model) time.Duration {
	return (modelDay / time.Duration(b.perDay(m))).Truncate(time.Microsecond)
}

func (b *budget) left(m *model) int {
	b.drain(m.now)
	return max(0, int((modelDay-b.spent)/b.share(m)))
}

func (b *budget) spend(m *model) {
	b.drain(m.now)
	b.spent += b.share(m)
}

func (b *budget) refused(now time.Time) {
	if b.days == nil {
		b.days = map[int64]int{}
	}
	b.days[unixDay(now)]++
}

// isNew: the sender has no request with the recipient, who does not know them.
func (m *model) isNew(from, to int) bool {
	t := m.talks[pairKey(from, to)]
	return t == nil || (!t.sides[to].known && t.sides[to].asked == 0)
}

// modelRules are tight, so that few people are enough to meet every rule.
func modelRules(r dm.Rules) dm.Rules {
	r.OutreachPerDay, r.NewAccountOutreach, r.NewAccountFor, r.OutreachRefusals = 4, 2, 10*modelDay, 2
	r.ContactCodes = modelCodes
	return r
}
