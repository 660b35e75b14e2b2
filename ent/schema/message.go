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
		field.String("first_digest").Optional().Nillable().
			Comment("digest of the content as it was first sent, once the row holds another; " +
				"null: the row holds it; empty: the sender was erased"),
		field.Int64("removed_at").Optional().Nillable().Comment("when the content was removed; null: it was not"),
		field.Int64("edited_at").Optional().Nillable().Comment("when the content was last edited; null: never"),
		field.Int64("reply_to_seq").Optional().Nillable().Comment("the quoted message; null: the message is no reply"),
		field.Int16("kind").Optional().Nillable().Comment("null: a person's message; else an entry of the system"),
		field.Text("attributes").Optional().Nillable().
			Comment("what else belongs to the content, as mentions and a forward's mark: a JSON object"),
		field.Text("metadata").Optional().Nillable().Comment("the host's own data: a JSON object of at most 4 KB"),
	}
}

// Indexes of the Message: the key that makes a send unique for as long as the message exists (I2).
func (Message) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("conversation_id", "sender_id", "client_message_id").Unique().StorageKey("message_once"),
	}
}
