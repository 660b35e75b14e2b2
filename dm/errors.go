package dm

import (
	"errors"
	"fmt"
	"time"

	"github.com/aparte-im/aparte/dm/policy"
)

// Code is the one name of an expected refusal, the same in Go, in the API and in the docs.
type Code string

// The codes. Every error that is not an *Error is internal and is never shown to a caller.
const (
	CodeNotFound            Code = "NOT_FOUND"
	CodeInvalidInput        Code = "INVALID_INPUT"
	CodeMessageNotAllowed   Code = "MESSAGE_NOT_ALLOWED"
	CodeIdempotencyConflict Code = "IDEMPOTENCY_CONFLICT"
	CodeRateLimited         Code = "RATE_LIMITED"
	CodeInvalidCursor       Code = "INVALID_CURSOR"
	CodeReportClaimed       Code = "REPORT_CLAIMED"
)

// Error is an expected refusal: something that a caller can understand and act on.
type Error struct {
	Code Code
	// Detail is a sentence in English for people. Programs compare Code.
	Detail string
	// Field is the input at fault, with CodeInvalidInput.
	Field string
	// Denial is the reason, with CodeMessageNotAllowed.
	Denial policy.Denial
	// Outreach is the sender's budget, with DenialOutreachLimit.
	Outreach *OutreachBudget
	// RetryAfter is how long to wait, with CodeRateLimited.
	RetryAfter time.Duration
	// Row is the item of a batch that is at fault. Nil: the whole call.
	Row *BatchRow
}

// BatchRow names one item of a batch.
type BatchRow struct {
	// Index is its place in the batch, from 0.
	Index int
	// ExternalID is the host's id of the user who is at fault. Empty: none is.
	ExternalID string
}

// At returns a copy of the error that names the item of a batch which is at fault.
func (e *Error) At(index int, externalID string) *Error {
	out := *e
	out.Row = &BatchRow{Index: index, ExternalID: externalID}
	return &out
}

func (e *Error) Error() string {
	if e.Field != "" {
		return fmt.Sprintf("%s: %s: %s", e.Code, e.Field, e.Detail)
	}
	return fmt.Sprintf("%s: %s", e.Code, e.Detail)
}

// CodeOf returns the code of an expected refusal, or "" when err is nil or internal.
func CodeOf(err error) Code {
	var e *Error
	if errors.As(err, &e) {
		return e.Code
	}
	return ""
}

// NotFound is the answer for what does not exist and for what is not the viewer's (I9): the two
// cannot be told apart.
func NotFound(what string) *Error {
	return &Error{Code: CodeNotFound, Detail: "No such " + what + "."}
}

// NotFoundAs turns NOT_FOUND into that of another thing and leaves other errors as they are.
func NotFoundAs(err error, what string) error {
	if CodeOf(err) == CodeNotFound {
		return NotFound(what)
	}
	return err
}

// Invalid is the answer to an input that can never succeed as it is.
func Invalid(field, format string, args ...any) *Error {
	return &Error{Code: CodeInvalidInput, Field: field, Detail: fmt.Sprintf(format, args...)}
}

// Overloaded is the answer when the queue of sends is full: nothing was written, and the same send
// may be tried again.
func Overloaded(retryAfter time.Duration) *Error {
	return &Error{Code: CodeRateLimited, Detail: "The service is busy. Try again in a moment.", RetryAfter: retryAfter}
}

// TooFast is the answer to who sends faster than they may: nothing was written, and the same send
// may be tried again.
func TooFast(retryAfter time.Duration) *Error {
	return &Error{Code: CodeRateLimited, Detail: "That is too fast. Wait a moment.", RetryAfter: retryAfter}
}

func conflict() *Error {
	return &Error{
		Code:   CodeIdempotencyConflict,
		Detail: "This clientMessageId was used before in this conversation with other content.",
	}
}

func conflictOf(key string) *Error {
	return &Error{Code: CodeIdempotencyConflict, Field: key, Detail: "This " + key + " was used before with other content."}
}

func invalidCursor() *Error {
	return &Error{Code: CodeInvalidCursor, Detail: "This cursor was never issued for this inbox."}
}
