package main

import (
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/aparte-im/aparte/internal/demo"
)

// The addresses of dev work, the demo users are there, and a token from the command is valid.
func TestDev(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "data")
	p := startDev(t, dir)
	for _, mark := range []string{p.url("/"), p.url("/playground"), p.url("/graphql"), " token --data-dir " + dir + " --user alice"} {
		if !strings.Contains(p.said.String(), mark) {
			t.Errorf("the welcome does not say %q:\n%s", mark, p.said.String())
		}
	}
	for _, path := range []string{"/", "/playground", "/healthz", "/readyz"} {
		if status, text := p.get(path); status != http.StatusOK {
			t.Errorf("%s answers %d %s", path, status, text)
		}
	}
	if info, err := os.Stat(filepath.Join(dir, "jwt-secret")); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the secret's file: %v %v", info, err)
	}
	checkDemo(t, p, dir)
}

func checkDemo(t *testing.T, p *process, dir string) {
	t.Helper()
	status, text := p.get("/dev/people")
	var people []demo.Person
	if err := json.Unmarshal([]byte(text), &people); err != nil || status != http.StatusOK || len(people) != len(demo.Handles()) {
		t.Fatalf("/dev/people answers %d %v %s", status, err, text)
	}
	var data struct {
		Me struct{ Handle string }
	}
	for _, person := range people {
		p.ask(person.Token, "{ me { handle } }", nil, &data)
		if data.Me.Handle != person.Handle {
			t.Errorf("the token of %s is %s's", person.Handle, data.Me.Handle)
		}
	}
	var alice struct {
		Inbox, Requests, Hidden struct {
			Nodes []struct{ With struct{ Handle string } }
		}
		Unread struct{ Conversations, Requests int }
	}
	p.ask(tokenOf(t, dir, "alice"), `{ inbox { nodes { ... on DirectConversation { with { handle } } } } requests: inbox(folder: REQUESTS) { nodes { ... on DirectConversation { with { handle } } } }
		unread { conversations requests } }`, nil, &alice)
	if len(alice.Inbox.Nodes) < 3 || len(alice.Requests.Nodes) < 2 || alice.Unread.Conversations < 1 || alice.Unread.Requests < 2 {
		t.Errorf("alice's inbox is not lively: %+v", alice)
	}
	var chloe struct {
		BlockedUsers struct{ Nodes []struct{ Handle string } }
	}
	p.ask(tokenOf(t, dir, "@Chloe"), "{ blockedUsers { nodes { handle } } }", nil, &chloe)
	if len(chloe.BlockedUsers.Nodes) != 1 {
		t.Errorf("chloe has blocked %+v", chloe)
	}
}

// The data outlives the process, the demo is made once, and two processes do not share a directory.
func TestDevAgain(t *testing.T) {
	dir := t.TempDir()
	first := startDev(t, dir)
	before := tokenOf(t, dir, "alice")
	if e := runAparte(t, "dev", "--listen", "127.0.0.1:0", "--data-dir", dir); e.code != exitFailed || !strings.Contains(e.stderr, "another aparte process") {
		t.Errorf("a second dev on the directory: %+v", e)
	}
	if e := runAparte(t, "import", "--data-dir", dir, "--messages", os.DevNull); e.code != exitFailed || !strings.Contains(e.stderr, "another aparte process") {
		t.Errorf("an import beside dev: %+v", e)
	}
	var sent struct {
		SendMessage struct{ Message struct{ Seq int } }
	}
	var bob struct{ User struct{ ID string } }
	first.ask(before, `{ user(by: {handle: "bob"}) { id } }`, nil, &bob)
	first.ask(before, `mutation($to: ID!) { sendMessage(input: {to: {userId: $to}, body: "Still there?", clientMessageId: "x"}) {
		... on SendMessageSuccess { message { seq } } } }`, map[string]any{"to": bob.User.ID}, &sent)
	if code := first.stop(syscall.SIGTERM); code != exitOK {
		t.Errorf("dev ended with %d: %s", code, first.said)
	}
	second := startDev(t, dir)
	var with struct {
		ConversationWith struct{ LastMessage struct{ Seq int } }
	}
	second.ask(before, `query($id: ID!) { conversationWith(userId: $id) { lastMessage { seq } } }`, map[string]any{"id": bob.User.ID}, &with)
	if got := with.ConversationWith.LastMessage.Seq; got == 0 || got != sent.SendMessage.Message.Seq {
		t.Errorf("after the restart the last message has seq %d, not %d", got, sent.SendMessage.Message.Seq)
	}
}

// Only this machine reaches dev, which hands out tokens.
func TestDevRefusesBeyondLoopback(t *testing.T) {
	for _, address := range []string{":0", "0.0.0.0:0", "[::]:0", "192.0.2.1:0", "example.org:0"} {
		e := runAparte(t, "dev", "--listen", address, "--data-dir", t.TempDir())
		if e.code != exitUsage || !strings.Contains(e.stderr, "loopback only") {
			t.Errorf("--listen %s: %+v", address, e)
		}
	}
	p := startDev(t, t.TempDir())
	request, err := http.NewRequest(http.MethodGet, p.url("/dev/people"), nil)
	if err != nil {
		t.Fatal(err)
	}
	for host, want := range map[string]int{
		"evil.example": 421, "evil.example:80": 421, "127.0.0.1.evil.example": 421, "localhost:80": 200, "[::1]:80": 200, "127.0.0.1": 200,
	} {
		request.Host = host
		response, err := http.DefaultClient.Do(request)
		if err != nil {
			t.Fatal(err)
		}
		_ = response.Body.Close()
		if response.StatusCode != want {
			t.Errorf("a request for the host %s is answered %d, want %d", host, response.StatusCode, want)
		}
	}
}
