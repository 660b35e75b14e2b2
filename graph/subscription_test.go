package graph_test

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aparte-im/aparte/dm"
	"github.com/aparte-im/aparte/internal/testdb"
	"github.com/aparte-im/aparte/live"
	"github.com/aparte-im/aparte/store"
)

const inboxEvents = `subscription($after: Cursor) { inboxEvents(after: $after) {
	__typename cursor at unread { conversations requests messages cursor }
	... on MessageAdded { message { seq body sender { handle } } preview { seq body sender { handle } } conversation { id folder ... on DirectConversation { with { handle } } unreadCount lastMessage { body } } }
	... on ConversationChanged { conversation { folder unreadCount readSeq muted lastMessage { body } messages(first: 1) { nodes { body } } } }
	... on ConversationRemoved { conversationId }
	... on SettingsChanged { settings { whoCanMessageMe routes { route } } } } }`

// cursorOf is where a user's log stands.
func (w *world) cursorOf(handle string) string {
	w.t.Helper()
	return w.as(handle).do(`{ unread { cursor } }`, nil).text("unread.cursor")
}

// follow starts a subscription at the log's end.
func (c *wire) follow(w *world, handle string) {
	c.t.Helper()
	c.run("1", inboxEvents, vars{"after": w.cursorOf(handle)})
}

func TestEachKindOfEventArrives(t *testing.T) {
	testdb.Each(t, func(t *testing.T, url string) {
		w := newWorld(t, setup{url: url})
		c := w.socket("bob")
		c.follow(w, "bob")
		w.open("bob")
		n := c.next()
		n.is("inboxEvents.__typename", `"SettingsChanged"`)
		n.is("inboxEvents.settings.whoCanMessageMe", `"EVERYONE"`)

		id := w.say("alice", "bob", "hello").text("conversation.id")
		n = c.next()
		n.is("inboxEvents.__typename", `"MessageAdded"`)
		n.is("inboxEvents.message", "null")
		n.is("inboxEvents.preview", `{"seq":1,"body":"","sender":{"handle":"alice"}}`)
		n.is("inboxEvents.conversation", `{"id":"`+id+`","folder":"REQUESTS","with":{"handle":"alice"},"unreadCount":1,"lastMessage":{"body":""}}`)
		n.is("inboxEvents.unread.requests", `1`)
		if n.text("inboxEvents.unread.cursor") != n.text("inboxEvents.cursor") || n.text("inboxEvents.at") == "" {
			t.Error("the counts hold elsewhere")
		}

		w.as("bob").do(`mutation($id: ID!) { acceptRequest(conversationId: $id) { __typename } }`, vars{"id": id})
		n = c.next()
		n.is("inboxEvents.__typename", `"ConversationChanged"`)
		n.is("inboxEvents.conversation", `{"folder":"INBOX","unreadCount":1,"readSeq":0,"muted":false,"lastMessage":{"body":"hello"},"messages":{"nodes":[{"body":"hello"}]}}`)
		n.is("inboxEvents.unread.messages", `1`)

		id = w.say("carol", "bob", "buy this").text("conversation.id")
		c.next()
		w.as("bob").do(`mutation($id: ID!) { declineRequests(conversationIds: [$id]) { __typename } }`, vars{"id": id})
		n = c.next()
		n.is("inboxEvents.__typename", `"ConversationRemoved"`)
		n.is("inboxEvents.conversationId", `"`+id+`"`)

		c.say(`{"type":"complete","id":"1"}`)
		w.say("alice", "bob", "unheard")
		c.run("2", me, nil)
		c.next().is("me.handle", `"bob"`)
	})
}

// I4: a subscriber that goes on from its last cursor has, in the end, seen each event once, in
// order.
func TestASubscriberResumes(t *testing.T) {
	w := newWorld(t, setup{})
	w.befriend("alice", "bob")
	after := w.cursorOf("bob")
	const messages = 30
	sent := make(chan error, 1)
	go func() {
		for i := range messages {
			_, err := w.service.Send(context.Background(), w.ids["alice"],
				dm.SendInput{To: w.ids["bob"], Body: fmt.Sprint(i), ClientMessageID: fmt.Sprint(i)})
			if err != nil {
				sent <- err
				return
			}
		}
		sent <- nil
	}()
	var seen, want []string
	for i := range messages {
		want = append(want, fmt.Sprint(i))
	}
	for cut := 1; len(seen) < messages; cut++ {
		c := w.socket("bob")
		c.run("1", inboxEvents, vars{"after": after})
		for range min(cut, messages-len(seen)) {
			n := c.next()
			seen = append(seen, n.text("inboxEvents.message.body"))
			after = n.text("inboxEvents.cursor")
		}
		_ = c.conn.Close()
	}
	if err := <-sent; err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(seen, want) {
		t.Errorf("I4: saw %v", seen)
	}
}

// An empty cursor is the same as none: the subscription begins with the next event.
func TestAnEmptyCursorIsNone(t *testing.T) {
	w := newWorld(t, setup{})
	w.befriend("alice", "bob")
	w.say("alice", "bob", "before")
	c := w.socket("bob")
	c.run("1", inboxEvents, vars{"after": ""})
	w.until(func() bool { return w.graph.Sockets().Subscriptions == 1 })
	w.say("alice", "bob", "after")
	c.next().is("inboxEvents.message.body", `"after"`)
}

func TestCursorsThatCannotBeFollowed(t *testing.T) {
	w := newWorld(t, setup{})
	w.befriend("alice", "bob")
	w.say("alice", "bob", "one")
	ahead := dm.Cursor{User: w.ids["bob"], Epoch: 1, Position: 1 << 40}
	if own, err := dm.ParseCursor(w.ids["bob"], w.cursorOf("bob")); err != nil {
		t.Fatal(err)
	} else {
		ahead.Epoch = own.Epoch
	}
	for name, cursor := range map[string]string{
		"nonsense": "nonsense", "somebody else's": w.cursorOf("alice"), "not reached yet": ahead.String(),
	} {
		c := w.socket("bob")
		c.run("1", inboxEvents, vars{"after": cursor})
		if code := c.failure(); code != "INVALID_CURSOR" {
			t.Errorf("%s: %s", name, code)
		}
		c.hear("complete")
		e := w.as("bob").stream(inboxEvents, vars{"after": cursor})
		e.next().is("errors.0.extensions.code", `"INVALID_CURSOR"`)
		if name, _ := e.hear(); name != "complete" {
			t.Errorf("then %q", name)
		}
	}
}

func TestATrimmedLogIsReset(t *testing.T) {
	w := newWorld(t, setup{})
	w.befriend("alice", "bob")
	after := w.cursorOf("bob")
	w.say("alice", "bob", "one")
	w.say("alice", "bob", "two")
	if _, err := w.store.Trim(t.Context(), time.Now().Add(time.Hour)); err != nil {
		t.Fatal(err)
	}
	c := w.socket("bob")
	c.run("1", inboxEvents, vars{"after": after})
	n := c.next()
	n.is("inboxEvents.__typename", `"InboxReset"`)
	n.is("inboxEvents.unread.messages", `2`)
	n.is("inboxEvents.cursor", `"`+w.cursorOf("bob")+`"`)
	w.say("alice", "bob", "three")
	c.next().is("inboxEvents.message.body", `"three"`)
}

func TestAnEventStream(t *testing.T) {
	w := newWorld(t, setup{})
	w.befriend("alice", "bob")
	after := w.cursorOf("bob")
	w.say("alice", "bob", "one")
	e := w.as("bob").stream(inboxEvents, vars{"after": after})
	e.next().is("data.inboxEvents.message.body", `"one"`)
	w.say("alice", "bob", "two")
	e.next().is("data.inboxEvents.message.body", `"two"`)
	// Queries and refusals come as a stream of one.
	e = w.as("bob").stream(me, nil)
	e.next().is("data.me.handle", `"bob"`)
	if name, _ := e.hear(); name != "complete" {
		t.Errorf("then %q", name)
	}
}

func TestAShutdownLetsClientsComeBack(t *testing.T) {
	w := newWorld(t, setup{})
	w.befriend("alice", "bob")
	idle, c := w.dial(nil), w.socket("bob")
	c.follow(w, "bob")
	e := w.as("bob").stream(inboxEvents, vars{"after": w.cursorOf("bob")})
	w.say("alice", "bob", "one")
	c.next()
	e.next()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	if err := w.graph.Shutdown(ctx); err != nil {
		t.Fatal(err)
	}
	for _, c := range []*wire{c, idle} {
		if code := c.ends(); code != 1012 {
			t.Errorf("close code %d", code)
		}
	}
	if name, _ := e.hear(); name != "" {
		t.Errorf("the stream ends with %q, as if there were no more", name)
	}
	w.as("bob").post(me, nil).fails(http.StatusServiceUnavailable, "SHUTTING_DOWN")
	if err := w.graph.Shutdown(ctx); err != nil {
		t.Error(err)
	}
}

// flaky is a store whose log can be made to fail.
type flaky struct {
	dm.Store
	down atomic.Bool
}

func (f *flaky) Log(ctx context.Context, viewer dm.UserID, after int64, limit int) (dm.Log, error) {
	if f.down.Load() {
		return dm.Log{}, errSecretDetail
	}
	return f.Store.Log(ctx, viewer, after, limit)
}

func TestAFailedSourceIsNoNormalEnd(t *testing.T) {
	f := &flaky{}
	url := testdb.SQLite(t)
	w := newWorld(t, setup{url: url, poll: 10 * time.Millisecond, wrap: func(s dm.Store) dm.Store {
		f.Store = s
		return f
	}})
	w.befriend("alice", "bob")
	c := w.socket("bob")
	c.follow(w, "bob")
	e := w.as("bob").stream(inboxEvents, vars{"after": w.cursorOf("bob")})
	w.say("alice", "bob", "one")
	c.next()
	e.next()
	f.down.Store(true)
	// Another node writes, and nothing comes along with a wake.
	other, err := store.Open(t.Context(), store.Config{URL: url, Rules: dm.DefaultRules()})
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := other.Close(); err != nil {
			t.Error(err)
		}
	}()
	_, err = dm.New(dm.Config{Store: other, Bus: live.NewHub()}).Send(t.Context(), w.ids["alice"],
		dm.SendInput{To: w.ids["bob"], Body: "two", ClientMessageID: "two"})
	if err != nil {
		t.Fatal(err)
	}
	if code := c.failure(); code != "INTERNAL" {
		t.Error(code)
	}
	c.hear("complete")
	e.next().is("errors.0.extensions.code", `"INTERNAL"`)
}
