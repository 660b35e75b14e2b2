package socket

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"testing"

	"github.com/gobwas/ws"
)

const fuzzLimit = 4 << 10

// heardOf feeds bytes to a reader of frames in pieces of a size, and returns all that it made of
// them: messages, control frames, and how it ended. Its memory is bounded by the received bytes and
// by its limit.
func heardOf(t *testing.T, came []byte, piece int) []string {
	t.Helper()
	in := inbound{limit: fuzzLimit}
	var heard []string
	for part := range slices.Chunk(came, piece) {
		// A reader hands its buffer on, and takes it back.
		part = slices.Clone(part)
		err := in.take(part, func(m []byte) {
			heard = append(heard, fmt.Sprintf("message %q", m))
		}, func(op ws.OpCode, payload []byte) error {
			heard = append(heard, fmt.Sprintf("control %d %q", op, payload))
			if op == ws.OpClose {
				return io.EOF
			}
			return nil
		})
		clear(part)
		if held := len(in.held) + len(in.message); held > fuzzLimit+ws.MaxHeaderSize+ws.MaxControlFramePayloadSize+piece {
			t.Fatalf("%d bytes are held for a limit of %d", held, fuzzLimit)
		}
		var broken *closing
		switch {
		case err == nil:
			continue
		case errors.Is(err, io.EOF):
			return append(heard, "end")
		case !errors.As(err, &broken):
			t.Fatalf("an error that says nothing to the client: %v", err)
		}
		return append(heard, fmt.Sprintf("close %d", broken.code))
	}
	return heard
}

// The same bytes give the same messages and the same end in pieces of any size.
func FuzzFrames(f *testing.F) {
	frame := func(op ws.OpCode, fin bool, payload string) []byte {
		return ws.MustCompileFrame(ws.MaskFrameWith(ws.NewFrame(op, fin, []byte(payload)), [4]byte{1, 2, 3, 4}))
	}
	for _, seed := range [][]byte{
		frame(ws.OpText, true, `{"type":"connection_init"}`),
		slices.Concat(frame(ws.OpText, false, `{"type":`), frame(ws.OpPing, true, "x"), frame(ws.OpContinuation, true, `"ping"}`)),
		slices.Concat(frame(ws.OpBinary, true, "\xff"), frame(ws.OpText, true, "after")),
		frame(ws.OpText, true, "\xed\xa0\x80"),
		frame(ws.OpClose, true, "\x03\xe8bye"),
		frame(ws.OpContinuation, true, "of nothing"),
		slices.Concat(frame(ws.OpText, false, "a"), frame(ws.OpText, true, "b")),
		frame(ws.OpPing, true, string(bytes.Repeat([]byte("x"), 126))),
		frame(ws.OpText, true, string(bytes.Repeat([]byte("x"), fuzzLimit+1))),
		ws.MustCompileFrame(ws.NewTextFrame([]byte("without a mask"))),
		{0x81, 0xff, 0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0}, // a length with the first bit set
		{0xf1, 0x80, 0, 0, 0, 0},
		{0x81},
	} {
		f.Add(seed, 3)
	}
	f.Fuzz(func(t *testing.T, came []byte, piece int) {
		if piece < 1 || piece > readSize || len(came) > 64<<10 || len(came)/piece > 20_000 {
			t.Skip("more pieces than tell anything")
		}
		whole := heardOf(t, came, max(len(came), 1))
		if pieces := heardOf(t, came, piece); !slices.Equal(whole, pieces) {
			t.Errorf("whole: %q\nin pieces of %d: %q", whole, piece, pieces)
		}
	})
}

// Any message is read or refused; what of it goes back to the client is JSON in a whole frame.
func FuzzMessage(f *testing.F) {
	for _, seed := range []string{
		`{"type":"connection_init"}`, `{"type":"connection_init","payload":{"token":"x"}}`, `{"type":"ping","payload":null}`,
		`{"type":"ping","payload":{"a":1e999}}`, `{"type":"pong","payload":[]}`, `{"type":"subscribe","id":"1","payload":{"query":"{a}"}}`,
		`{"type":"subscribe","id":"\u0000\ud800","payload":{"query":"","documentId":"x","extensions":{}}}`, `{"TYPE":"ping"}`,
		`{"type":"subscribe","id":"1","payload":{"query":"{a}","variables":{"n":12345678901234567890},"extensions":{"traceparent":7}}}`,
		`{"type":"complete","id":""}`, `{"type":"ping"} {}`, `[]`, `null`, ``, `{"type":"ping","payload":{"a":{"b":[[[[]]]]}}}`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		m, err := readMessage(b)
		var broken *closing
		if err != nil {
			if !errors.As(err, &broken) || broken.code != codeInvalid || len(closeFrame(broken.code, broken.reason)) > 2+ws.MaxControlFramePayloadSize {
				t.Fatalf("refused with %v", err)
			}
			return
		}
		var frames []byte
		switch m.kind {
		case "subscribe":
			if m.id == "" || len(m.id) > maxID {
				t.Fatalf("the id %q", m.id)
			}
			params, err := readParams(m.payload)
			if err != nil && (!errors.As(err, &broken) || broken.code != codeInvalid) {
				t.Fatalf("refused with %v", err)
			}
			if (params == nil) == (err == nil) {
				t.Fatalf("%v, %v", params, err)
			}
			frames = completeFrame(envelope(m.id))
		case "complete":
			frames = completeFrame(envelope(m.id))
		case "connection_init", "ping", "pong":
			var payload map[string]any
			if !absent(m.payload) && !decode(m.payload, &payload) {
				t.Fatalf("an object that is none: %q", m.payload)
			}
			frames = payloadFrame("pong", m.payload)
		default:
			t.Fatalf("a message of the kind %q", m.kind)
		}
		reader := bytes.NewReader(frames)
		sent, err := ws.ReadHeader(reader)
		if err != nil || int64(reader.Len()) != sent.Length || !json.Valid(frames[len(frames)-reader.Len():]) {
			t.Fatalf("%v: %q", err, frames)
		}
	})
}
