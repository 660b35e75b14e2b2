package dm

import (
	"context"
	"time"

	"github.com/google/uuid"
)

// JobID names a job. Its text form starts with "job_".
type JobID uuid.UUID

const jobPrefix = "job_"

func (id JobID) String() string { return jobPrefix + idText.EncodeToString(id[:]) }

// ParseJobID reads the text form.
func ParseJobID(s string) (id JobID, ok bool) {
	b, ok := parseID(s, jobPrefix)
	if !ok || len(b) != len(id) {
		return JobID{}, false
	}
	copy(id[:], b)
	return id, id.String() == s
}

// JobKind is what a job does.
type JobKind uint8

// The kinds.
const (
	JobExport JobKind = iota + 1
	JobErase
	// JobSortHidden and JobSortRequests sort a user's requests in HIDDEN, or in REQUESTS, by what
	// holds now. AtConversation and AtSeq are their place in the folder; they count requests.
	JobSortHidden
	JobSortRequests
)

// JobState is how far a job is.
type JobState uint8

// The states.
const (
	JobQueued JobState = iota + 1
	JobRunning
	JobDone
	JobFailed
)

// Job is something long that is done for a user in the background, step by step. A node that works
// on it holds a lease and renews it with each step; when a node dies, another goes on where the
// last step ended.
type Job struct {
	ID          JobID
	User        UserID
	Kind        JobKind
	State       JobState
	RequestedAt time.Time
	// Done and Total count messages.
	Done, Total int64
	// AtConversation and AtSeq are where it stands.
	AtConversation ConversationID
	AtSeq          int64
	// Tries counts how often it was begun.
	Tries      int
	LeaseBy    string
	LeaseUntil time.Time
	FinishedAt time.Time
	// ExpiresAt is when what it made is removed, Size how many bytes that has.
	ExpiresAt time.Time
	Size      int64
}

// Progress is how much of a job is done, from 0 to 100.
func (j *Job) Progress() int {
	switch {
	case j.State == JobDone:
		return 100
	case j.Total == 0:
		return 0
	}
	return int(min(99, j.Done*100/j.Total))
}

// running reports whether the job waits or is worked on.
func (j *Job) running() bool { return j != nil && (j.State == JobQueued || j.State == JobRunning) }

// maxTries is how often a job is begun before it is given up. Only an export is given up.
const maxTries = 5

// TakeJob takes the oldest job of a kind that nobody works on, for the hold, or returns nil.
func (s *Service) TakeJob(ctx context.Context, kind JobKind, node string, hold time.Duration) (*Job, error) {
	for {
		j, err := s.jobs.TakeJob(ctx, kind, node, hold)
		if err != nil || j == nil || j.Tries <= maxTries || kind != JobExport {
			return j, err
		}
		j.State, j.FinishedAt = JobFailed, time.Now()
		if err := s.jobs.KeepJob(ctx, j); err != nil {
			return nil, err
		}
	}
}

func (tx *Tx) newJob(user UserID, kind JobKind) *Job {
	j := &Job{ID: JobID(uuid.New()), User: user, Kind: kind, State: JobQueued, RequestedAt: tx.now}
	tx.out.NewJobs = append(tx.out.NewJobs, j)
	return j
}
