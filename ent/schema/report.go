package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"
	"github.com/google/uuid"
)

// Report is a report and what became of it. It holds no words of those it is about but an appeal;
// those are Evidence.
type Report struct{ ent.Schema }

// Fields of the Report.
func (Report) Fields() []ent.Field {
	return []ent.Field{
		field.UUID("id", uuid.UUID{}).Immutable(),
		field.UUID("reporter_id", uuid.UUID{}).Immutable(),
		field.UUID("reported_id", uuid.UUID{}).Immutable(),
		field.UUID("conversation_id", uuid.UUID{}).Immutable(),
		field.String("client_report_id").Immutable(),
		field.String("fingerprint").Immutable().Comment("tells a retry from another report with the same key"),
		field.Int16("category").Immutable(),
		field.Int32("messages").Immutable().Comment("how many were reported"),
		field.String("digest").Immutable().Comment("of the evidence"),
		field.Int64("created_at").Immutable(),
		field.Int16("state"),
		field.String("claimed_by"),
		field.Int64("claimed_until"),
		field.Int16("action").Comment("0: not decided"),
		field.Text("statement"),
		field.String("decided_by"),
		field.Int64("decided_at"),
		field.Int64("ends_at").Comment("0: nothing lasts"),
		field.Int64("appealable_until"),
		field.Text("appeal"),
		field.Int64("appealed_at"),
		field.Int16("appeal_outcome"),
		field.Text("appeal_statement"),
		field.String("appeal_decided_by"),
		field.Int64("appeal_decided_at"),
		field.Int64("settled_at").Comment("when anything last happened to it; the retention counts from there"),
	}
}

// Indexes of the Report: the key that makes it unique, the three lists, and the retention.
func (Report) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("reporter_id", "client_report_id").Unique().StorageKey("report_once"),
		index.Fields("reporter_id", "created_at", "id"),
		index.Fields("reported_id", "decided_at", "id"),
		index.Fields("state", "created_at", "id"),
		index.Fields("settled_at"),
	}
}
