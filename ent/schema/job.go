package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"
	"github.com/google/uuid"
)

// Job is something long that is done for a user in the background: an export, an erasure.
type Job struct{ ent.Schema }

// Fields of the Job.
func (Job) Fields() []ent.Field {
	return []ent.Field{
		field.UUID("id", uuid.UUID{}).Immutable(),
		field.UUID("user_id", uuid.UUID{}).Immutable(),
		field.Int16("kind").Immutable(),
		field.Int16("state"),
		field.Int64("requested_at").Immutable(),
		field.Int64("done").Comment("messages so far"),
		field.Int64("total").Comment("messages in all, as far as is known"),
		field.UUID("at_conversation", uuid.UUID{}).Comment("where it stands; nil: at the start"),
		field.Int64("at_seq"),
		field.Int32("tries").Comment("how often it was begun"),
		field.String("lease_by").Comment("the node that works on it"),
		field.Int64("lease_until").Comment("after that another may take it over"),
		field.Int64("finished_at"),
		field.Int64("expires_at").Comment("of what it made; 0: nothing"),
		field.Int64("size").Comment("bytes of what it made"),
	}
}

// Indexes of the Job: the work that waits, and the jobs of a user.
func (Job) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("kind", "state", "requested_at"),
		index.Fields("user_id", "kind", "requested_at"),
	}
}
