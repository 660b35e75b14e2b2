package dm

import (
	"encoding/base64"
	"encoding/binary"
	"math"
	"time"
	"unicode/utf8"
)

// MaxPage is the largest page that may be asked for.
const MaxPage = 100

// PageRequest asks for the first items after a place. After is the opaque end cursor of the page
// before;
// empty: from the start.
type PageRequest struct {
	First int
	After string
}

func (p PageRequest) check() *Error {
	if p.First < 1 || p.First > MaxPage {
		return Invalid("first", "Ask for 1 to %d items.", MaxPage)
	}
	return nil
}

// Page is one page of a keyset listing.
type Page[T any] struct {
	Items []T
	// More reports whether the listing goes on.
	More bool
}

// Cut makes a Slice of up to n+1 items that were read for a page of n.
func Cut[T any](items []T, n int) Page[T] {
	if len(items) > n {
		return Page[T]{Items: items[:n:n], More: true}
	}
	return Page[T]{Items: items}
}

// InboxPlace is the keyset place in a folder: newest activity first, ties by id.
type InboxPlace struct {
	At time.Time
	ID ConversationID
}

// String is the opaque text form.
func (p InboxPlace) String() string {
	b := binary.BigEndian.AppendUint64(nil, uint64(p.At.UnixMicro()))
	return encodePlace('c', append(b, p.ID[:]...))
}

func parseInboxPlace(s string) (*InboxPlace, *Error) {
	if s == "" {
		return nil, nil
	}
	b, ok := decodePlace('c', s)
	if !ok || len(b) != 24 {
		return nil, badPlace()
	}
	p := &InboxPlace{At: time.UnixMicro(int64(binary.BigEndian.Uint64(b))).UTC()}
	// A place is a client's to forge; no database must be asked for a time that it cannot hold.
	if p.At.Year() < 1 || p.At.Year() > 9999 {
		return nil, badPlace()
	}
	copy(p.ID[:], b[8:])
	return p, nil
}

// MessagePlace is the keyset place in a conversation: messages with a smaller seq follow. A seq may
// be 0 or negative: history that was imported into a conversation counts down from 0.
type MessagePlace int64

// FromNewest is the place before the newest message of every conversation.
const FromNewest MessagePlace = math.MaxInt64

// String is the opaque text form.
func (p MessagePlace) String() string {
	return encodePlace('m', binary.BigEndian.AppendUint64(nil, uint64(p)))
}

func parseMessagePlace(s string) (MessagePlace, *Error) {
	if s == "" {
		return FromNewest, nil
	}
	b, ok := decodePlace('m', s)
	if !ok || len(b) != 8 {
		return 0, badPlace()
	}
	p := MessagePlace(binary.BigEndian.Uint64(b))
	if p > maxSeq || p < -maxSeq {
		return 0, badPlace()
	}
	return p, nil
}

// UserPlace is the keyset place in a listing of users: by rank (a search lists people near the
// viewer first), then key, then id.
type UserPlace struct {
	Rank uint8
	Key  string
	ID   UserID
}

// String is the opaque text form.
func (p UserPlace) String() string {
	return encodePlace('u', append(append([]byte{p.Rank}, p.ID[:]...), p.Key...))
}

func parseUserPlace(s string) (*UserPlace, *Error) {
	if s == "" {
		return nil, nil
	}
	b, ok := decodePlace('u', s)
	if !ok || len(b) < 17 || !utf8.Valid(b[17:]) || hasControl(string(b[17:]), "") {
		return nil, badPlace()
	}
	p := &UserPlace{Rank: b[0], Key: string(b[17:])}
	copy(p.ID[:], b[1:17])
	return p, nil
}

func encodePlace(kind byte, b []byte) string {
	return base64.RawURLEncoding.EncodeToString(append([]byte{kind}, b...))
}

// maxPlace bounds what is decoded. The longest place holds a whole display name, of up to four
// bytes a character.
const maxPlace = (2+16+utf8.UTFMax*maxDisplayName)*4/3 + 4

func decodePlace(kind byte, s string) ([]byte, bool) {
	if len(s) > maxPlace {
		return nil, false
	}
	b, err := base64.RawURLEncoding.DecodeString(s)
	if err != nil || len(b) < 1 || b[0] != kind {
		return nil, false
	}
	return b[1:], true
}

func badPlace() *Error { return Invalid("after", "This is not a cursor of this list.") }
