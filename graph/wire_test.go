package graph_test

import (
	"bufio"
	"context"
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/aparte-im/aparte/internal/wsclient"
)

// wire is a client's end of a socket.
type wire struct {
	t    testing.TB
	conn *wsclient.Conn
}

type wireMessage struct {
	Type    string          `json:"type"`
	ID      string          `json:"id,omitempty"`
	Payload json.RawMessage `json:"payload,omitempty"`
}

// dial opens a socket without a word.
func (w *world) dial(header http.Header, protocols ...string) *wire {
	w.t.Helper()
	if protocols == nil {
		protocols = []string{"graphql-transport-ws"}
	}
	conn, response, err := wsclient.Dial(w.t.Context(), "ws"+strings.TrimPrefix(w.http.URL, "http")+"/graphql", patience, header, protocols...)
	if err != nil {
		w.t.Fatal(err, response)
	}
	w.t.Cleanup(func() { _ = conn.Close() })
	return &wire{w.t, conn}
}

// open opens a socket for a user, and waits for the acknowledgement.
func (w *world) socket(handle string) *wire {
	w.t.Helper()
	c := w.dial(nil)
	c.say(`{"type":"connection_init","payload":{"Authorization":"Bearer ` + token(w.t, handle) + `"}}`)
	c.hear("connection_ack")
	return c
}

func (c *wire) say(message string) {
	c.t.Helper()
	if err := c.conn.Write(message); err != nil {
		c.t.Fatal(err)
	}
}

// run starts an operation.
func (c *wire) run(id, query string, v vars) {
	c.t.Helper()
	payload, err := json.Marshal(map[string]any{"query": query, "variables": v})
	if err != nil {
		c.t.Fatal(err)
	}
	b, err := json.Marshal(wireMessage{Type: "subscribe", ID: id, Payload: payload})
	if err != nil {
		c.t.Fatal(err)
	}
	c.say(string(b))
}

// hear returns the next message, which must be of one type. Pings are answered on the way.
func (c *wire) hear(kind string) wireMessage {
	c.t.Helper()
	for {
		b, err := c.conn.Read()
		if err != nil {
			c.t.Fatalf("want %s, got %v", kind, err)
		}
		var m wireMessage
		if err := json.Unmarshal(b, &m); err != nil {
			c.t.Fatal(err)
		}
		if m.Type == "ping" {
			c.say(`{"type":"pong"}`)
			continue
		}
		if m.Type != kind {
			c.t.Fatalf("want %s, got %s", kind, b)
		}
		return m
	}
}

// next is the data of the next response, which must have no errors.
func (c *wire) next() node {
	c.t.Helper()
	n := parse(c.t, c.hear("next").Payload)
	if _, failed := n.value.(map[string]any)["errors"]; failed {
		c.t.Fatalf("%v", n.value)
	}
	return n.at("data")
}

// failure is the code of the next response, which must have one error.
func (c *wire) failure() string {
	c.t.Helper()
	return parse(c.t, c.hear("next").Payload).text("errors.0.extensions.code")
}

// ends waits for the socket's end and returns its close code.
func (c *wire) ends() int {
	c.t.Helper()
	for {
		_, err := c.conn.Read()
		if code := wsclient.CloseCode(err); code != -1 {
			return code
		}
		if err != nil {
			c.t.Fatal(err)
		}
	}
}

// events is a client's end of an event stream.
type events struct {
	t     testing.TB
	lines *bufio.Scanner
	close func()
	// id is that of the last event.
	id string
}

func (c caller) stream(query string, v vars) *events {
	c.w.t.Helper()
	body, err := json.Marshal(map[string]any{"query": query, "variables": v})
	if err != nil {
		c.w.t.Fatal(err)
	}
	return c.with("Content-Type", "application/json").events(http.MethodPost, "/graphql", string(body))
}

// events opens an event stream by any request.
func (c caller) events(method, path, body string) *events {
	c.w.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	c.w.t.Cleanup(cancel)
	r, err := http.NewRequestWithContext(ctx, method, c.w.http.URL+path, strings.NewReader(body))
	if err != nil {
		c.w.t.Fatal(err)
	}
	r.Header = c.with("Accept", "text/event-stream").header
	response, err := c.w.http.Client().Do(r)
	if err != nil {
		c.w.t.Fatal(err)
	}
	c.w.t.Cleanup(func() { _ = response.Body.Close() })
	if got := response.Header.Get("Content-Type"); response.StatusCode != http.StatusOK || got != "text/event-stream" {
		c.w.t.Fatal(response.StatusCode, got)
	}
	return &events{t: c.w.t, lines: bufio.NewScanner(response.Body), close: cancel}
}

// hear returns the name and the data of the next event, or "" at the end.
func (e *events) hear() (name, data string) {
	for e.lines.Scan() {
		field, value, _ := strings.Cut(e.lines.Text(), ":")
		value = strings.TrimPrefix(value, " ")
		switch field {
		case "":
			if name != "" && value == "" {
				return name, data
			}
		case "event":
			name = value
		case "id":
			e.id = value
		case "data":
			data = value
		}
	}
	return "", ""
}

func (e *events) next() node {
	e.t.Helper()
	name, data := e.hear()
	if name != "next" {
		e.t.Fatalf("want next, got %q", name)
	}
	return parse(e.t, []byte(data))
}

// until waits for something that another goroutine brings about and tells nobody.
func (w *world) until(holds func() bool) {
	w.t.Helper()
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()
	for end := time.After(2 * patience); !holds(); {
		select {
		case <-tick.C:
		case <-end:
			w.t.Fatal("it does not come about")
		}
	}
}
