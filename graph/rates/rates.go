// Package rates limits how many reads, sends and changes a user and an address may make in a time:
// the same budgets over HTTP, event streams and WebSocket connections.
//
// Purpose. No client takes more than its share of the server, by mistake or on purpose. Other
// limits bound the cost of one request; this package bounds the number of requests.
//
// Invariants. A budget is a token bucket of golang.org/x/time/rate: all of it may be spent at once,
// and it refills evenly over its time. A call is given everything it asks for or nothing: a request
// that any budget refuses spends no budget, so a user over their own limit does not use up the
// limit of the address that they share with others. Memory is bounded: the budgets that were used
// least recently are forgotten, and a forgotten budget is full again.
//
// Concurrency. Rates is safe for concurrent use. A call locks the budgets that it needs in the
// order of their class, the user's before the address's, so that calls cannot deadlock.
//
// Lifecycle. Rates holds nothing that must be closed.
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
	// Refusals are tokens of an address and operations of a user that are not accepted.
	Refusals
	// Codes are attempts to use a contact code, by a query or with a message.
	Codes
	classes
)

// String returns the name of a class, as metrics use it.
func (c Class) String() string { return [...]string{"read", "send", "change", "refusal", "code"}[c] }

// Rate is a number of calls in a time. The zero Rate is no limit.
type Rate struct {
	Count int
	Per   time.Duration
}

// Parse reads a rate like "100/10s", a hundred in ten seconds. "0" is no limit.
func Parse(s string) (Rate, error) {
	if s == "0" {
		return Rate{}, nil
	}
	count, per, ok := strings.Cut(s, "/")
	n, err := strconv.Atoi(count)
	d, err2 := time.ParseDuration(per)
	if !ok || err != nil || err2 != nil || n < 1 || n > 1e9 || d <= 0 {
		return Rate{}, fmt.Errorf("%q is not a rate; write it as 100/10s, or 0 for no limit", s)
	}
	return Rate{n, d}, nil
}

// Config holds the rate of each class, for every user and for every address.
type Config struct {
	User, Address [classes]Rate
	// Clock returns the current time. Nil is time.Now.
	Clock func() time.Time
}

const (
	shards = 32
	// kept is the number of budgets that are remembered, about 250 bytes each.
	kept = 1 << 17
)

// Rates holds the budgets of one node. A nil *Rates limits nothing.
type Rates struct {
	config Config
	seed   maphash.Seed
	shards [shards]shard
}

type shard struct {
	mu      sync.Mutex
	budgets *simplelru.LRU[key, *budget]
}

// budget is one token bucket. Its lock is held while a call checks all budgets that it needs and
// then spends from them.
type budget struct {
	mu     sync.Mutex
	bucket *rate.Limiter
}

// key names a budget: a class, and the id of a user or an address.
type key struct {
	class   Class
	address bool
	id      [16]byte
}

// New returns Rates in which every budget is full.
func New(c Config) *Rates {
	if c.Clock == nil {
		c.Clock = time.Now
	}
	r := &Rates{config: c, seed: maphash.MakeSeed()}
	for i := range r.shards {
		// NewLRU fails only for a size below 1.
		r.shards[i].budgets, _ = simplelru.NewLRU[key, *budget](kept/shards, nil)
	}
	return r
}

// Take spends n of each class from the budgets of a user and of an address. A zero user or address
// has no budget. It spends from all of them and returns 0, or it spends nothing and returns how
// long to wait until the same call would succeed, and the first class whose budget refused. The
// classes must be in ascending order.
func (r *Rates) Take(user dm.UserID, address netip.Addr, n int, asked ...Class) (time.Duration, Class) {
	if r == nil || n < 1 {
		return 0, 0
	}
	now := r.config.Clock()
	budgets := make([]*budget, 0, 2*classes)
	refused, longest := Class(0), time.Duration(0)
	for _, class := range asked {
		for _, b := range [...]*budget{r.ofUser(class, user), r.ofAddress(class, address)} {
			if b == nil {
				continue
			}
			b.mu.Lock()
			budgets = append(budgets, b)
			if wait := b.wait(now, n); wait > 0 {
				if longest == 0 {
					refused = class
				}
				longest = max(longest, wait)
			}
		}
	}
	for _, b := range budgets {
		if longest == 0 {
			b.bucket.AllowN(now, b.most(n))
		}
		b.mu.Unlock()
	}
	return longest, refused
}

// Wait returns how long until the budgets of a class hold 1 for a user and an address, and 0 when
// they do. A zero user or address has no budget. It spends nothing, and remembers nothing of a user
// or an address that it does not know.
func (r *Rates) Wait(user dm.UserID, address netip.Addr, class Class) time.Duration {
	if r == nil {
		return 0
	}
	var longest time.Duration
	if !user.IsZero() && r.config.User[class].Count != 0 {
		longest = r.waitOf(key{class: class, id: user})
	}
	if address.IsValid() && r.config.Address[class].Count != 0 {
		longest = max(longest, r.waitOf(keyOf(class, address)))
	}
	return longest
}

func (r *Rates) waitOf(k key) time.Duration {
	s := r.shard(k)
	s.mu.Lock()
	b, ok := s.budgets.Get(k)
	s.mu.Unlock()
	if !ok {
		return 0
	}
	return b.wait(r.config.Clock(), 1)
}

// ofUser returns a user's budget, or nil when there is no limit.
func (r *Rates) ofUser(class Class, user dm.UserID) *budget {
	if user.IsZero() {
		return nil
	}
	return r.budget(r.config.User[class], key{class: class, id: user})
}

// ofAddress returns an address's budget, or nil when there is no limit.
func (r *Rates) ofAddress(class Class, address netip.Addr) *budget {
	if !address.IsValid() {
		return nil
	}
	return r.budget(r.config.Address[class], keyOf(class, address))
}

// budget returns the budget of k, a full one when k is not known.
func (r *Rates) budget(limit Rate, k key) *budget {
	if limit.Count == 0 {
		return nil
	}
	s := r.shard(k)
	s.mu.Lock()
	defer s.mu.Unlock()
	b, ok := s.budgets.Get(k)
	if !ok {
		perSecond := rate.Limit(float64(limit.Count) / limit.Per.Seconds())
		b = &budget{bucket: rate.NewLimiter(perSecond, limit.Count)}
		s.budgets.Add(k, b)
	}
	return b
}

// most returns n, or the whole budget when n is more: a call for more would never succeed.
func (b *budget) most(n int) int { return min(n, b.bucket.Burst()) }

// wait returns how long it takes until the budget holds n, and 0 when it does. It spends nothing.
func (b *budget) wait(now time.Time, n int) time.Duration {
	missing := float64(b.most(n)) - b.bucket.TokensAt(now)
	if missing <= 0 {
		return 0
	}
	return max(time.Duration(missing/float64(b.bucket.Limit())*float64(time.Second)), time.Millisecond)
}

func (r *Rates) shard(k key) *shard {
	return &r.shards[maphash.Comparable(r.seed, k)%shards]
}

// keyOf returns the key of an address. The addresses of one IPv6 /64 share a budget, because one
// host has all of them.
func keyOf(class Class, address netip.Addr) key {
	id := address.Unmap().As16()
	if address.Unmap().Is6() {
		clear(id[8:])
	}
	return key{class: class, address: true, id: id}
}
