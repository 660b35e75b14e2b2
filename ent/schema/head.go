package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/dialect/entsql"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"
	"github.com/google/uuid"
)

// Head is the one hot row of a user: what is locked when anything of theirs changes. No column that
// a send changes is indexed, so that Postgres updates it in place (HOT).
type Head struct{ ent.Schema }

// Fields of the Head.
func (Head) Fields() []ent.Field {
	return []ent.Field{
		field.UUID("id", uuid.UUID{}).StorageKey("user_id").Immutable(),
		field.Int64("version").Default(0).
			Comment("every write of the row adds one; a send on the fast path compares it"),
		field.Int64("position").Comment("the newest position of the log"),
		field.Int64("trimmed_to").Comment("the newest position that was trimmed"),
		field.Int32("unread_conversations"),
		field.Int32("unread_requests"),
		field.Int64("unread_messages"),
		field.Int16("audience").Comment("0: not chosen, the default of the age band holds"),
		field.Int32("routes").Comment("the own grid, four bits a relation"),
		field.Bool("read_receipts"),
		field.Int64("changed_at").Comment("of the settings; 0: never"),
		field.Int16("age_band"),
		field.Bool("exempt"),
		field.Bool("gone"),
		field.Text("refused").Default("").
			Comment("the kinds that are not accepted: a JSON array of bit sets, one for each relation; empty: none"),
		field.Bool("request_links").Default(false),
		field.Int32("words").Default(0).Comment("the version of the hidden words; 0: none"),
		field.Int64("suspended_until").Default(0).Comment("by moderators; 0: not. No send writes this or the next"),
		field.Int64("outreach_until").Default(0).Comment("until then nobody new, by moderators; 0: not"),
		field.Bool("request_previews").Default(false),
		field.Int64("joined_at").Default(0).Comment("when the account was made"),
		field.Int64("outreach_full_at").Default(0).Comment("when the whole outreach budget is there again"),
		field.Int64("refusals").Default(0).Comment("people who refused requests: the day, what was before, what came on it"),
		field.Int64("surge").Default(0).Comment("requests that came: the hour, its count, the usual count"),
		field.Int64("shield_at").Default(0).Comment("when the surge shield went up; 0: it is down"),
	}
}

// Indexes of the Head.
func (Head) Indexes() []ent.Index {
	return []ent.Index{
		// Those who have receipts off. They are few, and a page of the inbox looks each of its
		// people up.
		index.Fields("id").StorageKey("head_silent").Annotations(entsql.IndexWhere("NOT read_receipts")),
	}
}
