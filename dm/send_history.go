package dm

import "time"

// First is the message of a conversation with the smallest seq.
type First struct {
	Seq int64
	At  time.Time
}

// AddFirst is for the store: it adds the first message of a conversation into which history is
// imported.
func (tx *Tx) AddFirst(id ConversationID, first First) {
	if tx.in.Firsts == nil {
		tx.in.Firsts = map[ConversationID]First{}
	}
	tx.in.Firsts[id] = first
}

// precedes reports whether a message of history belongs before the messages of its conversation: it
// is older than the newest one, or a member has declined the conversation, which an import must not
// undo.
func (tx *Tx) precedes(s *Send, c *Conversation) bool {
	if c.LastSeq == 0 {
		return false
	}
	for i := range c.Members {
		if c.Members[i].DeclinedUntil.After(tx.now) {
			return true
		}
	}
	return s.At.Before(c.LastAt)
}

// prepend writes a message of history before the first message of its conversation: its seq counts
// down from 0. So the newest message, the unread counts, the folders and the logs stay as they are.
// Only the sender becomes Known.
func (tx *Tx) prepend(s Send, c *Conversation) Sent {
	at := s.At.UTC().Truncate(time.Microsecond)
	was, ok := tx.in.Firsts[c.ID]
	if !ok {
		was = First{Seq: 1, At: c.LastAt}
	}
	first := First{Seq: was.Seq - 1, At: at}
	tx.AddFirst(c.ID, first)
	mine, _ := c.Sides(s.Sender)
	if !mine.Known {
		tx.changeConversation(c, func() { mine.Known = true })
	}
	m := tx.write(s, MessageID{c.ID, first.Seq}, at)
	return Sent{Message: m, View: tx.View(s.Sender, s.Recipient), Displaced: at.After(was.At)}
}

// HistoryState is what a message of history is to what is loaded.
type HistoryState uint8

// The states. HistoryFollows: it becomes the newest message of its conversation. HistoryPrecedes:
// it stands before the first. HistoryRepeats: it is there. HistoryConflicts: its key names another
// message.
const (
	HistoryFollows HistoryState = iota
	HistoryPrecedes
	HistoryRepeats
	HistoryConflicts
)

// HistoryState tells, before anything is written, what Send would do with a message of history. s
// is normalised, and its pair and key are in the Scope that was loaded.
func (tx *Tx) HistoryState(s Send) HistoryState {
	if first := tx.in.Used[s.Key()]; first != nil {
		if first.sameContent(&s) {
			return HistoryRepeats
		}
		return HistoryConflicts
	}
	if c := tx.in.Conversations[s.Key().Conversation]; c != nil && tx.precedes(&s, c) {
		return HistoryPrecedes
	}
	return HistoryFollows
}
