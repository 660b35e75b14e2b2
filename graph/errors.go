package graph

import (
	"context"
	"errors"
	"fmt"
	"math"
	"net/http"
	"runtime/debug"
	"time"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"github.com/aparte-im/aparte/dm"
	"github.com/aparte-im/aparte/graph/access"
	"github.com/aparte-im/aparte/graph/generated"
)

// The codes of top-level errors, in extensions.code, besides those of package dm.
const (
	codeUnauthenticated  = "UNAUTHENTICATED"
	codeForbidden        = "FORBIDDEN"
	codeInternal         = "INTERNAL"
	codeBadRequest       = "BAD_REQUEST"
	codeMethodNotAllowed = "METHOD_NOT_ALLOWED"
	codeNotAcceptable    = "NOT_ACCEPTABLE"
	codeTooLarge         = "PAYLOAD_TOO_LARGE"
	codeMediaType        = "UNSUPPORTED_MEDIA_TYPE"
	codeRateLimited      = string(dm.CodeRateLimited)
	codeTooComplex       = "COMPLEXITY_LIMIT_EXCEEDED"
	codeTimeout          = "TIMEOUT"
	codeShuttingDown     = "SHUTTING_DOWN"
	codeUnknownDocument  = "UNKNOWN_DOCUMENT"
	codeParseFailed      = "GRAPHQL_PARSE_FAILED"
	codeValidation       = "GRAPHQL_VALIDATION_FAILED"
)

// problem is an error that a caller may read but that the schema has no place for.
type problem struct {
	code, message string
	// status is the HTTP status when the whole request is refused for it.
	status int
}

func (p *problem) Error() string { return p.code + ": " + p.message }

func unauthenticated(message string) *problem {
	return &problem{codeUnauthenticated, message, http.StatusUnauthorized}
}

func forbidden(message string) *problem {
	return &problem{codeForbidden, message, http.StatusForbidden}
}

var (
	errNoViewer          = forbidden("This token is the service's own. Name the user it acts for in Aparte-As.")
	errNotAdmin          = forbidden("This is for the host application: a token with the scope admin is needed.")
	errNotModerator      = forbidden("This is for moderators: a token with the scope moderator is needed.")
	errTooManyOperations = &problem{
		codeRateLimited, "Too many operations run on this connection. Complete one first.", http.StatusTooManyRequests,
	}
	errShutdown = &problem{codeShuttingDown, "The service is restarting. Connect again.", http.StatusServiceUnavailable}
)

// userError is the one table from refusals of package dm to what the schema has for them. Nil:
// nothing, so the refusal becomes a top-level error with the same code.
func userError(e *dm.Error) generated.UserError {
	code := string(e.Code)
	switch e.Code {
	case dm.CodeNotFound:
		out := generated.NotFound{Code: code, Detail: e.Detail}
		if e.Row != nil {
			out.Index = &e.Row.Index
		}
		return out
	case dm.CodeInvalidInput:
		out := generated.InvalidInput{Code: code, Detail: e.Detail}
		if e.Field != "" {
			out.Field = &e.Field
		}
		if e.Row != nil {
			out.Index = &e.Row.Index
			if e.Row.ExternalID != "" {
				out.ExternalID = &e.Row.ExternalID
			}
		}
		return out
	case dm.CodeMessageNotAllowed:
		return generated.MessageNotAllowed{Code: code, Detail: e.Detail, Denial: e.Denial, Outreach: e.Outreach}
	case dm.CodeIdempotencyConflict:
		return generated.IdempotencyConflict{Code: code, Detail: e.Detail}
	case dm.CodeReportClaimed:
		return generated.ReportClaimed{Code: code, Detail: e.Detail, RetryAfterSeconds: seconds(e.RetryAfter)}
	case dm.CodeRateLimited:
		return generated.RateLimited{Code: code, Detail: e.Detail, RetryAfterSeconds: seconds(e.RetryAfter)}
	}
	return nil
}

// refused answers a failed mutation: a member of its result where it has one for this refusal, the
// error otherwise.
func refused[Result any](err error) (Result, error) {
	var e *dm.Error
	if errors.As(err, &e) {
		if member, ok := userError(e).(Result); ok {
			return member, nil
		}
	}
	var none Result
	return none, err
}

// present is the one place where an error becomes public.
func (s *Server) present(ctx context.Context, err error) *gqlerror.Error {
	var at *gqlerror.Error
	if !errors.As(err, &at) {
		at = &gqlerror.Error{Path: graphql.GetPath(ctx)}
	}
	out := &gqlerror.Error{Path: at.Path, Locations: at.Locations}
	var refusal *dm.Error
	var p *problem
	switch {
	case errors.As(err, &refusal):
		out.Message = refusal.Detail
		out.Extensions = map[string]any{"code": string(refusal.Code)}
		if refusal.Field != "" {
			out.Extensions["field"] = refusal.Field
		}
		if refusal.RetryAfter > 0 {
			out.Extensions["retryAfterSeconds"] = seconds(refusal.RetryAfter)
		}
	case errors.As(err, &p):
		out.Message = p.message
		out.Extensions = map[string]any{"code": p.code}
	case at.Err == nil && at.Extensions["code"] != nil:
		// The operation was not admitted, which was explained to its author (explain.go).
		return at
	default:
		if p := timedOut(ctx); p != nil {
			out.Message, out.Extensions = p.message, map[string]any{"code": p.code}
			break
		}
		s.hide(ctx, out, err)
	}
	return out
}

// hide says only that something failed, under an id by which the log has the rest.
func (s *Server) hide(ctx context.Context, out *gqlerror.Error, err error) {
	id := requestID(ctx)
	out.Message = "Something went wrong here. It has been noted under the request id."
	out.Extensions = map[string]any{"code": codeInternal, "requestId": id}
	if ctx.Err() != nil {
		return // nobody waits for the answer any more, and that is why it failed
	}
	var at *gqlerror.Error
	if errors.As(err, &at) {
		// gqlgen's text would begin with the path.
		if err = at.Err; err == nil {
			err = errors.New(at.Message)
		}
	}
	s.config.Logger.ErrorContext(ctx, "request failed", "requestId", id, "field", fieldOf(ctx), "error", err)
}

// fieldOf names the field that is being resolved as the schema does. Its path has the client's
// aliases, which are the client's own words.
func fieldOf(ctx context.Context) string {
	f := graphql.GetFieldContext(ctx)
	if f == nil || f.Field.Field == nil {
		return ""
	}
	return f.Object + "." + f.Field.Name
}

// recovered turns a panic of a resolver into an internal error with its stack.
func recovered(_ context.Context, p any) error {
	err, ok := p.(error)
	if !ok {
		err = fmt.Errorf("%v", p)
	}
	return fmt.Errorf("panic: %w\n%s", err, debug.Stack())
}

// requestID is the id that the access log knows a request by, if there is one.
func requestID(ctx context.Context) string {
	if n := access.NoteOf(ctx); n != nil {
		return n.ID
	}
	return access.NewID()
}

func seconds(d time.Duration) int { return int(math.Ceil(d.Seconds())) }
