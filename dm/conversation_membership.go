package dm

import "context"

// MarkRead moves the viewer's read position up to a seq; it never moves back. The other side is
// told when both have read receipts on and the conversation is no request. Errors: NOT_FOUND,
// INVALID_INPUT.
func (s *Service) MarkRead(ctx context.Context, viewer UserID, id ConversationID, upTo int64) (Changed, error) {
	return s.changeConversation(ctx, viewer, id, func(tx *Tx, viewer UserID, c *Conversation) error {
		return tx.MarkRead(viewer, c, upTo)
	})
}

// MarkRead moves a read position.
func (tx *Tx) MarkRead(viewer UserID, c *Conversation, upTo int64) error {
	if upTo < 0 || upTo > c.LastSeq {
		return Invalid("upToSeq", "The newest message has seq %d.", c.LastSeq)
	}
	mine, theirs := c.Sides(viewer)
	if upTo <= mine.ReadSeq || tx.Override(viewer, theirs.User).Blocked {
		// A blocker leaves no receipt; their position stays until they unblock.
		return nil
	}
	seen := tx.view(c, theirs.User).TheirReadSeq
	tx.changeConversation(c, func() { mine.ReadSeq = upTo })
	tx.event(viewer, EventConversationChanged, c, nil)
	tx.tellReceipt(c, theirs.User, seen)
	return nil
}

// Mute sets whether the viewer's client should stay silent about a conversation. Errors: NOT_FOUND.
func (s *Service) Mute(ctx context.Context, viewer UserID, id ConversationID, muted bool) (Changed, error) {
	return s.changeConversation(ctx, viewer, id, func(tx *Tx, viewer UserID, c *Conversation) error {
		mine, _ := c.Sides(viewer)
		if mine.Muted == muted {
			return nil
		}
		tx.changeConversation(c, func() { mine.Muted = muted })
		tx.event(viewer, EventConversationChanged, c, nil)
		return nil
	})
}

// Archive moves a conversation between INBOX and ARCHIVE; a new message brings it back. Errors:
// NOT_FOUND, INVALID_INPUT when it is a request.
func (s *Service) Archive(ctx context.Context, viewer UserID, id ConversationID, archived bool) (Changed, error) {
	return s.changeConversation(ctx, viewer, id, func(tx *Tx, viewer UserID, c *Conversation) error {
		mine, _ := c.Sides(viewer)
		from, to := FolderArchive, FolderInbox
		if archived {
			from, to = to, from
		}
		switch mine.Folder {
		case to:
			return nil
		case from:
		default:
			return Invalid("conversationId", "Accept or decline the request first.")
		}
		tx.changeConversation(c, func() { mine.Folder = to })
		tx.event(viewer, EventConversationChanged, c, nil)
		return nil
	})
}

// changeConversation runs one change under the lock of both members and returns what the viewer
// then sees. A conversation that is out of the viewer's view does not exist for them.
func (s *Service) changeConversation(ctx context.Context, viewer UserID, id ConversationID,
	change func(*Tx, UserID, *Conversation) error,
) (Changed, error) {
	other, err := s.inbox.OtherMember(ctx, viewer, id)
	if err != nil {
		return Changed{}, err
	}
	var out Changed
	err = s.txs.Change(ctx, Scope{Pairs: []Pair{PairOf(viewer, other)}}, func(tx *Tx) error {
		c := tx.Conversation(viewer, other)
		if mine, _ := c.Sides(viewer); mine.Folder == FolderNone || tx.Head(viewer).Gone {
			return NotFound("conversation")
		}
		if err := change(tx, viewer, c); err != nil {
			return err
		}
		out = Changed{View: tx.view(c, viewer), Unread: tx.Unread(viewer)}
		return nil
	})
	return out, err
}
