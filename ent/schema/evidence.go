package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/dialect/entsql"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/field"
	"github.com/google/uuid"
)

// Evidence is the sealed copy of what a report is about, by the report's id. It is written once.
type Evidence struct{ ent.Schema }

// Annotations of the Evidence.
func (Evidence) Annotations() []schema.Annotation {
	return []schema.Annotation{entsql.Annotation{Table: "evidence"}}
}

// Fields of the Evidence.
func (Evidence) Fields() []ent.Field {
	return []ent.Field{
		field.UUID("id", uuid.UUID{}).Immutable(),
		field.Text("sealed").Immutable().Comment("the canonical encoding, byte for byte"),
		field.String("digest").Immutable().Comment("SHA-256 of sealed, in hex"),
		field.Int32("messages").Immutable().Comment("how many of them were reported"),
	}
}
