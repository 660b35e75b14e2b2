package dm

import (
	"context"
	"slices"
	"time"

	"github.com/aparte-im/aparte/dm/policy"
)

// sortMessages is how many messages of a request are looked at to sort it by what they say. One
// that has more stays where it is.
const sortMessages = MaxPage

// sorter sorts the requests of one viewer anew: by today's settings, and by today's hidden words.
// The content of a request is read before the lock. Under it the list must still be this one, and
// nothing may have come: what comes is judged by its own send.
type sorter struct {
	service *Service
	viewer  UserID
	words   HiddenWords
	matcher *WordMatcher
}

// explanationText is what the messages of a request say.
type explanationText struct {
	lastSeq int64
	// read: all of them were looked at. hidden: one of them holds a hidden word.
	read, hidden bool
}

func (s *Service) sorter(ctx context.Context, viewer UserID) (*sorter, error) {
	kept, err := s.settings.HiddenWords(ctx, viewer)
	return &sorter{service: s, viewer: viewer, words: kept, matcher: CompileWords(kept.List)}, err
}

// folder sorts one folder, newest first, from a place on, in small transactions, and returns the
// place where it was cut after some steps; nil: it is through. each is called between the steps.
func (s *sorter) folder(ctx context.Context, folder Folder, place *InboxPlace, steps int, each func(*InboxPlace, int) error) (moved int, cut *InboxPlace, err error) {
	for range steps {
		views, err := s.service.inbox.Inbox(ctx, s.viewer, folder, place, bulkStep)
		if err != nil || len(views) == 0 {
			return moved, nil, err
		}
		last := views[len(views)-1]
		place = &InboxPlace{At: last.LastAt, ID: last.ID}
		n, err := s.step(ctx, views)
		if moved += n; err == nil && each != nil {
			err = each(place, len(views))
		}
		if err != nil || len(views) < bulkStep {
			return moved, nil, err
		}
	}
	return moved, place, nil
}

// step sorts some requests; those in which something has come meanwhile once more.
func (s *sorter) step(ctx context.Context, views []*View) (moved int, err error) {
	for len(views) > 0 {
		said, err := s.listen(ctx, views)
		if err != nil {
			return moved, err
		}
		scope := Scope{Users: []UserID{s.viewer}, Shared: true}
		for _, v := range views {
			scope.Pairs = append(scope.Pairs, PairOf(s.viewer, v.With))
		}
		var again []ConversationID
		n, changed := 0, false
		err = s.service.txs.Change(ctx, scope, func(tx *Tx) error {
			again, n = nil, 0
			h := tx.Head(s.viewer)
			if h == nil || h.Gone {
				return NotFound("user")
			}
			if changed = h.Words != s.words.Version; changed {
				return nil
			}
			for _, v := range views {
				c := tx.Conversation(s.viewer, v.With)
				if c.LastSeq != said[v.ID].lastSeq {
					again = append(again, v.ID)
				} else if tx.sort(s.viewer, c, said[v.ID]) {
					n++
				}
			}
			return nil
		})
		moved += n
		switch {
		case err != nil:
			return moved, err
		case changed:
			fresh, err := s.service.sorter(ctx, s.viewer)
			if err != nil {
				return moved, err
			}
			*s = *fresh
		case len(again) == 0:
			return moved, nil
		default:
			found, err := s.service.inbox.Views(ctx, s.viewer, again)
			if err != nil {
				return moved, err
			}
			views = slices.DeleteFunc(views, func(v *View) bool { return found[v.ID] == nil })
			for i, v := range views {
				views[i] = found[v.ID]
			}
		}
	}
	return moved, nil
}

// listen reads what requests say, where there is or was a list of hidden words.
func (s *sorter) listen(ctx context.Context, views []*View) (map[ConversationID]explanationText, error) {
	out := make(map[ConversationID]explanationText, len(views))
	ids := make([]ConversationID, len(views))
	for i, v := range views {
		ids[i] = v.ID
		out[v.ID] = explanationText{lastSeq: v.LastSeq}
	}
	if s.words.Version == 0 {
		return out, nil
	}
	messages, err := s.service.inbox.Messages(ctx, s.viewer, ids, int64(FromNewest), sortMessages)
	if err != nil {
		return nil, err
	}
	for _, v := range views {
		one := explanationText{lastSeq: v.LastSeq, read: v.LastSeq-v.ClearedSeq <= sortMessages}
		for _, m := range messages[v.ID] {
			one.hidden = one.hidden || m.Sender != s.viewer && s.matcher.Match(wordsOf(m.Body, m.Video)...)
		}
		out[v.ID] = one
	}
	return out, nil
}

// sort puts a request where its sender's messages would land now, by what they say too, and reports
// whether it moved.
func (tx *Tx) sort(viewer UserID, c *Conversation, said explanationText) bool {
	mine, _ := c.Sides(viewer)
	switch {
	case mine.Folder == FolderHidden && mine.HoldReason == policy.HoldWords:
		return said.read && !said.hidden && tx.unhide(viewer, c)
	case mine.Folder == FolderHidden:
		return tx.release(viewer, c)
	case mine.Folder == FolderRequests && said.hidden:
		return tx.hide(viewer, c)
	}
	return false
}

// hide moves a request to HIDDEN for what it says, as its messages would be if they came now.
// Nothing that its sender can see changes.
func (tx *Tx) hide(viewer UserID, c *Conversation) bool {
	mine, theirs := c.Sides(viewer)
	f, ok := tx.facts(theirs.User, viewer)
	if !ok || f.Familiar() || mine.FrozenSeq > 0 {
		return false
	}
	tx.changeConversation(c, func() { mine.Folder, mine.HoldReason = FolderHidden, policy.HoldWords })
	tx.event(viewer, EventConversationChanged, c, nil)
	return true
}

// sortRequests sorts what is in a folder by what holds now: up to 1,000 requests at once, and what
// is left in the background.
func (s *Service) sortRequests(ctx context.Context, viewer UserID, folder Folder) (BulkResult, error) {
	sorter, err := s.sorter(ctx, viewer)
	if err != nil {
		return BulkResult{}, err
	}
	moved, cut, err := sorter.folder(ctx, folder, nil, bulkSteps, nil)
	if err != nil || cut == nil {
		return BulkResult{Moved: moved}, err
	}
	return BulkResult{Moved: moved, More: true}, s.sortLater(ctx, viewer, folder)
}

// sortLater leaves a folder to the background. A job that has not begun will see all there is; one
// that has begun may be past what has changed.
func (s *Service) sortLater(ctx context.Context, viewer UserID, folder Folder) error {
	kind := JobSortHidden
	if folder == FolderRequests {
		kind = JobSortRequests
	}
	return s.txs.Change(ctx, Scope{Users: []UserID{viewer}, Job: kind}, func(tx *Tx) error {
		if last := tx.in.LastJob; last == nil || last.State != JobQueued {
			tx.newJob(viewer, kind)
		}
		return nil
	})
}

// Sort works on a job that sorts requests to its end, or until ctx ends or the lease is lost. hold
// is what each step renews the lease for.
func (s *Service) Sort(ctx context.Context, job *Job, hold time.Duration) error {
	folder := FolderHidden
	if job.Kind == JobSortRequests {
		folder = FolderRequests
	}
	var place *InboxPlace
	if job.AtConversation != (ConversationID{}) {
		place = &InboxPlace{At: time.UnixMicro(job.AtSeq).UTC(), ID: job.AtConversation}
	}
	sorter, err := s.sorter(ctx, job.User)
	if err != nil {
		return err
	}
	for {
		_, cut, err := sorter.folder(ctx, folder, place, bulkSteps, func(at *InboxPlace, looked int) error {
			job.AtConversation, job.AtSeq = at.ID, at.At.UnixMicro()
			job.Done += int64(looked)
			job.Total, job.LeaseUntil = job.Done, time.Now().Add(hold)
			if err := s.jobs.KeepJob(ctx, job); err != nil {
				return err
			}
			return ctx.Err()
		})
		if err != nil && CodeOf(err) != CodeNotFound { // who was deleted has nothing to sort
			return err
		}
		if cut == nil {
			job.State, job.FinishedAt = JobDone, time.Now().UTC().Truncate(time.Microsecond)
			return s.jobs.KeepJob(ctx, job)
		}
		place = cut
	}
}
