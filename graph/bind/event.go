package bind

import (
	"time"

	"github.com/aparte-im/aparte/dm"
)

// InboxEvent is an entry of the inbox log: one type for each kind, all of them a look at one
// dm.Event.
type InboxEvent interface{ Cursor() dm.Cursor }

// NewInboxEvent shows an event.
func NewInboxEvent(e *dm.Event) InboxEvent {
	switch e.Kind {
	case dm.EventMessageAdded:
		return MessageAdded{event{e}}
	case dm.EventMessageRemoved:
		return MessageRemoved{event{e}}
	case dm.EventConversationChanged:
		return ConversationChanged{event{e}}
	case dm.EventConversationRemoved:
		return ConversationRemoved{event{e}}
	case dm.EventWordsErased:
		return MessagesErased{event{e}}
	case dm.EventNoticesChanged:
		return NoticesChanged{event{e}}
	case dm.EventTyping:
		return Typing{event{e}}
	case dm.EventSettingsChanged:
		return SettingsChanged{event{e}}
	default:
		return InboxReset{event{e}}
	}
}

type event struct{ of *dm.Event }

// Cursor is the event's place in the log.
func (e event) Cursor() dm.Cursor { return e.of.Cursor() }

// At is when it happened.
func (e event) At() time.Time { return e.of.At }

// Unread is the viewer's counts right after it.
func (e event) Unread() dm.Counted { return dm.Counted{Unread: e.of.Unread, Cursor: e.of.Cursor()} }

// MessageAdded tells of a message.
type MessageAdded struct{ event }

// ConversationID returns the id of the message's conversation.
func (e MessageAdded) ConversationID() dm.ConversationID { return e.of.View.ID }

// Message returns the message, or nil if its text is withheld: under its id it has one value on
// every path.
func (e MessageAdded) Message() *dm.Message {
	if e.of.Message.Withheld {
		return nil
	}
	return e.of.Message
}

// Preview returns the message as a list shows it.
func (e MessageAdded) Preview() *dm.Message { return e.of.Message }

// Conversation returns the conversation right after the event.
func (e MessageAdded) Conversation() Conversation { return e.of.View }

// MessageRemoved tells of a message that lost its words.
type MessageRemoved struct{ event }

// ConversationID returns the id of the message's conversation.
func (e MessageRemoved) ConversationID() dm.ConversationID { return e.of.View.ID }

// Message returns the message without text and video.
func (e MessageRemoved) Message() *dm.Message { return e.of.Message }

// ConversationChanged tells of a conversation that stands otherwise now.
type ConversationChanged struct{ event }

// ConversationID returns the id of the conversation.
func (e ConversationChanged) ConversationID() dm.ConversationID { return e.of.View.ID }

// Conversation returns the conversation right after the event.
func (e ConversationChanged) Conversation() Conversation { return e.of.View }

// ConversationRemoved tells of a conversation that left the viewer's view.
type ConversationRemoved struct{ event }

// ConversationID is the one that left.
func (e ConversationRemoved) ConversationID() dm.ConversationID { return e.of.View.ID }

// SettingsChanged tells of other settings.
type SettingsChanged struct{ event }

// NoticesChanged tells of notices or reports that stand otherwise.
type NoticesChanged struct{ event }

// MessagesErased tells of a conversation whose other member was erased.
type MessagesErased struct{ event }

// ConversationID is the conversation.
func (e MessagesErased) ConversationID() dm.ConversationID { return e.of.View.ID }

// UserID is who was erased.
func (e MessagesErased) UserID() dm.UserID { return e.of.View.With }

// Typing tells that the other member is writing.
type Typing struct{ event }

// ConversationID is where.
func (e Typing) ConversationID() dm.ConversationID { return e.of.View.ID }

// UserID is who.
func (e Typing) UserID() dm.UserID { return e.of.View.With }

// InboxReset tells that the log no longer reaches back to where the client wanted to go on.
type InboxReset struct{ event }
