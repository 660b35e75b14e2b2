package storetest

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/aparte-im/aparte/dm"
	"github.com/aparte-im/aparte/dm/policy"
)

// The explanation names the rule that decides what the next send meets, and nothing of what the
// sender has decided.
func testExplain(t *testing.T, b Backend) {
	w := newWorld(t, b)
	ctx := t.Context()
	alice, bob := w.pair()
	var last dm.Explanation
	said := func(e dm.Explanation) {
		t.Helper()
		if last = e; e.Key == "" || e.Sentence == "" || strings.ContainsAny(e.Sentence, "{}") {
			t.Errorf("said as %q: %q", e.Key, e.Sentence)
		}
	}
	want := func(rule policy.Rule, route policy.Route) {
		t.Helper()
		e, err := w.service.ExplainWhoCanMessageMe(ctx, bob, alice)
		w.must(err)
		said(e)
		if e.Rule != rule || e.Route != route || e.User != alice {
			t.Errorf("explained as %+v, want rule %v, route %v", e, rule, route)
		}
	}
	want(policy.RuleAudience, policy.RouteRequests)
	if diff := cmp.Diff([]dm.Parameter{{Name: "relation", Value: "STRANGER"}, {Name: "audience", Value: "EVERYONE"}}, last.Parameters); diff != "" ||
		last.Key != "explain.audience.requests" {
		t.Errorf("said as %s, -want +got:\n%s", last.Key, diff)
	}
	w.must(w.service.Block(ctx, alice, bob))
	want(policy.RuleAudience, policy.RouteRequests) // what she has decided is hers
	w.must(w.service.Unblock(ctx, alice, bob))
	w.must(w.service.Follow(ctx, bob, alice))
	w.must(w.service.Restrict(ctx, bob, alice))
	want(policy.RuleRestriction, policy.RouteRequests)
	w.send(alice, bob, "hello")
	if now := w.view(bob, alice); now.Folder != dm.FolderRequests {
		t.Errorf("it went to folder %v", now.Folder)
	}
	w.must(w.service.Unrestrict(ctx, bob, alice))
	w.must(w.service.SetListed(ctx, bob, alice, policy.ListedAlways))
	want(policy.RuleAlways, policy.RouteInbox)
	w.must(w.service.SetListed(ctx, bob, alice, policy.ListedNever))
	want(policy.RuleNever, policy.RouteRefuse)
	w.must(w.service.Block(ctx, bob, alice))
	want(policy.RuleBlock, policy.RouteRefuse)
	carol := w.users(1)[0]
	id := w.send(carol, bob, "hello").View.ID
	_, _, err := w.service.DeclineRequests(ctx, bob, []dm.ConversationID{id})
	w.must(err)
	e, err := w.service.ExplainWhoCanMessageMe(ctx, bob, carol)
	w.must(err)
	until := w.clock.Now().Add(w.config.Rules.DeclineFor)
	if diff := cmp.Diff([]dm.Parameter{{Name: "until", Value: until.Format(time.RFC3339Nano)}}, e.Parameters); diff != "" || e.Key != "explain.decline" {
		t.Errorf("a decline is said as %s, -want +got:\n%s", e.Key, diff)
	}
	_, err = w.service.ExplainWhoCanMessageMe(ctx, bob, dm.NewUserID())
	w.refused(err, dm.CodeNotFound)
	_, err = w.service.ExplainWhoCanMessageMe(ctx, bob, bob)
	w.refused(err, dm.CodeInvalidInput)
	// A relation is explained as a person of whom nothing else holds.
	dave, erin := w.users(1)[0], w.users(1)[0]
	w.must(w.service.Follow(ctx, dave, bob))
	w.must(w.service.Follow(ctx, erin, bob))
	w.must(w.service.Follow(ctx, bob, erin))
	people := map[policy.Relation]dm.UserID{policy.Stranger: w.users(1)[0], policy.Follower: dave, policy.Friend: erin}
	for relation, person := range people {
		want, err := w.service.ExplainWhoCanMessageMe(ctx, bob, person)
		w.must(err)
		got, err := w.service.ExplainRelation(ctx, bob, relation)
		w.must(err)
		want.User = dm.UserID{}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("relation %v, -person +relation:\n%s", relation, diff)
		}
	}
	_, err = w.service.ExplainRelation(ctx, dm.NewUserID(), policy.Stranger)
	w.refused(err, dm.CodeNotFound)
}
