// Package connlimit counts the long-lived connections of each user and each address. WebSocket
// connections and event streams share the limits, so nobody gets twice as many by using both.
//
// Purpose. An open connection holds memory and a file descriptor. Without a limit, one user or one
// machine could take all of them.
//
// Invariants. Every successful take is released once, by its caller. A count of zero uses no
// memory. A limit below 1 is no limit.
//
// Concurrency. Limits is safe for concurrent use.
//
// Lifecycle. Limits holds nothing that must be closed.
package connlimit

import (
	"net/netip"
	"sync"

	"github.com/aparte-im/aparte/dm"
)

// Default limits.
const (
	PerUser    = 50
	PerAddress = 10_000
)

// Limits counts the connections of one node. Create it with New.
type Limits struct {
	perUser, perAddress int

	mu        sync.Mutex
	users     map[dm.UserID]int
	addresses map[netip.Addr]int
}

// New returns Limits with a maximum number of connections for each user and each address.
func New(perUser, perAddress int) *Limits {
	return &Limits{
		perUser: perUser, perAddress: perAddress,
		users: map[dm.UserID]int{}, addresses: map[netip.Addr]int{},
	}
}

// TakeAddress counts a connection of an address, or returns false when the address is at its limit.
// The zero address has no limit.
func (s *Limits) TakeAddress(a netip.Addr) bool {
	if !a.IsValid() {
		return true
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return take(s.addresses, a, s.perAddress)
}

// FreeAddress releases a connection of an address.
func (s *Limits) FreeAddress(a netip.Addr) {
	if !a.IsValid() {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	free(s.addresses, a)
}

// TakeUser counts a connection of a user, or returns false when the user is at their limit. The
// zero id has no limit.
func (s *Limits) TakeUser(u dm.UserID) bool {
	if u.IsZero() {
		return true
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return take(s.users, u, s.perUser)
}

// FreeUser releases a connection of a user.
func (s *Limits) FreeUser(u dm.UserID) {
	if u.IsZero() {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	free(s.users, u)
}

// Taken returns the number of counted connections of all users and of all addresses.
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
