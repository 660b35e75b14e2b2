package dm

import (
	"encoding/binary"
	"errors"
)

// Wake says that a user's log has reached a position. It carries no content.
type Wake struct {
	User UserID
	// Epoch is the epoch of the log that the position belongs to.
	Epoch int64
	// Position is the position of an event that was committed.
	Position int64
}

// WakeOf returns the wake that announces an event.
func WakeOf(e *Event) Wake { return Wake{User: e.User, Epoch: e.Epoch, Position: e.Position} }

// wakeVersion is the first byte of an encoded wake. A node ignores a version that it does not know,
// so nodes of two releases share a bus.
const wakeVersion = 1

var errUnknownWake = errors.New("the payload is not a wake of a version that this node knows")

// AppendBinary appends the encoded wake to b: the version, the user's 16 bytes, then the epoch and
// the position as unsigned varints, at most 37 bytes. Its error is always nil. It implements
// encoding.BinaryAppender.
func (w Wake) AppendBinary(b []byte) ([]byte, error) {
	b = append(b, wakeVersion)
	b = append(b, w.User[:]...)
	b = binary.AppendUvarint(b, uint64(w.Epoch))
	return binary.AppendUvarint(b, uint64(w.Position)), nil
}

// UnmarshalBinary decodes exactly what AppendBinary has encoded. It fails on any other payload, and
// w is unchanged then. It implements encoding.BinaryUnmarshaler.
func (w *Wake) UnmarshalBinary(b []byte) error {
	if len(b) < 1+len(w.User) || b[0] != wakeVersion {
		return errUnknownWake
	}
	var out Wake
	b = b[1+copy(out.User[:], b[1:]):]
	for _, number := range []*int64{&out.Epoch, &out.Position} {
		value, n := binary.Uvarint(b)
		if n <= 0 || value > 1<<62 {
			return errUnknownWake
		}
		*number, b = int64(value), b[n:]
	}
	if len(b) > 0 {
		return errUnknownWake
	}
	*w = out
	return nil
}
