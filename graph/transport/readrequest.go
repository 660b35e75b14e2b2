package transport

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"unicode/utf8"

	"github.com/99designs/gqlgen/graphql"
	"github.com/aparte-im/aparte/graph/admission"
	"github.com/aparte-im/aparte/graph/apierror"
)

// CheckRequest refuses, before anything is read, what no operation could come of.
func CheckRequest(w http.ResponseWriter, r *http.Request, accept Accepted) *apierror.Error {
	switch r.Method {
	case http.MethodPost:
		if !isJSON(r.Header) {
			return apierror.New(apierror.CodeMediaType, "Send "+TypeJSON+" in UTF-8.", http.StatusUnsupportedMediaType)
		}
	case http.MethodGet:
	default:
		w.Header().Set("Allow", "GET, POST")
		return apierror.New(apierror.CodeMethodNotAllowed, "Use POST, or GET for a query.", http.StatusMethodNotAllowed)
	}
	if accept.nothing() {
		return apierror.New(apierror.CodeNotAcceptable, "Accept "+TypeGraphQL+", "+TypeJSON+" or "+TypeStream+".", http.StatusNotAcceptable)
	}
	return nil
}

// isJSON reports whether a body is said to be JSON in UTF-8, and not compressed: forms and uploads,
// which a browser sends to other sites without asking, are not spoken here.
func isJSON(h http.Header) bool {
	mediaType, charset, _ := splitMediaType(h.Get("Content-Type"))
	if mediaType != TypeJSON || !isUTF8(charset) {
		return false
	}
	encoding := h.Get("Content-Encoding")
	return encoding == "" || strings.EqualFold(encoding, "identity")
}

// ReadParams reads the operation of a request, of at most limit bytes. Errors do not repeat the
// request, because a body may hold a message.
func ReadParams(w http.ResponseWriter, r *http.Request, limit int64) (*graphql.RawParams, *apierror.Error) {
	var got request
	p := readQuery(r, &got)
	if r.Method == http.MethodPost {
		p = readBody(w, r, limit, &got)
	}
	if p != nil {
		return nil, p
	}
	params := &got.RawParams
	if got.DocumentID != "" {
		if params.Extensions == nil {
			params.Extensions = map[string]any{}
		}
		params.Extensions[admission.MemberDocumentID] = got.DocumentID
	}
	if params.Query == "" && admission.HashIn(params) == "" {
		return nil, admission.ErrNoDocument
	}
	params.Headers = r.Header
	return params, nil
}

// request is what stands in a body or an address.
type request struct {
	graphql.RawParams
	DocumentID string `json:"documentId"`
}

// readQuery reads a request that stands in its address.
func readQuery(r *http.Request, into *request) *apierror.Error {
	if r.Method != http.MethodGet {
		return nil
	}
	q, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil {
		return apierror.BadRequest("The address cannot be read.")
	}
	for _, values := range q {
		for _, v := range values {
			if !utf8.ValidString(v) {
				return apierror.BadRequest("The request is not in UTF-8.")
			}
		}
	}
	into.Query, into.OperationName, into.DocumentID = q.Get("query"), q.Get("operationName"), q.Get("documentId")
	if v := q.Get("variables"); v != "" && decode([]byte(v), &into.Variables) != nil {
		return apierror.BadRequest("The variables are not a JSON object.")
	}
	if v := q.Get("extensions"); v != "" && decode([]byte(v), &into.Extensions) != nil {
		return apierror.BadRequest("The extensions are not a JSON object.")
	}
	return nil
}

// maxPooled is the largest buffer that is kept for the next request.
const maxPooled = 64 << 10

var buffers = sync.Pool{New: func() any { return new(bytes.Buffer) }}

var errTooLarge = apierror.New(apierror.CodeTooLarge, "The request is too large.", http.StatusRequestEntityTooLarge)

func readBody(w http.ResponseWriter, r *http.Request, limit int64, into *request) *apierror.Error {
	if r.ContentLength > limit {
		// Nothing is read, so a client that waits for 100 Continue sends nothing.
		return errTooLarge
	}
	b := buffers.Get().(*bytes.Buffer)
	b.Reset()
	defer func() {
		if b.Cap() <= maxPooled {
			buffers.Put(b)
		}
	}()
	if _, err := b.ReadFrom(http.MaxBytesReader(w, r.Body, limit)); err != nil {
		var large *http.MaxBytesError
		if errors.As(err, &large) {
			return errTooLarge
		}
		return apierror.BadRequest("The request could not be read.")
	}
	if !utf8.Valid(b.Bytes()) {
		return apierror.BadRequest("The request is not in UTF-8.")
	}
	if decode(b.Bytes(), into) != nil {
		return apierror.BadRequest("The body is not one GraphQL request in JSON.")
	}
	return nil
}

// byteOrderMark is U+FEFF in UTF-8. Some programs write it before a text.
const byteOrderMark = "\xef\xbb\xbf"

// decode reads exactly one JSON value, after a byte order mark or without one (RFC 8259 §8.1).
// Numbers keep their digits.
func decode(b []byte, into any) error {
	d := json.NewDecoder(bytes.NewReader(bytes.TrimPrefix(b, []byte(byteOrderMark))))
	d.UseNumber()
	if err := d.Decode(into); err != nil {
		return err
	}
	if _, err := d.Token(); err != io.EOF {
		return errors.New("more than one value")
	}
	return nil
}
