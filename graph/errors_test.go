package graph_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/99designs/gqlgen/graphql/introspection"

	"github.com/aparte-im/aparte/dm"
	"github.com/aparte-im/aparte/graph"
)

// I9: what is somebody else's answers exactly as what does not exist, and as what is no id at all.
func TestWhatIsNotTheViewersDoesNotExist(t *testing.T) {
	w := newWorld(t, setup{})
	w.open("bob")
	sent := w.say("alice", "bob", "between us")
	foreign := map[string]string{"conversation": sent.text("conversation.id"), "message": sent.text("message.id")}
	missing := map[string]string{
		"conversation": w.conversation("carol", "dave"),
		"message":      dm.MessageID{Conversation: dm.ConversationOf(w.ids["carol"], w.ids["dave"]), Seq: 1}.String(),
	}
	malformed := map[string]string{"conversation": "cnv_", "message": "'; DROP TABLE messages"}
	const result = ` { __typename ... on UserError { code detail } }`
	for _, query := range []string{
		`query($conversation: ID!) { conversation(id: $conversation) { id } }`,
		`query($conversation: ID!) { node(id: $conversation) { id } }`,
		`query($message: ID!) { node(id: $message) { id } }`,
		`mutation($conversation: ID!) { acceptRequest(conversationId: $conversation)` + result + ` }`,
		`mutation($conversation: ID!) { markRead(conversationId: $conversation, upToSeq: 1)` + result + ` }`,
		`mutation($conversation: ID!) { muteConversation(conversationId: $conversation, muted: true)` + result + ` }`,
		`mutation($conversation: ID!) { archiveConversation(conversationId: $conversation, archived: true)` + result + ` }`,
		`mutation($conversation: ID!) { declineRequests(conversationIds: [$conversation])` + result + ` }`,
		`mutation($conversation: ID!) { sendMessage(input: {to: {conversationId: $conversation}, body: "x", clientMessageId: "1"}) { __typename ... on UserError { code } } }`,
	} {
		run := func(ids map[string]string) string {
			v := vars{}
			for name, id := range ids {
				if strings.Contains(query, "$"+name) {
					v[name] = id
				}
			}
			a := w.as("carol").post(query, v)
			if len(a.Errors) > 0 {
				t.Errorf("%s: %s", query, a.body)
			}
			return a.body
		}
		want := run(missing)
		if strings.Contains(want, "Success") {
			t.Fatalf("%s succeeded: %s", query, want)
		}
		if got := run(foreign); got != want {
			t.Errorf("I9: %s\nforeign: %s\nmissing: %s", query, got, want)
		}
		if got := run(malformed); got != want {
			t.Errorf("I9: %s\nmalformed: %s\nmissing: %s", query, got, want)
		}
	}
	w.as("alice").do(`query($m: ID!, $c: ID!) { m: node(id: $m) { id } c: conversation(id: $c) { id } }`,
		vars{"m": foreign["message"], "c": foreign["conversation"]}).is("m.id", `"`+foreign["message"]+`"`)
}

func TestMalformedUserIds(t *testing.T) {
	w := newWorld(t, setup{})
	for _, id := range []string{"usr_", "usr_zzz", w.conversation("alice", "bob"), w.id("bob") + "0", "\x00"} {
		v := vars{"id": id}
		n := w.as("alice").do(`query($id: ID!) { user(by: {id: $id}) { id } conversationWith(userId: $id) { id } }`, v)
		n.is("user", `null`)
		n.is("conversationWith", `null`)
		n = w.as("alice").do(`mutation($id: ID!) { followUser(userId: $id) { ... on UserError { code } }
			sendMessage(input: {to: {userId: $id}, body: "x", clientMessageId: "1"}) { ... on UserError { code } } }`, v)
		n.is("followUser.code", `"NOT_FOUND"`)
		n.is("sendMessage.code", `"NOT_FOUND"`)
	}
}

func TestRefusalsHaveTheirCode(t *testing.T) {
	w := newWorld(t, setup{})
	alice := w.as("alice")
	for query, code := range map[string]string{
		`{ inbox(first: 0) { nodes { id } } }`:                            "INVALID_INPUT",
		`{ inbox(first: 101) { nodes { id } } }`:                          "INVALID_INPUT",
		`{ inbox(first: 99999999999) { nodes { id } } }`:                  "INVALID_INPUT",
		`{ inbox(first: 999999999999999999999999) { nodes { id } } }`:     "GRAPHQL_VALIDATION_FAILED",
		`{ inbox(after: "nonsense") { nodes { id } } }`:                   "INVALID_INPUT",
		`{ searchUsers(query: "a", after: "nonsense") { nodes { id } } }`: "INVALID_INPUT",
		`{ settingsHistory(first: 1000) { nodes { at } } }`:               "INVALID_INPUT",
		`{ user { id } }`: "GRAPHQL_VALIDATION_FAILED",
		`{ user(by: {id: "usr_", handle: "bob"}) { id } }`: "GRAPHQL_VALIDATION_FAILED",
		`{ user(by: {handle: ""}) { id } }`:                "INVALID_INPUT",
		`{ nothing }`:                                      "GRAPHQL_VALIDATION_FAILED",
		`{ inbox(folder: ATTIC) { nodes { id } } }`:        "GRAPHQL_VALIDATION_FAILED",
		`query A { __typename } query B { __typename }`:    "GRAPHQL_VALIDATION_FAILED",
		`{ inbox `: "GRAPHQL_PARSE_FAILED",
		`{ me { ...on User @defer { handle } } }`:       "GRAPHQL_VALIDATION_FAILED",
		`{` + strings.Repeat(" __typename", 2000) + `}`: "COMPLEXITY_LIMIT_EXCEEDED",
		`{ inbox(first: 100) { nodes { messages(first: 100) { nodes { id seq body createdAt clientMessageId } } } } }`: "COMPLEXITY_LIMIT_EXCEEDED",
	} {
		a := alice.post(query, nil)
		if len(a.Errors) != 1 || a.Errors[0].code() != code || a.status != http.StatusOK {
			t.Errorf("%.60s: want %s, got %d %.300s", query, code, a.status, a.body)
		}
	}
	a := alice.post(`query($n: Int) { inbox(first: $n) { nodes { id } } }`, vars{"n": 0})
	if a.Errors[0].Extensions["field"] != "first" || len(a.Errors[0].Path) == 0 {
		t.Errorf("no field or path: %s", a.body)
	}
	alice.do(sendMessage, vars{"input": vars{"to": vars{}, "body": "x", "clientMessageId": "1"}}).is("sendMessage.code", `"INVALID_INPUT"`)
	alice.do(sendMessage, vars{"input": vars{"to": vars{"userId": w.id("bob")}, "body": " ", "clientMessageId": "1"}}).is("sendMessage.field", `"body"`)
	alice.do(sendMessage, vars{"input": vars{"to": vars{"userId": w.id("alice")}, "body": "x", "clientMessageId": "1"}}).is("sendMessage.denial", `"SELF"`)
}

func TestHTTPIsStrictAndRepeatsNothing(t *testing.T) {
	w := newWorld(t, setup{})
	const marker = "a private word"
	alice := w.as("alice")
	post := alice.with("Content-Type", "application/json")
	for name, c := range map[string]struct {
		a      answer
		status int
		code   string
	}{
		"cut":             {post.send("POST", "/graphql", `{"query": "{me{id}}", "x": "`+marker), 400, "BAD_REQUEST"},
		"no object":       {post.send("POST", "/graphql", `"`+marker+`"`), 400, "BAD_REQUEST"},
		"two values":      {post.send("POST", "/graphql", `{"query":"{me{id}}"} {"query":"`+marker+`"}`), 400, "BAD_REQUEST"},
		"wrong type":      {post.send("POST", "/graphql", `{"query":"{me{id}}","variables":"`+marker+`"}`), 400, "BAD_REQUEST"},
		"no query":        {post.send("POST", "/graphql", `{"variables":{"x":"`+marker+`"}}`), 400, "BAD_REQUEST"},
		"empty":           {post.send("POST", "/graphql", ``), 400, "BAD_REQUEST"},
		"too large":       {post.send("POST", "/graphql", `{"query":"`+strings.Repeat(marker, 10_000)+`"}`), 413, "PAYLOAD_TOO_LARGE"},
		"no JSON":         {alice.with("Content-Type", "text/plain").send("POST", "/graphql", marker), 415, "UNSUPPORTED_MEDIA_TYPE"},
		"no type":         {alice.send("POST", "/graphql", marker), 415, "UNSUPPORTED_MEDIA_TYPE"},
		"put":             {post.send("PUT", "/graphql", marker), 405, "METHOD_NOT_ALLOWED"},
		"variables":       {alice.send("GET", "/graphql?query={me{id}}&variables="+url.QueryEscape(marker), ""), 400, "BAD_REQUEST"},
		"mutation by GET": {alice.send("GET", "/graphql?query="+url.QueryEscape(`mutation{setReadReceipts(on:false){__typename}}`), ""), 405, "METHOD_NOT_ALLOWED"},
		"subscription":    {alice.post(`subscription { inboxEvents { cursor } }`, nil), 406, "NOT_ACCEPTABLE"},
	} {
		t.Run(name, func(t *testing.T) {
			c.a.t = t
			c.a.fails(c.status, c.code)
			if strings.Contains(c.a.body, marker) {
				t.Errorf("it repeats what it was sent: %s", c.a.body)
			}
		})
	}
	if logged := w.logs.String(); logged != "" {
		t.Errorf("logged: %s", logged)
	}
	a := alice.send("GET", "/graphql?query="+url.QueryEscape(`query($n:Int){me{handle} inbox(first:$n){nodes{id}}}`)+"&variables="+url.QueryEscape(`{"n":3}`), "")
	a.node().is("me.handle", `"alice"`)
	if got := a.header.Get("Content-Type"); got != "application/json; charset=utf-8" {
		t.Error(got)
	}
	// The newer media type tells by its status what was not run.
	modern := alice.with("Accept", "application/graphql-response+json")
	modern.post(`{ nothing }`, nil).fails(400, "GRAPHQL_VALIDATION_FAILED")
	if a := modern.post(me, nil); a.status != 200 || a.header.Get("Content-Type") != "application/graphql-response+json; charset=utf-8" {
		t.Error(a.status, a.header)
	}
}

// broken fails in several ways.
type broken struct{ dm.Store }

var errSecretDetail = errors.New("connection to 10.0.0.7 lost")

func (broken) Inbox(_ context.Context, _ dm.UserID, f dm.Folder, _ *dm.InboxPlace, _ int) ([]*dm.View, error) {
	if f == dm.FolderArchive {
		panic("a detail that panics")
	}
	return nil, errSecretDetail
}

func (broken) Log(context.Context, dm.UserID, int64, int) (dm.Log, error) {
	return dm.Log{}, errSecretDetail
}

func (broken) Append(context.Context, dm.Send) (dm.Sent, error) {
	return dm.Sent{}, dm.Overloaded(1500 * time.Millisecond)
}

func TestWhatFailsInsideStaysInside(t *testing.T) {
	w := newWorld(t, setup{wrap: func(s dm.Store) dm.Store { return broken{s} }})
	for query, detail := range map[string]string{
		`{ inbox { nodes { id } } }`:                  "10.0.0.7",
		`{ inbox(folder: ARCHIVE) { nodes { id } } }`: "a detail that panics",
	} {
		a := w.as("alice").post(query, nil)
		a.fails(http.StatusOK, "INTERNAL")
		id, _ := a.Errors[0].Extensions["requestId"].(string)
		if strings.Contains(a.body, detail) || id == "" {
			t.Errorf("shown: %s", a.body)
		}
		if logged := w.logs.String(); !strings.Contains(logged, id) || !strings.Contains(logged, detail) {
			t.Errorf("%s is not in the log: %s", id, logged)
		}
	}
	w.as("alice").do(`mutation($to: ID!) { sendMessage(input: {to: {userId: $to}, body: "x", clientMessageId: "1"}) { ... on RateLimited { code retryAfterSeconds } } }`,
		vars{"to": w.id("bob")}).is("sendMessage", `{"code":"RATE_LIMITED","retryAfterSeconds":2}`)
}

func TestIntrospectionCanBeOff(t *testing.T) {
	on, off := newWorld(t, setup{}), newWorld(t, setup{config: func(c *graph.Config) { c.Introspection = false }})
	const query = `{ __schema { queryType { name } } }`
	on.as("alice").do(query, nil).is("__schema.queryType.name", `"Query"`)
	if n := len(on.as("alice").do(introspection.Query, nil).list("__schema.types")); n < 50 {
		t.Errorf("a client's own introspection finds %d types", n)
	}
	off.as("alice").post(query, nil).fails(http.StatusOK, "GRAPHQL_VALIDATION_FAILED")
	off.as("alice").do(`{ __typename me { __typename } }`, nil).is("me.__typename", `"User"`)
}

// A page that is asked for without a size has the default one, and is weighed as that.
func TestAPageWithoutASizeIsWeighed(t *testing.T) {
	w := newWorld(t, setup{})
	for name, query := range map[string]string{
		"by default":      `{ inbox(%s) { nodes { %s } } }`,
		"null":            `{ inbox(first: null %s) { nodes { %s } } }`,
		"no variable":     `query($n: Int) { inbox(first: $n %s) { nodes { %s } } }`,
		"a null variable": `query($n: Int = null) { inbox(first: $n %s) { nodes { %s } } }`,
	} {
		var pages strings.Builder
		for i := range 60 {
			fmt.Fprintf(&pages, "p%d: messages(first: null) { nodes { id } } ", i)
		}
		query = fmt.Sprintf(query, "folder: INBOX", pages.String())
		if a := w.as("alice").post(query, nil); len(a.Errors) != 1 || a.Errors[0].code() != "COMPLEXITY_LIMIT_EXCEEDED" {
			t.Errorf("%s: 20 conversations with 60 pages of 50 messages each are answered with %.300s", name, a.body)
		}
	}
}

// Nested fragments double the work of a naive check with each level; this one has to be refused at
// once.
func TestAFragmentBombIsRefused(t *testing.T) {
	w := newWorld(t, setup{})
	const levels = 40
	var b strings.Builder
	b.WriteString(`{ me { ...f0 } }`)
	for i := range levels {
		fmt.Fprintf(&b, " fragment f%d on User { ...f%d a: viewerCanMessage { allowed } ...f%d }", i, i+1, i+1)
	}
	fmt.Fprintf(&b, " fragment f%d on User { id }", levels)
	w.as("alice").post(b.String(), nil).fails(http.StatusOK, "COMPLEXITY_LIMIT_EXCEEDED")
}
