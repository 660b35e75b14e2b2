package main

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"

	"github.com/aparte-im/aparte/dm"
	"github.com/aparte-im/aparte/dm/policy"
	"github.com/aparte-im/aparte/store"
)

// Sizes of the celebrity rows.
const (
	celebrityStrangers  = 2000
	celebrityBystanders = 32
)

// crowd is senders of one kind, each in a closed loop, measured apart from others that send at the
// same time.
type crowd struct {
	name    string
	senders int
	// next returns the i-th sender's next send.
	next func(i, n int) dm.Send
}

// celebrity measures a person to whom 2,000 strangers write at once, each in a conversation of
// their own, and 32 pairs who have nothing to do with it: alone, and meanwhile.
func (o options) celebrity(ctx context.Context, pg *postgres, p *population, add func(result, error) error) error {
	if !o.wants("celebrity") {
		return nil
	}
	star, strangers := p.celebrity()
	bystanders := crowd{senders: celebrityBystanders, next: p.bystander}
	var met atomic.Int64
	fans := crowd{name: "celebrity", senders: celebrityStrangers, next: func(_, _ int) dm.Send {
		// A stranger may write as often as a request holds messages; by then everybody has had
		// their turn.
		n := int(met.Add(1) - 1)
		return dm.Send{
			Sender: strangers[n%len(strangers)], Recipient: star, Body: "I love your videos!",
			ClientMessageID: fmt.Sprintf("fan-%d", n),
		}
	}}
	for _, crowds := range [][]crowd{{bystanders.as("bystanders alone")}, {fans, bystanders.as("bystanders then")}} {
		if err := pg.fresh(ctx, o.trial); err != nil {
			return err
		}
		results, err := o.loadCrowds(ctx, pg, crowds)
		if err != nil {
			return add(result{Name: crowds[0].name}, err)
		}
		for _, r := range results {
			if err := add(r, nil); err != nil {
				return err
			}
		}
	}
	return nil
}

func (c crowd) as(name string) crowd {
	c.name = name
	return c
}

// celebrity is somebody to whom everyone may write, and those who are neither that person nor a
// bystander.
func (p *population) celebrity() (star dm.UserID, strangers []dm.UserID) {
	everyone := p.withAudience(policy.Everyone, 1+2*celebrityBystanders)
	others := map[dm.UserID]bool{}
	for _, id := range everyone {
		others[id] = true
	}
	for _, id := range p.people {
		if !others[id] {
			strangers = append(strangers, id)
		}
	}
	return everyone[0], strangers
}

// bystander is a pair who answer each other in turn.
func (p *population) bystander(i, n int) dm.Send {
	everyone := p.withAudience(policy.Everyone, 1+2*celebrityBystanders)
	pair := [2]dm.UserID{everyone[1+2*i], everyone[2+2*i]}
	return dm.Send{Sender: pair[n%2], Recipient: pair[(n+1)%2], Body: "And then?", ClientMessageID: fmt.Sprintf("pair-%d", n)}
}

// withAudience lists the first people who have chosen an audience.
func (p *population) withAudience(a policy.Audience, count int) []dm.UserID {
	var out []dm.UserID
	for i := 0; len(out) < count; i++ {
		if audienceOf(i) == a {
			out = append(out, p.people[i])
		}
	}
	return out
}

// loadCrowds drives all crowds at once. Their common cost is in the first crowd's row, for each
// send of any crowd.
func (o options) loadCrowds(ctx context.Context, pg *postgres, crowds []crowd) ([]result, error) {
	s, err := store.Open(ctx, store.Config{URL: pg.url, Rules: dm.DefaultRules()})
	if err != nil {
		return nil, err
	}
	defer s.Close()
	send := appendTo(s)
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	var measuring atomic.Bool
	var mu sync.Mutex
	results, hists := make([]result, len(crowds)), make([]*hdrhistogram.Histogram, len(crowds))
	errs := make(chan error, 1)
	var wg sync.WaitGroup
	for c, crowd := range crowds {
		results[c].Name, hists[c] = crowd.name, hdrhistogram.New(1, 60_000_000, 3)
		for i := range crowd.senders {
			wg.Go(func() {
				for n := 0; ctx.Err() == nil; n++ {
					next := crowd.next(i, n)
					start := time.Now()
					ok, err := send(context.Background(), next)
					took := time.Since(start)
					if err != nil {
						select {
						case errs <- err:
						default:
						}
						cancel()
						return
					}
					if !measuring.Load() {
						continue
					}
					mu.Lock()
					if ok {
						results[c].Rate++
						_ = hists[c].RecordValue(took.Microseconds())
					} else {
						results[c].Refused++
					}
					mu.Unlock()
				}
			})
		}
	}
	defer wg.Wait()
	defer cancel()
	if err := wait(ctx, min(warmUp, o.length), errs); err != nil {
		return nil, err
	}
	before, err := pg.read()
	if err != nil {
		return nil, err
	}
	measuring.Store(true)
	start := time.Now()
	if err := wait(ctx, o.length, errs); err != nil {
		return nil, err
	}
	measuring.Store(false)
	elapsed := time.Since(start).Seconds()
	after, err := pg.read()
	if err != nil {
		return nil, err
	}
	cancel()
	wg.Wait()
	total := 0.0
	for c := range results {
		r := &results[c]
		if r.Rate == 0 {
			return nil, errors.New("no send of " + r.Name + " was accepted")
		}
		total += r.Rate
		r.P50 = float64(hists[c].ValueAtPercentile(50)) / 1000
		r.P99 = float64(hists[c].ValueAtPercentile(99)) / 1000
		r.Refused /= r.Rate
		r.Rate /= elapsed
	}
	results[0].CPUServer = float64((after.own - before.own).Microseconds()) / total
	results[0].CPUDB = float64((after.db - before.db).Microseconds()) / total
	results[0].Fsyncs = float64(after.syncs-before.syncs) / total
	results[0].WAL = float64(after.bytes-before.bytes) / total
	results[0].Allocs = float64(after.allocs-before.allocs) / total
	return results, nil
}
