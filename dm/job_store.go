package dm

import (
	"context"
	"time"
)

// JobStore keeps jobs. A job is created by a Tx.
type JobStore interface {
	// JobByID returns a job, or nil.
	JobByID(ctx context.Context, id JobID) (*Job, error)
	// LastJob returns the user's last job of a kind, or nil.
	LastJob(ctx context.Context, user UserID, kind JobKind) (*Job, error)
	// TakeJob leases the oldest unfinished job of a kind that no node holds to a node for the time
	// hold, or returns nil. Two nodes never take the same job.
	TakeJob(ctx context.Context, kind JobKind, node string, hold time.Duration) (*Job, error)
	// KeepJob writes the state of a job. It fails when another node holds the job by now.
	KeepJob(ctx context.Context, job *Job) error
}

// ExportStore reads what an export holds beside what the user's screens show.
type ExportStore interface {
	// ConversationsOf returns all conversations of a user, ordered by id.
	ConversationsOf(ctx context.Context, user UserID) ([]ConversationRef, error)
	// MessagesOf returns the messages of a conversation that the user sent, and those that the user
	// received and can see, with a seq above after and up to to, in order.
	MessagesOf(ctx context.Context, user UserID, c ConversationRef, after, to int64) ([]*Message, error)
	// FollowsOf lists the users whom a user follows, or the user's followers, ordered by id, after
	// an id.
	FollowsOf(ctx context.Context, user UserID, followers bool, after UserID, limit int) ([]FollowEdge, error)
	// SuggestionsOf lists the users whom the host suggested to a user, ordered by id, after an id.
	SuggestionsOf(ctx context.Context, user UserID, after UserID, limit int) ([]FollowEdge, error)
	// HiddenWordsOf returns a user's hidden words as they were typed, one a line. It is empty
	// without any.
	HiddenWordsOf(ctx context.Context, user UserID) (string, error)
	// History is that of SettingsStore.
	History(ctx context.Context, viewer UserID, after *TimePlace, limit int) ([]SettingsChange, error)
	// RedemptionsBy lists the codes of others that a user has redeemed, ordered by the code's id,
	// after an id.
	RedemptionsBy(ctx context.Context, redeemer UserID, after ContactCodeID, limit int) ([]Redemption, error)
	// Evidence is that of ModerationStore.
	Evidence(ctx context.Context, id ReportID) (*Evidence, error)
}

// FollowEdge is a follow or a suggestion in an export.
type FollowEdge struct {
	User  UserID
	Since time.Time
}

// EraseStore erases users in steps.
type EraseStore interface {
	// DeletedUsers returns the deleted users who had an externalId.
	DeletedUsers(ctx context.Context, externalID string) ([]UserID, error)
	// ConversationsOf is that of ExportStore.
	ConversationsOf(ctx context.Context, user UserID) ([]ConversationRef, error)
	// EraseStep erases the content of the user's next messages in a conversation, advances the job
	// and renews its lease, in one short transaction. The last step of a conversation writes an
	// event for its other member.
	EraseStep(ctx context.Context, job *Job, c ConversationRef, hold time.Duration) error
	// EraseRest removes what is left of the user beside messages and evidence, and finishes the
	// job.
	EraseRest(ctx context.Context, job *Job) error
}
