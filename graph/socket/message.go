package socket

import (
	"bytes"
	"encoding/json"
	"io"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/gqlerror"
)

// Close codes of graphql-transport-ws, and of RFC 6455 where a client shall connect again. The
// official client connects again after 1001, 1006, 1012, 1013, 4403, 4408 and 4499, and after none
// of the others here.
const (
	codeProtocol      = 1002
	codeNotUTF8       = 1007
	codeTooLarge      = 1009
	codeRestart       = 1012
	codeTryLater      = 1013
	codeInvalid       = 4400
	codeUnauthorized  = 4401
	codeForbidden     = 4403
	codeSubprotocol   = 4406
	codeInitTimeout   = 4408
	codeTaken         = 4409
	codeTooManyInits  = 4429
	codeTerminated    = 4499
	reasonForbidden   = "Forbidden"
	reasonExpired     = "Token expired"
	reasonRevoked     = "Token revoked"
	reasonTryLater    = "Try again later"
	reasonTooManyUser = "Too many connections of this user"
)

var errInvalid = &closing{codeInvalid, "Invalid message"}

func invalid(reason string) *closing { return &closing{codeInvalid, reason} }

// message is what a client says.
type message struct {
	kind    string
	id      string
	payload json.RawMessage
}

// readMessage reads a message as strictly as the protocol document describes it.
func readMessage(b []byte) (message, error) {
	var m message
	fields, ok := object(b)
	if !ok {
		return m, errInvalid
	}
	if !text(fields["type"], &m.kind) {
		return m, invalid("Invalid message: its type is missing")
	}
	m.payload = fields["payload"]
	switch m.kind {
	case "connection_init", "ping", "pong":
		if _, ok := object(m.payload); !ok && !absent(m.payload) {
			return m, invalid("Invalid message: its payload is no object")
		}
	case "subscribe", "complete":
		if !text(fields["id"], &m.id) || m.id == "" {
			return m, invalid("Invalid message: its id is missing")
		}
		if len(m.id) > maxID {
			return m, invalid("Invalid message: its id is too long")
		}
	default:
		return m, invalid("Invalid message: unknown type")
	}
	return m, nil
}

// maxID bounds what each message of an operation repeats.
const maxID = 256

// readParams reads the payload of a subscribe.
func readParams(b []byte) (*graphql.RawParams, error) {
	fields, ok := object(b)
	if !ok {
		return nil, invalid("Invalid message: its payload is no object")
	}
	p := &graphql.RawParams{}
	// A document may be named in the extensions instead.
	var document string
	named := text(fields["documentId"], &document)
	if !text(fields["query"], &p.Query) && (!absent(fields["query"]) || absent(fields["extensions"]) && !named) {
		return nil, invalid("Invalid message: its query is missing")
	}
	if name := fields["operationName"]; !absent(name) && !text(name, &p.OperationName) {
		return nil, invalid("Invalid message: its operationName is no string")
	}
	for name, into := range map[string]*map[string]any{"variables": &p.Variables, "extensions": &p.Extensions} {
		if v := fields[name]; !absent(v) && !decode(v, into) {
			return nil, invalid("Invalid message: its " + name + " are no object")
		}
	}
	if named {
		if p.Extensions == nil {
			p.Extensions = map[string]any{}
		}
		p.Extensions["documentId"] = document
	}
	return p, nil
}

// object reads a JSON object. Names of fields count as they are written, which encoding/json does
// with maps only.
func object(b []byte) (map[string]json.RawMessage, bool) {
	var fields map[string]json.RawMessage
	if absent(b) || json.Unmarshal(b, &fields) != nil {
		return nil, false
	}
	return fields, true
}

func absent(b []byte) bool { return len(b) == 0 || string(bytes.TrimSpace(b)) == "null" }

func text(b []byte, into *string) bool { return !absent(b) && json.Unmarshal(b, into) == nil }

// decode reads a JSON object whose numbers keep their digits.
func decode(b []byte, into *map[string]any) bool {
	d := json.NewDecoder(bytes.NewReader(b))
	d.UseNumber()
	if d.Decode(into) != nil {
		return false
	}
	_, err := d.Token()
	return err == io.EOF
}

// textFrame is a message as a frame.
func textFrame(message string) []byte {
	return append(textHeader(make([]byte, 0, len(message)+4), len(message)), message...)
}

// payloadFrame is a message that has a payload and no id.
func payloadFrame(kind string, payload []byte) []byte {
	if absent(payload) {
		return textFrame(`{"type":"` + kind + `"}`)
	}
	return textFrame(`{"type":"` + kind + `","payload":` + string(payload) + `}`)
}

// envelope is the beginning of the messages of one operation.
func envelope(id string) string {
	quoted, err := json.Marshal(id)
	if err != nil {
		panic(err) // a string
	}
	return `{"id":` + string(quoted) + `,"type":"`
}

const nextPayload = `next","payload":`

// appendNext appends the frame of one response. Its data is JSON already and is copied, not encoded
// again.
func appendNext(b []byte, envelope string, r *graphql.Response) []byte {
	data := []byte(r.Data)
	if data == nil {
		data = []byte("null")
	}
	var before, after []byte
	if len(r.Errors) > 0 {
		before = append(append([]byte(`"errors":`), mustJSON(r.Errors)...), ',')
	}
	if len(r.Extensions) > 0 {
		after = append([]byte(`,"extensions":`), mustJSON(r.Extensions)...)
	}
	const open, key, end = `{`, `"data":`, `}}`
	b = textHeader(b, len(envelope)+len(nextPayload)+len(open)+len(before)+len(key)+len(data)+len(after)+len(end))
	b = append(b, envelope...)
	b = append(b, nextPayload...)
	b = append(b, open...)
	b = append(b, before...)
	b = append(b, key...)
	b = append(b, data...)
	b = append(b, after...)
	return append(b, end...)
}

func errorFrame(envelope string, errs gqlerror.List) []byte {
	return textFrame(envelope + `error","payload":` + string(mustJSON(errs)) + `}`)
}

func completeFrame(envelope string) []byte { return textFrame(envelope + `complete"}`) }

func mustJSON(v any) []byte {
	b, err := json.Marshal(v)
	if err != nil {
		panic(err) // errors and extensions are this service's own
	}
	return b
}
