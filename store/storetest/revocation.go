package storetest

import (
	"testing"
	"time"

	"github.com/aparte-im/aparte/dm"
	"github.com/aparte-im/aparte/dm/policy"
)

// Revocations are told to every node that asks, with their times, and deletions are among them.
func testRevocations(t *testing.T, b Backend) {
	w := newWorld(t, b)
	alice, bob := w.pair()
	begin := w.clock.Now()
	list := func(since time.Time) map[dm.UserID]dm.Revocation {
		t.Helper()
		found, err := w.service.Revocations(t.Context(), since)
		w.must(err)
		out := map[dm.UserID]dm.Revocation{}
		for i, r := range found {
			if i > 0 && r.At.Before(found[i-1].At) {
				t.Errorf("out of order: %+v", found)
			}
			out[r.User] = r
		}
		return out
	}
	if found := list(time.Time{}); len(found) != 0 {
		t.Fatalf("revoked before anything was: %+v", found)
	}
	w.clock.advance(time.Minute)
	first, err := w.service.RevokeTokens(t.Context(), "ext-u1")
	w.must(err)
	if first != (dm.Revocation{User: alice, At: w.clock.Now()}) {
		t.Errorf("revoked %+v", first)
	}
	if u, err := w.service.UserByExternalID(t.Context(), "ext-u1"); err != nil || !u.TokensValidAfter.Equal(first.At) {
		t.Errorf("read back: %+v, %v", u, err)
	}
	// A node whose clock is behind takes nothing back.
	w.clock.advance(-time.Second)
	if again, err := w.service.RevokeTokens(t.Context(), "ext-u1"); err != nil || !again.At.Equal(first.At) {
		t.Errorf("an older clock set %+v, %v", again, err)
	}
	w.clock.advance(time.Minute)
	w.must(w.service.DeleteUser(t.Context(), "ext-u2"))
	found := list(begin)
	if len(found) != 2 || found[alice] != first || found[bob] != (dm.Revocation{User: bob, At: w.clock.Now(), Gone: true}) {
		t.Errorf("since the beginning: %+v", found)
	}
	if found := list(first.At.Add(time.Microsecond)); len(found) != 1 || !found[bob].Gone {
		t.Errorf("since the first: %+v", found)
	}
	for _, id := range []string{"ext-u2", "nobody", "", "\x00"} {
		_, err := w.service.RevokeTokens(t.Context(), id)
		w.refused(err, dm.CodeNotFound)
	}
	// The host may describe her again: what was revoked stays so.
	w.upsert(dm.UserInput{ExternalID: "ext-u1", Handle: "u1"})
	if u, err := w.service.UserByExternalID(t.Context(), "ext-u1"); err != nil || !u.TokensValidAfter.Equal(first.At) {
		t.Errorf("after an upsert: %+v, %v", u, err)
	}
}

// The latest age band holds, from any token and in any order.
func testAgeBandOfAToken(t *testing.T, b Backend) {
	w := newWorld(t, b)
	alice, bob := w.pair() // u1, u2
	w.audience(bob, policy.Everyone)
	position := w.cursor(alice).Position
	band := func(want policy.AgeBand) {
		t.Helper()
		u, err := w.service.UserByExternalID(t.Context(), "ext-u1")
		w.must(err)
		if u.AgeBand != want {
			t.Errorf("the band is %v, want %v", u.AgeBand, want)
		}
	}
	w.send(alice, bob, "as an adult")
	w.clock.advance(time.Minute)
	now := w.clock.Now()
	w.must(w.service.SetAgeBand(t.Context(), alice, policy.Under16, now))
	band(policy.Under16)
	_, err := w.trySend(alice, bob, "under 16", w.key())
	w.denied(err, policy.DenialAgeRestricted)
	if events := w.events(alice, position); len(events) == 0 || events[len(events)-1].Kind != dm.EventSettingsChanged {
		t.Errorf("her devices were not told: %+v", events)
	}
	// An older token does not undo it; one of the same second, or later, may.
	w.must(w.service.SetAgeBand(t.Context(), alice, policy.Adult, now.Add(-time.Second)))
	band(policy.Under16)
	w.must(w.service.SetAgeBand(t.Context(), alice, policy.Age16To17, now.Truncate(time.Second)))
	band(policy.Age16To17)
	w.must(w.service.SetAgeBand(t.Context(), alice, policy.Adult, now.Add(time.Second)))
	band(policy.Adult)
	w.send(alice, bob, "as an adult again")
	// A statement of the host counts from the time of the call.
	w.clock.advance(time.Minute)
	w.upsert(dm.UserInput{ExternalID: "ext-u1", Handle: "u1", AgeBand: policy.Under16})
	w.must(w.service.SetAgeBand(t.Context(), alice, policy.Adult, w.clock.Now().Add(-time.Minute)))
	band(policy.Under16)
	w.must(w.service.SetAgeBand(t.Context(), dm.NewUserID(), policy.Adult, w.clock.Now()))
	w.consistent(alice, bob)
}
