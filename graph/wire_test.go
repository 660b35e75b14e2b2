package graph_test

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"
)

// wire is a client's end of a socket.
type wire struct {
	t    *testing.T
	conn *websocket.Conn
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
	d := websocket.Dialer{Subprotocols: protocols, HandshakeTimeout: patience}
	conn, response, err := d.Dial("ws"+strings.TrimPrefix(w.http.URL, "http")+"/graphql", header)
	if err != nil {
		w.t.Fatal(err, response)
	}
	_ = response.Body.Close()
	_ = conn.SetReadDeadline(time.Now().Add(patience))
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
	if err := c.conn.WriteMessage(websocket.TextMessage, []byte(message)); err != nil {
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
		_, b, err := c.conn.ReadMessage()
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
		_, _, err := c.conn.ReadMessage()
		var end *websocket.CloseError
		if errors.As(err, &end) {
			return end.Code
		}
		if err != nil {
			c.t.Fatal(err)
		}
	}
}

// events is a client's end of an event stream.
type events struct {
	t     *testing.T
	lines *bufio.Scanner
}

func (c caller) stream(query string, v vars) *events {
	c.w.t.Helper()
	body, err := json.Marshal(map[string]any{"query": query, "variables": v})
	if err != nil {
		c.w.t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	c.w.t.Cleanup(cancel)
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, c.w.http.URL+"/graphql", strings.NewReader(string(body)))
	if err != nil {
		c.w.t.Fatal(err)
	}
	r.Header = c.with("Content-Type", "application/json", "Accept", "text/event-stream").header
	response, err := c.w.http.Client().Do(r)
	if err != nil {
		c.w.t.Fatal(err)
	}
	c.w.t.Cleanup(func() { _ = response.Body.Close() })
	if got := response.Header.Get("Content-Type"); response.StatusCode != http.StatusOK || got != "text/event-stream" {
		c.w.t.Fatal(response.StatusCode, got)
	}
	return &events{c.w.t, bufio.NewScanner(response.Body)}
}

// hear returns the name and the data of the next event, or "" at the end.
func (e *events) hear() (name, data string) {
	for e.lines.Scan() {
		line := e.lines.Text()
		switch {
		case line == "" && name != "":
			return name, data
		case strings.HasPrefix(line, "event:"):
			name = strings.TrimSpace(strings.TrimPrefix(line, "event:"))
		case strings.HasPrefix(line, "data:"):
			data = strings.TrimSpace(strings.TrimPrefix(line, "data:"))
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
