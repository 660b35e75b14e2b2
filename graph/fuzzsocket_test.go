package graph_test

import (
	"encoding/json"
	"net"
	"slices"
	"strings"
	"testing"

	"github.com/gobwas/ws"
)

// heard is what a socket said until it ended: messages, and its close code, 0 for none.
func (f *frames) heard(t *testing.T, until string) (messages []wireMessage, code int) {
	t.Helper()
	for {
		got, err := f.next()
		if err != nil {
			return messages, 0
		}
		switch got.Header.OpCode {
		case ws.OpClose:
			status, _ := ws.ParseCloseFrameData(got.Payload)
			return messages, int(status)
		case ws.OpText:
			var m wireMessage
			if err := json.Unmarshal(got.Payload, &m); err != nil {
				t.Fatalf("%v: %q", err, got.Payload)
			}
			if messages = append(messages, m); strings.Contains(string(got.Payload), until) {
				return messages, 0
			}
		}
	}
}

// drop ends a connection so that nothing of it is left in the system.
func (f *frames) drop() {
	if tcp, ok := f.conn.(*net.TCPConn); ok {
		_ = tcp.SetLinger(0)
	}
	_ = f.conn.Close()
}

// Any payload of a connection_init lets somebody in who shows a token, or closes with a code that
// says why; it is never the service that has failed.
func FuzzInitPayload(f *testing.F) {
	w := newWorld(f, setup{})
	good := token(f, "bob")
	for _, seed := range []string{
		`{"token":"` + good + `"}`, `{"Authorization":"Bearer ` + good + `"}`, `{"authorization":"bearer x","token":7}`, `{}`, `null`, `[]`, `"x"`, ``,
		`{"token":"a.b.c"}`, `{"token":"eyJhbGciOiJub25lIn0.e30."}`, `{"token":{},"Aparte-As":["x"],"Aparte-Device":"\u0000"}`,
		`{"token":"` + sign(f, "the-host", "admin") + `","Aparte-As":"x-bob","Aparte-Device":"phone"}`, `{"a":{"b":{"c":[[[[1e999]]]]}}}`, `{"token":"\ud800"} `,
		`{"token":"` + strings.Repeat("x", 9000) + `"}`,
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, payload string) {
		s := w.on(t).rawSocket("graphql-transport-ws")
		defer s.drop()
		s.say(`{"type":"connection_init","payload":` + payload + `}`)
		messages, code := s.heard(t, `"connection_ack"`)
		switch {
		case len(messages) == 1 && messages[0].Type == "connection_ack" && (strings.Contains(payload, `"token"`) || strings.Contains(strings.ToLower(payload), `authorization`) || strings.Contains(payload, `\u`)):
		case len(messages) == 0 && slices.Contains([]int{4400, 4403, 1007, 1009}, code):
		default:
			t.Errorf("%d %+v", code, messages)
		}
		if log := w.logs.String(); log != "" {
			t.Errorf("the service has failed: %s", log)
		}
	})
}

// Any messages on a socket that is open, a line each, are answered by messages of the protocol or
// by a close code of it; an answer is never INTERNAL.
func FuzzSocketMessages(f *testing.F) {
	w := newWorld(f, setup{})
	for _, seed := range []string{
		`{"type":"subscribe","id":"1","payload":{"query":"{ me { id } }"}}`,
		`{"type":"subscribe","id":"1","payload":{"query":"subscription { inboxEvents { cursor } }"}}` + "\n" + `{"type":"complete","id":"1"}`,
		`{"type":"subscribe","id":"1","payload":{"query":"subscription { inboxEvents(after: \"x\") { cursor } }"}}`,
		`{"type":"subscribe","id":"1","payload":{"query":"subscription { inboxEvents { cursor } }"}}` + "\n" + `{"type":"subscribe","id":"1","payload":{"query":"{a}"}}`,
		`{"type":"ping","payload":{"token":"x"}}`, `{"type":"ping"}` + "\n" + `{"type":"pong"}`, `{"type":"connection_init"}`, `{"type":"complete","id":"nothing"}`,
		`{"type":"subscribe","id":"1","payload":{"query":"mutation($i: SendMessageInput!) { sendMessage(input: $i) { __typename } }","variables":{"i":{"to":{"userId":"x"},"body":"x","clientMessageId":"1"}},"operationName":null,"extensions":{"traceparent":"00-1"}}}`,
		`{"type":"next","id":"1"}`, `nonsense`, "\x00", `{"type":"subscribe","id":"","payload":{}}`,
	} {
		f.Add(seed)
	}
	answer := []string{"next", "error", "complete", "pong", "ping"}
	closes := []int{1000, 1007, 1009, 4400, 4401, 4403, 4409, 4429}
	f.Fuzz(func(t *testing.T, lines string) {
		if strings.Count(lines, "\n") > 50 || len(lines) > 32<<10 {
			t.Skip("the limits are what other tests are about")
		}
		s := w.on(t).opened("alice")
		defer s.drop()
		for line := range strings.SplitSeq(lines, "\n") {
			s.say(line)
		}
		const end = `"the end of it"`
		s.say(`{"type":"ping","payload":{"said":` + end + `}}`)
		messages, code := s.heard(t, end)
		if code != 0 && !slices.Contains(closes, code) {
			t.Errorf("closed with %d", code)
		}
		for _, m := range messages {
			if !slices.Contains(answer, m.Type) || strings.Contains(string(m.Payload), "INTERNAL") {
				t.Errorf("%+v", m)
			}
		}
		if log := w.logs.String(); log != "" {
			t.Errorf("the service has failed: %s", log)
		}
	})
}
