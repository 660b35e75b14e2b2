package dm

import (
	"context"
	"time"

	"github.com/aparte-im/aparte/dm/policy"
)

// maxDeclines bounds how many heads one decline locks.
const maxDeclines = 100

// Changed is the result of a change of one conversation.
type Changed struct {
	View   *View
	Unread Counted
}

// Counted is a user's absolute unread counts and the cursor at which they hold.
type Counted struct {
	Unread
	Cursor Cursor
}

// AcceptRequest moves a request to the viewer's inbox and makes its sender Known. Accepting what is
// accepted changes nothing. Errors: NOT_FOUND, INVALID_INPUT (the viewer has restricted its
// sender).
func (s *Service) AcceptRequest(ctx context.Context, viewer UserID, id ConversationID) (Changed, error) {
	return s.changeConversation(ctx, viewer, id, (*Tx).Accept)
}

// Accept answers a request with yes.
func (tx *Tx) Accept(viewer UserID, c *Conversation) error {
	mine, theirs := c.Sides(viewer)
	if mine.Folder == FolderInbox || mine.Folder == FolderArchive {
		return nil
	}
	if tx.Override(viewer, theirs.User).Restricted {
		return Invalid("conversationId", "You have restricted this person. Lift that first.")
	}
	tx.changeConversation(c, func() {
		mine.Folder, mine.Known, mine.Pending, mine.FrozenSeq, mine.HoldReason = FolderInbox, true, 0, 0, policy.HoldNone
	})
	tx.event(viewer, EventConversationChanged, c, nil)
	tx.event(theirs.User, EventConversationChanged, c, nil)
	return nil
}

// DeclineRequests takes requests out of the viewer's view, and for Rules.DeclineFor whatever their
// senders write. The senders are told nothing: to them the request goes on waiting, and holds as
// many more messages as it did. Ids that are no requests of the viewer's are left out of the
// answer; NOT_FOUND when none is one.
func (s *Service) DeclineRequests(ctx context.Context, viewer UserID, ids []ConversationID) ([]ConversationID, Counted, error) {
	if len(ids) == 0 || len(ids) > maxDeclines {
		return nil, Counted{}, Invalid("conversationIds", "Give 1 to %d conversations.", maxDeclines)
	}
	scope := Scope{Users: []UserID{viewer}}
	var mine []ConversationID
	others := map[ConversationID]UserID{}
	for _, id := range ids {
		other, err := s.inbox.OtherMember(ctx, viewer, id)
		if CodeOf(err) == CodeNotFound {
			continue
		} else if err != nil {
			return nil, Counted{}, err
		}
		if _, twice := others[id]; !twice {
			others[id] = other
			mine = append(mine, id)
			scope.Pairs = append(scope.Pairs, PairOf(viewer, other))
		}
	}
	var declined []ConversationID
	var counted Counted
	err := s.txs.Change(ctx, scope, func(tx *Tx) error {
		declined = nil
		if h := tx.Head(viewer); h == nil || h.Gone {
			return NotFound("request")
		}
		for _, id := range mine {
			if tx.Decline(viewer, tx.Conversation(viewer, others[id])) {
				declined = append(declined, id)
			}
		}
		if len(declined) == 0 {
			return NotFound("request")
		}
		counted = tx.Unread(viewer)
		return nil
	})
	return declined, counted, err
}

// Decline answers a request with no, and reports whether it is declined now.
func (tx *Tx) Decline(viewer UserID, c *Conversation) bool {
	mine, theirs := c.Sides(viewer)
	switch mine.Folder {
	case FolderNone:
		return mine.DeclinedUntil.After(tx.now)
	case FolderRequests, FolderHidden:
	default:
		return false
	}
	tx.removeRequest(c, mine, theirs, tx.now.Add(tx.rules.DeclineFor).Truncate(time.Microsecond))
	return true
}

// removeRequest takes a request out of its recipient's view and counts it against its sender, whom
// the rest of Pending goes on to bound.
func (tx *Tx) removeRequest(c *Conversation, mine, theirs *Membership, declinedUntil time.Time) {
	tx.changeConversation(c, func() {
		mine.Folder, mine.ClearedSeq, mine.HoldReason, mine.DeclinedUntil = FolderNone, c.LastSeq, policy.HoldNone, declinedUntil
	})
	tx.event(mine.User, EventConversationRemoved, c, nil)
	if !mine.Known {
		tx.refuse(theirs.User)
	}
}
