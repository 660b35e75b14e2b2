package graph

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net/http"
	"strings"
	"sync"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"
)

const (
	typeJSON    = "application/json"
	typeGraphQL = "application/graphql-response+json"
	typeStream  = "text/event-stream"
)

// serveRequest answers a POST or GET: with one response, or with a stream of them when the client accepts one. It
// stands in for gqlgen's transports, which echo what they cannot read, have no bound on a body and answer other
// statuses than the protocol asks for.
func (s *Server) serveRequest(w http.ResponseWriter, r *http.Request) {
	defer s.guard(w, r)
	id, err := s.doors.enter(r.Context(), credentialsOf(r.Header))
	if err != nil {
		s.refuseError(w, r, err)
		return
	}
	limit := int64(maxBody)
	if id.admin {
		limit = maxBodyAdmin
	}
	params, p := readParams(w, r, limit)
	if p != nil {
		s.refuseError(w, r, p)
		return
	}
	ctx := graphql.StartOperationTrace(withIdentity(r.Context(), id))
	r = r.WithContext(ctx)
	op, errs := s.exec.CreateOperationContext(ctx, params)
	if len(errs) > 0 {
		ctx = graphql.WithOperationContext(ctx, op)
		writeResponse(w, r, http.StatusBadRequest, s.exec.DispatchError(ctx, errs))
		return
	}
	stream := accepts(r, typeStream)
	switch kind := op.Operation.Operation; {
	case r.Method == http.MethodGet && kind == ast.Mutation:
		w.Header().Set("Allow", http.MethodPost)
		refuse(w, http.StatusMethodNotAllowed, codeMethodNotAllowed, "A mutation needs POST.")
	case stream:
		s.serveStream(w, r, op, id)
	case kind == ast.Subscription:
		refuse(w, http.StatusNotAcceptable, codeNotAcceptable, "A subscription needs a WebSocket, or Accept: "+typeStream+".")
	default:
		responses, ctx := s.exec.DispatchOperation(ctx, op)
		if response := responses(ctx); response != nil {
			writeResponse(w, r, http.StatusOK, response)
		}
	}
}

// guard answers what no resolver's own recovery caught.
func (s *Server) guard(w http.ResponseWriter, r *http.Request) {
	if p := recover(); p != nil {
		if err, ok := p.(error); ok && errors.Is(err, http.ErrAbortHandler) {
			panic(p)
		}
		s.refuseError(w, r, recovered(r.Context(), p))
	}
}

// readParams reads the request. What it refuses it does not repeat: a body is somebody's message.
func readParams(w http.ResponseWriter, r *http.Request, limit int64) (*graphql.RawParams, *problem) {
	params := &graphql.RawParams{Headers: r.Header}
	switch r.Method {
	case http.MethodPost:
		if t, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err != nil || t != typeJSON {
			return nil, &problem{codeMediaType, "Send " + typeJSON + ".", http.StatusUnsupportedMediaType}
		}
		if p := readBody(w, r, limit, params); p != nil {
			return nil, p
		}
	case http.MethodGet:
		q := r.URL.Query()
		params.Query, params.OperationName = q.Get("query"), q.Get("operationName")
		if v := q.Get("variables"); v != "" && decode([]byte(v), &params.Variables) != nil {
			return nil, &problem{codeBadRequest, "The variables are not a JSON object.", http.StatusBadRequest}
		}
	default:
		w.Header().Set("Allow", "GET, POST")
		return nil, &problem{codeMethodNotAllowed, "Use POST, or GET for a query.", http.StatusMethodNotAllowed}
	}
	if params.Query == "" {
		return nil, &problem{codeBadRequest, "The query is missing.", http.StatusBadRequest}
	}
	return params, nil
}

var buffers = sync.Pool{New: func() any { return new(bytes.Buffer) }}

func readBody(w http.ResponseWriter, r *http.Request, limit int64, into *graphql.RawParams) *problem {
	b := buffers.Get().(*bytes.Buffer)
	b.Reset()
	defer func() {
		if b.Cap() <= maxBody {
			buffers.Put(b)
		}
	}()
	if _, err := b.ReadFrom(http.MaxBytesReader(w, r.Body, limit)); err != nil {
		var large *http.MaxBytesError
		if errors.As(err, &large) {
			return &problem{codeTooLarge, "The request is too large.", http.StatusRequestEntityTooLarge}
		}
		return &problem{codeBadRequest, "The request could not be read.", http.StatusBadRequest}
	}
	if decode(b.Bytes(), into) != nil {
		return &problem{codeBadRequest, "The body is not a GraphQL request in JSON.", http.StatusBadRequest}
	}
	return nil
}

// decode reads exactly one JSON value. Numbers keep their digits.
func decode(b []byte, into any) error {
	d := json.NewDecoder(bytes.NewReader(b))
	d.UseNumber()
	if err := d.Decode(into); err != nil {
		return err
	}
	if _, err := d.Token(); err != io.EOF {
		return errors.New("more than one value")
	}
	return nil
}

func accepts(r *http.Request, mediaType string) bool {
	for _, line := range r.Header["Accept"] {
		if strings.Contains(line, mediaType) {
			return true
		}
	}
	return false
}

// writeResponse writes a GraphQL response. badStatus is for a request that was not run, and goes only to clients that
// know the newer media type: the older one answers every well-formed request with 200.
func writeResponse(w http.ResponseWriter, r *http.Request, status int, response *graphql.Response) {
	mediaType := typeJSON
	if accepts(r, typeGraphQL) {
		mediaType = typeGraphQL
	} else {
		status = http.StatusOK
	}
	w.Header().Set("Content-Type", mediaType+"; charset=utf-8")
	w.WriteHeader(status)
	_, _ = w.Write(encode(response))
}

// encode writes the JSON of a response. Its data is JSON already, and json.Marshal would read it all again.
func encode(response *graphql.Response) []byte {
	if len(response.Errors) == 0 && len(response.Extensions) == 0 && response.Data != nil {
		out := make([]byte, 0, len(response.Data)+len(`{"data":}`))
		out = append(out, `{"data":`...)
		out = append(out, response.Data...)
		return append(out, '}')
	}
	out, err := json.Marshal(response)
	if err != nil {
		panic(err) // the data was made by the executor
	}
	return out
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
	out := &gqlerror.Error{}
	if p != nil {
		out.Message, out.Extensions = p.message, map[string]any{"code": p.code}
	} else {
		s.hide(r.Context(), out, err)
	}
	writeErrors(w, status, out)
}

func writeErrors(w http.ResponseWriter, status int, errs ...*gqlerror.Error) {
	body, err := json.Marshal(struct {
		Errors gqlerror.List `json:"errors"`
	}{errs})
	if err != nil {
		panic(err) // strings only
	}
	w.Header().Set("Content-Type", typeJSON+"; charset=utf-8")
	w.WriteHeader(status)
	_, _ = w.Write(body)
}
