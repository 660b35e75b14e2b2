package store

import (
	"database/sql"

	"github.com/aparte-im/aparte/dm"
	"github.com/aparte-im/aparte/dm/policy"
)

// The rows of parameters that name what is read.
var (
	idFields = fields[[16]byte, unused]{
		{"id", uuidOf(func(id *[16]byte) [16]byte { return *id }), nil},
	}
	messageKeyFields = fields[dm.MessageID, unused]{
		{"conversation", uuidOf(func(m *dm.MessageID) [16]byte { return m.Conversation }), nil},
		{"at_seq", bigint(func(m *dm.MessageID) int64 { return m.Seq }), nil},
	}
	numberedPairFields = fields[numberedPair, unused]{
		{"n", integer(func(p *numberedPair) int64 { return int64(p.n) }), nil},
		{"low", uuidOf(func(p *numberedPair) [16]byte { return p.Low }), nil},
		{"high", uuidOf(func(p *numberedPair) [16]byte { return p.High }), nil},
	}
	pairKeyFields = fields[pairKey, unused]{
		{"n", integer(func(p *pairKey) int64 { return int64(p.n) }), nil},
		{"low", uuidOf(func(p *pairKey) [16]byte { return p.Low }), nil},
		{"high", uuidOf(func(p *pairKey) [16]byte { return p.High }), nil},
		{"conversation", uuidOf(func(p *pairKey) [16]byte { return dm.ConversationOf(p.Low, p.High) }), nil},
		{"sender", uuidOrNull(func(p *pairKey) ([16]byte, bool) {
			if p.key == nil {
				return [16]byte{}, false
			}
			return p.key.Sender, true
		}), nil},
		{"client_key", textOrNull(func(p *pairKey) *string {
			if p.key == nil {
				return nil
			}
			return &p.key.ClientMessageID
		}), nil},
	}
)

// numberedPair is a pair and its place in what was asked.
type numberedPair struct {
	n int
	dm.Pair
}

// pairKey is a pair, or a send when it has a key.
type pairKey struct {
	numberedPair
	key *dm.SendKey
}

// ids binds ids as rows.
func ids[ID ~[16]byte](d *dialect, list []ID) rowset {
	rows := d.rowset(idFields.shape())
	for _, id := range list {
		bound := [16]byte(id)
		idFields.add(rows, &bound)
	}
	return rows
}

// messageKeys binds the ids of messages as rows.
func messageKeys(d *dialect, list []dm.MessageID) rowset {
	rows := d.rowset(messageKeyFields.shape())
	for i := range list {
		messageKeyFields.add(rows, &list[i])
	}
	return rows
}

// overrideRow is what a user has decided about another; it may be missing (outer join).
type overrideRow struct {
	blocked, restricted sql.NullBool
	listed              sql.NullInt64
}

var overrideFields = fields[unused, overrideRow]{
	{name: "blocked", dest: func(o *overrideRow) any { return &o.blocked }},
	{name: "restricted", dest: func(o *overrideRow) any { return &o.restricted }},
	{name: "listed", dest: func(o *overrideRow) any { return &o.listed }},
}

func (o *overrideRow) override() policy.Override {
	return policy.Override{Blocked: o.blocked.Bool, Restricted: o.restricted.Bool, Listed: policy.Listed(o.listed.Int64)}
}

// pairRow is what lies between a pair and, when a send's key was used, its message.
type pairRow struct {
	conversation conversationRow
	state        dm.PairState
	low, high    overrideRow
	used         messageRow
}

// pairSelection selects a pair: conversation c, overrides sl and sh, message m, and three
// conditions: whether low follows high, high follows low, and the host suggested the pair.
func pairSelection(lowFollows, highFollows, suggested string) selection[pairRow] {
	return selection[pairRow]{
		columnsOf(conversationFields, "c.", func(p *pairRow) *conversationRow { return &p.conversation }),
		expression(lowFollows, func(p *pairRow) any { return &p.state.LowFollows }),
		expression(highFollows, func(p *pairRow) any { return &p.state.HighFollows }),
		columnsOf(overrideFields, "sl.", func(p *pairRow) *overrideRow { return &p.low }),
		columnsOf(overrideFields, "sh.", func(p *pairRow) *overrideRow { return &p.high }),
		expression(suggested, func(p *pairRow) any { return &p.state.Suggested }),
		columnsOf(messageFields, "m.", func(p *pairRow) *messageRow { return &p.used }),
	}
}

// numberedPairRow is a pair and its place in what was asked.
type numberedPairRow struct {
	n    int
	pair pairRow
}

func numberedPairSelection(lowFollows, highFollows, suggested string) selection[numberedPairRow] {
	return selection[numberedPairRow]{
		expression("r.n", func(r *numberedPairRow) any { return &r.n }),
		nested(pairSelection(lowFollows, highFollows, suggested), func(r *numberedPairRow) *pairRow { return &r.pair }),
	}
}

var numberedPairDest = numberedPairSelection("", "", "")

// into adds what was read of the scope's pair n.
func (p *pairRow) into(in dm.Loaded, scope dm.Scope, n int) error {
	p.state.LowOverride, p.state.HighOverride = p.low.override(), p.high.override()
	in.Pairs[scope.Pairs[n]] = p.state
	if id := dm.ConversationID(p.conversation.id.UUID); p.conversation.id.Valid && in.Conversations[id] == nil {
		in.Conversations[id] = p.conversation.conversation()
	}
	if p.used.conversation.Valid {
		message, err := p.used.message()
		if err != nil {
			return err
		}
		in.Used[scope.Keys[n]] = message
	}
	return nil
}

// fastRow is what a send on the fast path depends on: both heads, the lower first, their pair, and
// the number of their shared friends where it was counted.
type fastRow struct {
	heads  [2]headRow
	pair   pairRow
	shared int
}

func fastSelection(lowFollows, highFollows, suggested, shared string) selection[fastRow] {
	return selection[fastRow]{
		columnsOf(headRead, "a.", func(f *fastRow) *headRow { return &f.heads[0] }),
		columnsOf(headRead, "b.", func(f *fastRow) *headRow { return &f.heads[1] }),
		nested(pairSelection(lowFollows, highFollows, suggested), func(f *fastRow) *pairRow { return &f.pair }),
		expression(shared, func(f *fastRow) any { return &f.shared }),
	}
}

var fastDest = fastSelection("", "", "", "")
