package dm

import (
	"time"

	"github.com/aparte-im/aparte/dm/policy"
)

// EventKind says what an Event tells.
type EventKind uint8

// The kinds. EventReset is never stored: it is what a watcher gets when the log before its cursor
// was trimmed. Nor is EventTyping, which is a Signal.
const (
	EventMessageAdded EventKind = iota + 1
	EventConversationChanged
	EventConversationRemoved
	EventSettingsChanged
	EventReset
	EventMessageRemoved
	// EventNoticesChanged: the user's notices, or what became of their reports, stand otherwise.
	EventNoticesChanged
	// EventWordsErased: the other member of the conversation was erased, and all their words are
	// gone from it.
	EventWordsErased
	// EventTyping: the other member of the conversation is writing. It has no position of its own;
	// a watcher gives it the one where it stands.
	EventTyping
)

// Event is one entry of a user's inbox log. It carries all that a replay must not recompute: the
// counts and the state of the conversation as they were at its position.
type Event struct {
	User UserID
	// Position is gapless and rising per user, from 1.
	Position int64
	Kind     EventKind
	At       time.Time
	Unread   Unread
	// View is the conversation at this position; nil for settings, notices and reset.
	// EventMessageRemoved and EventWordsErased change nothing of the conversation but words, so
	// their view says only which one it is, with the removed message's seq as LastSeq.
	View *View
	// Message is set with EventMessageAdded and EventMessageRemoved.
	Message *Message
	// Settings and AgeBand are set with EventSettingsChanged: as they stand now, which a later
	// event repeats.
	Settings *Settings
	AgeBand  policy.AgeBand
	// Epoch is the log's epoch, for the cursor.
	Epoch int64
}

// Cursor is the event's place in the log.
func (e *Event) Cursor() Cursor { return Cursor{User: e.User, Epoch: e.Epoch, Position: e.Position} }
