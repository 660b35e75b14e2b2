package dm

import (
	"context"
	"time"

	"github.com/aparte-im/aparte/dm/policy"
)

// The bounds of a bulk answer: the requests of one transaction, and the transactions of one call.
// Each locks the heads of all whose requests it looks at, so it is small.
const (
	bulkStep  = 50
	bulkSteps = 20
)

// ShieldEnd says what becomes of the requests that a surge shield holds when it comes down.
type ShieldEnd uint8

// The ways to end a shield.
const (
	ShieldKeep ShieldEnd = iota
	ShieldRelease
	ShieldDecline
)

// BulkResult is what a bounded walk through requests has done.
type BulkResult struct {
	// Moved is how many requests it released, accepted or declined.
	Moved int
	// More: the walk was cut at its bound; the same call goes on.
	More bool
}

// EndSurgeShield takes the viewer's surge shield down and decides about what it holds. Ending none
// decides all the same, so that a walk that was cut can go on. Errors: NOT_FOUND, INVALID_INPUT.
func (s *Service) EndSurgeShield(ctx context.Context, viewer UserID, end ShieldEnd) (Messaging, BulkResult, error) {
	if end > ShieldDecline {
		return Messaging{}, BulkResult{}, Invalid("held", "No such choice.")
	}
	err := s.txs.Change(ctx, Scope{Users: []UserID{viewer}}, func(tx *Tx) error {
		h := tx.Head(viewer)
		if h == nil || h.Gone {
			return NotFound("user")
		}
		tx.endShield(h)
		return nil
	})
	if err != nil {
		return Messaging{}, BulkResult{}, err
	}
	var walked BulkResult
	switch end {
	case ShieldRelease:
		walked, err = s.sortRequests(ctx, viewer, FolderHidden)
	case ShieldDecline:
		walked, err = s.bulk(ctx, viewer, FolderHidden, func(tx *Tx, viewer UserID, c *Conversation) bool {
			mine, _ := c.Sides(viewer)
			return mine.HoldReason == policy.HoldShield && tx.Decline(viewer, c)
		})
	}
	if err != nil {
		return Messaging{}, BulkResult{}, err
	}
	settings, err := s.Messaging(ctx, viewer)
	return settings, walked, err
}

// ReleaseHidden moves the viewer's hidden requests to where today's settings and hidden words would
// bring them, as far as that is more welcoming. A change of either does the same by itself. With
// More the rest follows in the background. Errors: NOT_FOUND.
func (s *Service) ReleaseHidden(ctx context.Context, viewer UserID) (BulkResult, error) {
	return s.sortRequests(ctx, viewer, FolderHidden)
}

// walk goes through one of the viewer's folders, newest first, in small transactions. Each judges
// under lock (I1); what comes in meanwhile is judged by its own send.
func (s *Service) bulk(ctx context.Context, viewer UserID, folder Folder, act func(*Tx, UserID, *Conversation) bool) (out BulkResult, err error) {
	var place *InboxPlace
	for range bulkSteps {
		views, err := s.inbox.Inbox(ctx, viewer, folder, place, bulkStep)
		if err != nil || len(views) == 0 {
			return out, err
		}
		last := views[len(views)-1]
		place = &InboxPlace{At: last.LastAt, ID: last.ID}
		full := len(views) == bulkStep
		moved, err := s.step(ctx, viewer, views, act)
		out.Moved += moved
		if err != nil || !full {
			return out, err
		}
	}
	out.More = true
	return out, nil
}

func (s *Service) step(ctx context.Context, viewer UserID, views []*View, act func(*Tx, UserID, *Conversation) bool) (moved int, err error) {
	scope := Scope{Users: []UserID{viewer}, Shared: true}
	for _, v := range views {
		scope.Pairs = append(scope.Pairs, PairOf(viewer, v.With))
	}
	err = s.txs.Change(ctx, scope, func(tx *Tx) error {
		moved = 0
		if h := tx.Head(viewer); h == nil || h.Gone {
			return NotFound("user")
		}
		for _, v := range views {
			if act(tx, viewer, tx.Conversation(viewer, v.With)) {
				moved++
			}
		}
		return nil
	})
	return moved, err
}

// endShield takes a shield down; the hour of the surge is forgotten, so that it takes another one
// to raise it again.
func (tx *Tx) endShield(h *Head) {
	if h.ShieldAt.IsZero() {
		return
	}
	h.ShieldAt = time.Time{}
	h.Surge.Hour, h.Surge.Count = max(h.Surge.Hour, hourOf(tx.now)), 0
	tx.out.Heads[h.User] = h
	tx.event(h.User, EventSettingsChanged, nil, nil)
}

// release moves a hidden request to where a message of its sender would land now, when that is more
// welcoming, and reports whether it did. It leaves requests alone that are held for their content.
func (tx *Tx) release(viewer UserID, c *Conversation) bool {
	mine, _ := c.Sides(viewer)
	if mine.Folder != FolderHidden || mine.HoldReason > policy.HoldShield {
		return false
	}
	return tx.unhide(viewer, c)
}

// unhide moves a hidden request to where a message of its sender would land now, whatever it was
// held for.
func (tx *Tx) unhide(viewer UserID, c *Conversation) bool {
	mine, theirs := c.Sides(viewer)
	f, ok := tx.facts(theirs.User, viewer)
	if !ok {
		return false
	}
	// It is here already: neither its length nor its sender's budget matters.
	f.Pending, f.NewPerson, f.OutreachStopped, f.Suspended, f.HoldReason = 0, false, false, false, policy.HoldNone
	v := policy.Decide(f)
	if v.Route != policy.RouteRequests && v.Route != policy.RouteInbox {
		if mine.HoldReason == policy.HoldWords { // it is not for what it says any more
			tx.changeConversation(c, func() { mine.HoldReason = max(v.HoldReason, policy.HoldRoute) })
		}
		return false
	}
	seen := tx.view(c, theirs.User).TheirReadSeq
	tx.changeConversation(c, func() {
		mine.Folder, mine.HoldReason = routeFolders[v.Route], policy.HoldNone
		if v.Route == policy.RouteInbox {
			mine.Pending = 0
		}
		if v.Route == policy.RouteInbox || !f.RecipientOverride.Restricted {
			mine.FrozenSeq = 0
		}
	})
	tx.event(viewer, EventConversationChanged, c, nil)
	tx.tellReceipt(c, theirs.User, seen)
	return true
}
