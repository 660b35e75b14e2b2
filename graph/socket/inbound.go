package socket

import (
	"bytes"
	"errors"
	"io"
	"sync"
	"unicode/utf8"

	"github.com/gobwas/ws"
)

// readSize is what one read asks for: most messages are shorter.
const readSize = 4 << 10

// readBuffers lend a buffer to a connection that has something to read.
var readBuffers = sync.Pool{New: func() any { return new([readSize]byte) }}

// inbound makes messages of what comes in. Only the connection's reader uses it. Between messages
// it holds nothing.
type inbound struct {
	// limit bounds a message. It is small until somebody is known.
	limit int
	// held are bytes that came and are not used: the beginning of a frame. It grows with the
	// received bytes, not with the length in the frame's header.
	held []byte
	// message is what has come of a message in several frames.
	message    []byte
	op         ws.OpCode
	fragmented bool
}

// closing says with what to close a connection that broke a rule.
type closing struct {
	code   int
	reason string
}

func (e *closing) Error() string { return e.reason }

var (
	errTooLarge = &closing{codeTooLarge, "Message too large"}
	errNotUTF8  = &closing{codeNotUTF8, "Text that is not UTF-8"}
)

// keep holds bytes for the next round.
func (in *inbound) keep(b []byte) { in.held = append([]byte(nil), b...) }

// begun reports whether a message has begun that has not ended.
func (in *inbound) begun() bool { return len(in.held) > 0 || in.fragmented }

// take hands each frame of data and all control frames in came to the functions, in order. Payloads
// are theirs until they return.
func (in *inbound) take(came []byte, message func([]byte), control func(ws.OpCode, []byte) error) error {
	b := came
	if len(in.held) > 0 {
		in.held = append(in.held, came...)
		b = in.held
	}
	for len(b) > 0 {
		used, err := in.frame(b, message, control)
		if err != nil {
			return err
		}
		if used == 0 {
			break
		}
		b = b[used:]
	}
	switch {
	case len(b) == 0:
		in.held = nil
	case len(in.held) == 0:
		in.keep(b)
	case len(b) < len(in.held):
		in.held = in.held[:copy(in.held, b)]
	}
	return nil
}

// frame reads one frame and returns its length, 0 when it is not whole yet.
func (in *inbound) frame(b []byte, message func([]byte), control func(ws.OpCode, []byte) error) (int, error) {
	var scratch [ws.MaxHeaderSize]byte
	r := bytes.NewReader(b)
	h, err := ws.ReadHeaderBuffer(r, scratch[:])
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		// An invalid first byte is an error before the rest of the header arrives.
		return 0, nil
	}
	state := ws.StateServerSide
	if in.fragmented {
		state = state.Set(ws.StateFragmented)
	}
	if err == nil {
		err = ws.CheckHeader(h, state)
	}
	if err != nil || !isMinimal(b[1], h.Length) {
		return 0, &closing{codeProtocol, "Frame against the rules"}
	}
	if !h.OpCode.IsControl() && h.Length > int64(in.limit-len(in.message)) {
		return 0, errTooLarge
	}
	start := len(b) - r.Len()
	if int64(r.Len()) < h.Length {
		return 0, nil
	}
	used := start + int(h.Length)
	payload := b[start:used:used]
	ws.Cipher(payload, h.Mask, 0)
	if h.OpCode.IsControl() {
		return used, control(h.OpCode, payload)
	}
	return used, in.data(h, payload, message)
}

// isMinimal reports whether the length of a frame is written in the fewest bytes, as RFC 6455 §5.2
// requires. second is the second byte of the header, which says how many there are.
func isMinimal(second byte, length int64) bool {
	switch second &^ 0x80 {
	case 126:
		return length > 125
	case 127:
		return length > 65535
	}
	return true
}

// data joins the frames of a message.
func (in *inbound) data(h ws.Header, payload []byte, message func([]byte)) error {
	if !in.fragmented {
		in.op = h.OpCode
	}
	if !h.Fin {
		in.message = append(in.message, payload...)
		in.fragmented = true
		return nil
	}
	if in.fragmented {
		payload = append(in.message, payload...)
		in.message, in.fragmented = nil, false
	}
	// Binary frames are read as the official server does, and JSON is UTF-8 in either.
	if !utf8.Valid(payload) {
		if in.op == ws.OpText {
			return errNotUTF8
		}
		return errInvalid
	}
	message(payload)
	return nil
}
