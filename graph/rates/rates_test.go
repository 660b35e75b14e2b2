package rates

import (
	"net/netip"
	"sync"
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
		if got, _ := r.Take(user, from, n, Sends); (got - want).Abs() > time.Millisecond {
			t.Errorf("wait %s, want %s", got, want)
		}
	}
	take(alice, home, 2, 0)
	take(alice, home, 1, 0)
	take(alice, netip.Addr{}, 1, time.Second) // an empty budget of 3 in 3 s gains 1 a second
	take(alice, netip.Addr{}, 2, 2*time.Second)
	take(bob, other, 2, 0) // another address of the same /64
	take(bob, other, 1, time.Second)
	take(bob, netip.MustParseAddr("2001:db8:1:3::1"), 1, 0)
	take(dm.UserID{}, netip.Addr{}, 100, 0) // neither a user nor an address
	now = now.Add(time.Second)
	take(alice, netip.Addr{}, 1, 0)
	take(alice, netip.Addr{}, 1, time.Second)
	now = now.Add(time.Hour)
	take(alice, netip.Addr{}, 100, 0) // a call for more than the budget spends all of it
	take(alice, netip.Addr{}, 1, time.Second)
	if wait, _ := r.Take(alice, home, 1000, Reads); wait != 0 {
		t.Errorf("a class without a bound waits %s", wait)
	}

	if r.Wait(dm.UserID{}, home, Refusals) != 0 {
		t.Error("an address that was never refused has to wait")
	}
	r.Take(dm.UserID{}, home, 1, Refusals)
	if r.Wait(dm.UserID{}, home, Refusals) != 0 {
		t.Error("half a budget is empty")
	}
	r.Take(dm.UserID{}, home, 1, Refusals)
	for range 2 { // Empty spends nothing
		if wait := r.Wait(dm.UserID{}, home, Refusals); wait != time.Second {
			t.Errorf("an empty budget: %s", wait)
		}
	}
	if v4 := netip.MustParseAddr("192.0.2.1"); keyOf(Reads, v4) != keyOf(Reads, netip.MustParseAddr("::ffff:192.0.2.1")) ||
		keyOf(Reads, v4) == keyOf(Reads, netip.MustParseAddr("192.0.2.2")) {
		t.Error("IPv4 addresses are mixed up")
	}
}

// A user over their own limit must not use up the budget of an address that others share.
func TestARefusedCallSpendsNothing(t *testing.T) {
	now := time.Now()
	c := Config{Clock: func() time.Time { return now }}
	c.User[Reads], c.Address[Reads] = Rate{10, time.Hour}, Rate{20, time.Hour}
	c.User[Sends], c.Address[Sends] = Rate{10, time.Hour}, Rate{10, time.Hour}
	c.User[Codes] = Rate{1, time.Hour}
	r := New(c)
	home := netip.MustParseAddr("192.0.2.1")
	alice, bob, carol := dm.NewUserID(), dm.NewUserID(), dm.NewUserID()
	given := func(user dm.UserID, tries int, classes ...Class) (n int) {
		for range tries {
			if wait, _ := r.Take(user, home, 1, classes...); wait == 0 {
				n++
			}
		}
		return n
	}
	if n := given(alice, 3000, Reads); n != 10 {
		t.Errorf("alice got %d reads, want 10", n)
	}
	if n := given(bob, 10, Reads); n != 10 {
		t.Errorf("bob got %d reads behind alice's address, want 10", n)
	}
	// The address's budget is empty now. Carol's stays full.
	if n := given(carol, 3000, Reads); n != 0 {
		t.Errorf("carol got %d reads from an empty address, want 0", n)
	}
	other := netip.MustParseAddr("192.0.2.2")
	if wait, _ := r.Take(carol, other, 10, Reads); wait != 0 {
		t.Errorf("carol waits %s at another address, want 0", wait)
	}
	// Sends with a contact code need two classes.
	if n := given(alice, 100, Sends, Codes); n != 1 {
		t.Errorf("alice got %d sends with a code, want 1", n)
	}
	if _, class := r.Take(alice, home, 1, Sends, Codes); class != Codes {
		t.Errorf("%s refused, want code", class)
	}
	if n := given(bob, 10, Sends); n != 9 {
		t.Errorf("bob got %d sends behind alice's address, want 9", n)
	}
}

// Calls at once spend no more than the budgets hold, and spend them whole.
func TestConcurrentCalls(t *testing.T) {
	now := time.Now()
	c := Config{Clock: func() time.Time { return now }}
	c.User[Sends], c.Address[Sends] = Rate{50, time.Hour}, Rate{120, time.Hour}
	c.User[Codes], c.Address[Codes] = Rate{60, time.Hour}, Rate{1000, time.Hour}
	r := New(c)
	home := netip.MustParseAddr("192.0.2.1")
	var all atomic.Int64
	var calls sync.WaitGroup
	for range 4 {
		user := dm.NewUserID()
		for range 4 {
			calls.Go(func() {
				for range 100 {
					if wait, _ := r.Take(user, home, 1, Sends, Codes); wait == 0 {
						all.Add(1)
					}
				}
			})
		}
	}
	calls.Wait()
	if all.Load() != 120 {
		t.Errorf("%d calls succeeded, want 120", all.Load())
	}
}

func TestMemoryIsBounded(t *testing.T) {
	var c Config
	c.User[Reads] = Rate{1, time.Hour}
	r := New(c)
	for range kept + kept/2 {
		r.Take(dm.NewUserID(), netip.Addr{}, 1, Reads)
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
	home := netip.MustParseAddr("192.0.2.1")
	if wait, _ := r.Take(dm.NewUserID(), home, 1, Sends); wait != 0 || r.Wait(dm.UserID{}, home, Refusals) != 0 {
		t.Error("nil waits")
	}
}

// BenchmarkTake measures a call that spends two budgets.
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
			if wait, _ := r.Take(users[i%1024], home, 1, Sends); wait != 0 {
				b.Error("refused")
			}
		}
	})
}
