package dm

import (
	"bytes"
	"crypto/sha256"
	"encoding/base32"
	"encoding/binary"
	"strings"

	"github.com/google/uuid"
)

// UserID names a user. Its text form starts with "usr_".
type UserID uuid.UUID

// ConversationID names a conversation. That of a direct conversation is a UUID of version 8
// (ConversationOf); other versions are free for other types. Its text form starts with "cnv_".
type ConversationID uuid.UUID

// MessageID names a message by its place: no second key is needed, and a lookup by id reads the
// primary key. Its text form starts with "msg_".
type MessageID struct {
	Conversation ConversationID
	Seq          int64
}

// maxSeq bounds the seqs that a client may name: arithmetic on them cannot overflow.
const maxSeq = 1 << 62

const (
	userPrefix         = "usr_"
	conversationPrefix = "cnv_"
	messagePrefix      = "msg_"
)

// The lower-case extended hex alphabet sorts as the bytes do.
var idText = base32.NewEncoding("0123456789abcdefghijklmnopqrstuv").WithPadding(base32.NoPadding)

// NewUserID returns a fresh id that sorts by the time of its making (UUIDv7).
func NewUserID() UserID { return UserID(uuid.Must(uuid.NewV7())) }

// ConversationOf returns the id of the one conversation that two users can have. It is derived from
// the pair, so that it is known before anything is read and two first messages at once cannot make
// two conversations.
func ConversationOf(a, b UserID) ConversationID {
	low, high := Ordered(a, b)
	sum := sha256.Sum256(append(low[:], high[:]...))
	var id uuid.UUID
	copy(id[:], sum[:])
	id[6] = id[6]&0x0f | 0x80 // version 8: made by its own rule
	id[8] = id[8]&0x3f | 0x80
	return ConversationID(id)
}

// Ordered returns the two ids in rising order: the order of a conversation's members and of locks.
func Ordered(a, b UserID) (low, high UserID) {
	if b.Less(a) {
		return b, a
	}
	return a, b
}

// Less reports whether id comes before other in the order in which rows are locked.
func (id UserID) Less(other UserID) bool { return bytes.Compare(id[:], other[:]) < 0 }

// Less reports whether id comes before other.
func (id ConversationID) Less(other ConversationID) bool { return bytes.Compare(id[:], other[:]) < 0 }

func (id UserID) String() string         { return userPrefix + idText.EncodeToString(id[:]) }
func (id ConversationID) String() string { return conversationPrefix + idText.EncodeToString(id[:]) }

func (id MessageID) String() string {
	b := append(make([]byte, 0, 24), id.Conversation[:]...)
	return messagePrefix + idText.EncodeToString(binary.AppendUvarint(b, uint64(id.Seq)))
}

// IsZero reports whether id names nobody.
func (id UserID) IsZero() bool { return id == UserID{} }

// IsZero reports whether id names nothing.
func (id ConversationID) IsZero() bool { return id == ConversationID{} }

// ParseUserID reads the text form. Anything that String does not write is not ok.
func ParseUserID(s string) (id UserID, ok bool) {
	b, ok := parseID(s, userPrefix)
	if !ok || len(b) != len(id) {
		return UserID{}, false
	}
	copy(id[:], b)
	return id, id.String() == s
}

// ParseConversationID reads the text form. Anything that String does not write is not ok.
func ParseConversationID(s string) (id ConversationID, ok bool) {
	b, ok := parseID(s, conversationPrefix)
	if !ok || len(b) != len(id) {
		return ConversationID{}, false
	}
	copy(id[:], b)
	return id, id.String() == s
}

// ParseMessageID reads the text form. Anything that String does not write is not ok.
func ParseMessageID(s string) (id MessageID, ok bool) {
	b, ok := parseID(s, messagePrefix)
	if !ok || len(b) <= len(id.Conversation) {
		return MessageID{}, false
	}
	n := copy(id.Conversation[:], b)
	seq, used := binary.Uvarint(b[n:])
	id.Seq = int64(seq)
	if used != len(b)-n || id.Seq > maxSeq || id.Seq < -maxSeq {
		return MessageID{}, false
	}
	return id, id.String() == s
}

func parseID(s, prefix string) ([]byte, bool) {
	rest, ok := strings.CutPrefix(s, prefix)
	if !ok || len(rest) > 64 {
		return nil, false
	}
	b, err := idText.DecodeString(rest)
	return b, err == nil
}
