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

// Follow is a directed edge: follower follows followee.
type Follow struct{ ent.Schema }

// Annotations of the Follow.
func (Follow) Annotations() []schema.Annotation {
	return []schema.Annotation{field.ID("follower_id", "followee_id")}
}

// Fields of the Follow.
func (Follow) Fields() []ent.Field {
	return []ent.Field{
		field.UUID("follower_id", uuid.UUID{}),
		field.UUID("followee_id", uuid.UUID{}),
		field.Bool("mutual").Comment("the followee follows back: the two are friends"),
		field.Int64("created_at"),
	}
}

// Edges of the Follow.
func (Follow) Edges() []ent.Edge {
	return []ent.Edge{
		edge.To("follower", User.Type).Unique().Required().Field("follower_id"),
		edge.To("followee", User.Type).Unique().Required().Field("followee_id"),
	}
}

// Indexes of the Follow.
func (Follow) Indexes() []ent.Index {
	return []ent.Index{
		// Friends alone, small and covering: the shared friends of two people are counted from it.
		index.Fields("follower_id", "followee_id").StorageKey("follow_friends").
			Annotations(entsql.IndexWhere("mutual")),
		// With both columns, so that a look-up by both can go by any index and still be exact.
		index.Fields("followee_id", "follower_id"),
	}
}
