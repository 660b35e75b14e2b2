package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"
	"github.com/google/uuid"
)

// Message is one entry of a conversation, by (conversation, seq); see Keys.
type Message struct{ ent.Schema }

// Fields of the Message.
func (Message) Fields() []ent.Field {
	return []ent.Field{
		field.Int64("id").StorageKey("seq").Immutable(),
		field.UUID("conversation_id", uuid.UUID{}).Immutable(),
		field.UUID("sender_id", uuid.UUID{}).Immutable(),
		field.String("client_message_id").Immutable(),
		field.Text("body"),
		field.Text("video").Optional().Nillable().Comment("a VideoCard in JSON"),
		field.Int64("created_at").Immutable(),
		field.String("removed").Optional().Nillable().
			Comment("null: the words are there; else a digest of what they were, empty after an erasure"),
	}
}

// Indexes of the Message: the key that makes a send unique for as long as the message exists (I2).
func (Message) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("conversation_id", "sender_id", "client_message_id").Unique().StorageKey("message_once"),
	}
}
