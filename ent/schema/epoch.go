package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/dialect/entsql"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/field"
)

// Epoch numbers the life of all logs, in one row with id 1. A restored or failed-over database
// starts a new one, so that no old cursor points into another history.
type Epoch struct{ ent.Schema }

// Annotations of the Epoch.
func (Epoch) Annotations() []schema.Annotation {
	return []schema.Annotation{entsql.Annotation{Table: "epoch"}}
}

// Fields of the Epoch.
func (Epoch) Fields() []ent.Field {
	return []ent.Field{
		field.Int("id").Immutable(),
		field.Int64("epoch"),
		field.Int64("started_at"),
	}
}
