package dm

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
)

// Cursor is a place in one user's inbox log. A log that was restored or failed over starts a new
// Epoch.
type Cursor struct {
	User     UserID
	Epoch    int64
	Position int64
}

const (
	cursorVersion = 1
	// The tag ties a cursor to its user and epoch. It is no secret: it catches mix-ups, and the log
	// is scoped anyway.
	cursorTag = 4
)

// String is the opaque text form.
func (c Cursor) String() string {
	b := []byte{cursorVersion}
	b = binary.AppendUvarint(b, uint64(c.Epoch))
	b = binary.AppendUvarint(b, uint64(c.Position))
	return base64.RawURLEncoding.EncodeToString(append(b, c.tag()...))
}

func (c Cursor) tag() []byte {
	b := binary.BigEndian.AppendUint64(append([]byte(nil), c.User[:]...), uint64(c.Epoch))
	sum := sha256.Sum256(b)
	return sum[:cursorTag]
}

// ParseCursor reads a cursor of the user's own log. It cannot know how far the log has grown; Watch
// checks that.
func ParseCursor(user UserID, s string) (Cursor, error) {
	if len(s) > 64 {
		return Cursor{}, invalidCursor()
	}
	b, err := base64.RawURLEncoding.DecodeString(s)
	if err != nil || len(b) < 1+cursorTag || b[0] != cursorVersion {
		return Cursor{}, invalidCursor()
	}
	rest := b[1 : len(b)-cursorTag]
	epoch, n := binary.Uvarint(rest)
	if n <= 0 {
		return Cursor{}, invalidCursor()
	}
	position, m := binary.Uvarint(rest[n:])
	if m <= 0 || n+m != len(rest) || epoch > 1<<62 || position > 1<<62 {
		return Cursor{}, invalidCursor()
	}
	c := Cursor{User: user, Epoch: int64(epoch), Position: int64(position)}
	if c.String() != s {
		return Cursor{}, invalidCursor()
	}
	return c, nil
}
