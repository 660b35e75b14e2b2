package dm

import (
	"context"
	"time"
)

// Typing tells the other member that the viewer is writing to them: a Signal, which is logged
// nowhere, may be lost, and reaches who listens now. They are told only what read receipts would
// tell them too, and only where a message would reach their inbox: nothing from a request, a
// restriction, a block, a closed door, or while either has receipts off. The viewer is not told
// which it was. It writes nothing and takes no lock. Errors: NOT_FOUND.
func (s *Service) Typing(ctx context.Context, viewer UserID, id ConversationID) (Changed, error) {
	other, err := s.inbox.OtherMember(ctx, viewer, id)
	if err != nil {
		return Changed{}, err
	}
	tx, err := s.txs.Inspect(ctx, Scope{Pairs: []Pair{PairOf(viewer, other)}})
	if err != nil {
		return Changed{}, err
	}
	c := tx.Conversation(viewer, other)
	if c == nil {
		return Changed{}, NotFound("conversation")
	}
	if mine, _ := c.Sides(viewer); mine.Folder == FolderNone || tx.Head(viewer).Gone {
		return Changed{}, NotFound("conversation")
	}
	if tx.showsTyping(c, viewer, other) {
		s.bus.Signal(other, signal{kind: signalTyping, conversation: c.ID, from: viewer, at: time.Now()}.encode())
	}
	return Changed{View: tx.view(c, viewer), Unread: tx.Unread(viewer)}, nil
}

// showsTyping reports whether other may see that user is writing to them.
func (tx *Tx) showsTyping(c *Conversation, user, other UserID) bool {
	theirs, _ := c.Sides(other)
	return (theirs.Folder == FolderInbox || theirs.Folder == FolderArchive) &&
		tx.Shows(user, other) && tx.view(c, other).TheirReadSeq != nil && tx.Relationship(user, other).Permission.Folder == FolderInbox
}
