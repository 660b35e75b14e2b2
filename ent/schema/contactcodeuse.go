package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"
	"github.com/google/uuid"
)

// ContactCodeUse is one bearer's use of a contact code, by (code, bearer); see Keys.
type ContactCodeUse struct{ ent.Schema }

// Fields of the ContactCodeUse.
func (ContactCodeUse) Fields() []ent.Field {
	return []ent.Field{
		field.UUID("id", uuid.UUID{}).StorageKey("bearer_id").Immutable(),
		field.UUID("code_id", uuid.UUID{}).Immutable(),
		field.Int64("used_at").Immutable(),
	}
}

// Indexes of the ContactCodeUse: what a bearer has used, who used a code.
func (ContactCodeUse) Indexes() []ent.Index {
	return []ent.Index{index.Fields("id", "code_id"), index.Fields("code_id", "used_at", "id")}
}
