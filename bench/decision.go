package main

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/aparte-im/aparte/dm"
	"github.com/aparte-im/aparte/store"
	"github.com/aparte-im/aparte/words"
)

// decisionRounds is how often each policy is measured; the median round is the row.
const decisionRounds = 5

// alwaysAllow is what the decision is measured against: the same send with the same facts, and nothing asked of them.
func alwaysAllow(dm.Facts) dm.Verdict {
	return dm.Verdict{Route: dm.RouteInbox, Shown: dm.RouteInbox, Kinds: dm.AllKinds, CanReply: true}
}

// decision measures what it costs to decide: sends that both policies accept, by turns in one run, so that what else the
// machine does meets both. Each round starts on a fresh database.
func (o options) decision(ctx context.Context, pg *postgres, p *population, add func(result, error) error) error {
	if !o.wants("decision") {
		return nil
	}
	welcome := p.welcome()
	policies := []struct {
		name    string
		measure dm.Policy
	}{{"decide 256", nil}, {"allow 256", alwaysAllow}}
	rounds := map[string][]result{}
	for round := range decisionRounds {
		for i := range policies {
			// Who begins changes, so that neither always has the older files and the warmer caches.
			policy := policies[(round+i)%len(policies)]
			r, err := o.decided(ctx, pg, welcome, policy.name, policy.measure)
			if err != nil {
				return add(r, err)
			}
			if r.Refused > 0 {
				return add(r, fmt.Errorf("%.3f refused: the two are not alike", r.Refused))
			}
			rounds[policy.name] = append(rounds[policy.name], r)
		}
	}
	for _, policy := range policies {
		if err := add(median(rounds[policy.name], func(r result) float64 { return r.CPUServer + r.CPUDB }), nil); err != nil {
			return err
		}
	}
	return nil
}

func (o options) decided(ctx context.Context, pg *postgres, p *population, name string, measure dm.Policy) (result, error) {
	if err := pg.fresh(ctx, o.trial); err != nil {
		return result{Name: name}, err
	}
	s, err := store.Open(ctx, store.Config{URL: pg.url, Rules: dm.DefaultRules(), Measure: measure})
	if err != nil {
		return result{Name: name}, err
	}
	defer s.Close()
	return o.load(ctx, p, name, 256, pg.read, func(int) (sendFunc, error) { return appendTo(s), nil })
}

// welcome is the pairs of friends to both of whom everyone may write: no send between them is refused.
func (p *population) welcome() *population {
	out := &population{people: p.people, seed: p.seed}
	for at, pair := range p.pairs {
		if at%3 == 0 && audienceOf(int(pair[0])) == dm.Everyone && audienceOf(int(pair[1])) == dm.Everyone {
			out.pairs = append(out.pairs, pair)
		}
	}
	return out
}

// hiddenWordsMicros is how long it takes to look for 1,000 hidden words in a message of 1,000 characters: the best of some
// rounds, because all that else can happen to one only adds.
func hiddenWordsMicros() float64 {
	list := make([]string, 1000)
	for i := range list {
		list[i] = fmt.Sprintf("mot%d", i)
	}
	m := words.Compile(list)
	text := string([]rune(strings.Repeat("Voilà l'été où l'on a goûté à tout ; ça m'a plu, même très fort ! ", 20))[:1000])
	const times = 200
	best := time.Hour
	for range 20 {
		start := time.Now()
		for range times {
			if m.Match(text) {
				return 0
			}
		}
		best = min(best, time.Since(start)/times)
	}
	return float64(best.Nanoseconds()) / 1000
}
