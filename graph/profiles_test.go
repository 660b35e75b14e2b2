package graph_test

import (
	"fmt"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aparte-im/aparte/dm"
	"github.com/aparte-im/aparte/graph"
)

const followSenders = `subscription($after: Cursor) { inboxEvents(after: $after) { ... on MessageAdded {
	message { body sender { handle displayName } } conversation { ... on DirectConversation { with { displayName } } } } } }`

// A burst of messages does not read their sender for each event. A change of the profile shows at
// once where it was made, and after a few seconds when it was made elsewhere; who was deleted is
// not shown for longer either.
func TestLiveEventsReadASenderOnce(t *testing.T) {
	var ahead atomic.Int64
	c := &counting{calls: map[string]int{}}
	w := newWorld(t, setup{
		wrap: func(s dm.Store) dm.Store {
			c.Store = s
			return c
		},
		config: func(g *graph.Config) {
			g.Clock = func() time.Time { return time.Now().Add(time.Duration(ahead.Load())) }
		},
	})
	w.befriend("alice", "bob")
	s := w.socket("bob")
	s.run("1", followSenders, vars{"after": w.cursorOf("bob")})
	n := 0
	named := func(want string) {
		t.Helper()
		n++
		w.send("alice", "bob", fmt.Sprint("message ", n))
		e := s.next().at("inboxEvents")
		e.is("message.body", fmt.Sprintf(`"message %d"`, n))
		e.is("message.sender.displayName", `"`+want+`"`)
		e.is("conversation.with.displayName", `"`+want+`"`)
	}
	named("Alice")
	c.take()
	const burst = 50
	for range burst {
		named("Alice")
	}
	if reads := c.take()["Users"]; reads > 2 { // a burst may outlast a kept profile
		t.Errorf("%d events were made with %d reads of users", burst, reads)
	}

	// Here: at once.
	w.admin().do(`mutation { upsertUsers(users: [{externalId: "x-alice", handle: "alice", displayName: "Alicia"}]) { __typename } }`, nil)
	named("Alicia")
	// Elsewhere, past this node: within its time.
	if _, err := w.service.UpsertUsers(t.Context(), []dm.UserInput{{ExternalID: "x-alice", Handle: "alice", DisplayName: "Alizée"}}); err != nil {
		t.Fatal(err)
	}
	ahead.Store(int64(4 * time.Second))
	named("Alizée")
	// Nothing but events is made with what is remembered.
	if _, err := w.service.UpsertUsers(t.Context(), []dm.UserInput{{ExternalID: "x-alice", Handle: "alice", DisplayName: "Alma"}}); err != nil {
		t.Fatal(err)
	}
	w.as("bob").do(`query($id: ID!) { user(by: {id: $id}) { displayName } }`, vars{"id": w.id("alice")}).is("user.displayName", `"Alma"`)
}
