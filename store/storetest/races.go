package storetest

import (
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/aparte-im/aparte/dm"
	"github.com/aparte-im/aparte/dm/policy"
)

// I3: the time of a change is that at which it holds the lock, not that at which it began to wait
// for it, so the times of a log rise with its positions, and the newest entry of a setting history
// is what is set.
func testTimesRise(t *testing.T, b Backend) {
	var ticks atomic.Int64
	start := newClock().Now()
	w := newWorld(t, b, func(w *world) {
		w.config.Clock = func() time.Time { return start.Add(time.Duration(ticks.Add(1)) * time.Microsecond) }
	})
	alice := w.users(1)[0]
	nodes := w.nodes(t)
	var wg sync.WaitGroup
	for i := range 6 {
		wg.Go(func() {
			for step := range 25 {
				audience := policy.Everyone + policy.Audience((i+step)%int(policy.NoOne))
				if _, err := nodes[i%len(nodes)].service.SetWhoCanMessageMe(t.Context(), alice, audience, nil); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	var last time.Time
	for _, e := range w.events(alice, 0) {
		if !e.At.After(last) {
			t.Errorf("position %d is of %v, the one before of %v", e.Position, e.At, last)
		}
		last = e.At
	}
	now, err := w.service.Messaging(t.Context(), alice)
	w.must(err)
	history, err := historyOf(t.Context(), w.service, alice, 1)
	w.must(err)
	if diff := cmp.Diff(now.Settings, history[0].After); diff != "" {
		t.Errorf("what is set, and the newest of the history:\n%s", diff)
	}
}

// A follow of a user who is being deleted either comes first and is deleted too, or is answered
// NOT_FOUND.
func testFollowWhileDeleted(t *testing.T, b Backend) {
	w := newWorld(t, b)
	const rounds = 40
	fans, stars := w.users(rounds), make([]dm.UserInput, rounds)
	for i := range stars {
		key := w.key()
		stars[i] = dm.UserInput{ExternalID: key, Handle: key}
	}
	ids := w.upsert(stars...)
	known, err := w.service.Users(t.Context(), fans)
	w.must(err)
	nodes := w.nodes(t)
	for i, star := range ids {
		var wg sync.WaitGroup
		for _, act := range []func(*dm.Service) error{
			func(s *dm.Service) error { return s.DeleteUser(t.Context(), stars[i].ExternalID) },
			func(s *dm.Service) error { return s.Follow(t.Context(), fans[i], star) },
			func(s *dm.Service) error {
				edge := dm.EdgeEdit{From: known[fans[i]].ExternalID, To: stars[i].ExternalID}
				suggestion := edge
				suggestion.Suggested = true
				return s.SetEdges(t.Context(), []dm.EdgeEdit{edge, suggestion})
			},
		} {
			wg.Go(func() {
				if err := act(nodes[i%len(nodes)].service); err != nil && dm.CodeOf(err) != dm.CodeNotFound {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		if s := w.standing(fans[i], star); s.ViewerFollows {
			t.Errorf("round %d: a deleted user is followed", i)
		}
	}
}
