package graph_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/99designs/gqlgen/graphql/introspection"
)

// ask sends a request past the network, and returns its answer: what only a client's own address
// book would add.
func (w *world) ask(t *testing.T, method, target, body string, header http.Header) *httptest.ResponseRecorder {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), method, "/graphql", strings.NewReader(body))
	r.URL.RawQuery = target
	r.Header = header.Clone()
	recorder := httptest.NewRecorder()
	w.graph.ServeHTTP(recorder, r)
	return recorder
}

// sound checks what holds of every answer, whatever was asked: it is JSON, somebody is told why
// something failed, and it is never the service that has failed.
func sound(t *testing.T, w *world, r *httptest.ResponseRecorder) {
	t.Helper()
	if r.Header().Get("Content-Type") == "text/event-stream" {
		return
	}
	var a struct {
		Data   json.RawMessage
		Errors []apiError
	}
	body := r.Body.Bytes()
	if err := json.Unmarshal(body, &a); err != nil {
		t.Fatalf("%d no JSON: %q", r.Code, body)
	}
	if r.Code >= http.StatusInternalServerError || a.Data == nil && len(a.Errors) == 0 {
		t.Errorf("%d %s", r.Code, body)
	}
	for _, e := range a.Errors {
		if e.code() == "" || e.code() == "INTERNAL" || e.Message == "" {
			t.Errorf("%d %s\n%s", r.Code, body, w.logs)
		}
	}
}

func jsonHeader(w *world) http.Header {
	return w.as("alice").with("Content-Type", "application/json").header
}

// Any body is answered, and never by a failure.
func FuzzHTTPBody(f *testing.F) {
	for _, seed := range []string{
		`{"query":"{ me { id } }"}`, `{"query":"query($n: Int) { inbox(first: $n) { nodes { id } } }","variables":{"n":1}}`,
		`{"query":"{ me { id } }","operationName":null,"extensions":{"persistedQuery":{"sha256Hash":"x"}}}`,
		`{"documentId":"x"}`, `[]`, `null`, `"x"`, `{"query":5}`, `{"query":"{ me { id } }","variables":[]}`,
		`{"QUERY":"{ me { id } }","query":""}`, "{\"query\":\"\xff\"}", `{"query":"\ud800"}`, `{"query":"{ me { id } }"} {}`,
		`{"extensions":{"documentId":7,"persistedQuery":"x"}}`, ``,
	} {
		f.Add([]byte(seed))
	}
	w := newWorld(f, setup{})
	header := jsonHeader(w)
	f.Fuzz(func(t *testing.T, body []byte) {
		sound(t, w, w.ask(t, http.MethodPost, "", string(body), header))
	})
}

// Any address, method and header is.
func FuzzHTTPRequest(f *testing.F) {
	for _, seed := range [][4]string{
		{"GET", "query={me{id}}", "application/json", ""},
		{"GET", "query={me{id}}&variables={}", "*/*;q=0.5", ""},
		{"POST", "", "text/event-stream, application/json;q=0", "application/json"},
		{"GET", "query=%ff", "a/b;q=2,,;", ""},
		{"GET", "documentId=x&extensions={\"a\":1}", "application/*;q=1.000", ""},
		{"PUT", "query=x;y", "", "multipart/form-data"},
		{"HEAD", "", "application/json; charset=\"utf-8\"", "application/json; charset=utf-7"},
	} {
		f.Add(seed[0], seed[1], seed[2], seed[3])
	}
	w := newWorld(f, setup{})
	known := w.as("alice").header
	f.Fuzz(func(t *testing.T, method, target, accept, contentType string) {
		if _, err := http.NewRequestWithContext(t.Context(), method, "/", nil); err != nil {
			t.Skip("no method")
		}
		header := known.Clone()
		header.Set("Accept", accept)
		header.Set("Content-Type", contentType)
		if strings.Contains(target, "subscription") {
			t.Skip("it would last")
		}
		sound(t, w, w.ask(t, method, target, `{"query":"{ me { id } }"}`, header))
	})
}

// Any document is.
func FuzzDocument(f *testing.F) {
	for _, seed := range []string{
		`{ me { id } }`, me, sendMessage, introspection.Query, `query A { __typename } query B { __typename }`,
		`{ inbox(first: 100, folder: INBOX) { nodes { ...f } } } fragment f on Conversation { id ... on DirectConversation { with { ... on User { handle } } } }`,
		`{ me { ...f } } fragment f on User { ...g } fragment g on User { ...f }`, `query($x: [[Int!]!]! = [[1]]) { me @skip(if: false) { id } }`,
		`{ node(id: "x") { __typename ... on Message { body } ... on User { handle } } }`, `{ __type(name: "User") { fields { name } } }`,
		`mutation { declineRequests(conversationIds: ["", "cnv_"]) { ... on UserError { code } } }`, `{ user(by: {id: """a "b" c"""}) { id } }`,
	} {
		f.Add(seed)
	}
	w := newWorld(f, setup{})
	header := jsonHeader(w)
	f.Fuzz(func(t *testing.T, document string) {
		sound(t, w, w.ask(t, http.MethodPost, "", jsonOf(t, vars{"query": document}), header))
	})
}

// Any variables are.
func FuzzVariables(f *testing.F) {
	operations := []string{
		sendMessage,
		`query($first: Int, $after: String, $folder: Folder) { inbox(first: $first, after: $after, folder: $folder) { nodes { id } } }`,
		`query($id: ID!, $ids: [ID!]) { user(by: {id: $id}) { id } node(id: $id) { id } conversation(id: $id) { id messages(first: 1) { nodes { id } } } }`,
		`mutation($ids: [ID!]!) { declineRequests(conversationIds: $ids) { ... on UserError { code } } }`,
		`mutation($input: SetWhoCanMessageMeInput!) { setWhoCanMessageMe(input: $input) { ... on UserError { code } } }`,
		`mutation($id: ID!, $seq: Int!) { markRead(conversationId: $id, upToSeq: $seq) { ... on UserError { code } } }`,
	}
	for i := range operations {
		for _, seed := range []string{
			`{"input":{"to":{"userId":"usr_"},"body":"x","clientMessageId":"1"}}`, `{"input":{"video":{"url":"http://x/","title":"t"},"clientMessageId":"1","to":{"userId":"x"}}}`,
			`{"first":1,"after":"x","folder":"INBOX"}`, `{"first":"1","folder":"inbox"}`, `{"first":1e2,"after":null}`, `{"id":5,"ids":"x","seq":-1}`,
			`{"ids":["x",null]}`, `{"ids":[["x"]]}`, `{"input":{"audience":"CUSTOM","routes":[{"relation":"KNOWN","route":"INBOX"}]}}`,
			`{"id":{},"seq":99999999999}`, `{"input":null}`, `{"id":1.5}`, `{"first":-9223372036854775809}`,
		} {
			f.Add(i, seed)
		}
	}
	w := newWorld(f, setup{})
	header := jsonHeader(w)
	f.Fuzz(func(t *testing.T, operation int, variables string) {
		if operation < 0 || operation >= len(operations) || !json.Valid([]byte(variables)) {
			t.Skip("no request")
		}
		body := `{"query":` + jsonOf(t, operations[operation]) + `,"variables":` + variables + `}`
		sound(t, w, w.ask(t, http.MethodPost, "", body, header))
	})
}

// Any id of a last event is: it is a cursor of the viewer's, or refused.
func FuzzLastEvent(f *testing.F) {
	w := newWorld(f, setup{})
	for _, seed := range []string{"", "nonsense", w.cursorOf("alice"), w.cursorOf("bob"), "\x00", strings.Repeat("A", 100)} {
		f.Add(seed)
	}
	header, own := w.as("alice").with("Accept", "text/event-stream").header, w.cursorOf("alice")
	f.Fuzz(func(t *testing.T, id string) {
		if id == "" || id == own {
			t.Skip("it would last")
		}
		header := header.Clone()
		header["Last-Event-Id"] = []string{id}
		r := w.ask(t, http.MethodGet, "query=subscription{inboxEvents{cursor}}", "", header)
		if body := r.Body.String(); r.Code != http.StatusOK || !strings.Contains(body, `"INVALID_CURSOR"`) || !strings.Contains(body, "event: complete") {
			t.Errorf("%d %q", r.Code, body)
		}
	})
}
