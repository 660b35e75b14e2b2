package dm

import (
	"encoding/binary"
	"time"
)

// signal is what happens at this moment and is in no log: someone is typing.
type signal struct {
	kind         signalKind
	conversation ConversationID
	// from is the user who caused the signal.
	from UserID
	at   time.Time
}

// signalKind is part of the encoding, so a number is never used for another meaning.
type signalKind byte

const signalTyping signalKind = 1

// signalVersion is the first byte of an encoded signal. A node ignores versions and kinds that it
// does not know, so nodes of two releases share a bus.
const signalVersion = 1

// encode returns the payload of a bus: the version, the kind, 16 bytes each for the conversation
// and the user who caused the signal, and the time in microseconds since 1970 as a varint.
func (s signal) encode() []byte {
	b := make([]byte, 0, 2+len(s.conversation)+len(s.from)+binary.MaxVarintLen64)
	b = append(b, signalVersion, byte(s.kind))
	b = append(b, s.conversation[:]...)
	b = append(b, s.from[:]...)
	return binary.AppendVarint(b, s.at.UnixMicro())
}

// decodeSignal reports false for every payload that encode of this release does not write.
func decodeSignal(b []byte) (s signal, ok bool) {
	if len(b) < 2+len(s.conversation)+len(s.from) || b[0] != signalVersion || signalKind(b[1]) != signalTyping {
		return signal{}, false
	}
	s.kind, b = signalKind(b[1]), b[2:]
	b = b[copy(s.conversation[:], b):]
	b = b[copy(s.from[:], b):]
	at, n := binary.Varint(b)
	if n <= 0 || n != len(b) {
		return signal{}, false
	}
	s.at = time.UnixMicro(at).UTC()
	return s, true
}

// event returns what a watcher of user delivers. It has no position of its own; the watcher sets
// its own position.
func (s signal) event(user UserID) *Event {
	return &Event{
		User: user, Kind: EventTyping, At: s.at,
		View: &View{ID: s.conversation, Viewer: user, With: s.from},
	}
}
