package graph_test

import (
	"testing"

	"github.com/aparte-im/aparte/internal/testdb"
)

const (
	typing        = `mutation($id: ID!) { signalTyping(conversationId: $id) { __typename ... on ConversationSuccess { conversation { lastMessage { body } } } ... on UserError { code } } }`
	typingHeard   = `subscription($after: Cursor) { inboxEvents(after: $after) { __typename cursor unread { messages requests } ... on Typing { conversationId userId } ... on MessageAdded { message { body } } } }`
	typingSuccess = `"ConversationSuccess"`
)

// hears follows what the first hears of their conversation with the second, from now on.
func (w *world) hears(handle, other string) *wire {
	w.t.Helper()
	c := w.socket(handle)
	c.run("1", typingHeard, vars{"after": w.cursorOf(handle)})
	// A message is delivered in any case; once it is, the subscription listens.
	w.muted(c, handle, other, true)
	return c
}

// muted changes something that makes an event, which must be the next that is heard.
func (w *world) muted(c *wire, handle, other string, muted bool) {
	w.t.Helper()
	const mute = `mutation($id: ID!, $muted: Boolean!) { muteConversation(conversationId: $id, muted: $muted) { __typename } }`
	w.as(handle).do(mute, vars{"id": w.conversation(handle, other), "muted": muted})
	c.next().is("inboxEvents.__typename", `"ConversationChanged"`)
}

// typed says that one is writing to the other.
func (w *world) typed(from, to string) {
	w.t.Helper()
	w.as(from).do(typing, vars{"id": w.conversation(from, to)}).is("signalTyping.__typename", typingSuccess)
}

// I4: a signal has no place in the log: what comes after it is what would have come without it,
// once.
func TestWhoIsWritingIsSeenByWhoListens(t *testing.T) {
	testdb.Each(t, func(t *testing.T, url string) {
		w := newWorld(t, setup{url: url})
		w.befriend("alice", "bob")
		id := w.say("alice", "bob", "hello").text("conversation.id")
		c := w.hears("bob", "alice")
		before := w.cursorOf("bob")
		w.typed("alice", "bob")
		n := c.next()
		n.is("inboxEvents", `{"__typename":"Typing","cursor":"`+before+`","unread":{"messages":1,"requests":0},"conversationId":"`+id+`","userId":"`+w.id("alice")+`"}`)

		w.say("alice", "bob", "there")
		n = c.next()
		n.is("inboxEvents.message.body", `"there"`)
		after := n.text("inboxEvents.cursor")
		w.typed("alice", "bob")
		n = c.next()
		n.is("inboxEvents.__typename", `"Typing"`)
		n.is("inboxEvents.unread.messages", `2`)
		if n.text("inboxEvents.cursor") != after {
			t.Error("it does not stand where the log stands")
		}
		// A later subscriber gets no signal and continues from its cursor.
		late := w.socket("bob")
		late.run("1", typingHeard, vars{"after": after})
		w.say("alice", "bob", "late")
		late.next().is("inboxEvents.message.body", `"late"`)
	})
}

// A conversation without receipts shows no typing: the next that is heard is a message.
func TestTypingTellsNoMoreThanAReceipt(t *testing.T) {
	const receipts = `mutation($on: Boolean!) { setReadReceipts(on: $on) { __typename } }`
	const block = `mutation($id: ID!) { blockUser(userId: $id) { __typename } }`
	const restrict = `mutation($id: ID!) { restrictUser(userId: $id) { __typename } }`
	for name, hide := range map[string]func(w *world){
		"the writer has receipts off": func(w *world) { w.as("alice").do(receipts, vars{"on": false}) },
		"the reader has receipts off": func(w *world) { w.as("bob").do(receipts, vars{"on": false}) },
		"the reader has blocked":      func(w *world) { w.as("bob").do(block, vars{"id": w.id("alice")}) },
		"the writer has blocked":      func(w *world) { w.as("alice").do(block, vars{"id": w.id("bob")}) },
		"the reader has restricted":   func(w *world) { w.as("bob").do(restrict, vars{"id": w.id("alice")}) },
		"the writer has restricted":   func(w *world) { w.as("alice").do(restrict, vars{"id": w.id("bob")}) },
		"the door is closed": func(w *world) {
			w.as("bob").do(`mutation { setWhoCanMessageMe(input: {audience: NO_ONE}) { __typename } }`, nil)
		},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, setup{})
			w.befriend("alice", "bob")
			w.say("alice", "bob", "hello")
			hide(w)
			c := w.hears("bob", "alice")
			w.typed("alice", "bob")
			w.muted(c, "bob", "alice", false)
		})
	}
}

func TestTypingInARequestShowsNothing(t *testing.T) {
	w := newWorld(t, setup{})
	w.open("bob")
	id := w.say("dave", "bob", "hello?").text("conversation.id")
	for _, pair := range [][2]string{{"dave", "bob"}, {"bob", "dave"}} {
		c := w.hears(pair[1], pair[0])
		w.typed(pair[0], pair[1])
		w.muted(c, pair[1], pair[0], false)
	}
	w.as("carol").do(typing, vars{"id": id}).is("signalTyping", `{"__typename":"NotFound","code":"NOT_FOUND"}`)
}
