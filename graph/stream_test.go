package graph_test

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"github.com/aparte-im/aparte/graph"
	"github.com/aparte-im/aparte/graph/connlimit"
)

const bodies = `subscription { inboxEvents { ... on MessageAdded { message { body } } } }`

func streamPath(query string) string { return "/graphql?query=" + url.QueryEscape(query) }

// raw is a client without a client's conveniences: one connection, and no goroutine.
type raw struct {
	t    testing.TB
	conn *net.TCPConn
	r    *bufio.Reader
}

func (w *world) raw() *raw {
	w.t.Helper()
	conn, err := new(net.Dialer).DialContext(w.t.Context(), "tcp", w.http.Listener.Addr().String())
	if err != nil {
		w.t.Fatal(err)
	}
	w.t.Cleanup(func() { _ = conn.Close() })
	_ = conn.SetDeadline(time.Now().Add(patience))
	return &raw{w.t, conn.(*net.TCPConn), bufio.NewReader(conn)}
}

func (c *raw) ask(accept, authorization, query string) {
	c.t.Helper()
	_, err := fmt.Fprintf(c.conn, "GET %s HTTP/1.1\r\nHost: x\r\nAccept: %s\r\nAuthorization: %s\r\n\r\n",
		streamPath(query), accept, authorization)
	if err != nil {
		c.t.Fatal(err)
	}
}

// until reads as far as a line, and returns what came.
func (c *raw) until(end string) string {
	c.t.Helper()
	var all strings.Builder
	for {
		line, err := c.r.ReadString('\n')
		all.WriteString(line)
		if err != nil {
			c.t.Fatalf("%v after %q", err, all.String())
		}
		if strings.TrimRight(line, "\r\n") == end {
			return all.String()
		}
	}
}

// I4: as a browser's EventSource does it, with the id of the last event and no cursor in the
// operation.
func TestAStreamResumesFromItsLastEvent(t *testing.T) {
	w := newWorld(t, setup{})
	w.befriend("alice", "bob")
	open := func(last string) *events {
		return w.as("bob").with("Last-Event-ID", last).events("GET", streamPath(bodies), "")
	}
	e := open(w.cursorOf("bob"))
	w.say("alice", "bob", "one")
	e.next().is("data.inboxEvents.message.body", `"one"`)
	first := e.id
	if first != w.cursorOf("bob") {
		t.Fatalf("the id is %q, the cursor %q", first, w.cursorOf("bob"))
	}
	w.say("alice", "bob", "two")
	e.next().is("data.inboxEvents.message.body", `"two"`)
	e.close()
	w.say("alice", "bob", "three")
	e = open(first)
	for _, body := range []string{"two", "three"} {
		e.next().is("data.inboxEvents.message.body", `"`+body+`"`)
	}
	// It goes before the cursor of the operation, which stays the same however often a client comes
	// back.
	e = w.as("bob").with("Last-Event-ID", e.id).stream(inboxEvents, vars{"after": first})
	w.say("alice", "bob", "four")
	e.next().is("data.inboxEvents.message.body", `"four"`)

	e = open("nonsense")
	e.next().is("errors.0.extensions.code", `"INVALID_CURSOR"`)
	if name, _ := e.hear(); name != "complete" || e.id != "" {
		t.Errorf("then %q, and the id %q", name, e.id)
	}
}

// The time that a stream's client has for reading is nothing to the requests that use its
// connection after it.
func TestAStreamThatEndedLeavesItsConnectionInOrder(t *testing.T) {
	const wait = 20 * time.Millisecond
	w := newWorld(t, setup{config: func(c *graph.Config) { c.WriteWait = wait }})
	c := w.raw()
	for range 3 {
		c.ask("text/event-stream", "Bearer "+token(t, "bob"), `{ me { handle } }`)
		got := c.until("0")
		if !strings.Contains(got, "event: next\ndata: {\"data\":{\"me\":{\"handle\":\"bob\"}}}\n\n") ||
			!strings.Contains(got, "event: complete\ndata:\n\n") {
			t.Fatalf("%q", got)
		}
		c.until("")
		<-time.After(wait + wait/2) // the time itself is what is tested
		c.ask("application/json", "Bearer "+token(t, "bob"), `{ me { handle } }`)
		c.until("")
		if _, err := io.ReadFull(c.r, make([]byte, len(`{"data":{"me":{"handle":"bob"}}}`))); err != nil {
			t.Fatal(err)
		}
	}
}

func TestAStreamIsKeptAlive(t *testing.T) {
	w := newWorld(t, setup{config: func(c *graph.Config) { c.KeepAlive = 5 * time.Millisecond }})
	w.befriend("alice", "bob")
	c := w.raw()
	c.ask("text/event-stream", "Bearer "+token(t, "bob"), bodies)
	for range 5 {
		c.until(":")
	}
	w.say("alice", "bob", "one")
	c.until("event: next")
	for range 3 {
		c.until(":")
	}
}

// A stream that ends for a temporary reason has no "complete": a client takes it for a broken
// connection, and comes back.
func TestAStreamEndsWithItsToken(t *testing.T) {
	exp := time.Now().Add(time.Hour).Unix()
	w := newWorld(t, setup{config: func(c *graph.Config) {
		const leeway = 5 * time.Second
		c.Clock = func() time.Time { return time.Unix(exp, 0).Add(leeway - 200*time.Millisecond) }
	}})
	c := w.raw()
	c.ask("text/event-stream", "Bearer "+signed(t, jwt.SigningMethodHS256, secret, jwt.MapClaims{"sub": "x-bob", "exp": exp}), bodies)
	if got := c.until("0"); !strings.Contains(got, "\n: UNAUTHENTICATED\n") || strings.Contains(got, "complete") {
		t.Errorf("%q", got)
	}
}

func TestAShutdownTellsStreamsWhenToComeBack(t *testing.T) {
	w := newWorld(t, setup{})
	c := w.raw()
	c.ask("text/event-stream", "Bearer "+token(t, "bob"), bodies)
	c.until(":")
	if err := w.graph.Shutdown(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := c.until("0"); !strings.Contains(got, "retry: ") || !strings.Contains(got, "\n: SHUTTING_DOWN\n") ||
		strings.Contains(got, "complete") {
		t.Errorf("%q", got)
	}
}

// A client that does not read is cut off in the time it has, and leaves nothing behind.
func TestAStreamThatIsNotReadIsCut(t *testing.T) {
	taken := connlimit.New(0, 0)
	w := newWorld(t, setup{config: func(c *graph.Config) { c.ConnectionLimits, c.WriteWait = taken, 300*time.Millisecond }})
	w.befriend("alice", "bob")
	c := w.raw()
	var aliases strings.Builder
	for i := range 40 {
		fmt.Fprintf(&aliases, "b%d: body ", i)
	}
	c.ask("text/event-stream", "Bearer "+token(t, "bob"), `subscription { inboxEvents { ... on MessageAdded { message { `+aliases.String()+` } } } }`)
	c.until(":")
	reader := w.as("bob").with("Last-Event-ID", w.cursorOf("bob")).events("GET", streamPath(bodies), "")
	large := strings.Repeat("é", 4000)
	deadline := time.Now().Add(patience)
	sent := 0
	for users, _ := taken.Taken(); users == 2; users, _ = taken.Taken() {
		if time.Now().After(deadline) {
			t.Fatalf("it is still followed after %d messages of which it has read none", sent)
		}
		w.say("alice", "bob", large)
		reader.next() // who reads has lost nothing meanwhile
		sent++
	}
	_, err := io.Copy(io.Discard, c.r) // what the system holds for it comes first
	if err != nil && !errors.Is(err, io.ErrUnexpectedEOF) && !strings.Contains(err.Error(), "reset") {
		t.Errorf("the connection is still there: %v", err)
	}
	w.say("alice", "bob", "and on")
	reader.next().is("data.inboxEvents.message.body", `"and on"`)
}

func TestStreamsOfAUserAreBounded(t *testing.T) {
	taken := connlimit.New(2, 3)
	w := newWorld(t, setup{config: func(c *graph.Config) { c.ConnectionLimits = taken }})
	path := streamPath(bodies)
	first := w.as("bob").events("GET", path, "")
	w.as("bob").events("GET", path, "")
	refused := w.as("bob").with("Accept", "text/event-stream").send("GET", path, "")
	refused.fails(http.StatusTooManyRequests, "RATE_LIMITED")
	if refused.header.Get("Retry-After") == "" {
		t.Error("it is not told when to come back")
	}
	w.as("carol").events("GET", path, "")
	w.as("dave").with("Accept", "text/event-stream").send("GET", path, "").fails(http.StatusTooManyRequests, "RATE_LIMITED")
	w.as("dave").do(me, nil) // only what stays is counted
	first.close()
	w.eventually(func() bool { users, addresses := taken.Taken(); return users == 2 && addresses == 2 })
	w.as("bob").events("GET", path, "")
}

// An idle stream has the two goroutines that net/http gives a request, and none of ours.
func TestAnIdleStreamHasNoGoroutineOfItsOwn(t *testing.T) {
	const streams = 40
	taken := connlimit.New(0, 0)
	w := newWorld(t, setup{config: func(c *graph.Config) { c.ConnectionLimits = taken }})
	w.as("bob").do(me, nil)
	before := runtime.NumGoroutine()
	var open []*raw
	for range streams {
		c := w.raw()
		c.ask("text/event-stream", "Bearer "+token(t, "bob"), bodies)
		c.until(":")
		open = append(open, c)
	}
	// Each looks at the log once before it is idle.
	w.eventually(func() bool { return runtime.NumGoroutine()-before <= 2*streams+5 })
	for _, c := range open {
		_ = c.conn.Close()
	}
	w.eventually(func() bool { return runtime.NumGoroutine() <= before+5 })
	w.eventually(func() bool { users, addresses := taken.Taken(); return users+addresses == 0 })
}

// eventually waits for what must come, and of which nobody tells.
func (w *world) eventually(holds func() bool) {
	w.t.Helper()
	for deadline := time.Now().Add(patience); !holds(); runtime.Gosched() {
		if time.Now().After(deadline) {
			w.t.Fatal("it does not come")
		}
	}
}
