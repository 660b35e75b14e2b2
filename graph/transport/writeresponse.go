package transport

import (
	"encoding/json"
	"net/http"
	"strconv"

	"github.com/99designs/gqlgen/graphql"
	"github.com/aparte-im/aparte/graph/limits"
	"github.com/vektah/gqlparser/v2/gqlerror"
)

// WriteResponse writes a GraphQL response. status is for a request that was not run, and goes only
// to clients that know the newer media type: the older one answers every well-formed request
// with 200.
func WriteResponse(w http.ResponseWriter, accept Accepted, status int, response *graphql.Response) {
	mediaType := accept.Response()
	if mediaType == "" {
		mediaType = TypeGraphQL // a client of streams, which reads a refusal by its status
	}
	if mediaType == TypeJSON {
		status = http.StatusOK
	}
	writeBody(w, mediaType, status, encode(response))
}

func writeBody(w http.ResponseWriter, mediaType string, status int, body []byte) {
	h := w.Header()
	h.Set("Content-Type", mediaType+"; charset=utf-8")
	h.Set("Cache-Control", "no-store") // somebody's messages
	w.WriteHeader(status)
	_, _ = w.Write(body)
}

// encode writes the JSON of a response.
func encode(response *graphql.Response) []byte {
	return AppendResponse(make([]byte, 0, len(response.Data)+len(`{"data":}`)+256*len(response.Errors)), response)
}

// AppendResponse appends the JSON of a response. Its data is JSON already, and json.Marshal would
// read it all again. A request that was not run has no data, not even null.
func AppendResponse(out []byte, response *graphql.Response) []byte {
	start := len(out)
	out = append(out, '{')
	if response.Data != nil {
		out = append(out, `"data":`...)
		out = append(out, response.Data...)
	}
	if len(response.Errors) > 0 {
		out = appendMember(out, start, "errors", response.Errors)
	}
	if len(response.Extensions) > 0 {
		out = appendMember(out, start, "extensions", response.Extensions)
	}
	return append(out, '}')
}

// appendMember appends a member of the object that begins at start.
func appendMember(out []byte, start int, name string, value any) []byte {
	b, err := json.Marshal(value)
	if err != nil {
		panic(err) // errors and extensions are made here, of what JSON can hold
	}
	if len(out) > start+1 {
		out = append(out, ',')
	}
	out = append(out, '"')
	out = append(out, name...)
	out = append(out, '"', ':')
	return append(out, b...)
}

// Refuse answers a request that is not run at all.
func Refuse(w http.ResponseWriter, status int, code, message string) {
	WriteErrors(w, status, &gqlerror.Error{Message: message, Extensions: map[string]any{"code": code}})
}

// WriteErrors writes what is no response of an operation. Every client reads the older type, and
// none takes its status for anything but what it is.
func WriteErrors(w http.ResponseWriter, status int, errs ...*gqlerror.Error) {
	writeBody(w, TypeJSON, status, encode(&graphql.Response{Errors: errs}))
}

// RefuseFast answers a whole request with 429, for an error that limits.TooFast made.
func RefuseFast(w http.ResponseWriter, err *gqlerror.Error) {
	w.Header().Set("Retry-After", strconv.Itoa(limits.WaitOf(gqlerror.List{err})))
	WriteErrors(w, http.StatusTooManyRequests, err)
}
