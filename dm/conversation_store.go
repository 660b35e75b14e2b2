package dm

import "context"

// InboxStore reads conversations and messages.
type InboxStore interface {
	// OtherMember returns the user with whom the viewer shares a conversation. Errors: NOT_FOUND.
	OtherMember(ctx context.Context, viewer UserID, id ConversationID) (UserID, error)
	// Views returns the viewer's views of those of the conversations that the viewer can see, with
	// the last message.
	Views(ctx context.Context, viewer UserID, ids []ConversationID) (map[ConversationID]*View, error)
	// Inbox lists a folder, newest activity first, up to limit items after a place (nil: from the
	// start), with the last message of each.
	Inbox(ctx context.Context, viewer UserID, folder Folder, after *InboxPlace, limit int) ([]*View, error)
	// Messages lists, for each conversation that the viewer is a member of, the newest messages
	// that the viewer can see with a seq below before (FromNewest: all), newest first, up to limit
	// each, in one query.
	Messages(ctx context.Context, viewer UserID, ids []ConversationID, before int64, limit int) (map[ConversationID][]*Message, error)
	// MessagesByID returns those of the messages that the viewer can see.
	MessagesByID(ctx context.Context, viewer UserID, ids []MessageID) (map[MessageID]*Message, error)
}
