package dm

import (
	"context"
	"time"
)

// SafetyStore keeps what reports, moderation and the rights to one's data need. It is a part of Store.
type SafetyStore interface {
	// Report returns a report. Errors: NOT_FOUND.
	Report(ctx context.Context, id ReportID) (*Report, error)
	// Reports lists reports, up to limit after the place (nil: from the start).
	Reports(ctx context.Context, list ReportList, after *TimePlace, limit int) ([]*Report, error)
	// Evidence returns what was sealed with a report. Errors: NOT_FOUND, also once its retention has ended.
	Evidence(ctx context.Context, id ReportID) (*Evidence, error)
	// Audit lists the audit log, newest first.
	Audit(ctx context.Context, filter AuditFilter, after *TimePlace, limit int) ([]AuditEntry, error)

	// JobByID returns a job, or nil.
	JobByID(ctx context.Context, id JobID) (*Job, error)
	// LastJob returns the user's last job of a kind, or nil.
	LastJob(ctx context.Context, user UserID, kind JobKind) (*Job, error)
	// TakeJob gives the oldest job of a kind that is not done, and that nobody holds, to a node for the hold. Nil: there is
	// none. Of two nodes one gets it.
	TakeJob(ctx context.Context, kind JobKind, node string, hold time.Duration) (*Job, error)
	// KeepJob writes how a job stands. It fails when the node that holds it is another by now.
	KeepJob(ctx context.Context, job *Job) error

	// DeletedUsers returns those deleted users who had an externalId.
	DeletedUsers(ctx context.Context, externalID string) ([]UserID, error)
	// ConversationsOf returns all conversations of a user, by id.
	ConversationsOf(ctx context.Context, user UserID) ([]ConversationRef, error)
	// MessagesOf returns what a user sent, and what they received and can see, with a seq above after and up to to, in
	// order.
	MessagesOf(ctx context.Context, user UserID, c ConversationRef, after, to int64) ([]*Message, error)
	// FollowsOf lists whom a user follows, or who follows them, by id after another.
	FollowsOf(ctx context.Context, user UserID, followers bool, after UserID, limit int) ([]FollowEdge, error)
	// SuggestionsOf lists whom the host has supplied as a pair with a user, by id after another.
	SuggestionsOf(ctx context.Context, user UserID, after UserID, limit int) ([]FollowEdge, error)
	// HiddenWordsOf returns a user's hidden words as they wrote them, one a line; empty without any.
	HiddenWordsOf(ctx context.Context, user UserID) (string, error)
	// EraseStep takes the words of the job's user from the next messages of a conversation, moves the job on and renews its
	// lease, in one short transaction. The step that ends a conversation tells its other member.
	EraseStep(ctx context.Context, job *Job, c ConversationRef, hold time.Duration) error
	// EraseRest removes what is left of the job's user beside messages and evidence, and finishes the job.
	EraseRest(ctx context.Context, job *Job) error
}

// FollowEdge is one follow, or one suggestion, of an export.
type FollowEdge struct {
	User  UserID
	Since time.Time
}
