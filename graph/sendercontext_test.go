package graph_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/google/uuid"

	"github.com/aparte-im/aparte/dm"
)

func (c *counting) SharedFriends(ctx context.Context, viewer dm.UserID, others []dm.UserID, limit int) (map[dm.UserID][]dm.UserID, error) {
	c.count("SharedFriends")
	return c.Store.SharedFriends(ctx, viewer, others, limit)
}

// A page of requests says how one knows their senders, in a number of reads that does not grow with
// it; what is no request says nothing.
func TestAPageOfRequestsSaysHowOneKnowsTheirSenders(t *testing.T) {
	c := &counting{calls: map[string]int{}}
	w := newWorld(t, setup{wrap: func(s dm.Store) dm.Store {
		c.Store = s
		return c
	}})
	w.open("alice")
	w.befriend("alice", "bob")
	w.say("bob", "alice", "hello")
	var in []dm.UserInput
	for i := range 20 {
		in = append(in, dm.UserInput{ExternalID: fmt.Sprint("many-", i), Handle: fmt.Sprint("many", i)})
	}
	many, err := w.service.UpsertUsers(t.Context(), in)
	if err != nil {
		t.Fatal(err)
	}
	for _, u := range many {
		// Each is a friend of bob's, who is alice's.
		if err := w.service.SetEdges(t.Context(), []dm.EdgeEdit{{From: u.ExternalID, To: "x-bob"}, {From: "x-bob", To: u.ExternalID}}); err != nil {
			t.Fatal(err)
		}
		if _, err := w.service.Send(t.Context(), u.ID, dm.SendInput{To: w.ids["alice"], Body: "hello", ClientMessageID: uuid.NewString()}); err != nil {
			t.Fatal(err)
		}
	}
	const query = `query($n: Int, $in: Folder) { inbox(first: $n, folder: $in) { nodes { ... on DirectConversation { with { handle } senderContext {
		viewerFollows followsViewer suggested joinedAt sharedFriends { count isCapped some { handle viewerFollows } } } } } } }`
	reads := func(n int) map[string]int {
		t.Helper()
		c.take()
		page := w.as("alice").do(query, vars{"n": n, "in": "REQUESTS"})
		if got := len(page.list("inbox.nodes")); got != n {
			t.Fatalf("%d requests", got)
		}
		page.is("inbox.nodes.0.senderContext.sharedFriends", `{"count":1,"isCapped":false,"some":[{"handle":"bob","viewerFollows":true}]}`)
		page.is("inbox.nodes.0.senderContext.followsViewer", `false`)
		if page.text("inbox.nodes.0.senderContext.joinedAt") == "" {
			t.Error("nothing says how old the account is")
		}
		return c.take()
	}
	few, all := reads(3), reads(20)
	if fmt.Sprint(few) != fmt.Sprint(all) || all["SharedFriends"] != 1 {
		t.Errorf("for 3 requests %v, for 20 %v", few, all)
	}
	w.as("alice").do(query, vars{"n": 1, "in": "INBOX"}).is("inbox.nodes.0", `{"with":{"handle":"bob"},"senderContext":null}`)
	if got := c.take(); got["SharedFriends"] != 0 {
		t.Errorf("an inbox without requests: %v", got)
	}
}
