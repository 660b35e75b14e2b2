package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"
	"github.com/google/uuid"
)

// SearchWord is a word by which a user is found: a folded word of the display name or the handle.
// Its key is (user, word); see Keys. A deleted user has none.
type SearchWord struct{ ent.Schema }

// Fields of the SearchWord.
func (SearchWord) Fields() []ent.Field {
	return []ent.Field{
		field.String("id").StorageKey("word").Immutable(),
		field.UUID("user_id", uuid.UUID{}).Immutable(),
	}
}

// Indexes of the SearchWord: by word, for prefixes.
func (SearchWord) Indexes() []ent.Index {
	return []ent.Index{index.Fields("id", "user_id")}
}
