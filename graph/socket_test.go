package graph_test

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"github.com/aparte-im/aparte/graph"
	"github.com/aparte-im/aparte/graph/auth"
	"github.com/aparte-im/aparte/graph/connlimit"
	"github.com/aparte-im/aparte/internal/wsclient"
)

func TestWhoMayOpenASocket(t *testing.T) {
	w := newWorld(t, setup{})
	bearer := "Bearer " + token(t, "bob")
	admin := sign(t, "the-host", auth.ScopeAdmin)
	for name, c := range map[string]struct {
		header  http.Header
		payload string
		code    int
	}{
		"payload":       {nil, `{"Authorization":"` + bearer + `"}`, 0},
		"lower case":    {nil, `{"authorization":"` + bearer + `"}`, 0},
		"token":         {nil, `{"token":"` + token(t, "bob") + `"}`, 0},
		"header":        {http.Header{"Authorization": {bearer}}, `{}`, 0},
		"as":            {nil, `{"token":"` + admin + `","Aparte-As":"x-bob"}`, 0},
		"none":          {nil, `{}`, 4403},
		"null":          {nil, `null`, 4403},
		"wrong":         {nil, `{"token":"nonsense"}`, 4403},
		"no text":       {nil, `{"token":5}`, 4403},
		"as somebody":   {nil, `{"token":"` + token(t, "alice") + `","Aparte-As":"x-bob"}`, 4403},
		"no object":     {nil, `"` + bearer + `"`, 4400},
		"list":          {nil, `[1]`, 4400},
		"unknown":       {nil, `{"token":"` + sign(t, "x-nobody") + `"}`, 4403},
		"wrong in vain": {http.Header{"Authorization": {bearer}}, `{"token":"nonsense"}`, 4403},
	} {
		t.Run(name, func(t *testing.T) {
			s := w.on(t).dial(c.header)
			s.say(`{"type":"connection_init","payload":` + c.payload + `}`)
			if c.code != 0 {
				if code := s.ends(); code != c.code {
					t.Errorf("close code %d", code)
				}
				return
			}
			s.hear("connection_ack")
			s.run("1", me, nil)
			s.next().is("me.handle", `"bob"`)
			s.hear("complete")
		})
	}
}

func TestTheProtocolOfASocket(t *testing.T) {
	w := newWorld(t, setup{config: func(c *graph.Config) { c.Sockets.InitTimeout = 100 * time.Millisecond }})
	ends := func(name string, s *wire, want int) {
		t.Helper()
		if code := s.ends(); code != want {
			t.Errorf("%s: close code %d, want %d", name, code, want)
		}
	}
	ends("no init", w.dial(nil), 4408)
	ends("other protocol", w.dial(nil, "graphql-ws"), 4406)

	s := w.dial(nil)
	s.run("1", me, nil)
	ends("before the acknowledgement", s, 4401)
	s = w.dial(nil)
	s.say(`nonsense`)
	ends("nonsense first", s, 4400)
	s = w.socket("bob")
	s.say(`{"type":"connection_init"}`)
	ends("second init", s, 4429)
	s = w.socket("bob")
	s.say(`{"type":"nonsense"}`)
	ends("nonsense", s, 4400)
	s = w.socket("bob")
	s.say(`{"type":"ping"}`)
	s.hear("pong")

	// An error is the end of an operation: nothing follows it.
	s.run("1", `{ nothing }`, nil)
	if m := s.hear("error"); m.ID != "1" {
		t.Errorf("%+v", m)
	}
	s.run("1", me, nil)
	s.next().is("me.handle", `"bob"`)
	s.hear("complete")
	w.open("bob")
	s.run("2", `mutation { setReadReceipts(on: false) { ... on SettingsSuccess { settings { readReceipts } } } }`, nil)
	s.next().is("setReadReceipts.settings.readReceipts", `false`)
}

func TestASocketEndsWithItsToken(t *testing.T) {
	exp := time.Now().Add(time.Hour).Unix()
	w := newWorld(t, setup{config: func(c *graph.Config) {
		const leeway = 5 * time.Second
		c.Clock = func() time.Time { return time.Unix(exp, 0).Add(leeway - 200*time.Millisecond) }
	}})
	s := w.dial(nil)
	s.say(`{"type":"connection_init","payload":{"token":"` +
		signed(t, jwt.SigningMethodHS256, secret, jwt.MapClaims{"sub": "x-bob", "exp": exp}) + `"}}`)
	s.hear("connection_ack")
	s.run("1", inboxEvents, nil)
	if code := s.ends(); code != 4403 {
		t.Errorf("close code %d", code)
	}
}

func TestOtherSitesOpenNoSocket(t *testing.T) {
	strict := newWorld(t, setup{config: func(c *graph.Config) {
		c.Origins = []string{"https://app.example.com:443", "https://*.example.net", "capacitor://localhost"}
	}})
	loose := newWorld(t, setup{config: func(c *graph.Config) { c.LoopbackOrigins = true }})
	for _, c := range []struct {
		w      *world
		origin string
		ok     bool
	}{
		{strict, strict.http.URL, true},
		{strict, "https://app.example.com", true},
		{strict, "https://APP.example.com:443", true},
		{strict, "https://a.b.example.net", true},
		{strict, "capacitor://localhost", true},
		{strict, "https://example.net", false},
		{strict, "https://evilexample.net", false},
		{strict, "ionic://localhost", false},
		{strict, "https://app.example.com:8443", false},
		{strict, "https://app.example.com.evil.example", false},
		{strict, "http://app.example.com", false},
		{strict, "http://localhost:5173", false},
		{strict, "null", false},
		{loose, "http://localhost:5173", true},
		{loose, "http://[::1]:5173", true},
		{loose, "https://evil.example", false},
	} {
		conn, response, err := wsclient.Dial(t.Context(), "ws"+c.w.http.URL[4:]+"/graphql", patience,
			http.Header{"Origin": {c.origin}}, "graphql-transport-ws")
		if ok := err == nil; ok != c.ok {
			t.Errorf("%s: %v", c.origin, err)
		}
		if err == nil {
			_ = conn.Close()
		} else if response == nil || response.StatusCode != http.StatusForbidden {
			t.Errorf("%s: %v", c.origin, response)
		}
	}
}

// A handshake that is none is answered as any request is, with a code, and takes nobody's seat.
func TestHandshakesThatAreNone(t *testing.T) {
	w := newWorld(t, setup{config: func(c *graph.Config) { c.ConnectionLimits = connlimit.New(1, 1) }})
	const key = "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
	for _, c := range []struct {
		name, line, header, more, code string
		status                         int
	}{
		{"by POST", "POST /graphql HTTP/1.1", "Sec-WebSocket-Version: 13\r\n" + key, "Allow: GET", "METHOD_NOT_ALLOWED", 405},
		{"in an old version", "GET /graphql HTTP/1.1", "Sec-WebSocket-Version: 8\r\n" + key, "Sec-Websocket-Version: 13", "BAD_REQUEST", 426},
		{"in no version", "GET /graphql HTTP/1.1", key, "Sec-Websocket-Version: 13", "BAD_REQUEST", 426},
		{"with HTTP/1.0", "GET /graphql HTTP/1.0", "Sec-WebSocket-Version: 13\r\n" + key, "", "BAD_REQUEST", 505},
		{"without a key", "GET /graphql HTTP/1.1", "Sec-WebSocket-Version: 13\r\n", "", "BAD_REQUEST", 400},
		{"with a short key", "GET /graphql HTTP/1.1", "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhl\r\n", "", "BAD_REQUEST", 400},
		{"with a key that is none", "GET /graphql HTTP/1.1", "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: !!!!!!!!!!!!!!!!!!!!!!==\r\n", "", "BAD_REQUEST", 400},
	} {
		t.Run(c.name, func(t *testing.T) {
			conn := w.on(t).connect()
			_, err := io.WriteString(conn, c.line+"\r\nHost: x\r\nConnection: close, Upgrade\r\nUpgrade: websocket\r\n"+c.header+"\r\n")
			if err != nil {
				t.Fatal(err)
			}
			answer, err := io.ReadAll(conn)
			if err != nil {
				t.Fatal(err)
			}
			head, body, _ := strings.Cut(string(answer), "\r\n\r\n")
			if !strings.Contains(head, fmt.Sprintf(" %d ", c.status)) || !strings.Contains(head, c.more) ||
				!strings.Contains(head, plainJSON) || !strings.Contains(body, `"code":"`+c.code+`"`) {
				t.Errorf("%s", answer)
			}
		})
	}
	w.opened("alice")
}
