package aparte_test

import (
	"context"
	"encoding/json"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/aparte-im/aparte"
	"github.com/aparte-im/aparte/dm"
	"github.com/aparte-im/aparte/internal/testdb"
	"github.com/aparte-im/aparte/internal/testwait"
	"github.com/aparte-im/aparte/internal/wsclient"
)

// patience bounds the wait for one message of a socket.
var patience = testwait.Limit(time.Minute)

// socket is a client of the app that follows its inbox.
type socket struct {
	t    *testing.T
	conn *wsclient.Conn
}

// follow opens a WebSocket under a mount path, signs in and subscribes to the inbox of a session.
func follow(t *testing.T, url, session string) *socket {
	t.Helper()
	conn, _, err := wsclient.Dial(t.Context(), "ws"+strings.TrimPrefix(url, "http")+"/graphql", patience, nil, "graphql-transport-ws")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	s := &socket{t, conn}
	s.write(map[string]any{"type": "connection_init", "payload": map[string]any{"Authorization": "Bearer " + session}})
	s.await("connection_ack")
	// The subscription begins at a cursor, so it misses nothing that is sent before it has started.
	s.write(map[string]any{"type": "subscribe", "id": "1", "payload": map[string]any{"query": "{ unread { cursor } }"}})
	var now struct {
		Data struct{ Unread struct{ Cursor string } }
	}
	if err := json.Unmarshal([]byte(s.await("next")), &now); err != nil || now.Data.Unread.Cursor == "" {
		t.Fatalf("the cursor is %+v, %v", now, err)
	}
	s.write(map[string]any{"type": "subscribe", "id": "2", "payload": map[string]any{
		"query":     `subscription($after: Cursor) { inboxEvents(after: $after) { __typename ... on MessageAdded { message { body } } } }`,
		"variables": map[string]any{"after": now.Data.Unread.Cursor},
	}})
	return s
}

func (s *socket) write(message any) {
	s.t.Helper()
	if err := s.conn.WriteJSON(message); err != nil {
		s.t.Fatal(err)
	}
}

// await reads until a message of a type has come, and returns its payload.
func (s *socket) await(kind string) string {
	s.t.Helper()
	for {
		var message struct {
			Type, ID string
			Payload  json.RawMessage
		}
		if err := s.conn.ReadJSON(&message); err != nil {
			s.t.Fatalf("waiting for %s: %v", kind, err)
		}
		if message.Type == kind {
			return string(message.Payload)
		}
	}
}

// closeCode reads until the socket is closed, and returns the code.
func (s *socket) closeCode() int {
	s.t.Helper()
	for {
		_, err := s.conn.Read()
		if code := wsclient.CloseCode(err); code != -1 {
			return code
		}
		if err != nil {
			s.t.Fatal(err)
		}
	}
}

// running is an app that serves.
type running struct {
	*app
	web   *httptest.Server
	stop  context.CancelFunc
	ended chan error
}

func start(t *testing.T, databaseURL string) *running {
	t.Helper()
	r := &running{app: newApp(), ended: make(chan error, 1)}
	if err := r.addMessages(t.Context(), databaseURL); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := r.messages.Close(); err != nil {
			t.Error(err)
		}
	})
	var ctx context.Context
	ctx, r.stop = context.WithCancel(t.Context())
	go func() { r.ended <- r.messages.Run(ctx) }()
	r.web = httptest.NewServer(r.mux)
	t.Cleanup(r.web.Close)
	return r
}

// An existing program with routes of its own mounts Aparté; its clients send and receive live.
func TestAProgramMountsAparte(t *testing.T) {
	testdb.EachEmpty(t, func(t *testing.T, url string) {
		r := start(t, url)
		if status, text := call(http.MethodGet, r.web.URL+"/videos", "", ""); status != http.StatusOK || text != "videos of the app" {
			t.Errorf("the app's own route answers %d %s", status, text)
		}
		for path, want := range map[string]int{"/dm/healthz": 200, "/dm/readyz": 200, "/dm/graphql": 401, "/graphql": 404, "/dm/playground": 404, "/dm/none": 404} {
			if status, text := call(http.MethodGet, r.web.URL+path, "", ""); status != want {
				t.Errorf("%s answers %d %s", path, status, text)
			}
		}
		bob := follow(t, r.web.URL+"/dm", "session-of-bob")
		var user struct {
			Data struct{ User struct{ ID string } }
		}
		query(r.web.URL, "session-of-ann", `{ user(by: {handle: "bob"}) { id } }`, &user)
		var sent struct {
			Data struct {
				SendMessage struct {
					Typename     string `json:"__typename"`
					Conversation struct{ ID string }
				}
			}
		}
		query(r.web.URL, "session-of-ann", `mutation { sendMessage(input: {to: {userId: "`+user.Data.User.ID+`"}, body: "live?",
			clientMessageId: "1"}) { __typename ... on SendMessageSuccess { conversation { id } } } }`, &sent)
		if sent.Data.SendMessage.Typename != "SendMessageSuccess" {
			t.Fatalf("the message is %+v", sent)
		}
		if event := bob.await("next"); !strings.Contains(event, `"body":"live?"`) {
			t.Errorf("bob receives %s", event)
		}

		// The program sends through the Go API, with the rules and the live delivery of the other
		// one.
		users := map[string]*dm.User{}
		for _, id := range []string{"user-1", "user-2"} {
			u, err := r.messages.Service().UserByExternalID(t.Context(), id)
			if err != nil {
				t.Fatal(err)
			}
			users[id] = u
		}
		_, err := r.messages.Service().Send(t.Context(), users["user-1"].ID, dm.SendInput{
			To: users["user-2"].ID, Body: "from the program", ClientMessageID: "2",
		})
		if err != nil {
			t.Fatal(err)
		}
		if event := bob.await("next"); !strings.Contains(event, `"body":"from the program"`) {
			t.Errorf("bob receives %s", event)
		}
	})
}

// A change that the program makes of users and follows holds at once, also for open connections.
func TestChangesOfTheHostHoldAtOnce(t *testing.T) {
	r := start(t, testdb.EmptySQLite(t))
	bob := follow(t, r.web.URL+"/dm", "session-of-bob")
	var permission struct {
		Data struct {
			User struct{ ViewerCanMessage struct{ Allowed bool } }
		}
	}
	ask := func() bool {
		query(r.web.URL, "session-of-ann", `{ user(by: {handle: "bob"}) { viewerCanMessage { allowed } } }`, &permission)
		return permission.Data.User.ViewerCanMessage.Allowed
	}
	if !ask() {
		t.Error("friends cannot message each other")
	}
	if err := r.messages.SetFollows(t.Context(), aparte.Follow{Follower: "user-2", Followee: "user-1", Remove: true}); err != nil {
		t.Fatal(err)
	}
	if ask() {
		t.Error("a follower can message somebody who admits friends")
	}
	if err := r.messages.RevokeTokens(t.Context(), "user-2"); err != nil {
		t.Fatal(err)
	}
	if code := bob.closeCode(); code != 4403 && code != 4401 {
		t.Errorf("the socket of a revoked user closes with %d", code)
	}
	if err := r.messages.DeleteUser(t.Context(), "user-2"); err != nil {
		t.Fatal(err)
	}
	if err := r.messages.SetFollows(t.Context(), aparte.Follow{Follower: "user-1", Followee: "user-2"}); dm.CodeOf(err) == "" {
		t.Errorf("a follow of a deleted user: %v", err)
	}
}

// When its context ends, Run ends the sockets in a way at which clients reconnect; then nothing is
// ready, and nothing keeps the program from closing.
func TestRunStopsGracefully(t *testing.T) {
	r := start(t, testdb.EmptySQLite(t))
	bob := follow(t, r.web.URL+"/dm", "session-of-bob")
	if err := r.messages.Ready(t.Context()); err != nil {
		t.Error(err)
	}
	r.stop()
	if code := bob.closeCode(); code != 1012 {
		t.Errorf("the socket closes with %d", code)
	}
	if err := <-r.ended; err != nil {
		t.Error(err)
	}
	if err := r.messages.Ready(t.Context()); err == nil {
		t.Error("the server is ready after its stop")
	}
	if status, text := call(http.MethodGet, r.web.URL+"/dm/readyz", "", ""); status != http.StatusServiceUnavailable || text != "stopping\n" {
		t.Errorf("/readyz answers %d %q", status, text)
	}
	if err := r.messages.Run(t.Context()); err == nil {
		t.Error("Run runs twice")
	}
	for range 2 {
		if err := r.messages.Close(); err != nil {
			t.Error(err)
		}
	}
}

// Close ends a server that runs, and one that never ran.
func TestClose(t *testing.T) {
	r := start(t, testdb.EmptySQLite(t))
	follow(t, r.web.URL+"/dm", "session-of-bob")
	if err := r.messages.Close(); err != nil {
		t.Error(err)
	}
	if err := <-r.ended; err != nil {
		t.Error(err)
	}
	server, err := aparte.New(aparte.Config{
		DatabaseURL: testdb.SQLite(t), Tokens: aparte.TokenConfig{Secrets: [][]byte{[]byte("a secret of more than thirty-two bytes")}},
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := server.Close(); err != nil {
		t.Error(err)
	}
	if err := server.Run(t.Context()); err == nil {
		t.Error("Run runs on a closed server")
	}
}

// Tokens that the program signs are accepted, and its registry and logger get what there is to
// tell.
func TestTheProgramSignsTokens(t *testing.T) {
	secret := []byte("a secret of more than thirty-two bytes")
	registry := prometheus.NewRegistry()
	config := aparte.Config{
		DatabaseURL: testdb.SQLite(t), Tokens: aparte.TokenConfig{Secrets: [][]byte{secret}}, CreateUsers: true,
		Metrics: registry, Logger: slog.New(slog.DiscardHandler), Pages: aparte.Pages{Client: true},
		AccessLog: &aparte.AccessLog{}, ExportDir: filepath.Join(t.TempDir(), "exports"),
	}
	server, err := aparte.New(config)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = server.Close() }()
	web := httptest.NewServer(server.Handler())
	defer web.Close()
	token, err := aparte.SignToken(secret, "user-7", time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	status, text := call(http.MethodPost, web.URL+"/graphql", token, `{"query":"{ me { externalId } }"}`)
	if status != http.StatusOK || !strings.Contains(text, "user-7") {
		t.Errorf("%d %s", status, text)
	}
	if status, _ = call(http.MethodGet, web.URL+"/", "", ""); status != http.StatusOK {
		t.Errorf("the client answers %d", status)
	}
	families, err := registry.Gather()
	if err != nil {
		t.Fatal(err)
	}
	counted := false
	for _, family := range families {
		counted = counted || family.GetName() == "aparte_operations_total"
	}
	if !counted {
		t.Errorf("no operation is counted: %v", families)
	}
	if _, err := aparte.New(config); err == nil || !strings.Contains(err.Error(), "Config.Metrics") {
		t.Errorf("a registry that has the metrics already: %v", err)
	}
}

// New names every field that is wrong.
func TestConfigsThatAreWrong(t *testing.T) {
	_, err := aparte.New(aparte.Config{
		MountPath: "dm", AllowedOrigins: []string{"app.example"}, Pages: aparte.Pages{Client: true},
		Retention: aparte.Retention{Audit: -1}, Rules: aparte.Rules{RequestLimit: 3},
	})
	if err == nil {
		t.Fatal("the configuration is accepted")
	}
	for _, mark := range []string{
		"Config.DatabaseURL is empty", "Config.Tokens: there is no secret", `Config.MountPath: "dm" is not a path`,
		`Config.AllowedOrigins: "app.example" is not an origin`, "Config.Pages", "Config.Retention.Audit", "Config.Rules",
	} {
		if !strings.Contains(err.Error(), mark) {
			t.Errorf("the error does not say %q:\n%v", mark, err)
		}
	}
	for _, c := range []aparte.TokenConfig{
		{KeySetURL: "http://id.example/keys"},
		{KeySetURL: "https://id.example", KeySetFile: "keys.json"},
		{KeySetFile: "keys.json", Algorithms: []string{"none"}},
		{Secrets: [][]byte{[]byte("short")}},
	} {
		if c.Validate() == nil {
			t.Errorf("%+v is accepted", c)
		}
	}
	secret := []byte("a secret of more than thirty-two bytes")
	_, err = aparte.New(aparte.Config{DatabaseURL: testdb.EmptySQLite(t), Tokens: aparte.TokenConfig{Secrets: [][]byte{secret}}})
	if err == nil {
		t.Error("a database without a schema is opened")
	}
}

// The code of docs/embedding.md is that of the example, which runs.
func TestThePageShowsTheExample(t *testing.T) {
	page, err := os.ReadFile("docs/embedding.md")
	if err != nil {
		t.Fatal(err)
	}
	example, err := os.ReadFile("example_test.go")
	if err != nil {
		t.Fatal(err)
	}
	blocks := strings.Split(string(page), "```go\n")[1:]
	if len(blocks) < 3 {
		t.Errorf("the page has %d blocks of Go", len(blocks))
	}
	for _, block := range blocks {
		code, _, _ := strings.Cut(block, "```")
		if !strings.Contains(string(example), code) {
			t.Errorf("example_test.go does not have\n%s", code)
		}
	}
}
