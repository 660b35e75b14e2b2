package graph_test

import (
	"context"
	"fmt"
	"runtime"
	"sync/atomic"
	"testing"

	"github.com/google/uuid"

	"github.com/aparte-im/aparte/dm"
)

// crowd remembers how many goroutines there were when a page's people were read.
type crowd struct {
	dm.Store
	most atomic.Int64
}

func (c *crowd) Users(ctx context.Context, ids []dm.UserID) (map[dm.UserID]*dm.User, error) {
	c.most.Store(max(c.most.Load(), int64(runtime.NumGoroutine())))
	return c.Store.Users(ctx, ids)
}

// A long list takes no more goroutines than a short one.
func TestAPageTakesNoGoroutines(t *testing.T) {
	c := &crowd{}
	w := newWorld(t, setup{wrap: func(s dm.Store) dm.Store {
		c.Store = s
		return c
	}})
	const friends = 40
	var users []dm.UserInput
	for i := range friends {
		users = append(users, dm.UserInput{ExternalID: fmt.Sprint("f", i), Handle: fmt.Sprint("f", i), DisplayName: "A friend"})
	}
	made, err := w.service.UpsertUsers(t.Context(), users)
	if err != nil {
		t.Fatal(err)
	}
	for _, u := range made {
		for _, pair := range [][2]dm.UserID{{u.ID, w.ids["bob"]}, {w.ids["bob"], u.ID}} {
			if err := w.service.Follow(t.Context(), pair[0], pair[1]); err != nil {
				t.Fatal(err)
			}
		}
		_, err := w.service.Send(t.Context(), u.ID, dm.SendInput{To: w.ids["bob"], Body: "hello", ClientMessageID: uuid.NewString()})
		if err != nil {
			t.Fatal(err)
		}
	}
	const page = `query($n: Int) { inbox(first: $n) { nodes { ... on DirectConversation { with { handle viewerFollows } } lastMessage { sender { handle } } messages(first: 1) { nodes { body } } } } }`
	c.most.Store(0)
	w.as("bob").do(page, vars{"n": 1})
	few := c.most.Swap(0)
	if n := len(w.as("bob").do(page, vars{"n": friends}).list("inbox.nodes")); n != friends {
		t.Fatalf("%d conversations", n)
	}
	if many := c.most.Load(); few == 0 || many > few+10 {
		t.Errorf("%d goroutines for one conversation, %d for %d", few, many, friends)
	}
}
