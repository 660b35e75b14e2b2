package graph_test

import "testing"

// A generated client in Go sends the zero value of each input that its caller leaves out.
func TestZeroValuesOfAGeneratedClientAreLeftOut(t *testing.T) {
	w := newWorld(t, setup{})
	w.open("bob")
	w.befriend("alice", "bob")
	alice := w.as("alice")
	send := func(to vars) node {
		return alice.do(`mutation($input: SendMessageInput!) { sendMessage(input: $input) { __typename
			... on SendMessageSuccess { message { video { url title authorHandle thumbnailUrl } } }
			... on InvalidInput { field } } }`, vars{"input": vars{
			"to": to, "body": "", "contactCode": "", "clientMessageId": "1",
			"video": vars{"url": "https://v.example/1", "title": "", "authorHandle": "", "thumbnailUrl": ""},
		}})
	}
	// The first message makes the conversation.
	send(vars{"userId": w.id("bob")}).is("sendMessage.__typename", `"SendMessageSuccess"`)
	for name, to := range map[string]vars{
		"by id":             {"userId": w.id("bob"), "conversationId": ""},
		"by null":           {"userId": w.id("bob"), "conversationId": nil},
		"by a conversation": {"userId": "", "conversationId": w.conversation("alice", "bob")},
	} {
		t.Run(name, func(t *testing.T) {
			send(to).is("sendMessage.message.video", `{"url":"https://v.example/1","title":null,"authorHandle":null,"thumbnailUrl":null}`)
		})
	}
	send(vars{"userId": "", "conversationId": ""}).is("sendMessage.field", `"to"`)
	send(vars{"userId": w.id("bob"), "conversationId": w.conversation("alice", "bob")}).is("sendMessage.field", `"to"`)

	alice.do(`query($by: UserBy!) { user(by: $by) { handle } }`, vars{"by": vars{"id": "", "handle": "bob", "externalId": ""}}).
		is("user.handle", `"bob"`)
	alice.post(`query($by: UserBy!) { user(by: $by) { handle } }`, vars{"by": vars{"id": w.id("bob"), "handle": "bob"}}).
		fails(200, "INVALID_INPUT")
	alice.do(`query($folder: Folder, $after: String) { inbox(folder: $folder, after: $after) { nodes { folder } } }`, vars{"folder": "", "after": ""}).
		is("inbox.nodes.0.folder", `"INBOX"`)
	alice.do(makeReport, vars{"in": vars{
		"clientReportId": "r", "category": "SPAM", "note": "",
		"target": vars{"messageIds": []string{}, "conversationId": w.conversation("alice", "bob")},
	}}).is("report.field", `"target.conversationId"`) // bob has written nothing

	w.admin().do(`mutation($users: [UserInput!]!) { upsertUsers(users: $users) { ... on UpsertUsersSuccess { users { displayName avatarUrl } } } }`,
		vars{"users": []vars{{
			"externalId": "zero", "handle": "zero", "displayName": "", "avatarUrl": "", "ageBand": "", "createdAt": "",
		}}}).is("upsertUsers.users", `[{"displayName":"zero","avatarUrl":null}]`)
}

// In the text of a document an input object with @oneOf has one member exactly, as the
// specification says.
func TestAOneOfInADocumentIsValidated(t *testing.T) {
	w := newWorld(t, setup{})
	for _, by := range []string{`{}`, `{id: "usr_", handle: "bob"}`, `{id: "usr_", handle: ""}`, `{id: null}`} {
		w.as("alice").post(`{ user(by: `+by+`) { id } }`, nil).fails(200, "GRAPHQL_VALIDATION_FAILED")
	}
	w.as("alice").post(`query($id: ID) { user(by: {id: $id}) { id } }`, vars{"id": "x"}).fails(200, "GRAPHQL_VALIDATION_FAILED")
	w.as("alice").post(`query($id: ID!) { user(by: {id: $id}) { id } }`, vars{"id": ""}).fails(200, "INVALID_INPUT")
}
