package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/dialect/entsql"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/edge"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"
	"github.com/google/uuid"
)

// Override is what a user has decided about another: blocked, restricted, named on a list. Where
// nothing is decided there is no row.
type Override struct{ ent.Schema }

// Annotations of the Override.
func (Override) Annotations() []schema.Annotation {
	return []schema.Annotation{field.ID("user_id", "other_id")}
}

// Fields of the Override.
func (Override) Fields() []ent.Field {
	return []ent.Field{
		field.UUID("user_id", uuid.UUID{}),
		field.UUID("other_id", uuid.UUID{}),
		field.Bool("blocked"),
		field.Bool("restricted"),
		field.Int16("listed").Comment("1: always, 2: never"),
		field.Int64("changed_at"),
	}
}

// Edges of the Override.
func (Override) Edges() []ent.Edge {
	return []ent.Edge{
		edge.To("user", User.Type).Unique().Required().Field("user_id"),
		edge.To("other", User.Type).Unique().Required().Field("other_id"),
	}
}

// Indexes of the Override: one for each list that a user may want to read, with only its own
// people.
func (Override) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("user_id", "other_id").StorageKey("override_blocked").Annotations(entsql.IndexWhere("blocked")),
		index.Fields("user_id", "other_id").StorageKey("override_restricted").Annotations(entsql.IndexWhere("restricted")),
		index.Fields("user_id", "other_id").StorageKey("override_always").Annotations(entsql.IndexWhere("listed = 1")),
		index.Fields("user_id", "other_id").StorageKey("override_never").Annotations(entsql.IndexWhere("listed = 2")),
	}
}
