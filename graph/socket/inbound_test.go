package socket

import (
	"encoding/binary"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/gobwas/ws"
)

// A length is taken in the form with the fewest bytes only.
func TestALengthHasOneForm(t *testing.T) {
	header := func(form byte, length int) []byte {
		b := []byte{0x81, 0x80 | form}
		switch form {
		case 126:
			b = binary.BigEndian.AppendUint16(b, uint16(length))
		case 127:
			b = binary.BigEndian.AppendUint64(b, uint64(length))
		default:
			b[1] = 0x80 | byte(length)
		}
		return append(b, 0, 0, 0, 0)
	}
	for _, length := range []int{0, 1, 124, 125, 126, 127, 65534, 65535, 65536, 65537} {
		for _, form := range []byte{0, 126, 127} {
			if form == 0 && length > 125 || form == 126 && length > 65535 {
				continue // the form has no room for it
			}
			minimal := form == 0 || form == 126 && length > 125 || form == 127 && length > 65535
			in := inbound{limit: 1 << 20}
			messages := 0
			err := in.take(slices.Concat(header(form, length), []byte(strings.Repeat("x", length))),
				func([]byte) { messages++ }, func(ws.OpCode, []byte) error { return nil })
			if minimal != (err == nil && messages == 1) {
				t.Errorf("%d bytes in the form %d: %d messages, %v", length, form, messages, err)
			}
			var broken *closing
			if !minimal && (!errors.As(err, &broken) || broken.code != codeProtocol) {
				t.Errorf("%d bytes in the form %d: %v", length, form, err)
			}
		}
	}
}

// The codes that a client may send are those of the registry of RFC 6455 §11.7 and the two ranges
// for libraries and applications.
func TestCloseCodes(t *testing.T) {
	registered := []int{1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014}
	for code := range 1 << 16 {
		want := slices.Contains(registered, code) || code >= 3000 && code <= 4999
		if isCloseCode(ws.StatusCode(code)) != want {
			t.Errorf("%d: %v", code, !want)
		}
	}
}
