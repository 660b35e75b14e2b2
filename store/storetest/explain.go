package storetest

import (
	"testing"

	"github.com/aparte-im/aparte/dm"
)

// The explanation names the rule that decides what the next send meets, and nothing of what the sender has decided.
func testExplain(t *testing.T, b Backend) {
	w := newWorld(t, b)
	ctx := t.Context()
	alice, bob := w.pair()
	want := func(rule dm.Rule, route dm.Route) {
		t.Helper()
		e, err := w.service.ExplainWhoCanMessageMe(ctx, bob, alice)
		w.must(err)
		if e.Rule != rule || e.Route != route || e.User != alice {
			t.Errorf("explained as %+v, want rule %v, route %v", e, rule, route)
		}
	}
	want(dm.RuleAudience, dm.RouteRequests)
	w.must(w.service.Block(ctx, alice, bob))
	want(dm.RuleAudience, dm.RouteRequests) // what she has decided is hers
	w.must(w.service.Unblock(ctx, alice, bob))
	w.must(w.service.Follow(ctx, bob, alice))
	w.must(w.service.Restrict(ctx, bob, alice))
	want(dm.RuleRestriction, dm.RouteRequests)
	w.send(alice, bob, "hello")
	if now := w.view(bob, alice); now.Folder != dm.FolderRequests {
		t.Errorf("it went to folder %v", now.Folder)
	}
	w.must(w.service.Unrestrict(ctx, bob, alice))
	w.must(w.service.SetListed(ctx, bob, alice, dm.ListedAlways))
	want(dm.RuleAlways, dm.RouteInbox)
	w.must(w.service.SetListed(ctx, bob, alice, dm.ListedNever))
	want(dm.RuleNever, dm.RouteRefuse)
	w.must(w.service.Block(ctx, bob, alice))
	want(dm.RuleBlock, dm.RouteRefuse)
	_, err := w.service.ExplainWhoCanMessageMe(ctx, bob, dm.NewUserID())
	w.refused(err, dm.CodeNotFound)
	_, err = w.service.ExplainWhoCanMessageMe(ctx, bob, bob)
	w.refused(err, dm.CodeInvalidInput)
}
