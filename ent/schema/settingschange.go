package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"
	"github.com/google/uuid"
)

// SettingsChange is one entry of a user's setting history.
type SettingsChange struct{ ent.Schema }

// Fields of the SettingsChange.
func (SettingsChange) Fields() []ent.Field {
	return []ent.Field{
		field.UUID("id", uuid.UUID{}).Immutable().Default(newID),
		field.UUID("user_id", uuid.UUID{}).Immutable(),
		field.Int64("at").Immutable(),
		field.Int16("audience_before").Immutable(),
		field.Int16("audience_after").Immutable(),
		field.Int32("routes_before").Immutable(),
		field.Int32("routes_after").Immutable(),
		field.Bool("read_receipts_before").Immutable(),
		field.Bool("read_receipts_after").Immutable(),
		field.Text("refused_before").Default("").Immutable().Comment("as Head.refused"),
		field.Text("refused_after").Default("").Immutable(),
		field.Bool("request_links_before").Default(false).Immutable(),
		field.Bool("request_links_after").Default(false).Immutable(),
		field.Bool("request_previews_before").Default(false).Immutable(),
		field.Bool("request_previews_after").Default(false).Immutable(),
		field.Int16("age_before").Default(0).Immutable(),
		field.Int16("age_after").Default(0).Immutable(),
		field.Int16("changed_by").Default(0).Immutable().Comment("0: the user, 1: the host"),
		field.String("device").Default("").Immutable(),
		field.UUID("undoes", uuid.UUID{}).Optional().Nillable().Immutable(),
		field.Int32("words_version").Default(0).Immutable().Comment("of the hidden words after it; 0: they did not change"),
		field.Text("words_added").Default("").Immutable().Comment("hidden words, one a line"),
		field.Text("words_removed").Default("").Immutable(),
	}
}

// Indexes of the SettingsChange.
func (SettingsChange) Indexes() []ent.Index {
	return []ent.Index{index.Fields("user_id", "at", "id")}
}

func newID() uuid.UUID { return uuid.Must(uuid.NewV7()) }
