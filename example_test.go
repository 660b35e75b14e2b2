package aparte_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/aparte-im/aparte"
	"github.com/aparte-im/aparte/internal/testpg/pgcluster"
)

// app is a program that exists already: it has users, sessions and routes of its own.
type app struct {
	mux *http.ServeMux
	// sessions maps the session token of a signed-in user to the app's own id of the user.
	sessions map[string]string
	messages *aparte.Server
}

func newApp() *app {
	a := &app{mux: http.NewServeMux(), sessions: map[string]string{"session-of-ann": "user-1", "session-of-bob": "user-2"}}
	a.mux.HandleFunc("GET /videos", func(w http.ResponseWriter, _ *http.Request) { _, _ = fmt.Fprint(w, "videos of the app") })
	return a
}

// addMessages mounts Aparté under /dm, and tells it about the users and the follow graph that the
// app has.
func (a *app) addMessages(ctx context.Context, databaseURL string) error {
	config := aparte.Config{
		DatabaseURL: databaseURL,
		MountPath:   "/dm",
		VerifyToken: a.verify,
	}
	if _, err := aparte.Migrate(ctx, config); err != nil {
		return err
	}
	server, err := aparte.New(config)
	if err != nil {
		return err
	}
	a.messages = server
	a.mux.Handle("/dm/", server.Handler())
	err = server.UpsertUsers(ctx,
		aparte.User{ExternalID: "user-1", Handle: "ann", DisplayName: "Ann"},
		aparte.User{ExternalID: "user-2", Handle: "bob", DisplayName: "Bob"})
	if err != nil {
		return err
	}
	return server.SetFollows(ctx,
		aparte.Follow{Follower: "user-1", Followee: "user-2"},
		aparte.Follow{Follower: "user-2", Followee: "user-1"})
}

// verify looks a token up in the app's own sessions. A program that signs JSON Web Tokens sets
// Config.Tokens instead.
func (a *app) verify(_ context.Context, token string) (aparte.Claims, error) {
	user, ok := a.sessions[token]
	if !ok {
		return aparte.Claims{}, errors.New("no such session")
	}
	now := time.Now()
	return aparte.Claims{Subject: user, Issued: now, Expires: now.Add(time.Hour)}, nil
}

// serve answers requests until ctx ends, as a main function does.
func (a *app) serve(ctx context.Context, visit func(url string)) error {
	ctx, stop := context.WithCancel(ctx)
	running := make(chan error, 1)
	go func() { running <- a.messages.Run(ctx) }()
	web := httptest.NewServer(a.mux)
	visit(web.URL)
	stop() // Run ends sockets and streams, so that the HTTP server can close
	err := <-running
	web.Close()
	return errors.Join(err, a.messages.Close())
}

// Example_sqlite mounts Aparté into an existing program, on SQLite.
func Example_sqlite() {
	dir, err := os.MkdirTemp("", "app")
	if err != nil {
		log.Fatal(err)
	}
	defer func() { _ = os.RemoveAll(dir) }()
	a := newApp()
	if err := a.addMessages(context.Background(), "sqlite:"+filepath.Join(dir, "app.db")); err != nil {
		log.Fatal(err)
	}
	err = a.serve(context.Background(), visit)
	if err != nil {
		log.Fatal(err)
	}
	// Output:
	// videos of the app
	// ann sends: Are you coming?
	// bob reads: Are you coming?
}

// Example_postgres mounts Aparté into an existing program, on Postgres.
func Example_postgres() {
	ctx := context.Background()
	postgres, err := pgcluster.Start(ctx, pgcluster.Options{})
	if err != nil {
		log.Fatal(err)
	}
	defer postgres.Stop()
	a := newApp()
	if err := a.addMessages(ctx, postgres.URL()); err != nil {
		log.Fatal(err)
	}
	if err := a.serve(ctx, visit); err != nil {
		log.Fatal(err)
	}
	// Output:
	// videos of the app
	// ann sends: Are you coming?
	// bob reads: Are you coming?
}

// visit does what the clients of the app do: it calls a route of the app, sends a message as Ann
// and reads it as Bob.
func visit(url string) {
	_, text := call(http.MethodGet, url+"/videos", "", "")
	fmt.Println(text)
	var user struct {
		Data struct{ User struct{ ID string } }
	}
	query(url, "session-of-ann", `{ user(by: {handle: "bob"}) { id } }`, &user)
	var sent struct {
		Data struct {
			SendMessage struct{ Message struct{ Body string } }
		}
	}
	query(url, "session-of-ann", `mutation { sendMessage(input: {to: {userId: "`+user.Data.User.ID+`"}, body: "Are you coming?",
		clientMessageId: "1"}) { ... on SendMessageSuccess { message { body } } } }`, &sent)
	fmt.Println("ann sends:", sent.Data.SendMessage.Message.Body)
	var inbox struct {
		Data struct {
			Inbox struct {
				Nodes []struct{ LastMessage struct{ Body string } }
			}
		}
	}
	query(url, "session-of-bob", `{ inbox { nodes { lastMessage { body } } } }`, &inbox)
	for _, conversation := range inbox.Data.Inbox.Nodes {
		fmt.Println("bob reads:", conversation.LastMessage.Body)
	}
}

// query runs an operation for the bearer of a session token.
func query(url, session, operation string, answer any) {
	body, err := json.Marshal(map[string]string{"query": operation})
	if err != nil {
		log.Fatal(err)
	}
	status, text := call(http.MethodPost, url+"/dm/graphql", session, string(body))
	if err := json.Unmarshal([]byte(text), answer); err != nil || status != http.StatusOK {
		log.Fatalf("%s: %d %s", operation, status, text)
	}
}

// call sends a request and returns the status and the text of its response.
func call(method, url, session, body string) (int, string) {
	request, err := http.NewRequest(method, url, strings.NewReader(body))
	if err != nil {
		log.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/json")
	if session != "" {
		request.Header.Set("Authorization", "Bearer "+session)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		log.Fatal(err)
	}
	defer func() { _ = response.Body.Close() }()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		log.Fatal(err)
	}
	return response.StatusCode, string(text)
}
