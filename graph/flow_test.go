package graph_test

import (
	"testing"

	"github.com/google/uuid"

	"github.com/aparte-im/aparte/internal/testdb"
)

// A whole acquaintance, on both databases: each query and each mutation of the contract is used at
// least once here or in admin_test.go, and what a mutation returns is what a query then finds.
func TestAnAcquaintance(t *testing.T) {
	testdb.Each(t, func(t *testing.T, url string) {
		w := newWorld(t, setup{url: url})
		t.Run("settings", w.settings)
		t.Run("people", w.people)
		t.Run("request", w.request)
		t.Run("inbox", w.inbox)
		t.Run("decline", w.decline)
		t.Run("block", w.block)
	})
}

// on reports to a subtest.
func (w world) on(t *testing.T) *world {
	w.t = t
	return &w
}

func (w *world) settings(t *testing.T) {
	alice := w.on(t).as("alice")
	const fields = `{ __typename ... on SettingsSuccess { settings { whoCanMessageMe readReceipts changedAt routes { relation route } } }
		... on InvalidInput { code field } }`
	n := alice.do(`{ messagingSettings { whoCanMessageMe readReceipts changedAt } settingsHistory { nodes { at } } }`, nil)
	n.is("messagingSettings.whoCanMessageMe", `"FRIENDS"`)
	n.is("messagingSettings.changedAt", `null`)
	n.is("settingsHistory.nodes", `[]`)

	alice.do(`mutation { setWhoCanMessageMe(input: {audience: FOLLOWERS}) `+fields+` }`, nil).
		is("setWhoCanMessageMe.settings.routes", `[
			{"relation":"KNOWN","route":"INBOX"},{"relation":"FRIEND","route":"INBOX"},{"relation":"FOLLOWED","route":"INBOX"},
			{"relation":"SUGGESTED","route":"REQUESTS"},{"relation":"FOLLOWER","route":"REQUESTS"},{"relation":"STRANGER","route":"REFUSE"}]`)
	n = alice.do(`mutation { setWhoCanMessageMe(input: {audience: CUSTOM, routes: [{relation: STRANGER, route: HIDDEN}]}) `+fields+` }`, nil)
	n.is("setWhoCanMessageMe.settings.whoCanMessageMe", `"CUSTOM"`)
	n.is("setWhoCanMessageMe.settings.routes.5", `{"relation":"STRANGER","route":"HIDDEN"}`)
	n.is("setWhoCanMessageMe.settings.routes.4", `{"relation":"FOLLOWER","route":"REQUESTS"}`)
	alice.do(`mutation { setReadReceipts(on: false) `+fields+` }`, nil).is("setReadReceipts.settings.readReceipts", `false`)

	for _, bad := range []string{
		`{audience: FRIENDS, routes: [{relation: FRIEND, route: INBOX}]}`,
		`{audience: CUSTOM, routes: [{relation: FRIEND, route: INBOX}, {relation: FRIEND, route: REFUSE}]}`,
	} {
		alice.do(`mutation { setWhoCanMessageMe(input: `+bad+`) `+fields+` }`, nil).
			is("setWhoCanMessageMe", `{"__typename":"InvalidInput","code":"INVALID_INPUT","field":"routes"}`)
	}
	n = alice.do(`{ settingsHistory(first: 2) { nodes { at before { whoCanMessageMe routes { route } } after { whoCanMessageMe readReceipts } } } }`, nil)
	n.is("settingsHistory.nodes.0.after.whoCanMessageMe", `"CUSTOM"`)
	n.is("settingsHistory.nodes.1.before.whoCanMessageMe", `"FOLLOWERS"`)
	if len(n.list("settingsHistory.nodes")) != 2 || len(n.list("settingsHistory.nodes.1.before.routes")) != 6 {
		t.Errorf("history: %v", n.value)
	}
	alice.do(`{ settingsHistory(first: 100) { nodes { before { whoCanMessageMe routes { route } } } } }`, nil).
		is("settingsHistory.nodes.2.before", `{"whoCanMessageMe":null,"routes":null}`)
}

func (w *world) people(t *testing.T) {
	w = w.on(t)
	bob := w.as("bob")
	n := bob.do(`query($id: ID!) { me { id externalId handle displayName avatarUrl }
		byId: user(by: {id: $id}) { handle } byHandle: user(by: {handle: "@CAROL"}) { id } byExternal: user(by: {externalId: "x-carol"}) { id }
		node(id: $id) { __typename id ... on User { handle } } none: user(by: {handle: "nobody"}) { id } }`, vars{"id": w.id("carol")})
	n.is("me", `{"id":"`+w.id("bob")+`","externalId":"x-bob","handle":"bob","displayName":"Bob","avatarUrl":null}`)
	n.is("byId.handle", `"carol"`)
	n.is("byHandle.id", `"`+w.id("carol")+`"`)
	n.is("byExternal.id", `"`+w.id("carol")+`"`)
	n.is("node", `{"__typename":"User","id":"`+w.id("carol")+`","handle":"carol"}`)
	n.is("none", `null`)

	const standing = `{ __typename ... on UserSuccess { user { viewerFollows followsViewer viewerHasBlocked
		viewerCanMessage { allowed folder remaining denial canReply } } } ... on UserError { code } }`
	n = bob.do(`mutation($id: ID!) { followUser(userId: $id) `+standing+` }`, vars{"id": w.id("carol")})
	n.is("followUser.user.viewerFollows", `true`)
	n.is("followUser.user.viewerCanMessage", `{"allowed":false,"folder":null,"remaining":null,"denial":"NOT_ACCEPTING","canReply":true}`)
	n = w.as("carol").do(`mutation($id: ID!) { followUser(userId: $id) `+standing+` }`, vars{"id": w.id("bob")})
	n.is("followUser.user.followsViewer", `true`)
	n.is("followUser.user.viewerCanMessage", `{"allowed":true,"folder":"INBOX","remaining":null,"denial":null,"canReply":true}`)

	// Each field of a mutation sees what the one before did.
	n = bob.do(`mutation($id: ID!) { a: unfollowUser(userId: $id) `+standing+` b: followUser(userId: $id) `+standing+` }`, vars{"id": w.id("carol")})
	n.is("a.user.viewerFollows", `false`)
	n.is("b.user.viewerFollows", `true`)
	bob.do(`mutation($id: ID!) { followUser(userId: $id) `+standing+` }`, vars{"id": w.id("bob")}).is("followUser.code", `"INVALID_INPUT"`)

	n = bob.do(`{ searchUsers(query: "car") { nodes { handle } edges { cursor node { handle } } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } }`, nil)
	n.is("searchUsers.nodes", `[{"handle":"carol"}]`)
	n.is("searchUsers.edges.0.node", `{"handle":"carol"}`)
	if end := n.text("searchUsers.pageInfo.endCursor"); end != n.text("searchUsers.edges.0.cursor") || end != n.text("searchUsers.pageInfo.startCursor") {
		t.Errorf("cursors: %v", n.value)
	}
}

func (w *world) request(t *testing.T) {
	w = w.on(t)
	w.open("bob")
	const inbox = `query($folder: Folder) { inbox(folder: $folder) { nodes { id ... on DirectConversation { with { handle } } folder unreadCount ... on DirectConversation { theirReadSeq } lastMessage { body } } }
		unread { conversations requests messages } }`
	sent := w.say("dave", "bob", "hello?")
	sent.is("remaining", `2`)
	id := sent.text("conversation.id")
	n := w.as("bob").do(inbox, vars{"folder": "REQUESTS"})
	n.is("inbox.nodes", `[{"id":"`+id+`","with":{"handle":"dave"},"folder":"REQUESTS","unreadCount":1,"theirReadSeq":null,"lastMessage":{"body":""}}]`)
	w.safeRoom(id)
	n.is("unread", `{"conversations":0,"requests":1,"messages":0}`)
	w.as("bob").do(inbox, nil).is("inbox.nodes", `[]`)

	const result = ` { __typename ... on ConversationSuccess { conversation { folder unreadCount readSeq muted } unread { conversations requests messages } } ... on UserError { code } }`
	n = w.as("bob").do(`mutation($id: ID!) { acceptRequest(conversationId: $id)`+result+` }`, vars{"id": id})
	n.is("acceptRequest", `{"__typename":"ConversationSuccess","conversation":{"folder":"INBOX","unreadCount":1,"readSeq":0,"muted":false},
		"unread":{"conversations":1,"requests":0,"messages":1}}`)
	w.as("bob").do(`mutation($id: ID!) { markRead(conversationId: $id, upToSeq: 1)`+result+` }`, vars{"id": id}).
		is("markRead.conversation.readSeq", `1`)
	w.as("bob").do(`mutation($id: ID!) { markRead(conversationId: $id, upToSeq: 9)`+result+` }`, vars{"id": id}).
		is("markRead", `{"__typename":"InvalidInput","code":"INVALID_INPUT"}`)
	w.as("bob").do(`mutation($id: ID!) { muteConversation(conversationId: $id, muted: true)`+result+` }`, vars{"id": id}).
		is("muteConversation.conversation.muted", `true`)
	w.as("bob").do(`mutation($id: ID!) { archiveConversation(conversationId: $id, archived: true)`+result+` }`, vars{"id": id}).
		is("archiveConversation.conversation.folder", `"ARCHIVE"`)
	if got := w.as("bob").do(inbox, vars{"folder": "ARCHIVE"}).list("inbox.nodes"); len(got) != 1 {
		t.Errorf("archive: %v", got)
	}
	w.say("dave", "bob", "still there?").is("remaining", `null`)
	w.as("bob").do(inbox, nil).is("inbox.nodes.0.folder", `"INBOX"`)
}

func (w *world) inbox(t *testing.T) {
	w = w.on(t)
	id := w.conversation("dave", "bob")
	card := vars{"url": "https://v.example/1", "title": "A \"title\"\n"}
	in := vars{"to": vars{"conversationId": id}, "video": vars{"url": card["url"], "title": "A \"title\""}, "clientMessageId": uuid.NewString()}
	first := w.as("bob").do(sendMessage, vars{"input": in}).at("sendMessage")
	first.is("message.seq", `3`)
	// I2: the same again is the same, and the same key with other content is a conflict.
	w.as("bob").do(sendMessage, vars{"input": in}).is("sendMessage.message.id", `"`+first.text("message.id")+`"`)
	in["video"], in["body"] = nil, "other"
	w.as("bob").do(sendMessage, vars{"input": in}).is("sendMessage.__typename", `"IdempotencyConflict"`)

	const page = `query($id: ID!, $with: ID!, $after: String) {
		conversation(id: $id) { messages(first: 2, after: $after) { nodes { id conversationId seq body clientMessageId createdAt sender { handle }
			video { url title authorHandle thumbnailUrl } } edges { cursor node { seq } } pageInfo { hasNextPage hasPreviousPage endCursor } } }
		conversationWith(userId: $with) { id lastActivityAt lastMessage { seq } } node(id: $id) { ... on DirectConversation { with { handle } } } }`
	n := w.as("bob").do(page, vars{"id": id, "with": w.id("dave")})
	n.is("conversation.messages.nodes.0.seq", `3`)
	n.is("conversation.messages.nodes.0.conversationId", `"`+id+`"`)
	n.is("conversation.messages.nodes.0.video", `{"url":"https://v.example/1","title":"A \"title\"","authorHandle":null,"thumbnailUrl":null}`)
	n.is("conversation.messages.nodes.0.sender.handle", `"bob"`)
	n.is("conversation.messages.pageInfo.hasNextPage", `true`)
	n.is("conversationWith.id", `"`+id+`"`)
	n.is("node.with.handle", `"dave"`)
	end := n.text("conversation.messages.pageInfo.endCursor")
	if end != n.text("conversation.messages.edges.1.cursor") {
		t.Error("the end cursor is not the last edge's")
	}
	n = w.as("bob").do(page, vars{"id": id, "with": w.id("erin"), "after": end})
	n.is("conversation.messages.edges", `[{"cursor":"`+n.text("conversation.messages.pageInfo.endCursor")+`","node":{"seq":1}}]`)
	n.is("conversation.messages.pageInfo.hasNextPage", `false`)
	n.is("conversation.messages.pageInfo.hasPreviousPage", `true`)
	n.is("conversationWith", `null`)
	const before = `query($id: ID!, $seq: Int!) { conversation(id: $id) { messages(first: 2, beforeSeq: $seq) { nodes { seq } pageInfo { hasNextPage hasPreviousPage } } } }`
	w.as("bob").do(before, vars{"id": id, "seq": 3}).is("conversation.messages",
		`{"nodes":[{"seq":2},{"seq":1}],"pageInfo":{"hasNextPage":false,"hasPreviousPage":true}}`)
	w.as("bob").do(before, vars{"id": id, "seq": 1}).is("conversation.messages.nodes", `[]`)
	w.as("bob").do(before, vars{"id": id, "seq": 0}).is("conversation.messages.nodes", `[]`)
	both := `query($id: ID!) { conversation(id: $id) { messages(beforeSeq: 2, after: "` + end + `") { nodes { seq } } } }`
	if a := w.as("bob").post(both, vars{"id": id}); len(a.Errors) != 1 || a.Errors[0].code() != "INVALID_INPUT" {
		t.Errorf("beforeSeq together with after: %s", a.body)
	}
	w.as("dave").do(`query($id: ID!) { node(id: $id) { ... on Message { seq sender { handle } } } }`, vars{"id": first.text("message.id")}).
		is("node", `{"seq":3,"sender":{"handle":"bob"}}`)
}

func (w *world) decline(t *testing.T) {
	w = w.on(t)
	id := w.say("erin", "bob", "hi").text("conversation.id")
	const decline = `mutation($ids: [ID!]!) { declineRequests(conversationIds: $ids) {
		__typename ... on DeclineSuccess { declined unread { requests } } ... on UserError { code } } }`
	w.as("bob").do(decline, vars{"ids": []string{id, "cnv_nonsense"}}).
		is("declineRequests", `{"__typename":"DeclineSuccess","declined":["`+id+`"],"unread":{"requests":0}}`)
	w.as("bob").do(decline, vars{"ids": []string{w.conversation("alice", "dave")}}).is("declineRequests.code", `"NOT_FOUND"`)
	w.as("bob").do(decline, vars{"ids": []string{}}).is("declineRequests.code", `"INVALID_INPUT"`)
	w.as("bob").do(`query($id: ID!) { conversation(id: $id) { id } }`, vars{"id": id}).is("conversation", `null`)
	n := w.as("erin").do(sendMessage, vars{"input": vars{"to": vars{"conversationId": id}, "body": "please", "clientMessageId": "2"}}).at("sendMessage")
	// The sender is told nothing, and the recipient sees nothing.
	n.is("__typename", `"SendMessageSuccess"`)
	n.is("remaining", `1`)
	w.as("bob").do(`query($id: ID!) { conversation(id: $id) { id } }`, vars{"id": id}).is("conversation", `null`)
}

func (w *world) block(t *testing.T) {
	w = w.on(t)
	bob := w.as("bob")
	bob.do(`mutation($id: ID!) { blockUser(userId: $id) { ... on UserSuccess { user { viewerHasBlocked viewerFollows viewerCanMessage { denial } } } } }`,
		vars{"id": w.id("carol")}).
		is("blockUser.user", `{"viewerHasBlocked":true,"viewerFollows":false,"viewerCanMessage":{"denial":"VIEWER_BLOCKS_THEM"}}`)
	bob.do(`{ blockedUsers { nodes { handle } } }`, nil).is("blockedUsers.nodes", `[{"handle":"carol"}]`)
	// The blocked learns nothing.
	w.as("carol").do(`query($id: ID!) { user(by: {id: $id}) { viewerHasBlocked viewerCanMessage { denial } } }`, vars{"id": w.id("bob")}).
		is("user", `{"viewerHasBlocked":false,"viewerCanMessage":{"denial":"NOT_ACCEPTING"}}`)
	bob.do(`mutation($id: ID!) { unblockUser(userId: $id) { ... on UserSuccess { user { viewerHasBlocked } } } }`, vars{"id": w.id("carol")}).
		is("unblockUser.user.viewerHasBlocked", `false`)
}
