package graph_test

import (
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/aparte-im/aparte/internal/testlog"

	"github.com/google/uuid"

	"github.com/aparte-im/aparte/dm"
	"github.com/aparte-im/aparte/graph"
	"github.com/aparte-im/aparte/graph/auth"
	"github.com/aparte-im/aparte/internal/testdb"
	"github.com/aparte-im/aparte/internal/testwait"
	"github.com/aparte-im/aparte/live"
	"github.com/aparte-im/aparte/store"
)

// patience bounds the wait for a state that must come. No test waits for time to pass.
var patience = testwait.Limit(20 * time.Second)

var secret = []byte("a secret of more than thirty-two bytes")

// world is a whole service with some people, behind a real HTTP server.
type world struct {
	t       testing.TB
	service *dm.Service
	store   dm.Store
	graph   *graph.Server
	http    *httptest.Server
	logs    *testlog.Log
	ids     map[string]dm.UserID
}

// setup says how a world differs from the usual one.
type setup struct {
	url    string
	wrap   func(dm.Store) dm.Store
	config func(*graph.Config)
	poll   time.Duration
	clock  func() time.Time
}

// people are in every world. Their external ids are "x-" and the handle.
var people = []string{"alice", "bob", "carol", "dave", "erin"}

func newWorld(t testing.TB, with setup) *world {
	t.Helper()
	ctx := context.Background()
	if with.url == "" {
		with.url = testdb.SQLite(t)
	}
	hub := live.NewHub()
	kept, err := store.Open(ctx, store.Config{URL: with.url, Rules: dm.DefaultRules(), Publisher: hub, Clock: with.clock})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := kept.Close(); err != nil {
			t.Error(err)
		}
	})
	var port dm.Store = kept
	if with.wrap != nil {
		port = with.wrap(port)
	}
	w := &world{t: t, store: port, logs: &testlog.Log{}, ids: map[string]dm.UserID{}}
	w.service = dm.New(dm.Config{Store: port, Bus: hub, PollInterval: with.poll})
	var in []dm.UserInput
	for _, p := range people {
		in = append(in, dm.UserInput{ExternalID: "x-" + p, Handle: p, DisplayName: strings.ToUpper(p[:1]) + p[1:]})
	}
	made, err := w.service.UpsertUsers(ctx, in)
	if err != nil {
		t.Fatal(err)
	}
	for _, u := range made {
		w.ids[u.Handle] = u.ID
	}
	verify, err := auth.HS256(secret, nil)
	if err != nil {
		t.Fatal(err)
	}
	config := graph.Config{
		Service: w.service, Verify: verify, Introspection: true, Logger: slog.New(slog.NewTextHandler(w.logs, nil)),
	}
	if with.config != nil {
		with.config(&config)
	}
	if w.graph, err = graph.New(config); err != nil {
		t.Fatal(err)
	}
	w.http = httptest.NewUnstartedServer(w.graph)
	w.http.Config.ReadHeaderTimeout = 5 * time.Second
	w.http.Start()
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), patience)
		defer cancel()
		if err := w.graph.Shutdown(ctx); err != nil {
			t.Error("shutdown:", err)
		}
		w.http.Close()
	})
	return w
}

func (w *world) id(handle string) string { return w.ids[handle].String() }

// conversation is the id of the one that two people have, or would have.
func (w *world) conversation(a, b string) string {
	return dm.ConversationOf(w.ids[a], w.ids[b]).String()
}

// token signs for a user of the world by handle.
func token(t testing.TB, handle string) string { return sign(t, "x-"+handle) }

func sign(t testing.TB, subject string, scopes ...string) string {
	t.Helper()
	s, err := auth.SignToken(secret, subject, time.Hour, scopes...)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// caller makes requests with one set of headers.
type caller struct {
	w      *world
	header http.Header
}

// as calls as a user, by handle.
func (w *world) as(handle string) caller {
	return w.with("Authorization", "Bearer "+token(w.t, handle))
}

// admin calls as the host application.
func (w *world) admin() caller {
	return w.with("Authorization", "Bearer "+sign(w.t, "the-host", auth.ScopeAdmin))
}

func (w *world) with(pairs ...string) caller {
	return caller{w, http.Header{}}.with(pairs...)
}

func (c caller) with(pairs ...string) caller {
	c.header = c.header.Clone()
	for i := 0; i < len(pairs); i += 2 {
		c.header.Set(pairs[i], pairs[i+1])
	}
	return c
}

// vars are the variables of an operation.
type vars map[string]any

type apiError struct {
	Message    string
	Path       []any
	Extensions map[string]any
}

func (e apiError) code() string {
	code, _ := e.Extensions["code"].(string)
	return code
}

// answer is a GraphQL response and what HTTP said around it.
type answer struct {
	t      testing.TB
	status int
	header http.Header
	body   string
	Data   json.RawMessage
	Errors []apiError
}

// send makes any HTTP request.
func (c caller) send(method, path, body string) answer {
	c.w.t.Helper()
	r, err := http.NewRequest(method, c.w.http.URL+path, strings.NewReader(body))
	if err != nil {
		c.w.t.Fatal(err)
	}
	r.Header = c.header
	response, err := c.w.http.Client().Do(r)
	if err != nil {
		c.w.t.Fatal(err)
	}
	defer func() { _ = response.Body.Close() }()
	b, err := io.ReadAll(response.Body)
	if err != nil {
		c.w.t.Fatal(err)
	}
	a := answer{t: c.w.t, status: response.StatusCode, header: response.Header, body: string(b)}
	if err := json.Unmarshal(b, &a); err != nil {
		c.w.t.Fatalf("no JSON: %s", b)
	}
	return a
}

// post runs an operation, whatever becomes of it.
func (c caller) post(query string, v vars) answer {
	c.w.t.Helper()
	body, err := json.Marshal(map[string]any{"query": query, "variables": v})
	if err != nil {
		c.w.t.Fatal(err)
	}
	return c.with("Content-Type", "application/json").send("POST", "/graphql", string(body))
}

// do runs an operation that must succeed and returns its data.
func (c caller) do(query string, v vars) node {
	c.w.t.Helper()
	a := c.post(query, v)
	if a.status != http.StatusOK || len(a.Errors) > 0 {
		c.w.t.Fatalf("%d %s", a.status, a.body)
	}
	return a.node()
}

func (a answer) node() node {
	a.t.Helper()
	return parse(a.t, a.Data)
}

// fails checks that the operation as a whole failed with one code.
func (a answer) fails(status int, code string) {
	a.t.Helper()
	if a.status != status || len(a.Errors) != 1 || a.Errors[0].code() != code {
		a.t.Fatalf("want %d %s, got %d %s", status, code, a.status, a.body)
	}
}

// node is a JSON value with a path to its parts.
type node struct {
	t     testing.TB
	value any
}

func parse(t testing.TB, b []byte) node {
	t.Helper()
	n := node{t: t}
	if err := json.Unmarshal(b, &n.value); err != nil {
		t.Fatalf("%v: %s", err, b)
	}
	return n
}

// at walks down: names of fields and indices of lists, with dots between.
func (n node) at(path string) node {
	n.t.Helper()
	for step := range strings.SplitSeq(path, ".") {
		switch v := n.value.(type) {
		case map[string]any:
			inner, ok := v[step]
			if !ok {
				n.t.Fatalf("no %q of %q in %v", step, path, v)
			}
			n.value = inner
		case []any:
			i := int(step[0] - '0')
			if len(step) != 1 || i < 0 || i >= len(v) {
				n.t.Fatalf("no %q of %q in %v", step, path, v)
			}
			n.value = v[i]
		default:
			n.t.Fatalf("no %q of %q in %v", step, path, v)
		}
	}
	return n
}

func (n node) text(path string) string {
	n.t.Helper()
	s, ok := n.at(path).value.(string)
	if !ok {
		n.t.Fatalf("%s is no text: %v", path, n.at(path).value)
	}
	return s
}

func (n node) list(path string) []any {
	n.t.Helper()
	l, ok := n.at(path).value.([]any)
	if !ok {
		n.t.Fatalf("%s is no list: %v", path, n.at(path).value)
	}
	return l
}

// is compares what stands at a path with JSON.
func (n node) is(path, want string) {
	n.t.Helper()
	got, err := json.Marshal(n.at(path).value)
	if err != nil {
		n.t.Fatal(err)
	}
	if compact(n.t, want) != string(got) {
		n.t.Errorf("%s: want %s, got %s", path, want, got)
	}
}

func jsonOf(t testing.TB, v any) string {
	t.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// compact is JSON in the form in which values are compared.
func compact(t testing.TB, s string) string {
	t.Helper()
	b, err := json.Marshal(parse(t, []byte(s)).value)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

const sendMessage = `mutation($input: SendMessageInput!) { sendMessage(input: $input) {
	__typename
	... on SendMessageSuccess { message { id seq body } conversation { id folder } remaining }
	... on UserError { code detail }
	... on MessageNotAllowed { denial }
	... on InvalidInput { field }
} }`

// say sends a text from one to another, which must be accepted.
func (w *world) say(from, to, body string) node {
	w.t.Helper()
	n := w.as(from).do(sendMessage, vars{"input": vars{
		"to": vars{"userId": w.id(to)}, "body": body, "clientMessageId": uuid.NewString(),
	}}).at("sendMessage")
	if n.text("__typename") != "SendMessageSuccess" {
		w.t.Fatalf("not sent: %v", n.value)
	}
	return n
}

// open lets everybody write to a user.
func (w *world) open(handles ...string) {
	w.t.Helper()
	for _, h := range handles {
		w.as(h).do(`mutation { setWhoCanMessageMe(input: {audience: EVERYONE}) { ... on SettingsSuccess { settings { whoCanMessageMe } } } }`, nil)
	}
}

// befriend makes two people follow each other.
func (w *world) befriend(a, b string) {
	w.t.Helper()
	const follow = `mutation($id: ID!) { followUser(userId: $id) { ... on UserSuccess { user { viewerFollows } } } }`
	w.as(a).do(follow, vars{"id": w.id(b)}).is("followUser.user.viewerFollows", "true")
	w.as(b).do(follow, vars{"id": w.id(a)}).is("followUser.user.viewerFollows", "true")
}
