package bind

import (
	"encoding/json"
	"errors"
	"io"
	"math"
	"strconv"
	"time"

	"github.com/99designs/gqlgen/graphql"

	"github.com/aparte-im/aparte/dm"
)

// plain is text that needs no escaping in JSON, written without a detour.
type plain string

func (p plain) MarshalGQL(w io.Writer) {
	b := make([]byte, 0, 64)
	b = append(b, '"')
	b = append(b, p...)
	_, _ = w.Write(append(b, '"'))
}

// errOutput is the answer to an input of what only goes out; the schema has no such input.
var errOutput = errors.New("this value only goes out")

// MarshalUserID writes an id.
func MarshalUserID(id dm.UserID) graphql.Marshaler { return plain(id.String()) }

// UnmarshalUserID exists because generated code names it. Arguments arrive as text, so that an id
// that cannot be read answers like one that does not exist (I9).
func UnmarshalUserID(any) (dm.UserID, error) { return dm.UserID{}, errOutput }

// MarshalConversationID writes an id.
func MarshalConversationID(id dm.ConversationID) graphql.Marshaler { return plain(id.String()) }

// UnmarshalConversationID exists because generated code names it.
func UnmarshalConversationID(any) (dm.ConversationID, error) { return dm.ConversationID{}, errOutput }

// MarshalMessageID writes an id.
func MarshalMessageID(id dm.MessageID) graphql.Marshaler { return plain(id.String()) }

// UnmarshalMessageID exists because generated code names it.
func UnmarshalMessageID(any) (dm.MessageID, error) { return dm.MessageID{}, errOutput }

// MarshalCursor writes a place in the inbox log.
func MarshalCursor(c dm.Cursor) graphql.Marshaler { return plain(c.String()) }

// UnmarshalCursor exists because generated code names it. A cursor is read with its user at hand:
// dm.ParseCursor.
func UnmarshalCursor(any) (dm.Cursor, error) { return dm.Cursor{}, errOutput }

// MarshalCode writes the name of a refusal.
func MarshalCode(c dm.Code) graphql.Marshaler { return plain(c) }

// UnmarshalCode exists because generated code names it.
func UnmarshalCode(any) (dm.Code, error) { return "", errOutput }

// MarshalTime writes an instant in UTC; the zero time is null.
func MarshalTime(t time.Time) graphql.Marshaler {
	if t.IsZero() {
		return graphql.Null
	}
	return plain(t.UTC().Format(time.RFC3339Nano))
}

// UnmarshalTime reads an instant between the years 1 and 9999. Errors: INVALID_INPUT.
func UnmarshalTime(v any) (time.Time, error) {
	text, _ := v.(string)
	at, err := time.Parse(time.RFC3339Nano, text)
	if err != nil || at.UTC().Year() < 1 || at.UTC().Year() > 9999 {
		return time.Time{}, dm.Invalid("", "Give an instant as RFC 3339, as 2026-03-01T12:00:00Z.")
	}
	return at.UTC(), nil
}

type number int64

func (n number) MarshalGQL(w io.Writer) {
	_, _ = w.Write(strconv.AppendInt(make([]byte, 0, 20), int64(n), 10))
}

// MarshalInt writes a number.
func MarshalInt(n int) graphql.Marshaler { return number(n) }

// UnmarshalInt reads a number of 32 bits, as GraphQL defines Int. Errors: INVALID_INPUT.
func UnmarshalInt(v any) (int, error) {
	n, err := UnmarshalInt64(v)
	if err != nil || n < math.MinInt32 || n > math.MaxInt32 {
		return 0, notInt()
	}
	return int(n), nil
}

// MarshalInt64 writes a seq or a count. GraphQL's Int has 32 bits, which is more than a
// conversation will hold.
func MarshalInt64(n int64) graphql.Marshaler { return number(n) }

// UnmarshalInt64 reads a number. Errors: INVALID_INPUT.
func UnmarshalInt64(v any) (int64, error) {
	switch v := v.(type) {
	case int64:
		return v, nil
	case json.Number:
		n, err := v.Int64()
		if err == nil {
			return n, nil
		}
	case int:
		return int64(v), nil
	case float64:
		if v == math.Trunc(v) && math.Abs(v) < 1<<53 {
			return int64(v), nil
		}
	}
	return 0, notInt()
}

func notInt() error {
	return &dm.Error{Code: dm.CodeInvalidInput, Detail: "A whole number of 32 bits is needed."}
}
