package graph_test

import (
	"crypto/sha256"
	"encoding/hex"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/aparte-im/aparte/dm"
	"github.com/aparte-im/aparte/graph"
	"github.com/aparte-im/aparte/graph/admission"
	"github.com/aparte-im/aparte/graph/auth"
)

func hash(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:])
}

// write makes files in a folder of the test's own.
func write(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func documents(t *testing.T, path string) *admission.Documents {
	t.Helper()
	d, err := admission.LoadDocuments(path)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// With trusted documents a service takes these and no others, over HTTP, streams and sockets alike.
func TestOnlyTrustedDocumentsAreTaken(t *testing.T) {
	const (
		inbox  = `query($n: Int) { inbox(first: $n) { nodes { id } } }`
		end    = `{ unread { cursor } }`
		follow = `subscription($a: Cursor) { inboxEvents(after: $a) { ... on MessageAdded { message { body } } } }`
	)
	w := newWorld(t, setup{config: func(c *graph.Config) {
		c.Documents = documents(t, write(t, map[string]string{
			"me.graphql": me, "deeper/inbox.gql": inbox, "events.graphql": follow, "end.graphql": end, "README.md": "{ no document }",
		}))
	}})
	bob := w.as("bob").with("Content-Type", "application/json")
	ask := func(request vars) answer { return bob.send("POST", "/graphql", jsonOf(t, request)) }
	persisted := func(hash string) vars { return vars{"persistedQuery": vars{"version": 1, "sha256Hash": hash}} }
	for name, request := range map[string]vars{
		"a hash":                   {"extensions": persisted(hash(me))},
		"a hash in capitals":       {"extensions": persisted(strings.ToUpper(hash(me)))},
		"an id":                    {"documentId": hash(me)},
		"an id with its algorithm": {"documentId": "sha256:" + hash(me)},
		"a text that is known":     {"query": me},
		"a text and its hash":      {"query": me, "extensions": persisted(hash(me))},
	} {
		if a := ask(request); a.status != 200 || len(a.Errors) != 0 {
			t.Errorf("%s: %s", name, a.body)
		}
	}
	for name, request := range map[string]vars{
		"a text":                    {"query": `{ me { id } }`},
		"a text that is no text":    {"query": `{ private`},
		"a hash":                    {"extensions": persisted(hash("{ me { id } }"))},
		"no hash":                   {"documentId": "nonsense"},
		"a text with another hash":  {"query": `{ me { id } }`, "documentId": hash(me)},
		"a known text with another": {"query": me, "documentId": hash(inbox)},
	} {
		a := ask(request)
		if len(a.Errors) != 1 || a.Errors[0].code() != "UNKNOWN_DOCUMENT" || strings.Contains(a.body, "private") {
			t.Errorf("%s: %s", name, a.body)
		}
	}
	ask(vars{"variables": vars{}}).fails(400, "BAD_REQUEST")
	// Limits on variables still apply.
	if a := ask(vars{"documentId": hash(inbox), "variables": vars{"n": 1000}}); a.Errors[0].code() != "INVALID_INPUT" {
		t.Error(a.body)
	}
	get := "/graphql?documentId=" + hash(inbox) + "&variables=" + url.QueryEscape(`{"n":1}`)
	w.as("bob").send("GET", get, "").node().is("inbox.nodes", "[]")

	// A stream and a socket.
	for from, to := range map[string]string{"alice": "bob", "bob": "alice"} {
		if err := w.service.Follow(t.Context(), w.ids[from], w.ids[to]); err != nil {
			t.Fatal(err)
		}
	}
	from := vars{"a": ask(vars{"documentId": hash(end)}).node().text("unread.cursor")}
	stream := bob.events("POST", "/graphql", jsonOf(t, vars{"documentId": hash(follow), "variables": from}))
	socket := w.socket("bob")
	socket.say(`{"type":"subscribe","id":"1","payload":` + jsonOf(t, vars{"extensions": persisted(hash(follow)), "variables": from}) + `}`)
	byID := w.socket("bob")
	byID.say(`{"type":"subscribe","id":"1","payload":{"documentId":"` + hash(me) + `"}}`)
	byID.next().is("me.handle", `"bob"`)
	refused := w.socket("bob")
	refused.run("1", `{ me { id } }`, nil)
	if b, err := refused.conn.Read(); err != nil || !strings.Contains(string(b), "UNKNOWN_DOCUMENT") {
		t.Errorf("%s %v", b, err)
	}
	if _, err := w.service.Send(t.Context(), w.ids["alice"], dm.SendInput{To: w.ids["bob"], Body: "one", ClientMessageID: "1"}); err != nil {
		t.Fatal(err)
	}
	stream.next().is("data.inboxEvents.message.body", `"one"`)
	socket.next().is("inboxEvents.message.body", `"one"`)
}

// Without trusted documents a hash alone gets the code and the message at which clients send the
// text.
func TestAHashWithoutDocuments(t *testing.T) {
	w := newWorld(t, setup{})
	post := w.as("bob").with("Content-Type", "application/json", "Accept", "application/graphql-response+json")
	for name, request := range map[string]vars{
		"an id":                {"documentId": hash(me)},
		"a hash":               {"extensions": vars{"persistedQuery": vars{"version": 1, "sha256Hash": hash(me)}}},
		"a hash of nothing":    {"documentId": "nonsense"},
		"a hash and variables": {"documentId": hash(me), "variables": vars{"n": 1}},
	} {
		body := jsonOf(t, request)
		post.send("POST", "/graphql", body).fails(400, "PERSISTED_QUERY_NOT_SUPPORTED")
		plain := w.as("bob").with("Content-Type", "application/json").send("POST", "/graphql", body)
		if plain.status != 200 || plain.Errors[0].Message != "PersistedQueryNotSupported" {
			t.Errorf("%s: %d %s", name, plain.status, plain.body)
		}
		socket := w.socket("bob")
		socket.say(`{"type":"subscribe","id":"1","payload":` + body + `}`)
		if b, err := socket.conn.Read(); err != nil || !strings.Contains(string(b), "PERSISTED_QUERY_NOT_SUPPORTED") {
			t.Errorf("%s on a socket: %s %v", name, b, err)
		}
	}
	if a := post.send("POST", "/graphql", jsonOf(t, vars{"query": me, "documentId": "anything"})); a.status != 200 {
		t.Error(a.body)
	}
}

func TestTrustedDocumentsThatCannotBe(t *testing.T) {
	for name, files := range map[string]map[string]string{
		"a hash that is another's": {"d.json": `{"` + hash("{ me { id } }") + `": "{ me { handle } }"}`},
		"no object":                {"d.json": `["{ me { id } }"]`},
		"none":                     {"d.json": `{}`},
		"no file":                  {"x.json": `{}`},
	} {
		if d, err := admission.LoadDocuments(filepath.Join(write(t, files), "d.json")); err == nil {
			t.Errorf("%s: %d documents", name, d.Len())
		}
	}
	if _, err := admission.LoadDocuments(write(t, map[string]string{"a.txt": me})); err == nil {
		t.Error("a folder without documents")
	}
	good := filepath.Join(write(t, map[string]string{"d.json": jsonOf(t, vars{"sha256:" + hash(me): me})}), "d.json")
	if d := documents(t, good); d.Len() != 1 {
		t.Error(d.Len())
	}
	// One that could not be run is found when the service starts.
	for _, text := range []string{`{ nothing }`, `{ me`, `{` + strings.Repeat(" me { id }", 100) + `}`} {
		verify, err := auth.HS256(secret, nil)
		if err != nil {
			t.Fatal(err)
		}
		w := newWorld(t, setup{})
		_, err = graph.New(graph.Config{
			Service: w.service, Verify: verify, Documents: documents(t, write(t, map[string]string{"bad.graphql": text})),
		})
		if err == nil || !strings.Contains(err.Error(), "bad.graphql") {
			t.Errorf("%.20s: %v", text, err)
		}
	}
}
