// Package seats counts the long-lived connections of each user and of each address: sockets and event streams alike, so
// that nobody has twice as many by using both.
//
// Purpose. A connection that stays holds memory and a file. Without a bound one user, or one machine, could have them
// all.
//
// Invariants. What was taken is given back once, by whoever took it; a count of zero takes no memory. A bound below one
// is no bound.
//
// Concurrency. Seats is safe for concurrent use.
//
// Lifecycle. It holds nothing that must be closed.
package connlimit

import (
	"net/netip"
	"sync"

	"github.com/aparte-im/aparte/dm"
)

// Defaults for New.
const (
	PerUser    = 50
	PerAddress = 10_000
)

// Seats are those of one node.
type Limits struct {
	perUser, perAddress int

	mu        sync.Mutex
	users     map[dm.UserID]int
	addresses map[netip.Addr]int
}

// New returns Seats with so many for each user and each address. Below one: as many as they like.
func New(perUser, perAddress int) *Limits {
	return &Limits{
		perUser: perUser, perAddress: perAddress,
		users: map[dm.UserID]int{}, addresses: map[netip.Addr]int{},
	}
}

// TakeAddress takes a seat for an address, or reports that it has all it may have.
func (s *Limits) TakeAddress(a netip.Addr) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return take(s.addresses, a, s.perAddress)
}

// FreeAddress gives one back.
func (s *Limits) FreeAddress(a netip.Addr) {
	s.mu.Lock()
	defer s.mu.Unlock()
	free(s.addresses, a)
}

// TakeUser takes a seat for a user, or reports that they have all they may have. Nobody, the zero id, has no bound.
func (s *Limits) TakeUser(u dm.UserID) bool {
	if u.IsZero() {
		return true
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return take(s.users, u, s.perUser)
}

// FreeUser gives one back.
func (s *Limits) FreeUser(u dm.UserID) {
	if u.IsZero() {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	free(s.users, u)
}

// Taken is how many seats of users and of addresses are taken.
func (s *Limits) Taken() (ofUsers, ofAddresses int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, n := range s.users {
		ofUsers += n
	}
	for _, n := range s.addresses {
		ofAddresses += n
	}
	return ofUsers, ofAddresses
}

func take[K comparable](counts map[K]int, key K, bound int) bool {
	if bound > 0 && counts[key] >= bound {
		return false
	}
	counts[key]++
	return true
}

func free[K comparable](counts map[K]int, key K) {
	if counts[key]--; counts[key] <= 0 {
		delete(counts, key)
	}
}
