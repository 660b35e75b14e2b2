package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/dialect/entsql"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/field"
	"github.com/google/uuid"
)

// HiddenWords is a user's list of hidden words. It is read only where it is not known already in
// the version that the user's head names.
type HiddenWords struct{ ent.Schema }

// Annotations of the HiddenWords.
func (HiddenWords) Annotations() []schema.Annotation {
	return []schema.Annotation{entsql.Annotation{Table: "hidden_words"}}
}

// Fields of the HiddenWords.
func (HiddenWords) Fields() []ent.Field {
	return []ent.Field{
		field.UUID("id", uuid.UUID{}).StorageKey("user_id").Immutable(),
		field.Int32("version"),
		field.Text("list").Comment("one a line"),
	}
}
