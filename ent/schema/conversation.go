package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"
	"github.com/google/uuid"
)

// Conversation is a direct conversation: two people, low and high by id, with both their
// memberships in the one row that a send changes anyway. It is guarded by the head rows of the two.
type Conversation struct{ ent.Schema }

// Fields of the Conversation.
func (Conversation) Fields() []ent.Field {
	fields := []ent.Field{
		field.UUID("id", uuid.UUID{}).Immutable().Comment("derived from the pair"),
		field.UUID("low_id", uuid.UUID{}).Immutable(),
		field.UUID("high_id", uuid.UUID{}).Immutable(),
		field.Int64("last_seq"),
		field.Int64("last_at"),
		field.Int64("created_at").Immutable(),
	}
	for _, side := range []string{"low", "high"} {
		fields = append(
			fields,
			field.Int16(side+"_folder").Comment("0: out of this side's view"),
			field.Int64(side+"_read_seq"),
			field.Int64(side+"_cleared_seq").Comment("messages up to here are out of this side's view"),
			field.Bool(side+"_known").Comment("this side has written or accepted"),
			field.Int32(side+"_pending").Comment("messages in the request that waits for this side"),
			field.Int64(side+"_declined_until").Comment("0: not declined"),
			field.Bool(side+"_muted"),
			field.Int64(side+"_frozen_seq").Default(0).
				Comment("less one, what the other sees of this side's reading; 0: read_seq"),
			field.Bool(side+"_blocks").Default(false).Comment("this side has blocked the other"),
			field.Int16(side+"_hold_reason").Default(0).Comment("why the request is in HIDDEN"),
		)
	}
	return fields
}

// Indexes of the Conversation: one inbox page is two ordered scans, one for each side that the
// viewer can be.
func (Conversation) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("low_id", "low_folder", "last_at"),
		index.Fields("high_id", "high_folder", "last_at"),
	}
}
