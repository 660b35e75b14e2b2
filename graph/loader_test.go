package graph_test

import (
	"context"
	"fmt"
	"maps"
	"sync"
	"testing"

	"github.com/google/uuid"

	"github.com/aparte-im/aparte/dm"
)

// counting counts the reads of a store by name.
type counting struct {
	dm.Store
	mu    sync.Mutex
	calls map[string]int
}

func (c *counting) count(name string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.calls[name]++
}

// take returns the counts since the last take.
func (c *counting) take() map[string]int {
	c.mu.Lock()
	defer c.mu.Unlock()
	out := c.calls
	c.calls = map[string]int{}
	return out
}

func (c *counting) Inspect(ctx context.Context, scope dm.Scope) (*dm.Tx, error) {
	c.count("Inspect")
	return c.Store.Inspect(ctx, scope)
}

func (c *counting) Views(ctx context.Context, viewer dm.UserID, ids []dm.ConversationID) (map[dm.ConversationID]*dm.View, error) {
	c.count("Views")
	return c.Store.Views(ctx, viewer, ids)
}

func (c *counting) Inbox(ctx context.Context, viewer dm.UserID, f dm.Folder, after *dm.InboxPlace, limit int) ([]*dm.View, error) {
	c.count("Inbox")
	views, err := c.Store.Inbox(ctx, viewer, f, after, limit)
	for _, v := range views {
		v.Last = nil // so that last messages have to be loaded as well
	}
	return views, err
}

func (c *counting) Messages(ctx context.Context, viewer dm.UserID, ids []dm.ConversationID, before int64, limit int) (map[dm.ConversationID][]*dm.Message, error) {
	c.count("Messages")
	return c.Store.Messages(ctx, viewer, ids, before, limit)
}

func (c *counting) MessagesByID(ctx context.Context, viewer dm.UserID, ids []dm.MessageID) (map[dm.MessageID]*dm.Message, error) {
	c.count("MessagesByID")
	return c.Store.MessagesByID(ctx, viewer, ids)
}

func (c *counting) Users(ctx context.Context, ids []dm.UserID) (map[dm.UserID]*dm.User, error) {
	c.count("Users")
	return c.Store.Users(ctx, ids)
}

func TestTheNumberOfReadsDoesNotGrowWithThePage(t *testing.T) {
	c := &counting{calls: map[string]int{}}
	w := newWorld(t, setup{wrap: func(s dm.Store) dm.Store {
		c.Store = s
		return c
	}})
	w.open("alice")
	var in []dm.UserInput
	for i := range 20 {
		in = append(in, dm.UserInput{ExternalID: fmt.Sprint("many-", i), Handle: fmt.Sprint("many", i)})
	}
	many, err := w.service.UpsertUsers(t.Context(), in)
	if err != nil {
		t.Fatal(err)
	}
	const query = `query($n: Int) { inbox(first: $n) { nodes {
		... on DirectConversation { with { handle viewerCanMessage { allowed } viewerFollows } } lastMessage { body sender { handle } }
		messages(first: 5) { nodes { body sender { handle followsViewer } } } } } }`
	reads := func(n int) map[string]int {
		t.Helper()
		c.take()
		if got := w.as("alice").do(query, vars{"n": n}).list("inbox.nodes"); len(got) != n {
			t.Fatalf("%d conversations", len(got))
		}
		return c.take()
	}
	for i, u := range many {
		for _, s := range []struct{ from, to dm.UserID }{{u.ID, w.ids["alice"]}, {w.ids["alice"], u.ID}} {
			if i%3 != 0 && s.from != u.ID {
				continue
			}
			_, err := w.service.Send(t.Context(), s.from, dm.SendInput{To: s.to, Body: "hello", ClientMessageID: uuid.NewString()})
			if err != nil && s.from == u.ID {
				t.Fatal(err)
			}
		}
		if i%3 != 0 {
			_, err := w.service.AcceptRequest(t.Context(), w.ids["alice"], dm.ConversationOf(u.ID, w.ids["alice"]))
			if err != nil {
				t.Fatal(err)
			}
		}
	}
	n := len(w.as("alice").do(`{ inbox(first: 100) { nodes { id } } }`, nil).list("inbox.nodes"))
	if n < 15 {
		t.Fatalf("only %d conversations", n)
	}
	few, all := reads(3), reads(n)
	for name, count := range all {
		// The viewer, as a sender, may be a second read of users and of standings.
		if limit := map[string]int{"Users": 2, "Inspect": 2}[name]; count > max(limit, 1) {
			t.Errorf("%s: %d reads", name, count)
		}
	}
	if len(all) != 5 {
		t.Errorf("reads: %v", all)
	}
	if !maps.Equal(few, all) {
		t.Logf("few %v, all %v", few, all)
	}
	c.take()
	w.as("alice").do(`{ searchUsers(query: "many", first: 20) { nodes { handle viewerCanMessage { allowed } viewerHasBlocked } } }`, nil)
	if got := c.take(); got["Inspect"] != 1 || got["Users"] != 0 {
		t.Errorf("a search: %v", got)
	}
}

// Later issues measure this path: a send reads nothing besides what the store does for it.
func TestASendReadsNothingMore(t *testing.T) {
	c := &counting{calls: map[string]int{}}
	w := newWorld(t, setup{wrap: func(s dm.Store) dm.Store {
		c.Store = s
		return c
	}})
	w.befriend("alice", "bob")
	w.say("alice", "bob", "one")
	c.take()
	w.say("alice", "bob", "two")
	if got := c.take(); len(got) != 0 {
		t.Errorf("reads: %v", got)
	}
}
