package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema/field"
	"github.com/google/uuid"
)

// Event is one entry of a user's inbox log, by (user, position); see Keys. The conversation is
// named by the other member, from which its id is derived; its state is as it was at this position.
type Event struct{ ent.Schema }

// Fields of the Event.
func (Event) Fields() []ent.Field {
	return []ent.Field{
		field.Int64("id").StorageKey("position").Immutable(),
		field.UUID("user_id", uuid.UUID{}).Immutable(),
		field.Int16("kind").Immutable(),
		field.Int64("at").Immutable(),
		field.UUID("with_id", uuid.UUID{}).Optional().Nillable().Immutable(),
		field.Int64("seq").Immutable().Comment("the newest seq of the conversation; that of the message that was added or lost its words"),
		field.Int64("last_at").Immutable(),
		field.Int16("folder").Immutable(),
		field.Int64("read_seq").Immutable(),
		field.Int64("their_read_seq").Immutable().Comment("-1: not shown"),
		field.Int64("unread").Immutable().Comment("of the conversation"),
		field.Bool("muted").Immutable(),
		field.Int32("unread_conversations").Immutable(),
		field.Int32("unread_requests").Immutable(),
		field.Int64("unread_messages").Immutable(),
	}
}
