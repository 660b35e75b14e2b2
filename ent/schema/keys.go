package schema

// Keys names the columns of the primary keys that ent cannot express: the owner first, so that a
// database that spreads rows over nodes can place them.
var Keys = map[string][]string{
	"messages":                 {"conversation_id", "seq"},
	"events":                   {"user_id", "position"},
	"contact_code_redemptions": {"code_id", "redeemer_id"},
	"search_words":             {"user_id", "word"},
}
