package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"
	"github.com/google/uuid"
)

// ContactCode is what a user gives out so that each of its bearers may write to them once.
type ContactCode struct{ ent.Schema }

// Fields of the ContactCode.
func (ContactCode) Fields() []ent.Field {
	return []ent.Field{
		field.UUID("id", uuid.UUID{}).Immutable(),
		field.UUID("owner_id", uuid.UUID{}).Immutable(),
		field.String("label").Immutable(),
		field.String("hash").Immutable().Comment("SHA-256 of the secret; the secret itself is kept nowhere"),
		field.Int64("created_at").Immutable(),
		field.Int64("expires_at").Immutable(),
		field.Int64("revoked_at").Comment("0: it was not taken back"),
		field.Int64("ends_at").Comment("when it ends: when it expires, was taken back or was used up"),
		field.Int32("uses"),
		field.Int32("max_uses").Immutable(),
	}
}

// Indexes of the ContactCode: by the hash of the secret, the list of an owner, those of an owner
// that live, and what has ended.
func (ContactCode) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("hash").Unique(),
		index.Fields("owner_id", "created_at", "id"),
		index.Fields("owner_id", "ends_at"),
		index.Fields("ends_at"),
	}
}
