// Package rates bounds how fast users and addresses may ask: so many reads, sends and changes in a time, the same budget
// over HTTP, event streams and sockets.
//
// Purpose. Nobody, by mistake or on purpose, takes more than their due from the others. What one request may ask for is
// bounded elsewhere; this bounds how many there are.
//
// Invariants. A budget is a token bucket of golang.org/x/time/rate: all of it may be used at once, and it fills again over
// its time. What is refused costs nothing. Memory is bounded: budgets that were not used for the longest are forgotten,
// which can only be to somebody's good, and it takes more users or addresses than are kept to make it so.
//
// Concurrency. Rates is safe for concurrent use; budgets are spread over locks.
//
// Lifecycle. It holds nothing that must be closed.
package rates

import (
	"fmt"
	"hash/maphash"
	"net/netip"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/hashicorp/golang-lru/v2/simplelru"
	"golang.org/x/time/rate"

	"github.com/aparte-im/aparte/dm"
)

// Class is a kind of call with a budget of its own.
type Class uint8

// The classes.
const (
	// Reads are queries, and subscriptions when they begin.
	Reads Class = iota
	// Sends are messages.
	Sends
	// Changes are all other fields of a mutation.
	Changes
	// Refusals are requests that nothing came of: a token that is not accepted, an operation that is not admitted.
	Refusals
	// Codes are contact codes that somebody tries, by a query or with a message.
	Codes
	classes
)

// String is the name of a class, as metrics have it.
func (c Class) String() string { return [...]string{"read", "send", "change", "refusal", "code"}[c] }

// Rate is so many in a time. The zero Rate is no bound.
type Rate struct {
	Count int
	Per   time.Duration
}

// Parse reads "100/10s": a hundred in ten seconds. "0" is no bound.
func Parse(s string) (Rate, error) {
	if s == "0" {
		return Rate{}, nil
	}
	count, per, ok := strings.Cut(s, "/")
	n, err := strconv.Atoi(count)
	d, err2 := time.ParseDuration(per)
	if !ok || err != nil || err2 != nil || n < 1 || n > 1e9 || d <= 0 {
		return Rate{}, fmt.Errorf("%q is no rate; give one as 100/10s, or 0 for none", s)
	}
	return Rate{n, d}, nil
}

// Config says what each user and each address may do. Nobody has a budget of refusals: whoever is refused is not known.
type Config struct {
	User, Address [classes]Rate
	// Clock nil: time.Now.
	Clock func() time.Time
}

const (
	shards = 32
	// kept is how many budgets are remembered, about 250 bytes each.
	kept = 1 << 17
)

// Rates are those of one node. Nil bounds nothing.
type Rates struct {
	config Config
	seed   maphash.Seed
	shards [shards]shard
}

type shard struct {
	mu      sync.Mutex
	budgets *simplelru.LRU[key, *rate.Limiter]
}

// key is whose budget it is: a user's id or an address.
type key struct {
	class   Class
	address bool
	id      [16]byte
}

// New returns Rates with full budgets.
func New(c Config) *Rates {
	if c.Clock == nil {
		c.Clock = time.Now
	}
	r := &Rates{config: c, seed: maphash.MakeSeed()}
	for i := range r.shards {
		r.shards[i].budgets, _ = simplelru.NewLRU[key, *rate.Limiter](kept/shards, nil) // fails for a size below one only
	}
	return r
}

// Take takes n of a class from the budgets of a user and of an address; either may be zero, for nobody and nowhere. It
// returns 0, or how long to wait until the same would be given; then nothing was taken from the budget that refused.
func (r *Rates) Take(class Class, user dm.UserID, address netip.Addr, n int) time.Duration {
	if r == nil || n < 1 {
		return 0
	}
	now := r.config.Clock()
	// The address first: one who is many users there is stopped before each of them pays.
	if wait := r.take(r.config.Address[class], keyOf(class, address), now, n, address.IsValid()); wait > 0 {
		return wait
	}
	return r.take(r.config.User[class], key{class: class, id: user}, now, n, !user.IsZero())
}

// Empty reports how long an address has to wait until one of a class would be given. It takes nothing, and remembers
// nothing of an address that it does not know.
func (r *Rates) Empty(class Class, address netip.Addr) time.Duration {
	if r == nil || r.config.Address[class].Count == 0 || !address.IsValid() {
		return 0
	}
	k := keyOf(class, address)
	s := r.shard(k)
	s.mu.Lock()
	budget, ok := s.budgets.Get(k)
	s.mu.Unlock()
	if !ok {
		return 0
	}
	now := r.config.Clock()
	return untilGiven(budget, now, 1)
}

func (r *Rates) take(bound Rate, k key, now time.Time, n int, somebody bool) time.Duration {
	if bound.Count == 0 || !somebody {
		return 0
	}
	n = min(n, bound.Count) // or it would never be given
	s := r.shard(k)
	s.mu.Lock()
	budget, ok := s.budgets.Get(k)
	if !ok {
		budget = rate.NewLimiter(rate.Limit(float64(bound.Count)/bound.Per.Seconds()), bound.Count)
		s.budgets.Add(k, budget)
	}
	s.mu.Unlock()
	if budget.AllowN(now, n) {
		return 0
	}
	return untilGiven(budget, now, n)
}

// untilGiven asks without taking.
func untilGiven(budget *rate.Limiter, now time.Time, n int) time.Duration {
	missing := float64(n) - budget.TokensAt(now)
	if missing <= 0 {
		return 0
	}
	return max(time.Duration(missing/float64(budget.Limit())*float64(time.Second)), time.Millisecond)
}

func (r *Rates) shard(k key) *shard {
	return &r.shards[maphash.Comparable(r.seed, k)%shards]
}

// keyOf is the key of an address. An IPv6 host has a whole /64 to itself.
func keyOf(class Class, address netip.Addr) key {
	id := address.Unmap().As16()
	if address.Unmap().Is6() {
		clear(id[8:])
	}
	return key{class: class, address: true, id: id}
}
