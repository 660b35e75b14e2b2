package connlimit_test

import (
	"net/netip"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/aparte-im/aparte/dm"
	"github.com/aparte-im/aparte/graph/connlimit"
)

func TestSeatsAreBounded(t *testing.T) {
	s := connlimit.New(2, 3)
	alice, bob := dm.UserID{1}, dm.UserID{2}
	here, there := netip.MustParseAddr("192.0.2.1"), netip.MustParseAddr("2001:db8::1")
	for i, want := range []bool{true, true, false} {
		if got := s.TakeUser(alice); got != want {
			t.Errorf("alice's seat %d: %v", i+1, got)
		}
	}
	for i, want := range []bool{true, true, true, false} {
		if got := s.TakeAddress(here); got != want {
			t.Errorf("seat %d of an address: %v", i+1, got)
		}
	}
	if !s.TakeUser(bob) || !s.TakeAddress(there) {
		t.Error("others have none")
	}
	s.FreeUser(alice)
	s.FreeAddress(here)
	if !s.TakeUser(alice) || !s.TakeAddress(here) || s.TakeUser(alice) || s.TakeAddress(here) {
		t.Error("one that was given back is one more")
	}
	for range 3 {
		if !s.TakeUser(dm.UserID{}) {
			t.Error("nobody has a bound")
		}
	}
}

func TestSeatsTakenAtOnce(t *testing.T) {
	const bound, tries = 10, 100
	s := connlimit.New(bound, 0)
	user, address := dm.UserID{1}, netip.MustParseAddr("192.0.2.1")
	var got atomic.Int32
	var tried sync.WaitGroup
	for range tries {
		tried.Go(func() {
			if !s.TakeAddress(address) {
				t.Error("there is no bound")
			}
			if s.TakeUser(user) {
				got.Add(1)
			}
		})
	}
	tried.Wait()
	if users, addresses := s.Taken(); got.Load() != bound || users != bound || addresses != tries {
		t.Errorf("%d of %d, %d and %d are taken", got.Load(), bound, users, addresses)
	}
	for range bound {
		s.FreeUser(user)
	}
	for range tries {
		s.FreeAddress(address)
	}
	if users, addresses := s.Taken(); users != 0 || addresses != 0 {
		t.Errorf("%d and %d are left", users, addresses)
	}
}
