package graph_test

import (
	"strings"
	"testing"
)

const unsendMessage = `mutation($id: ID!) { unsendMessage(messageId: $id) {
	__typename ... on UnsendMessageSuccess { message { id seq body removed video { url } sender { handle } } } ... on UserError { code } } }`

func TestWhoSentAMessageTakesItsWordsBack(t *testing.T) {
	w := newWorld(t, setup{})
	w.befriend("alice", "bob")
	w.say("alice", "bob", "one")
	id := w.say("alice", "bob", "regretted").text("message.id")
	w.as("bob").do(unsendMessage, vars{"id": id}).is("unsendMessage", `{"__typename":"NotFound","code":"NOT_FOUND"}`)
	w.as("alice").do(unsendMessage, vars{"id": "nonsense"}).is("unsendMessage.code", `"NOT_FOUND"`)
	from := w.as("bob").do(`{ unread { cursor } }`, nil).text("unread.cursor")
	for range 2 {
		w.as("alice").do(unsendMessage, vars{"id": id}).is("unsendMessage.message",
			`{"id":"`+id+`","seq":2,"body":"","removed":true,"video":null,"sender":{"handle":"alice"}}`)
	}
	bob := w.as("bob").do(`{ inbox { nodes { unreadCount lastMessage { body removed } messages { nodes { body removed } } } } }`, nil)
	bob.is("inbox.nodes.0", `{"unreadCount":2,"lastMessage":{"body":"","removed":true},
		"messages":{"nodes":[{"body":"","removed":true},{"body":"one","removed":false}]}}`)
	events := w.as("bob").stream(`subscription($a: Cursor) { inboxEvents(after: $a) {
		__typename unread { messages } ... on MessageRemoved { message { id body removed sender { handle } } } } }`, vars{"a": from})
	events.next().is("data.inboxEvents", `{"__typename":"MessageRemoved","unread":{"messages":2},
		"message":{"id":"`+id+`","body":"","removed":true,"sender":{"handle":"alice"}}}`)
}

// A key is the sender's to choose. No way of reading a message shows it to the other: not in a
// request whose words are withheld, nor after it was unsent.
func TestAKeyIsNoMessage(t *testing.T) {
	w := newWorld(t, setup{})
	w.open("bob")
	from := w.cursorOf("bob")
	const words = "read this, bob"
	sent := w.as("alice").do(aSend, vars{"input": vars{"to": vars{"userId": w.id("bob")}, "body": "hello", "clientMessageId": words}})
	id := sent.text("sendMessage.message.id")
	sent.is("sendMessage.message.clientMessageId", `"`+words+`"`)
	bob, c := w.as("bob"), w.conversation("alice", "bob")
	events := bob.stream(`subscription($a: Cursor) { inboxEvents(after: $a) { ... on MessageAdded { message`+aMessage+` conversation`+aConversation+` }
		... on MessageRemoved { message`+aMessage+` } } }`, vars{"a": from})
	look := func(query string, v vars) {
		t.Helper()
		a := bob.post(query, v)
		if strings.Contains(a.body, words) || !strings.Contains(a.body, `"clientMessageId":"`+id+`"`) {
			t.Errorf("bob is shown %s", a.body)
		}
	}
	everywhere := func() {
		t.Helper()
		look(`{ inbox(folder: REQUESTS) { nodes`+aConversation+` } }`, nil)
		look(`query($c: ID!, $m: ID!) { conversation(id: $c)`+aConversation+` node(id: $m) { ... on Message`+aMessage+` } }`, vars{"c": c, "m": id})
		look(`mutation($c: ID!) { markRead(conversationId: $c, upToSeq: 1)`+aResult+` }`, vars{"c": c})
	}
	everywhere()
	events.next().is("data.inboxEvents.message", "null") // it is in a request
	w.as("alice").do(unsendMessage, vars{"id": id})
	events.next().is("data.inboxEvents", `{}`) // bob has read it
	everywhere()
	events.next().is("data.inboxEvents.message.clientMessageId", `"`+id+`"`)
	w.as("alice").do(`query($m: ID!) { node(id: $m) { ... on Message { clientMessageId } } }`, vars{"m": id}).is("node.clientMessageId", `"`+words+`"`)
}
