package graph

import (
	"context"
	"errors"
	"net/http"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"github.com/aparte-im/aparte/dm"
	"github.com/aparte-im/aparte/graph/access"
	"github.com/aparte-im/aparte/graph/apierror"
	"github.com/aparte-im/aparte/graph/generated"
	"github.com/aparte-im/aparte/graph/limits"
	"github.com/aparte-im/aparte/graph/transport"
)

var (
	errStreams = apierror.New(
		apierror.CodeRateLimited, "There are too many connections of this user or from this address. Try again later.",
		http.StatusTooManyRequests,
	)
	errNotModerator      = apierror.Forbidden("This is for moderators: a token with the scope moderator is needed.")
	errTooManyOperations = apierror.New(
		apierror.CodeRateLimited, "Too many operations run on this connection. Complete one first.", http.StatusTooManyRequests,
	)
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
		return generated.ReportClaimed{Code: code, Detail: e.Detail, RetryAfterSeconds: apierror.Seconds(e.RetryAfter)}
	case dm.CodeRateLimited:
		return generated.RateLimited{Code: code, Detail: e.Detail, RetryAfterSeconds: apierror.Seconds(e.RetryAfter)}
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
	var p *apierror.Error
	switch {
	case errors.As(err, &refusal):
		out.Message = refusal.Detail
		out.Extensions = map[string]any{"code": string(refusal.Code)}
		if refusal.Field != "" {
			out.Extensions["field"] = refusal.Field
		}
		if refusal.RetryAfter > 0 {
			out.Extensions["retryAfterSeconds"] = apierror.Seconds(refusal.RetryAfter)
		}
	case errors.As(err, &p):
		out.Message = p.Message
		out.Extensions = map[string]any{"code": p.Code}
	case at.Err == nil && at.Extensions["code"] != nil:
		// The operation was not admitted, which was explained to its author (package admission).
		return at
	default:
		if p := limits.TimedOut(ctx); p != nil {
			out.Message, out.Extensions = p.Message, map[string]any{"code": p.Code}
			break
		}
		s.hide(ctx, out, err)
	}
	return out
}

// refuseError answers a request that failed before its operation ran.
func (s *Server) refuseError(w http.ResponseWriter, r *http.Request, err error) {
	status := http.StatusInternalServerError
	var p *apierror.Error
	if errors.As(err, &p) {
		status = p.Status
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
		out.Message, out.Extensions = p.Message, map[string]any{"code": p.Code}
	} else {
		s.hide(r.Context(), out, err)
	}
	code, _ := out.Extensions["code"].(string)
	access.NoteOf(r.Context()).Failed(code)
	transport.WriteErrors(w, status, out)
}

// hide says only that something failed, under an id by which the log has the rest.
func (s *Server) hide(ctx context.Context, out *gqlerror.Error, err error) {
	id := requestID(ctx)
	out.Message = "Something went wrong here. It has been noted under the request id."
	out.Extensions = map[string]any{"code": apierror.CodeInternal, "requestId": id}
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

// requestID is the id that the access log knows a request by, if there is one.
func requestID(ctx context.Context) string {
	if n := access.NoteOf(ctx); n != nil {
		return n.ID
	}
	return access.NewID()
}
