package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/edge"
	"entgo.io/ent/schema/field"
	"github.com/google/uuid"
)

// Block is a directed edge: blocker has blocked blocked.
type Block struct{ ent.Schema }

// Annotations of the Block.
func (Block) Annotations() []schema.Annotation {
	return []schema.Annotation{field.ID("blocker_id", "blocked_id")}
}

// Fields of the Block.
func (Block) Fields() []ent.Field {
	return []ent.Field{
		field.UUID("blocker_id", uuid.UUID{}),
		field.UUID("blocked_id", uuid.UUID{}),
		field.Int64("created_at"),
	}
}

// Edges of the Block.
func (Block) Edges() []ent.Edge {
	return []ent.Edge{
		edge.To("blocker", User.Type).Unique().Required().Field("blocker_id"),
		edge.To("blocked", User.Type).Unique().Required().Field("blocked_id"),
	}
}
