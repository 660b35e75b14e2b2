package graph_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/aparte-im/aparte/internal/testdb"
)

// safeRoom checks bob's one request, of dave: its words show where it is opened, and elsewhere only
// when he allows it.
func (w *world) safeRoom(id string) {
	bob := w.as("bob")
	const look = `query($id: ID!) { inbox(folder: REQUESTS) { nodes { lastMessage { body withheld } } }
		conversation(id: $id) { lastMessage { body withheld } messages { nodes { body } } } }`
	const withheld, shown = `{"body":"","withheld":true}`, `{"body":"hello?","withheld":false}`
	n := bob.do(look, vars{"id": id})
	n.is("inbox.nodes.0.lastMessage", withheld)
	n.is("conversation.lastMessage", withheld)
	n.is("conversation.messages.nodes", `[{"body":"hello?"}]`)
	// A mutation's answer is a list as well.
	bob.do(`mutation($id: ID!) { muteConversation(conversationId: $id, muted: false) { ... on ConversationSuccess { conversation { lastMessage { body withheld } } } } }`,
		vars{"id": id}).is("muteConversation.conversation.lastMessage", withheld)
	const allow = `mutation($on: Boolean!) { setRequestPreviews(on: $on) { ... on SettingsSuccess { settings { requestPreviews } } } }`
	bob.do(allow, vars{"on": true}).is("setRequestPreviews.settings.requestPreviews", `true`)
	n = bob.do(look, vars{"id": id})
	n.is("inbox.nodes.0.lastMessage", shown)
	n.is("conversation.lastMessage", shown)
	bob.do(allow, vars{"on": false})
	// The author sees it.
	w.as("dave").do(`{ inbox { nodes { lastMessage { body withheld } } } }`, nil).is("inbox.nodes.0.lastMessage", shown)
}

// The log says what a live event says: words of a request come neither at once nor on a replay.
func TestReplayedRequestsAreWithheld(t *testing.T) {
	w := newWorld(t, setup{})
	w.open("bob")
	from := w.cursorOf("bob")
	w.say("alice", "bob", "secret words")
	c := w.socket("bob")
	c.run("1", `subscription($after: Cursor) { inboxEvents(after: $after) { ... on MessageAdded { conversationId message { id } preview { body withheld seq } conversation { lastMessage { body withheld } } } } }`,
		vars{"after": from})
	n := c.next()
	n.is("inboxEvents.message", "null")
	n.is("inboxEvents.preview", `{"body":"","withheld":true,"seq":1}`)
	n.is("inboxEvents.conversation.lastMessage", `{"body":"","withheld":true}`)
}

// Requests in bulk, by filters, and what is hidden comes out when the settings or the shield let
// it, on both databases.
func TestRequestsInBulk(t *testing.T) {
	testdb.Each(t, func(t *testing.T, url string) {
		noon := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
		w := newWorld(t, setup{url: url, clock: func() time.Time { return noon }})
		var users []vars
		const people = 130 // more than one step of a walk
		for i := range people {
			users = append(users, vars{"externalId": fmt.Sprint("x-s", i), "handle": fmt.Sprint("s", i)})
		}
		w.admin().do(`mutation($users: [UserInput!]!) { upsertUsers(users: $users) { __typename } }`, vars{"users": users})
		bob := w.as("bob")
		const custom = `mutation($route: Route!) { setWhoCanMessageMe(input: {audience: CUSTOM, routes: [{relation: STRANGER, route: $route}, {relation: FOLLOWER, route: $route}]}) { __typename } }`
		bob.do(custom, vars{"route": "HIDDEN"})
		for i := range people {
			w.as(fmt.Sprint("s", i)).do(sendMessage, vars{"input": vars{"to": vars{"userId": w.id("bob")}, "body": "hi", "clientMessageId": uuid.NewString()}})
		}
		w.as("s7").do(`mutation($id: ID!) { followUser(userId: $id) { __typename } }`, vars{"id": w.id("bob")})
		counts := func(folder string) int {
			n := bob.do(`query($f: Folder!) { inbox(folder: $f, first: 100) { nodes { id } pageInfo { hasNextPage } } }`, vars{"f": folder})
			if len(n.list("inbox.nodes")) == 100 {
				return 100
			}
			return len(n.list("inbox.nodes"))
		}
		bob.do(`{ unread { requests } }`, nil).is("unread.requests", `0`)
		const walk = ` { __typename ... on BulkSuccess { moved more unread { requests conversations } } ... on UserError { code } }`
		accept := `mutation($f: RequestFilter!) { acceptAllRequests(filter: $f)` + walk + ` }`
		decline := `mutation($f: RequestFilter!) { declineAllRequests(filter: $f)` + walk + ` }`
		bob.do(accept, vars{"f": vars{"folder": "HIDDEN", "followsViewer": true}}).
			is("acceptAllRequests", `{"__typename":"BulkSuccess","moved":1,"more":false,"unread":{"requests":0,"conversations":1}}`)
		bob.do(accept, vars{"f": vars{"folder": "INBOX"}}).is("acceptAllRequests.code", `"INVALID_INPUT"`)
		// The settings loosen: what was held comes out, and is counted.
		bob.do(custom, vars{"route": "REQUESTS"})
		if got := counts("HIDDEN"); got != 0 {
			t.Errorf("%d are hidden still", got)
		}
		bob.do(`{ unread { requests conversations } }`, nil).is("unread", fmt.Sprintf(`{"requests":%d,"conversations":1}`, people-1))
		bob.do(decline, vars{"f": vars{"folder": "REQUESTS", "joinedAfter": noon.Add(time.Hour).Format(time.RFC3339)}}).is("declineAllRequests.moved", `0`)
		bob.do(decline, vars{"f": vars{"folder": "REQUESTS", "quietSince": noon.Add(time.Hour).Format(time.RFC3339), "shielded": false}}).
			is("declineAllRequests", fmt.Sprintf(`{"__typename":"BulkSuccess","moved":%d,"more":false,"unread":{"requests":0,"conversations":1}}`, people-1))

		// The shield, with what it holds kept, released or declined.
		w.open("carol")
		carol := w.as("carol")
		for i := range 30 {
			w.as(fmt.Sprint("s", i)).do(sendMessage, vars{"input": vars{"to": vars{"userId": w.id("carol")}, "body": "hi", "clientMessageId": uuid.NewString()}})
		}
		const end = `mutation($h: HeldRequestAction!) { endSurgeShield(heldRequests: $h) { ... on ShieldSuccess { moved more settings { shieldSince } } } }`
		if carol.do(`{ messagingSettings { shieldSince } }`, nil).text("messagingSettings.shieldSince") == "" {
			t.Error("no shield")
		}
		carol.do(`{ unread { requests } }`, nil).is("unread.requests", `21`)
		carol.do(end, vars{"h": "KEEP"}).is("endSurgeShield", `{"moved":0,"more":false,"settings":{"shieldSince":null}}`)
		carol.do(`{ unread { requests } }`, nil).is("unread.requests", `21`)
		carol.do(end, vars{"h": "RELEASE"}).is("endSurgeShield.moved", `9`)
		carol.do(`{ unread { requests } }`, nil).is("unread.requests", `30`)
		carol.do(`mutation { releaseHiddenRequests`+walk+` }`, nil).is("releaseHiddenRequests.moved", `0`)
	})
}
