package graph_test

import (
	"bufio"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/gobwas/ws"
)

// frames is a client's end of a socket that says and hears frames as they are, so that it can break
// every rule.
type frames struct {
	t        testing.TB
	conn     net.Conn
	read     *bufio.Reader
	protocol string
}

const upgradeHeader = "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n" +
	"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"

// connect opens a TCP connection and says nothing.
func (w *world) connect() net.Conn {
	w.t.Helper()
	conn, err := (&net.Dialer{Timeout: patience}).DialContext(w.t.Context(), "tcp", w.http.Listener.Addr().String())
	if err != nil {
		w.t.Fatal(err)
	}
	_ = conn.SetDeadline(time.Now().Add(2 * patience))
	w.t.Cleanup(func() { _ = conn.Close() })
	return conn
}

// raw opens a socket with the subprotocols as they stand, "" for none.
func (w *world) rawSocket(protocols string) *frames {
	w.t.Helper()
	f, response := w.handshake(protocols, "")
	if response.StatusCode != http.StatusSwitchingProtocols {
		w.t.Fatal(response.Status)
	}
	return f
}

func (w *world) handshake(protocols, more string) (*frames, *http.Response) {
	w.t.Helper()
	conn := w.connect()
	header := upgradeHeader + more
	if protocols != "" {
		header += "Sec-WebSocket-Protocol: " + protocols + "\r\n"
	}
	if _, err := io.WriteString(conn, "GET /graphql HTTP/1.1\r\nHost: "+w.http.Listener.Addr().String()+"\r\n"+header+"\r\n"); err != nil {
		w.t.Fatal(err)
	}
	f := &frames{t: w.t, conn: conn, read: bufio.NewReader(conn)}
	response, err := http.ReadResponse(f.read, nil)
	if err != nil {
		w.t.Fatal(err)
	}
	_ = response.Body.Close()
	f.protocol = response.Header.Get("Sec-WebSocket-Protocol")
	return f, response
}

// opened is a socket that was acknowledged.
func (w *world) opened(handle string) *frames {
	w.t.Helper()
	f := w.rawSocket("graphql-transport-ws")
	f.say(`{"type":"connection_init","payload":{"token":"` + token(w.t, handle) + `"}}`)
	f.hear(`{"type":"connection_ack"}`)
	return f
}

// write writes bytes as they are. That the other end is gone already is no failure: what it said
// last is to be heard.
func (f *frames) write(b []byte) { _, _ = f.conn.Write(b) }

// frame is a frame of a client.
func frame(op ws.OpCode, fin bool, payload string) []byte {
	return ws.MustCompileFrame(ws.MaskFrame(ws.NewFrame(op, fin, []byte(payload))))
}

func (f *frames) say(message string) { f.write(frame(ws.OpText, true, message)) }

func (f *frames) sayFrame(op ws.OpCode, fin bool, payload string) { f.write(frame(op, fin, payload)) }

// next returns the next frame, whatever it is.
func (f *frames) next() (ws.Frame, error) {
	h, err := ws.ReadHeader(f.read)
	if err != nil {
		return ws.Frame{}, err
	}
	if h.Masked || h.Rsv != 0 || !h.Fin {
		f.t.Errorf("a frame that a server does not send: %+v", h)
	}
	payload := make([]byte, h.Length)
	_, err = io.ReadFull(f.read, payload)
	return ws.Frame{Header: h, Payload: payload}, err
}

// text returns the next message. Pings of WebSocket itself are answered on the way.
func (f *frames) text() string {
	f.t.Helper()
	for {
		got, err := f.next()
		if err != nil {
			f.t.Fatal(err)
		}
		switch got.Header.OpCode {
		case ws.OpPing:
			f.sayFrame(ws.OpPong, true, string(got.Payload))
		case ws.OpText:
			return string(got.Payload)
		case ws.OpClose:
			code, reason := ws.ParseCloseFrameData(got.Payload)
			f.t.Fatalf("closed with %d %s", code, reason)
		}
	}
}

// hear compares the next message.
func (f *frames) hear(want string) {
	f.t.Helper()
	if got := f.text(); compact(f.t, got) != compact(f.t, want) {
		f.t.Fatalf("want %s, got %s", want, got)
	}
}

// hearKind checks type and id of the next message and returns its payload.
func (f *frames) hearKind(kind, id string) json.RawMessage {
	f.t.Helper()
	got := f.text()
	var m wireMessage
	if err := json.Unmarshal([]byte(got), &m); err != nil || m.Type != kind || m.ID != id {
		f.t.Fatalf("want %s of %q, got %s", kind, id, got)
	}
	return m.Payload
}

// nothing checks that nothing was said so far: what is asked now is answered first.
func (f *frames) nothing() {
	f.t.Helper()
	f.say(`{"type":"ping","payload":{"still":"there"}}`)
	f.hear(`{"type":"pong","payload":{"still":"there"}}`)
}

// closes waits for the close frame; messages before it are passed over.
func (f *frames) closes(code int, reason string) {
	f.t.Helper()
	for {
		got, err := f.next()
		if err != nil {
			f.t.Fatalf("want %d %s, got %v", code, reason, err)
		}
		if got.Header.OpCode != ws.OpClose {
			continue
		}
		gotCode, gotReason := ws.ParseCloseFrameData(got.Payload)
		if int(gotCode) != code || !strings.Contains(gotReason, reason) {
			f.t.Fatalf("want %d %s, got %d %s", code, reason, gotCode, gotReason)
		}
		break
	}
	f.sayFrame(ws.OpClose, true, string(ws.NewCloseFrameBody(ws.StatusCode(code), "")))
	if _, err := f.next(); err == nil || errors.Is(err, net.ErrClosed) {
		f.t.Fatalf("after the close frame: %v", err)
	}
}

// subscribe starts an operation.
func (f *frames) subscribe(id, query string) {
	f.t.Helper()
	b, err := json.Marshal(map[string]any{"type": "subscribe", "id": id, "payload": map[string]any{"query": query}})
	if err != nil {
		f.t.Fatal(err)
	}
	f.say(string(b))
}
