package dm

import (
	"context"
	"time"
)

// EraseUser deletes a user, as DeleteUser does, and then takes their words from every message, in
// steps in the background. The other side's history keeps its shape. Sealed evidence stays until
// its retention ends. It erases all who ever had the externalId, also those who were deleted
// before. Doing it again returns the jobs that there are. Errors: NOT_FOUND.
func (s *Service) EraseUser(ctx context.Context, by Moderator, externalID string) ([]*Job, error) {
	if checkExternalID(externalID) != nil {
		return nil, NotFound("user")
	}
	if err := s.host.DeleteUser(ctx, externalID); err != nil && CodeOf(err) != CodeNotFound {
		return nil, err
	}
	users, err := s.erasures.DeletedUsers(ctx, externalID)
	if err != nil {
		return nil, err
	}
	if len(users) == 0 {
		return nil, NotFound("user")
	}
	var jobs []*Job
	for _, user := range users {
		var job *Job
		err := s.txs.Change(ctx, Scope{Users: []UserID{user}, Job: JobErase}, func(tx *Tx) error {
			if job = tx.in.LastJob; job == nil {
				job = tx.newJob(user, JobErase)
				tx.out.Audit = append(tx.out.Audit, AuditEntry{
					At: tx.now, Actor: by.Name, Act: AuditErase, User: user, RequestID: by.RequestID,
				})
			}
			return nil
		})
		if err != nil {
			return nil, err
		}
		jobs = append(jobs, job)
	}
	return jobs, nil
}

// Erasures returns the jobs that erase who had the externalId. Errors: NOT_FOUND.
func (s *Service) Erasures(ctx context.Context, externalID string) ([]*Job, error) {
	if checkExternalID(externalID) != nil {
		return nil, NotFound("user")
	}
	users, err := s.erasures.DeletedUsers(ctx, externalID)
	if err != nil {
		return nil, err
	}
	var out []*Job
	for _, user := range users {
		job, err := s.jobs.LastJob(ctx, user, JobErase)
		if err != nil {
			return nil, err
		}
		if job != nil {
			out = append(out, job)
		}
	}
	if len(out) == 0 {
		return nil, NotFound("erasure")
	}
	return out, nil
}

// Erase works on an erasure to its end, or until ctx ends or the lease is lost. hold is what each
// step renews the lease for.
func (s *Service) Erase(ctx context.Context, job *Job, hold time.Duration) error {
	conversations, err := s.erasures.ConversationsOf(ctx, job.User)
	if err != nil {
		return err
	}
	job.Total = 0
	for _, c := range conversations {
		job.Total += c.Messages()
	}
	for _, c := range conversations {
		if c.ID.Less(job.AtConversation) {
			continue
		}
		if c.ID != job.AtConversation {
			job.AtConversation, job.AtSeq = c.ID, c.FirstSeq-1
		}
		for job.AtSeq < c.LastSeq {
			if err := ctx.Err(); err != nil {
				return err
			}
			if err := s.erasures.EraseStep(ctx, job, c, hold); err != nil {
				return err
			}
		}
	}
	return s.erasures.EraseRest(ctx, job)
}

// Erased is for the store: the words of a user are gone from a conversation. The other side's
// devices are told, so that they forget them too.
func (tx *Tx) Erased(user, other UserID) {
	c := tx.Conversation(user, other)
	if c == nil {
		return
	}
	if _, theirs := c.Sides(user); theirs.Folder != FolderNone && !tx.in.Heads[other].Gone {
		tx.event(other, EventWordsErased, c, nil)
	}
}

// ConversationRef is a conversation as a job of one of its members sees it.
type ConversationRef struct {
	ID    ConversationID
	Other UserID
	// FirstSeq and LastSeq are the smallest and the greatest seq; Cleared is the greatest that is
	// out of the member's view.
	FirstSeq, LastSeq, Cleared int64
	// Folder, ReadSeq, Muted and DeclinedUntil are of the member's own side.
	Folder        Folder
	ReadSeq       int64
	Muted         bool
	DeclinedUntil time.Time
}

// Messages is the number of messages that the job has to look at.
func (c ConversationRef) Messages() int64 { return c.LastSeq - c.FirstSeq + 1 }
