package graph_test

import (
	"strings"
	"testing"
	"time"

	"github.com/gobwas/ws"

	"github.com/aparte-im/aparte/graph"
	"github.com/aparte-im/aparte/graph/socket"
)

const (
	watch = `subscription { inboxEvents { ... on MessageAdded { message { body } } } }`
	who   = `{ me { handle } }`
	isBob = `{"data":{"me":{"handle":"bob"}}}`
)

// Each rule of the protocol document of graphql-transport-ws, and of RFC 6455 below it, by name.
// "opened" is an acknowledged connection of bob.
func TestTheRulesOfTheProtocol(t *testing.T) {
	w := newWorld(t, setup{config: func(c *graph.Config) {
		c.Sockets = socket.Limits{InitTimeout: time.Second, Operations: 3, CloseWait: 100 * time.Millisecond}
	}})
	w.open("bob")
	init := `{"type":"connection_init","payload":{"token":"` + token(t, "bob") + `"}}`
	for _, rule := range []struct {
		name string
		run  func(t *testing.T, w *world)
	}{
		{"the subprotocol is chosen among others", func(t *testing.T, w *world) {
			if f := w.rawSocket("graphql-ws, graphql-transport-ws"); f.protocol != "graphql-transport-ws" {
				t.Errorf("%q", f.protocol)
			}
		}},
		{"no subprotocol closes 4406", func(_ *testing.T, w *world) { w.rawSocket("").closes(4406, "Subprotocol not acceptable") }},
		{"a foreign subprotocol closes 4406", func(t *testing.T, w *world) {
			f := w.rawSocket("graphql-ws")
			f.closes(4406, "Subprotocol not acceptable")
			if f.protocol != "" {
				t.Errorf("%q was chosen", f.protocol)
			}
		}},
		{"no connection_init in time closes 4408", func(_ *testing.T, w *world) {
			w.rawSocket("graphql-transport-ws").closes(4408, "Connection initialisation timeout")
		}},
		{"pings give no more time for connection_init", func(_ *testing.T, w *world) {
			f := w.rawSocket("graphql-transport-ws")
			f.nothing()
			f.closes(4408, "Connection initialisation timeout")
		}},
		{"connection_init is acknowledged", func(_ *testing.T, w *world) { w.opened("bob").nothing() }},
		{"a second connection_init closes 4429", func(_ *testing.T, w *world) {
			f := w.opened("bob")
			f.say(init)
			f.closes(4429, "Too many initialisation requests")
		}},
		{"two connection_init at once close 4429", func(_ *testing.T, w *world) {
			f := w.rawSocket("graphql-transport-ws")
			f.write(append(frame(ws.OpText, true, init), frame(ws.OpText, true, init)...))
			f.closes(4429, "Too many initialisation requests")
		}},
		{"a bad token closes 4403", func(_ *testing.T, w *world) {
			f := w.rawSocket("graphql-transport-ws")
			f.say(`{"type":"connection_init","payload":{"token":"nonsense"}}`)
			f.closes(4403, "UNAUTHENTICATED")
		}},
		{"subscribe before the acknowledgement closes 4401", func(_ *testing.T, w *world) {
			f := w.rawSocket("graphql-transport-ws")
			f.subscribe("1", who)
			f.closes(4401, "Unauthorized")
		}},
		{"a query answers next, then complete", func(_ *testing.T, w *world) {
			f := w.opened("bob")
			f.subscribe("1", who)
			f.hear(`{"id":"1","type":"next","payload":` + isBob + `}`)
			f.hear(`{"id":"1","type":"complete"}`)
		}},
		{"a mutation answers next, then complete", func(_ *testing.T, w *world) {
			f := w.opened("bob")
			f.subscribe("1", `mutation { setReadReceipts(on: true) { __typename } }`)
			f.hear(`{"id":"1","type":"next","payload":{"data":{"setReadReceipts":{"__typename":"SettingsSuccess"}}}}`)
			f.hear(`{"id":"1","type":"complete"}`)
		}},
		{"operationName, variables and extensions may be null", func(_ *testing.T, w *world) {
			f := w.opened("bob")
			f.say(`{"type":"subscribe","id":"1","payload":{"query":"{ me { handle } }","operationName":null,"variables":null,"extensions":null}}`)
			f.hear(`{"id":"1","type":"next","payload":` + isBob + `}`)
		}},
		{"operationName chooses", func(_ *testing.T, w *world) {
			f := w.opened("bob")
			f.say(`{"type":"subscribe","id":"1","payload":{"query":"query A { __typename } query B($h: String!) { user(by: {handle: $h}) { handle } }","operationName":"B","variables":{"h":"bob"}}}`)
			f.hear(`{"id":"1","type":"next","payload":{"data":{"user":{"handle":"bob"}}}}`)
		}},
		{"an operation that cannot be parsed answers error and nothing more", func(_ *testing.T, w *world) {
			f := w.opened("bob")
			f.subscribe("1", `{`)
			parse(f.t, f.hearKind("error", "1")).is("0.extensions.code", `"GRAPHQL_PARSE_FAILED"`)
			f.nothing()
		}},
		{"an operation that is not valid answers error and nothing more", func(_ *testing.T, w *world) {
			f := w.opened("bob")
			f.subscribe("1", `{ nothing }`)
			parse(f.t, f.hearKind("error", "1")).is("0.extensions.code", `"GRAPHQL_VALIDATION_FAILED"`)
			f.nothing()
		}},
		{"variables that do not fit answer error and nothing more", func(_ *testing.T, w *world) {
			f := w.opened("bob")
			f.say(`{"type":"subscribe","id":"1","payload":{"query":"query($n: Int!) { inbox(first: $n) { nodes { id } } }"}}`)
			parse(f.t, f.hearKind("error", "1")).is("0.extensions.code", `"GRAPHQL_VALIDATION_FAILED"`)
			f.nothing()
		}},
		{"after error the id is free", func(_ *testing.T, w *world) {
			f := w.opened("bob")
			f.subscribe("1", `{`)
			f.hearKind("error", "1")
			f.subscribe("1", who)
			f.hearKind("next", "1")
			f.hearKind("complete", "1")
		}},
		{"an error of a field comes with next", func(_ *testing.T, w *world) {
			f := w.opened("bob")
			f.subscribe("1", `{ inbox(first: 0) { nodes { id } } }`)
			parse(f.t, f.hearKind("next", "1")).is("errors.0.extensions.code", `"INVALID_INPUT"`)
			f.hearKind("complete", "1")
		}},
		{"a subscription goes on until the client completes it, without an answer", func(_ *testing.T, w *world) {
			w.befriend("alice", "bob")
			f := w.opened("bob")
			w.subscribed(f, "1")
			w.say("alice", "bob", "heard")
			f.hear(`{"id":"1","type":"next","payload":{"data":{"inboxEvents":{"message":{"body":"heard"}}}}}`)
			f.say(`{"type":"complete","id":"1"}`)
			f.nothing()
			w.say("alice", "bob", "unheard")
			f.nothing()
			w.subscribed(f, "1")
		}},
		{"a live id again closes 4409", func(_ *testing.T, w *world) {
			f := w.opened("bob")
			w.subscribed(f, "x")
			f.subscribe("x", watch)
			f.closes(4409, "Subscriber for x already exists")
		}},
		{"an id that is live as a subscription is taken for a query too", func(_ *testing.T, w *world) {
			f := w.opened("bob")
			w.subscribed(f, "x")
			f.subscribe("x", who)
			f.closes(4409, "Subscriber for x already exists")
		}},
		{"the reason of 4409 fits its frame", func(_ *testing.T, w *world) {
			f := w.opened("bob")
			id := strings.Repeat("ü", 100)
			w.subscribed(f, id)
			f.subscribe(id, watch)
			f.closes(4409, "Subscriber for ü")
		}},
		{"complete of an unknown id is ignored", func(_ *testing.T, w *world) {
			f := w.opened("bob")
			f.say(`{"type":"complete","id":"never"}`)
			f.nothing()
		}},
		{"many operations at once", func(_ *testing.T, w *world) {
			f := w.opened("bob")
			w.subscribed(f, "1")
			w.subscribed(f, "2")
			w.say("alice", "bob", "both")
			both := []string{f.text(), f.text()}
			if !strings.Contains(both[0]+both[1], `"id":"1"`) || !strings.Contains(both[0]+both[1], `"id":"2"`) {
				f.t.Errorf("%q", both)
			}
			f.subscribe("3", who)
			f.hearKind("next", "3")
			f.hearKind("complete", "3")
		}},
		{"one operation too many answers error, and the connection goes on", func(_ *testing.T, w *world) {
			f := w.opened("bob")
			for _, id := range []string{"1", "2", "3"} {
				w.subscribed(f, id)
			}
			f.subscribe("4", who)
			parse(f.t, f.hearKind("error", "4")).is("0.extensions.code", `"RATE_LIMITED"`)
			f.say(`{"type":"complete","id":"1"}`)
			f.subscribe("4", who)
			f.hearKind("next", "4")
		}},
		{"ping answers pong with its payload, before the acknowledgement too", func(_ *testing.T, w *world) {
			f := w.rawSocket("graphql-transport-ws")
			f.say(`{"type":"ping"}`)
			f.hear(`{"type":"pong"}`)
			f.say(`{"type":"ping","payload":{"a":[1,{"b":null}]}}`)
			f.hear(`{"type":"pong","payload":{"a":[1,{"b":null}]}}`)
		}},
		{"pong may come at any time", func(_ *testing.T, w *world) {
			f := w.rawSocket("graphql-transport-ws")
			f.say(`{"type":"pong","payload":{"a":1}}`)
			f.say(`{"type":"pong"}`)
			f.nothing()
		}},
		{"fields that are unknown are ignored", func(_ *testing.T, w *world) {
			f := w.opened("bob")
			f.say(`{"type":"ping","else":1}`)
			f.hear(`{"type":"pong"}`)
		}},
		{"no subprotocol over a closed connection: close is answered with its code", func(t *testing.T, w *world) {
			f := w.opened("bob")
			f.sayFrame(ws.OpClose, true, string(ws.NewCloseFrameBody(1000, "bye")))
			got, err := f.next()
			if code, _ := ws.ParseCloseFrameData(got.Payload); err != nil || got.Header.OpCode != ws.OpClose || code != 1000 {
				t.Errorf("%+v %v", got, err)
			}
		}},
		{"a close without code is answered without code", func(t *testing.T, w *world) {
			f := w.opened("bob")
			f.sayFrame(ws.OpClose, true, "")
			if got, err := f.next(); err != nil || got.Header.OpCode != ws.OpClose || len(got.Payload) != 0 {
				t.Errorf("%+v %v", got, err)
			}
		}},
		{"a close with a code that is none closes 1002", func(_ *testing.T, w *world) {
			f := w.opened("bob")
			f.sayFrame(ws.OpClose, true, "\x00\x01")
			f.closes(1002, "")
		}},
		{"a ping of WebSocket answers a pong with its payload", func(t *testing.T, w *world) {
			f := w.opened("bob")
			f.sayFrame(ws.OpPing, true, "hello")
			if got, err := f.next(); err != nil || got.Header.OpCode != ws.OpPong || string(got.Payload) != "hello" {
				t.Errorf("%+v %v", got, err)
			}
		}},
		{"messages may come in fragments, with control frames between", func(t *testing.T, w *world) {
			f := w.opened("bob")
			f.sayFrame(ws.OpText, false, `{"type":"pi`)
			f.sayFrame(ws.OpPing, true, "")
			if got, err := f.next(); err != nil || got.Header.OpCode != ws.OpPong {
				t.Errorf("%+v %v", got, err)
			}
			f.sayFrame(ws.OpContinuation, false, ``)
			f.sayFrame(ws.OpContinuation, true, `ng"}`)
			f.hear(`{"type":"pong"}`)
		}},
		{"frames may come byte by byte", func(_ *testing.T, w *world) {
			f := w.opened("bob")
			for _, b := range frame(ws.OpText, true, `{"type":"ping","payload":{"long":"`+strings.Repeat("x", 200)+`"}}`) {
				f.write([]byte{b})
			}
			f.hear(`{"type":"pong","payload":{"long":"` + strings.Repeat("x", 200) + `"}}`)
		}},
		{"many messages may come at once", func(_ *testing.T, w *world) {
			f := w.opened("bob")
			var all []byte
			for range 50 {
				all = append(all, frame(ws.OpText, true, `{"type":"ping"}`)...)
			}
			f.write(all)
			for range 50 {
				f.hear(`{"type":"pong"}`)
			}
		}},
		{"binary frames are read like text", func(_ *testing.T, w *world) {
			f := w.opened("bob")
			f.sayFrame(ws.OpBinary, true, `{"type":"ping"}`)
			f.hear(`{"type":"pong"}`)
		}},
		{"a message of the largest size is read", func(_ *testing.T, w *world) {
			f := w.opened("bob")
			head := `{"type":"ping","payload":{"x":"`
			message := head + strings.Repeat("x", 64<<10-len(head)-3) + `"}}`
			f.say(message)
			f.hear(strings.Replace(message, "ping", "pong", 1))
		}},
		{"a larger message closes 1009 before it has come", func(_ *testing.T, w *world) {
			f := w.opened("bob")
			f.write(ws.MustCompileFrame(ws.MaskFrame(ws.NewTextFrame(make([]byte, 64<<10+1))))[:14])
			f.closes(1009, "Message too large")
		}},
		{"a larger message in fragments closes 1009", func(_ *testing.T, w *world) {
			f := w.opened("bob")
			f.sayFrame(ws.OpText, false, strings.Repeat(" ", 40<<10))
			f.sayFrame(ws.OpContinuation, true, strings.Repeat(" ", 40<<10))
			f.closes(1009, "Message too large")
		}},
		{"before the acknowledgement a message may have 8 KiB", func(_ *testing.T, w *world) {
			f := w.rawSocket("graphql-transport-ws")
			f.say(`{"type":"ping","payload":{"x":"` + strings.Repeat("x", 8<<10) + `"}}`)
			f.closes(1009, "Message too large")
		}},
		{"text that is not UTF-8 closes 1007", func(_ *testing.T, w *world) {
			f := w.opened("bob")
			f.say("{\"type\":\"ping\",\"payload\":{\"x\":\"\xff\"}}")
			f.closes(1007, "UTF-8")
		}},
		{"a character may be cut by a fragment", func(_ *testing.T, w *world) {
			f := w.opened("bob")
			f.sayFrame(ws.OpText, false, "{\"type\":\"ping\",\"payload\":{\"x\":\"\xc3")
			f.sayFrame(ws.OpContinuation, true, "\xbc\"}}")
			f.hear(`{"type":"pong","payload":{"x":"ü"}}`)
		}},
	} {
		t.Run(rule.name, func(t *testing.T) {
			own := *w
			own.t = t
			rule.run(t, &own)
		})
	}
}

// subscribed starts a subscription from now on: what comes before it is followed comes by the
// cursor.
func (w *world) subscribed(f *frames, id string) {
	f.t.Helper()
	f.subscribe(id, strings.Replace(watch, "inboxEvents", `inboxEvents(after: "`+w.cursorOf("bob")+`")`, 1))
}

// hasty waits for no client's answer to a close frame, which those here give only sometimes.
func hasty(c *graph.Config) { c.Sockets.CloseWait = 100 * time.Millisecond }

// A message that the protocol does not allow closes with 4400 and a reason.
func TestInvalidMessages(t *testing.T) {
	w := newWorld(t, setup{config: hasty})
	for name, message := range map[string]string{
		"no JSON":                     `nonsense`,
		"nothing":                     ``,
		"a list":                      `[]`,
		"null":                        `null`,
		"two values":                  `{"type":"ping"}{"type":"ping"}`,
		"no type":                     `{"id":"1"}`,
		"type is no string":           `{"type":1}`,
		"type in capitals":            `{"TYPE":"ping"}`,
		"unknown type":                `{"type":"start"}`,
		"a type of the old protocol":  `{"type":"connection_terminate"}`,
		"a type of servers":           `{"type":"next","id":"1","payload":{}}`,
		"an acknowledgement":          `{"type":"connection_ack"}`,
		"ping with a list":            `{"type":"ping","payload":[]}`,
		"pong with a string":          `{"type":"pong","payload":"x"}`,
		"subscribe without id":        `{"type":"subscribe","payload":{"query":"{me{id}}"}}`,
		"subscribe with empty id":     `{"type":"subscribe","id":"","payload":{"query":"{me{id}}"}}`,
		"subscribe with a number":     `{"type":"subscribe","id":1,"payload":{"query":"{me{id}}"}}`,
		"subscribe with a long id":    `{"type":"subscribe","id":"` + strings.Repeat("x", 300) + `","payload":{"query":"{me{id}}"}}`,
		"subscribe without payload":   `{"type":"subscribe","id":"1"}`,
		"subscribe without query":     `{"type":"subscribe","id":"1","payload":{}}`,
		"query is no string":          `{"type":"subscribe","id":"1","payload":{"query":{}}}`,
		"query is null":               `{"type":"subscribe","id":"1","payload":{"query":null}}`,
		"operationName is no string":  `{"type":"subscribe","id":"1","payload":{"query":"{me{id}}","operationName":1}}`,
		"variables are a list":        `{"type":"subscribe","id":"1","payload":{"query":"{me{id}}","variables":[]}}`,
		"variables are a string":      `{"type":"subscribe","id":"1","payload":{"query":"{me{id}}","variables":"x"}}`,
		"extensions are a number":     `{"type":"subscribe","id":"1","payload":{"query":"{me{id}}","extensions":1}}`,
		"complete without id":         `{"type":"complete"}`,
		"complete with a number":      `{"type":"complete","id":1}`,
		"connection_init with a list": `{"type":"connection_init","payload":[1]}`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			own := *w
			own.t = t
			f := own.opened("bob")
			f.say(message)
			f.closes(4400, "Invalid message")
			// The same rule holds before anybody is known.
			if f = own.rawSocket("graphql-transport-ws"); !strings.Contains(message, `"subscribe"`) {
				f.say(message)
				f.closes(4400, "Invalid message")
			}
		})
	}
	t.Run("binary that is not UTF-8", func(t *testing.T) {
		f := w.opened("bob")
		f.sayFrame(ws.OpBinary, true, "{\"type\":\"ping\",\"payload\":{\"x\":\"\xff\"}}")
		f.closes(4400, "Invalid message")
	})
}

// A violation of RFC 6455 closes with 1002.
func TestInvalidFrames(t *testing.T) {
	w := newWorld(t, setup{config: hasty})
	message := `{"type":"ping"}`
	for name, bytes := range map[string][]byte{
		"not masked":                      ws.MustCompileFrame(ws.NewTextFrame([]byte(message))),
		"reserved bits":                   ws.MustCompileFrame(ws.MaskFrame(ws.Frame{Header: ws.Header{Fin: true, Rsv: ws.Rsv(true, false, false), OpCode: ws.OpText, Length: int64(len(message))}, Payload: []byte(message)})),
		"a reserved opcode":               frame(0x3, true, message),
		"a reserved opcode of control":    frame(0xB, true, ""),
		"a ping in fragments":             frame(ws.OpPing, false, ""),
		"a ping that is too long":         frame(ws.OpPing, true, strings.Repeat("x", 126)),
		"a continuation of nothing":       frame(ws.OpContinuation, true, message),
		"a message within another":        append(frame(ws.OpText, false, message), frame(ws.OpText, true, message)...),
		"a length with the highest bit":   {0x81, 0xFF, 0x80, 0, 0, 0, 0, 0, 0, 1, 1, 2, 3, 4},
		"a length of 5 in two bytes":      {0x81, 0xFE, 0, 5, 0, 0, 0, 0, 'h', 'e', 'l', 'l', 'o'},
		"a length of 5 in eight bytes":    {0x81, 0xFF, 0, 0, 0, 0, 0, 0, 0, 5, 0, 0, 0, 0, 'h', 'e', 'l', 'l', 'o'},
		"a ping's length in two bytes":    {0x89, 0xFE, 0, 1, 0, 0, 0, 0, 'x'},
		"a close code below all":          frame(ws.OpClose, true, "\x03\xe7"),
		"a close code that is reserved":   frame(ws.OpClose, true, "\x03\xed"),
		"a close code of no meaning":      frame(ws.OpClose, true, "\x03\xf7"),
		"a close code of the protocol's":  frame(ws.OpClose, true, "\x0b\xb7"),
		"a close code of 5000":            frame(ws.OpClose, true, "\x13\x88"),
		"a close code of 65535":           frame(ws.OpClose, true, "\xff\xff"),
		"a close frame with half a code":  frame(ws.OpClose, true, "x"),
		"a close frame that is not UTF-8": frame(ws.OpClose, true, "\x03\xe8\xff"),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			own := *w
			own.t = t
			f := own.opened("bob")
			f.write(bytes)
			f.closes(1002, "")
		})
	}
}
