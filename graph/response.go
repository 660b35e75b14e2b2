package graph

import (
	"encoding/json"
	"errors"
	"net/http"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"github.com/aparte-im/aparte/graph/access"
)

// writeResponse writes a GraphQL response. status is for a request that was not run, and goes only
// to clients that know the newer media type: the older one answers every well-formed request
// with 200.
func writeResponse(w http.ResponseWriter, accept accepted, status int, response *graphql.Response) {
	mediaType := accept.response()
	if mediaType == "" {
		mediaType = typeGraphQL // a client of streams, which reads a refusal by its status
	}
	if mediaType == typeJSON {
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
	return appendResponse(make([]byte, 0, len(response.Data)+len(`{"data":}`)+256*len(response.Errors)), response)
}

// appendResponse appends the JSON of a response. Its data is JSON already, and json.Marshal would
// read it all again. A request that was not run has no data, not even null.
func appendResponse(out []byte, response *graphql.Response) []byte {
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

// refuse answers a request that is not run at all.
func refuse(w http.ResponseWriter, status int, code, message string) {
	writeErrors(w, status, &gqlerror.Error{Message: message, Extensions: map[string]any{"code": code}})
}

func (s *Server) refuseError(w http.ResponseWriter, r *http.Request, err error) {
	status := http.StatusInternalServerError
	var p *problem
	if errors.As(err, &p) {
		status = p.status
	}
	if status == http.StatusUnauthorized {
		w.Header().Set("WWW-Authenticate", "Bearer")
	}
	if status == http.StatusRequestEntityTooLarge {
		w.Header().Set("Connection", "close") // the rest of the body is not read
	}
	if status == http.StatusTooManyRequests {
		w.Header().Set("Retry-After", "5")
	}
	out := &gqlerror.Error{}
	if p != nil {
		out.Message, out.Extensions = p.message, map[string]any{"code": p.code}
	} else {
		s.hide(r.Context(), out, err)
	}
	code, _ := out.Extensions["code"].(string)
	access.NoteOf(r.Context()).Failed(code)
	writeErrors(w, status, out)
}

// writeErrors writes what is no response of an operation. Every client reads the older type, and
// none takes its status for anything but what it is.
func writeErrors(w http.ResponseWriter, status int, errs ...*gqlerror.Error) {
	writeBody(w, typeJSON, status, encode(&graphql.Response{Errors: errs}))
}
