package storetest

import (
	"fmt"
	"maps"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/aparte-im/aparte/dm"
	"github.com/aparte-im/aparte/dm/policy"
)

// The reach that is shown for an audience is the reach of choosing it: each audience is chosen, and
// each person is explained with the verdict of a send.
func testReach(t *testing.T, b Backend) {
	w := newWorld(t, b)
	rapid.Check(t, func(rt *rapid.T) {
		r := &reachRun{world: w.in(rt), ids: w.in(rt).users(7)}
		r.viewer, r.others = r.ids[0], r.ids[1:]
		for range rapid.IntRange(0, 30).Draw(rt, "steps") {
			r.step(rt)
		}
		r.check(rt)
	})
}

// reachRun is a viewer among others.
type reachRun struct {
	*world
	ids    []dm.UserID
	viewer dm.UserID
	others []dm.UserID
	gone   []dm.UserID
}

func (r *reachRun) step(t *rapid.T) {
	ctx := r.Context()
	who := rapid.SampledFrom(r.others).Draw(t, "who")
	if slices.Contains(r.gone, who) {
		return
	}
	may := func(err error) {
		if err != nil && dm.CodeOf(err) == "" {
			r.Fatalf("%v", err)
		}
	}
	what := rapid.SampledFrom([]string{
		"follow", "is followed", "befriend", "befriend", "befriend", "suggest", "block", "restrict", "always", "never", "know", "ask", "accept",
		"decline", "time", "age", "audience", "gone",
	}).Draw(t, "what")
	switch what {
	case "follow":
		may(r.service.Follow(ctx, r.viewer, who))
	case "is followed":
		may(r.service.Follow(ctx, who, r.viewer))
	case "befriend":
		// Everybody whom one befriends is a friend of all the viewer's friends, or nobody would
		// share three.
		for _, other := range r.ids {
			if other != who && !slices.Contains(r.gone, other) && rapid.Bool().Draw(t, "too") {
				may(r.service.Follow(ctx, who, other))
				may(r.service.Follow(ctx, other, who))
			}
		}
	case "suggest":
		r.must(r.service.SetEdges(ctx, []dm.EdgeEdit{{From: r.external(r.viewer), To: r.external(who), Suggested: true}}))
	case "block":
		r.must(r.service.Block(ctx, r.viewer, who))
	case "restrict":
		r.must(r.service.Restrict(ctx, r.viewer, who))
	case "always":
		may(r.service.SetListed(ctx, r.viewer, who, policy.ListedAlways))
	case "never":
		r.must(r.service.SetListed(ctx, r.viewer, who, policy.ListedNever))
	case "know":
		_, err := r.trySend(r.viewer, who, "hello", r.key())
		may(err)
	case "ask":
		// One message, so that no request is full.
		if _, err := r.service.ConversationWith(ctx, r.viewer, who); err != nil {
			_, err := r.trySend(who, r.viewer, "hello", r.key())
			may(err)
		}
	case "accept":
		_, err := r.service.AcceptRequest(ctx, r.viewer, dm.ConversationOf(r.viewer, who))
		may(err)
	case "decline":
		_, _, err := r.service.DeclineRequests(ctx, r.viewer, []dm.ConversationID{dm.ConversationOf(r.viewer, who)})
		may(err)
	case "time":
		if rapid.Bool().Draw(t, "long") {
			r.clock.advance(r.config.Rules.DeclineFor)
		}
	case "age":
		external := r.external(r.viewer)
		r.upsert(dm.UserInput{
			ExternalID: external, Handle: external[len("ext-"):], DisplayName: external,
			AgeBand: rapid.SampledFrom([]policy.AgeBand{policy.Adult, policy.Adult, policy.Age16To17, policy.Under16}).Draw(t, "band"),
		})
	case "audience":
		_, err := r.service.SetWhoCanMessageMe(ctx, r.viewer, policy.Custom, r.routes(t))
		may(err)
	case "gone":
		r.must(r.service.DeleteUser(ctx, r.external(who)))
		r.gone = append(r.gone, who)
	}
}

func (r *reachRun) routes(t *rapid.T) map[policy.Relation]policy.Route {
	out := map[policy.Relation]policy.Route{}
	for _, name := range slices.Sorted(maps.Keys(relationNames)) {
		if n := rapid.IntRange(0, 4).Draw(t, name); n < 4 {
			out[relationNames[name]] = policy.Route(n)
		}
	}
	return out
}

func (r *reachRun) external(id dm.UserID) string {
	users, err := r.service.Users(r.Context(), []dm.UserID{id})
	r.must(err)
	return users[id].ExternalID
}

func (r *reachRun) check(t *rapid.T) {
	ctx := r.Context()
	before, err := r.service.Messaging(ctx, r.viewer)
	r.must(err)
	routes := r.routes(t)
	reaches, err := r.service.WhoCouldMessageMe(ctx, r.viewer, routes)
	if dm.CodeOf(err) == dm.CodeInvalidInput {
		_, err := r.service.SetWhoCanMessageMe(ctx, r.viewer, policy.Custom, routes)
		r.refused(err, dm.CodeInvalidInput)
		reaches, err = r.service.WhoCouldMessageMe(ctx, r.viewer, nil)
		r.must(err)
	} else {
		r.must(err)
	}
	r.limited(t)
	current, tied := 0, r.tied()
	for _, reach := range reaches {
		custom := map[policy.Relation]policy.Route(nil)
		if reach.Current {
			current++
			if reach.Audience != before.Audience || reach.Grid != before.Grid {
				r.Fatalf("%+v is said to hold, but %+v does", reach, before)
			}
		}
		if reach.Audience == policy.Custom {
			custom = map[policy.Relation]policy.Route{}
			for relation, route := range reach.Grid {
				custom[policy.Relation(relation)] = route
			}
		}
		now, err := r.service.SetWhoCanMessageMe(ctx, r.viewer, reach.Audience, custom)
		r.must(err)
		want := dm.Reach{Audience: reach.Audience, Grid: now.Grid, Current: reach.Current}
		for _, other := range tied {
			r.countTo(&want, other)
		}
		stranger, err := r.service.ExplainWhoCanMessageMe(ctx, r.viewer, r.users(1)[0])
		r.must(err)
		want.EveryoneElse = stranger.Route
		if diff := cmp.Diff(want, reach); diff != "" {
			r.Fatalf("whom it admits, -chosen +said before:\n%s", diff)
		}
	}
	if current != 1 {
		r.Fatalf("%d audiences are said to hold", current)
	}
}

// tied is those who are there and between whom and the viewer there is anything. Shared friends are
// counted where they matter, so it is asked under a grid where they do.
func (r *reachRun) tied() (out []dm.UserID) {
	_, err := r.service.SetWhoCanMessageMe(r.Context(), r.viewer, policy.Custom, map[policy.Relation]policy.Route{
		policy.Known: 0, policy.Friend: 0, policy.Followed: 0, policy.Follower: 0, policy.Stranger: 0, policy.Suggested: policy.RouteInbox,
	})
	r.must(err)
	for _, other := range r.others {
		e, err := r.service.ExplainWhoCanMessageMe(r.Context(), r.viewer, other)
		r.must(err)
		st := r.standing(r.viewer, other)
		stranger := len(e.Relations) == 1 && e.Relations[0] == policy.Stranger && st.ViewerOverride == (policy.Override{})
		if !slices.Contains(r.gone, other) && (!stranger || r.declined(other)) {
			out = append(out, other)
		}
	}
	return out
}

// countTo puts one person where they would be put.
func (r *reachRun) countTo(reach *dm.Reach, other dm.UserID) {
	e, err := r.service.ExplainWhoCanMessageMe(r.Context(), r.viewer, other)
	r.must(err)
	switch e.Route {
	case policy.RouteInbox:
		reach.Inbox++
	case policy.RouteRequests:
		reach.Requests++
	case policy.RouteHidden:
		reach.Hidden++
	case policy.RouteRefuse:
		reach.Refused++
	}
}

// declined reports whether the viewer has declined somebody lately.
func (r *reachRun) declined(other dm.UserID) bool {
	tx, err := r.store.Inspect(r.Context(), dm.Scope{Pairs: []dm.Pair{dm.PairOf(r.viewer, other)}})
	r.must(err)
	c := tx.Conversation(r.viewer, other)
	if c == nil {
		return false
	}
	mine, _ := c.Sides(r.viewer)
	return mine.DeclinedUntil.After(r.clock.Now())
}

// limited checks that with any limit a person who is counted is counted with all their ties, and
// that the result says when there are more.
func (r *reachRun) limited(t *rapid.T) {
	all, err := r.store.RelatedPeople(r.Context(), r.viewer, 1000)
	r.must(err)
	if all.Capped || all.SharedOpen {
		r.Fatalf("capped with seven people: %+v", all)
	}
	some, err := r.store.RelatedPeople(r.Context(), r.viewer, rapid.IntRange(1, 4).Draw(t, "limit"))
	r.must(err)
	for id, ties := range some.Flags {
		if missing := all.Flags[id] ^ ties; missing != 0 && !(some.SharedOpen && missing == dm.FlagShared && ties&dm.FlagShared == 0) {
			r.Fatalf("with a limit somebody has the ties %b, without it %b", ties, all.Flags[id])
		}
	}
	if len(some.Flags) < len(all.Flags) && !some.Capped && !some.SharedOpen {
		r.Fatalf("%d people of %d, and nothing says so", len(some.Flags), len(all.Flags))
	}
}

// The counts of somebody who has more than is looked at are said to be lower bounds.
func testReachCapped(t *testing.T, b Backend) {
	w := newWorld(t, b)
	star := w.users(1)[0]
	const crowd = 1005
	in := make([]dm.UserInput, crowd)
	edges := make([]dm.EdgeEdit, crowd)
	for i := range in {
		name := fmt.Sprint("fan-", i)
		in[i] = dm.UserInput{ExternalID: name, Handle: name, DisplayName: name}
		edges[i] = dm.EdgeEdit{From: name, To: "ext-u1"}
	}
	var fans []dm.UserID
	for chunk := range slices.Chunk(in, 100) {
		fans = append(fans, w.upsert(chunk...)...)
	}
	for chunk := range slices.Chunk(edges, 100) {
		w.must(w.service.SetEdges(t.Context(), chunk))
	}
	// The last fan is beyond what is looked at of the followers, but the star follows them: a
	// friend.
	w.must(w.service.Follow(t.Context(), star, fans[crowd-1]))
	reaches, err := w.service.WhoCouldMessageMe(t.Context(), star, nil)
	w.must(err)
	for _, reach := range reaches {
		if !reach.IsCapped {
			t.Errorf("not said to be capped: %+v", reach)
		}
		switch reach.Audience {
		case policy.Followers:
			if reach.Inbox != 1 || reach.Requests < 999 || reach.Requests > 1000 || reach.Refused != 0 {
				t.Errorf("FOLLOWERS: %+v", reach)
			}
		case policy.Friends:
			if reach.Inbox != 1 || reach.Refused < 999 {
				t.Errorf("FRIENDS: %+v", reach)
			}
		}
	}
}
