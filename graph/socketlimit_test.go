package graph_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/gobwas/ws"
	"github.com/golang-jwt/jwt/v5"

	"github.com/aparte-im/aparte/dm"
	"github.com/aparte-im/aparte/graph"
	"github.com/aparte-im/aparte/graph/auth"
	"github.com/aparte-im/aparte/graph/connlimit"
	"github.com/aparte-im/aparte/graph/socket"
)

// openFiles counts this process's file descriptors, on systems that tell.
func openFiles(t *testing.T) int {
	t.Helper()
	files, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		return 0
	}
	return len(files)
}

// narrow keeps what the system itself takes in for a client that does not read small.
func narrow(t *testing.T, conn net.Conn) {
	t.Helper()
	if err := conn.(*net.TCPConn).SetReadBuffer(4 << 10); err != nil {
		t.Fatal(err)
	}
}

// Clients that greet badly, say nothing, stop in the middle or do not read are gone in a while, and
// leave nothing.
func TestNobodyCanLeanOnASocket(t *testing.T) {
	const each = 300
	w := newWorld(t, setup{config: func(c *graph.Config) {
		c.Sockets = socket.Limits{
			InitTimeout: 2 * time.Second, KeepAlive: 2 * time.Second, PongWait: time.Second, WriteWait: time.Second,
			MessageWait: 2 * time.Second, CloseWait: 200 * time.Millisecond,
		}
		c.ConnectionLimits = connlimit.New(0, 0)
	}})
	w.befriend("alice", "bob")
	after := w.cursorOf("bob")
	w.http.Client().CloseIdleConnections()
	files, goroutines := openFiles(t), runtime.NumGoroutine()

	var clients []net.Conn
	for i := range each {
		// No handshake at all.
		clients = append(clients, w.connect())
		// A handshake and silence.
		clients = append(clients, w.rawSocket("graphql-transport-ws").conn)
		// A greeting that is none.
		f := w.rawSocket("graphql-transport-ws")
		f.say([]string{`{"type":"connection_init","payload":"x"}`, `{"type":"connection_init"`, `{"type":"connection_init","payload":{"token":5}}`}[i%3])
		clients = append(clients, f.conn)
		// Half a greeting.
		f = w.rawSocket("graphql-transport-ws")
		f.write(frame(ws.OpText, true, `{"type":"connection_init","payload":{}}`)[:10])
		clients = append(clients, f.conn)
		// A message that goes on and on, by somebody who is known.
		f = w.opened("bob")
		f.sayFrame(ws.OpText, false, `{"type":`)
		clients = append(clients, f.conn)
		// A subscription that is not read, with nothing to write and with much.
		f = w.opened("bob")
		f.subscribe("1", `subscription { inboxEvents { cursor } }`)
		clients = append(clients, f.conn)
		f = w.opened("bob")
		narrow(t, f.conn)
		f.subscribe("1", fmt.Sprintf(`subscription { inboxEvents(after: %q) { ... on MessageAdded { message { body } } } }`, after))
		clients = append(clients, f.conn)
	}
	for i := range 100 {
		w.send("alice", "bob", strings.Repeat("x", 3900)+fmt.Sprint(i))
	}
	w.until(func() bool { return w.graph.Sockets().Connections == 0 })
	for _, c := range clients {
		_ = c.Close()
	}
	w.http.Client().CloseIdleConnections()
	// Workers and readers of the database that came to be may stay; of the clients there is a
	// hundred times as much.
	const few = 40
	w.until(func() bool { return runtime.NumGoroutine() <= goroutines+few })
	w.until(func() bool { return openFiles(t) <= files+few })
	if n := w.graph.Sockets(); n.Subscriptions != 0 || n.Cut.Total() < 3*each || n.Cut[socket.CutSlowMessage] < each || n.Cut[socket.CutNoPong] < each {
		t.Errorf("%+v", n)
	}
}

// send writes a message past the API.
func (w *world) send(from, to, body string) {
	w.t.Helper()
	_, err := w.service.Send(context.Background(), w.ids[from],
		dm.SendInput{To: w.ids[to], Body: body, ClientMessageID: fmt.Sprint(time.Now().UnixNano())})
	if err != nil {
		w.t.Fatal(err)
	}
}

// I4: who stops to read is cut within seconds, and goes on from where it was; others do not wait
// for it.
func TestAStalledReaderIsCutAndResumes(t *testing.T) {
	w := newWorld(t, setup{config: func(c *graph.Config) { c.Sockets = socket.Limits{WriteWait: 300 * time.Millisecond} }})
	w.befriend("alice", "bob")
	after := w.cursorOf("bob")
	follow := func(narrowed bool) *frames {
		f := w.opened("bob")
		if narrowed {
			narrow(t, f.conn)
		}
		f.subscribe("1", fmt.Sprintf(`subscription { inboxEvents(after: %q) { cursor ... on MessageAdded { message { body } } } }`, after))
		return f
	}
	stalled, brisk := follow(true), follow(false)
	// More than all the buffers between the two ends hold.
	const messages = 1200
	bodies := make(chan string, messages)
	go func() {
		defer close(bodies)
		for i := range messages {
			body := fmt.Sprint(i, strings.Repeat(" x", 1900))
			w.send("alice", "bob", body)
			bodies <- body
		}
	}()
	var want []string
	for body := range bodies {
		want = append(want, body)
		parse(t, brisk.hearKind("next", "1")).is("data.inboxEvents.message.body", string(quote(t, body)))
	}
	w.until(func() bool { return w.graph.Sockets().Connections == 1 })
	if n := w.graph.Sockets(); n.Cut != (socket.Cuts{socket.CutUnread: 1}) {
		t.Errorf("%+v", n)
	}
	// The events before the cut are in order; the resumed stream continues after the last whole
	// one.
	var got []string
	take := func(f *frames) bool {
		frame, err := f.next()
		if err != nil {
			return false
		}
		if frame.Header.OpCode != ws.OpText {
			return true
		}
		n := parse(t, frame.Payload).at("payload.data.inboxEvents")
		got, after = append(got, n.text("message.body")), n.text("cursor")
		return true
	}
	for take(stalled) {
	}
	if len(got) == messages {
		t.Fatal("nobody was cut before the end")
	}
	resumed := follow(false)
	for len(got) < messages {
		if !take(resumed) {
			break
		}
	}
	if !slices.Equal(got, want) {
		t.Errorf("I4: %d events of %d, or in another order", len(got), len(want))
	}
}

func quote(t *testing.T, s string) []byte {
	t.Helper()
	b, err := json.Marshal(s)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestAnAnswerThatIsNotReadDoesNotPileUp(t *testing.T) {
	w := newWorld(t, setup{config: func(c *graph.Config) {
		c.Sockets = socket.Limits{WriteWait: time.Minute, BacklogBytes: 64 << 10, Operations: 64}
	}})
	// Answers that are large and cost little, so that a busy machine fills what the system holds in
	// time.
	w.befriend("alice", "bob")
	for i := range 50 {
		w.send("alice", "bob", strings.Repeat("x", 3900)+fmt.Sprint(i))
	}
	f := w.opened("bob")
	narrow(t, f.conn)
	q, err := json.Marshal(map[string]any{"type": "subscribe", "id": "ID", "payload": map[string]any{
		"query": `{ conversation(id: "` + w.conversation("alice", "bob") + `") { messages(first: 50) { nodes { body } } } }`,
	}})
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; w.graph.Sockets().Cut.Total() == 0; i++ {
		if _, err := f.conn.Write(frame(ws.OpText, true, strings.Replace(string(q), "ID", fmt.Sprint(i), 1))); err != nil {
			break
		}
	}
	w.until(func() bool {
		n := w.graph.Sockets()
		return n.Connections == 0 && n.Cut == socket.Cuts{socket.CutBacklog: 1}
	})
}

func TestConnectionsOfAUserAndOfAnAddressAreBounded(t *testing.T) {
	w := newWorld(t, setup{config: func(c *graph.Config) { c.ConnectionLimits = connlimit.New(2, 4) }})
	first := w.opened("bob")
	w.opened("bob")
	third := w.rawSocket("graphql-transport-ws")
	third.say(`{"type":"connection_init","payload":{"token":"` + token(t, "bob") + `"}}`)
	third.closes(1013, "Too many connections of this user")
	w.opened("alice")
	w.until(func() bool { return w.graph.Sockets().Connections == 3 })
	w.rawSocket("graphql-transport-ws")
	if _, response := w.handshake("graphql-transport-ws", ""); response.StatusCode != http.StatusTooManyRequests || response.Header.Get("Retry-After") == "" {
		t.Errorf("the fifth of an address: %v", response.Status)
	}
	_ = first.conn.Close()
	w.until(func() bool { return w.graph.Sockets().Connections == 3 })
	w.opened("bob").nothing()
}

func TestATokenIsRenewedOnTheSocket(t *testing.T) {
	w := newWorld(t, setup{config: func(c *graph.Config) {
		c.Sockets = socket.Limits{RenewNotice: 400 * time.Millisecond}
	}})
	short := func(subject string, d time.Duration) string {
		const leeway = 5 * time.Second
		return signed(t, jwt.SigningMethodHS256, secret, jwt.MapClaims{
			"sub": subject, "exp": float64(time.Now().Add(d-leeway).UnixMilli()) / 1000, "jti": fmt.Sprint(time.Now().UnixNano()),
		})
	}
	f := w.rawSocket("graphql-transport-ws")
	f.say(`{"type":"connection_init","payload":{"token":"` + short("x-bob", 2*time.Second) + `"}}`)
	f.hear(`{"type":"connection_ack"}`)
	w.subscribed(f, "1")
	for range 2 {
		parse(t, f.hearKind("ping", "")).is("tokenExpiresInSeconds", "1")
		f.say(`{"type":"ping","payload":{"authorization":"Bearer ` + short("x-bob", 2*time.Second) + `"}}`)
		if got := parse(t, f.hearKind("pong", "")).text("expiresAt"); got == "" {
			t.Error("the answer does not say until when")
		}
	}
	w.befriend("alice", "bob")
	w.say("alice", "bob", "still here")
	f.hear(`{"id":"1","type":"next","payload":{"data":{"inboxEvents":{"message":{"body":"still here"}}}}}`)
	f.closes(4403, "Token expired")

	// Nobody becomes somebody else, and a token that is not accepted ends it.
	for _, token := range []string{token(t, "alice"), "nonsense", sign(t, "x-bob", auth.ScopeAdmin)} {
		f = w.opened("bob")
		f.say(`{"type":"ping","payload":{"token":"` + token + `"}}`)
		f.closes(4403, "")
	}
}

// A revocation ends the current session, not the one that it replaced.
func TestARenewedSessionIsShownOut(t *testing.T) {
	w := newWorld(t, setup{})
	follows, other := w.opened("bob"), w.opened("alice")
	w.subscribed(follows, "1")
	follows.say(`{"type":"ping","payload":{"token":"` + token(t, "bob") + `"}}`)
	follows.hearKind("pong", "")
	w.admin().do(`mutation { deleteUser(externalId: "x-bob") { __typename } }`, nil)
	follows.closes(4403, "Token revoked")
	other.nothing()
}

func TestAShutdownSpreadsAndFinishes(t *testing.T) {
	entered, leave := make(chan struct{}), make(chan struct{})
	w := newWorld(t, setup{wrap: func(s dm.Store) dm.Store { return &unhurried{Store: s, entered: entered, leave: leave} }})
	busy, idle := w.opened("bob"), w.opened("alice")
	busy.subscribe("1", `mutation { setReadReceipts(on: false) { __typename } }`)
	<-entered
	ended := make(chan error, 1)
	go func() { ended <- w.graph.Shutdown(context.Background()) }()
	idle.closes(1012, "Service restart")
	if _, response := w.handshake("graphql-transport-ws", ""); response.StatusCode != http.StatusServiceUnavailable {
		t.Errorf("a handshake while it ends: %v", response.Status)
	}
	close(leave)
	busy.hearKind("next", "1")
	busy.hearKind("complete", "1")
	busy.closes(1012, "Service restart")
	if err := <-ended; err != nil {
		t.Error(err)
	}
}

// unhurried is a store whose changes wait.
type unhurried struct {
	dm.Store
	entered, leave chan struct{}
}

func (s *unhurried) Change(ctx context.Context, scope dm.Scope, change func(*dm.Tx) error) error {
	close(s.entered)
	<-s.leave
	return s.Store.Change(ctx, scope, change)
}

// A message in the same packet as the handshake is read.
func TestWhatComesWithTheHandshakeIsHeard(t *testing.T) {
	w := newWorld(t, setup{})
	conn := w.connect()
	var all bytes.Buffer
	all.WriteString("GET /graphql HTTP/1.1\r\nHost: x\r\nSec-WebSocket-Protocol: graphql-transport-ws\r\n" + upgradeHeader + "\r\n")
	all.Write(frame(ws.OpText, true, `{"type":"ping"}`))
	if _, err := conn.Write(all.Bytes()); err != nil {
		t.Fatal(err)
	}
	answer, want := make([]byte, 0, 1024), []byte(`{"type":"pong"}`)
	for !bytes.Contains(answer, want) {
		b := make([]byte, 256)
		n, err := conn.Read(b)
		if answer = append(answer, b[:n]...); err != nil && !errors.Is(err, io.EOF) {
			t.Fatal(err)
		}
	}
}
