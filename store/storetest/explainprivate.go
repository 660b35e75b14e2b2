package storetest

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/aparte-im/aparte/dm"
	"github.com/aparte-im/aparte/dm/policy"
)

// The explanation of a viewer's setting shows the same relations, shared friends among them, before
// and after every decision of the other person, and whatever the viewer's own audience is.
func testExplainPrivate(t *testing.T, b Backend) {
	w := newWorld(t, b)
	ctx := t.Context()
	alice, bob := w.pair()
	for _, friend := range w.users(w.config.Rules.SharedFriends) {
		w.friends(alice, friend)
		w.friends(bob, friend)
	}
	explained := func() dm.Explanation {
		t.Helper()
		e, err := w.service.ExplainWhoCanMessageMe(ctx, bob, alice)
		w.must(err)
		return e
	}
	for _, own := range []policy.Audience{policy.Everyone, policy.SuggestedFriends, policy.Friends, policy.PeopleIMessaged, policy.NoOne} {
		w.audience(bob, own)
		w.audience(alice, policy.SuggestedFriends)
		before := explained()
		if diff := cmp.Diff([]policy.Relation{policy.Suggested}, before.Relations); diff != "" {
			t.Errorf("audience %v: relations, -want +got:\n%s", own, diff)
		}
		for _, decision := range []struct {
			name     string
			do, undo func() error
		}{
			{"EVERYONE", w.choose(alice, policy.Everyone), w.choose(alice, policy.SuggestedFriends)},
			{"PEOPLE_I_MESSAGED", w.choose(alice, policy.PeopleIMessaged), w.choose(alice, policy.SuggestedFriends)},
			{"NO_ONE", w.choose(alice, policy.NoOne), w.choose(alice, policy.SuggestedFriends)},
			{
				"a block", func() error { return w.service.Block(ctx, alice, bob) },
				func() error { return w.service.Unblock(ctx, alice, bob) },
			},
			{
				"NEVER", func() error { return w.service.SetListed(ctx, alice, bob, policy.ListedNever) },
				func() error { return w.service.SetListed(ctx, alice, bob, policy.NotListed) },
			},
			{
				"ALWAYS", func() error { return w.service.SetListed(ctx, alice, bob, policy.ListedAlways) },
				func() error { return w.service.SetListed(ctx, alice, bob, policy.NotListed) },
			},
			{
				"a restriction", func() error { return w.service.Restrict(ctx, alice, bob) },
				func() error { return w.service.Unrestrict(ctx, alice, bob) },
			},
		} {
			w.must(decision.do())
			if diff := cmp.Diff(before, explained()); diff != "" {
				t.Errorf("audience %v: %s of the other person shows, -before +after:\n%s", own, decision.name, diff)
			}
			w.must(decision.undo())
		}
	}
}

// choose returns a call that sets a user's audience.
func (w *world) choose(user dm.UserID, audience policy.Audience) func() error {
	return func() error {
		_, err := w.service.SetWhoCanMessageMe(w.Context(), user, audience, nil)
		return err
	}
}
