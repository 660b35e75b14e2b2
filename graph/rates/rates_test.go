package rates

import (
	"net/netip"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aparte-im/aparte/dm"
)

func TestParse(t *testing.T) {
	for s, want := range map[string]Rate{"0": {}, "100/10s": {100, 10 * time.Second}, "1/1h": {1, time.Hour}} {
		if got, err := Parse(s); err != nil || got != want {
			t.Errorf("%s is %+v, %v", s, got, err)
		}
	}
	for _, s := range []string{"", "x", "10", "10/", "/10s", "-1/1s", "0/1s", "1/0s", "1/-1s", "1.5/1s", "2000000000/1s"} {
		if got, err := Parse(s); err == nil {
			t.Errorf("%q is %+v", s, got)
		}
	}
}

func TestBudgets(t *testing.T) {
	now := time.Now()
	var c Config
	c.Clock = func() time.Time { return now }
	c.User[Sends] = Rate{3, 3 * time.Second}
	c.Address[Sends] = Rate{5, 5 * time.Second}
	c.Address[Refusals] = Rate{2, 2 * time.Second}
	r := New(c)
	alice, bob := dm.NewUserID(), dm.NewUserID()
	home, other := netip.MustParseAddr("2001:db8:1:2::1"), netip.MustParseAddr("2001:db8:1:2:ffff::2")
	take := func(user dm.UserID, from netip.Addr, n int, want time.Duration) {
		t.Helper()
		if got := r.Take(Sends, user, from, n); (got - want).Abs() > time.Millisecond {
			t.Errorf("wait %s, want %s", got, want)
		}
	}
	take(alice, home, 2, 0)
	take(alice, home, 1, 0)
	take(alice, netip.Addr{}, 1, time.Second) // her budget is used up at once, and fills one a second
	take(alice, netip.Addr{}, 2, 2*time.Second)
	take(bob, other, 2, 0) // another of the same /64
	take(bob, other, 1, time.Second)
	take(bob, netip.MustParseAddr("2001:db8:1:3::1"), 1, 0)
	take(dm.UserID{}, netip.Addr{}, 100, 0) // nobody from nowhere
	now = now.Add(time.Second)
	take(alice, netip.Addr{}, 1, 0)
	take(alice, netip.Addr{}, 1, time.Second)
	now = now.Add(time.Hour)
	take(alice, netip.Addr{}, 100, 0) // no more than the whole budget is ever asked
	take(alice, netip.Addr{}, 1, time.Second)
	if wait := r.Take(Reads, alice, home, 1000); wait != 0 {
		t.Errorf("a class without a bound waits %s", wait)
	}

	if r.Empty(Refusals, home) != 0 {
		t.Error("an address that was never refused has to wait")
	}
	r.Take(Refusals, dm.UserID{}, home, 1)
	if r.Empty(Refusals, home) != 0 {
		t.Error("half a budget is empty")
	}
	r.Take(Refusals, dm.UserID{}, home, 1)
	for range 2 { // to ask takes nothing
		if wait := r.Empty(Refusals, home); wait != time.Second {
			t.Errorf("an empty budget: %s", wait)
		}
	}
	if v4 := netip.MustParseAddr("192.0.2.1"); keyOf(Reads, v4) != keyOf(Reads, netip.MustParseAddr("::ffff:192.0.2.1")) ||
		keyOf(Reads, v4) == keyOf(Reads, netip.MustParseAddr("192.0.2.2")) {
		t.Error("IPv4 addresses are mixed up")
	}
}

func TestMemoryIsBounded(t *testing.T) {
	var c Config
	c.User[Reads] = Rate{1, time.Hour}
	r := New(c)
	for range kept + kept/2 {
		r.Take(Reads, dm.NewUserID(), netip.Addr{}, 1)
	}
	held := 0
	for i := range r.shards {
		held += r.shards[i].budgets.Len()
	}
	if held > kept {
		t.Errorf("%d budgets are kept", held)
	}
}

func TestNilBoundsNothing(t *testing.T) {
	var r *Rates
	if r.Take(Sends, dm.NewUserID(), netip.MustParseAddr("192.0.2.1"), 1) != 0 || r.Empty(Refusals, netip.MustParseAddr("192.0.2.1")) != 0 {
		t.Error("nil waits")
	}
}

// What a request pays: two budgets.
func BenchmarkTake(b *testing.B) {
	var c Config
	c.User[Sends], c.Address[Sends] = Rate{1e9, time.Second}, Rate{1e9, time.Second}
	r := New(c)
	users := make([]dm.UserID, 1024)
	for i := range users {
		users[i] = dm.NewUserID()
	}
	home := netip.MustParseAddr("192.0.2.1")
	var next atomic.Uint64
	b.ReportAllocs()
	b.RunParallel(func(pb *testing.PB) {
		i := next.Add(97)
		for pb.Next() {
			i++
			if r.Take(Sends, users[i%1024], home, 1) != 0 {
				b.Error("refused")
			}
		}
	})
}
