package graph_test

import "testing"

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
