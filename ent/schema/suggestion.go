package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/edge"
	"entgo.io/ent/schema/field"
	"github.com/google/uuid"
)

// Suggestion is a pair that the host supplied, kept once for each of its two users.
type Suggestion struct{ ent.Schema }

// Annotations of the Suggestion.
func (Suggestion) Annotations() []schema.Annotation {
	return []schema.Annotation{field.ID("user_id", "suggested_id")}
}

// Fields of the Suggestion.
func (Suggestion) Fields() []ent.Field {
	return []ent.Field{
		field.UUID("user_id", uuid.UUID{}),
		field.UUID("suggested_id", uuid.UUID{}),
		field.Int64("created_at"),
	}
}

// Edges of the Suggestion.
func (Suggestion) Edges() []ent.Edge {
	return []ent.Edge{
		edge.To("user", User.Type).Unique().Required().Field("user_id"),
		edge.To("suggested", User.Type).Unique().Required().Field("suggested_id"),
	}
}
