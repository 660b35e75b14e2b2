// Package apierror has the errors of the API that do not come from package dm: their codes, and how
// they become GraphQL errors.
//
// Purpose. Authentication, admission, limits and transports refuse requests with the same codes,
// and none of them needs the resolvers for it.
//
// Invariants. The text of an Error is public: it does not repeat what the client sent.
//
// Concurrency and lifecycle. Values that do not change; nothing is kept.
package apierror

import (
	"fmt"
	"math"
	"net/http"
	"runtime/debug"
	"time"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"github.com/aparte-im/aparte/dm"
)

// The codes of top-level errors, in extensions.code, besides those of package dm.
const (
	CodeUnauthenticated  = "UNAUTHENTICATED"
	CodeForbidden        = "FORBIDDEN"
	CodeInternal         = "INTERNAL"
	CodeBadRequest       = "BAD_REQUEST"
	CodeMethodNotAllowed = "METHOD_NOT_ALLOWED"
	CodeNotAcceptable    = "NOT_ACCEPTABLE"
	CodeTooLarge         = "PAYLOAD_TOO_LARGE"
	CodeMediaType        = "UNSUPPORTED_MEDIA_TYPE"
	CodeRateLimited      = string(dm.CodeRateLimited)
	CodeTooComplex       = "COMPLEXITY_LIMIT_EXCEEDED"
	CodeTimeout          = "TIMEOUT"
	CodeShuttingDown     = "SHUTTING_DOWN"
	CodeUnknownDocument  = "UNKNOWN_DOCUMENT"
	CodeNotPersisted     = "PERSISTED_QUERY_NOT_SUPPORTED"
	CodeParseFailed      = "GRAPHQL_PARSE_FAILED"
	CodeValidation       = "GRAPHQL_VALIDATION_FAILED"
)

// Error is an error that a caller may read but that the schema has no place for.
type Error struct {
	Code, Message string
	// Status is the HTTP status when the whole request is refused for it.
	Status int
}

// Error returns the code and the message.
func (e *Error) Error() string { return e.Code + ": " + e.Message }

// New returns an Error with an HTTP status.
func New(code, message string, status int) *Error { return &Error{code, message, status} }

// Unauthenticated returns an Error with status 401.
func Unauthenticated(message string) *Error {
	return New(CodeUnauthenticated, message, http.StatusUnauthorized)
}

// Forbidden returns an Error with status 403.
func Forbidden(message string) *Error { return New(CodeForbidden, message, http.StatusForbidden) }

// BadRequest returns an Error with status 400.
func BadRequest(message string) *Error { return New(CodeBadRequest, message, http.StatusBadRequest) }

// GraphQL returns a GraphQL error with a code.
func GraphQL(code, format string, args ...any) *gqlerror.Error {
	err := gqlerror.Errorf(format, args...)
	err.Extensions = map[string]any{"code": code}
	return err
}

// CodeOf returns the code of a response's first error, and "" when it has none.
func CodeOf(response *graphql.Response) string {
	if response == nil || len(response.Errors) == 0 {
		return ""
	}
	code, _ := response.Errors[0].Extensions["code"].(string)
	return code
}

// Recovered turns the value of a panic into an internal error with the stack.
func Recovered(p any) error {
	err, ok := p.(error)
	if !ok {
		err = fmt.Errorf("%v", p)
	}
	return fmt.Errorf("panic: %w\n%s", err, debug.Stack())
}

// Seconds returns a time in whole seconds, rounded up, as Retry-After and retryAfterSeconds have
// it.
func Seconds(d time.Duration) int { return int(math.Ceil(d.Seconds())) }
