package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/dialect/entsql"
	"entgo.io/ent/schema/edge"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"
	"github.com/google/uuid"
)

// User is a person of the host app: the profile, which changes seldom. Hot columns are in Head.
type User struct{ ent.Schema }

// Fields of the User.
func (User) Fields() []ent.Field {
	return []ent.Field{
		field.UUID("id", uuid.UUID{}).Immutable(),
		field.String("external_id").Comment("the host's own id"),
		field.String("handle").Comment("in lower case"),
		field.String("display_name"),
		field.String("avatar_url").Optional().Nillable(),
		field.Int16("age_band"),
		field.Int64("age_band_at").Default(0).Comment("when the host said the age band"),
		field.Bool("exempt").Comment("not held to limits on rate and outreach"),
		field.Bool("deleted").Default(false),
		field.Int64("created_at").Immutable(),
		field.Int64("tokens_valid_after").Default(0).Comment("tokens that were issued before it count no more; 0: all count"),
	}
}

// Edges of the User.
func (User) Edges() []ent.Edge {
	return []ent.Edge{
		edge.To("following", User.Type).Through("follows", Follow.Type).
			StorageKey(edge.Columns("follower_id", "followee_id")),
		edge.To("judged", User.Type).Through("overrides", Override.Type).
			StorageKey(edge.Columns("user_id", "other_id")),
		edge.To("suggested", User.Type).Through("suggestions", Suggestion.Type).
			StorageKey(edge.Columns("user_id", "suggested_id")),
	}
}

// Indexes of the User.
func (User) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("external_id").Unique(),
		index.Fields("handle").Unique(),
		// For recent revocations, which each node reads every few seconds.
		index.Fields("tokens_valid_after").StorageKey("user_revoked").
			Annotations(entsql.IndexWhere("tokens_valid_after > 0")),
	}
}
