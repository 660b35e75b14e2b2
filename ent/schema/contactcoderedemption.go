package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"
	"github.com/google/uuid"
)

// ContactCodeRedemption is one use of a contact code, by (code, bearer); see Keys.
type ContactCodeRedemption struct{ ent.Schema }

// Fields of the ContactCodeRedemption.
func (ContactCodeRedemption) Fields() []ent.Field {
	return []ent.Field{
		field.UUID("id", uuid.UUID{}).StorageKey("redeemer_id").Immutable(),
		field.UUID("code_id", uuid.UUID{}).Immutable(),
		field.Int64("redeemed_at").Immutable(),
	}
}

// Indexes of the ContactCodeRedemption: by redeemer, and by code in order of time.
func (ContactCodeRedemption) Indexes() []ent.Index {
	return []ent.Index{index.Fields("id", "code_id"), index.Fields("code_id", "redeemed_at", "id")}
}
