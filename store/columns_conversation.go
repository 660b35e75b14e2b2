package store

import (
	"database/sql"

	"github.com/google/uuid"

	"github.com/aparte-im/aparte/dm"
	"github.com/aparte-im/aparte/dm/policy"
)

// conversationRow is a conversation as it is read; it may be missing (outer join).
type conversationRow struct {
	id                       uuid.NullUUID
	users                    [2]uuid.NullUUID
	created, lastSeq, lastAt sql.NullInt64
	sides                    [2]sideRow
}

// sideRow is the membership of the lower or the higher user.
type sideRow struct {
	folder, readSeq, clearedSeq, pending, declinedUntil, frozenSeq, held sql.NullInt64
	known, muted, blocks                                                 sql.NullBool
}

var (
	// conversationKey are the columns that never change.
	conversationKey = fields[dm.Conversation, conversationRow]{
		{"id", uuidOf(func(c *dm.Conversation) [16]byte { return c.ID }), func(c *conversationRow) any { return &c.id }},
		{"low_id", uuidOf(func(c *dm.Conversation) [16]byte { return c.Members[0].User }), func(c *conversationRow) any { return &c.users[0] }},
		{"high_id", uuidOf(func(c *dm.Conversation) [16]byte { return c.Members[1].User }), func(c *conversationRow) any { return &c.users[1] }},
		{"created_at", bigint(func(c *dm.Conversation) int64 { return toMicros(c.CreatedAt) }), func(c *conversationRow) any { return &c.created }},
	}
	conversationFields = joined(conversationKey, fields[dm.Conversation, conversationRow]{
		{"last_seq", bigint(func(c *dm.Conversation) int64 { return c.LastSeq }), func(c *conversationRow) any { return &c.lastSeq }},
		{"last_at", bigint(func(c *dm.Conversation) int64 { return toMicros(c.LastAt) }), func(c *conversationRow) any { return &c.lastAt }},
	}, sideFields("low_", 0), sideFields("high_", 1))
)

// sideFields are the columns of member i.
func sideFields(prefix string, i int) fields[dm.Conversation, conversationRow] {
	number := func(get func(*dm.Membership) int64) func(*dm.Conversation) int64 {
		return func(c *dm.Conversation) int64 { return get(&c.Members[i]) }
	}
	flag := func(get func(*dm.Membership) bool) func(*dm.Conversation) bool {
		return func(c *dm.Conversation) bool { return get(&c.Members[i]) }
	}
	dest := func(get func(*sideRow) any) func(*conversationRow) any {
		return func(c *conversationRow) any { return get(&c.sides[i]) }
	}
	return fields[dm.Conversation, conversationRow]{
		{
			prefix + "folder", smallint(number(func(m *dm.Membership) int64 { return int64(m.Folder) })),
			dest(func(s *sideRow) any { return &s.folder }),
		},
		{
			prefix + "read_seq", bigint(number(func(m *dm.Membership) int64 { return m.ReadSeq })),
			dest(func(s *sideRow) any { return &s.readSeq }),
		},
		{
			prefix + "cleared_seq", bigint(number(func(m *dm.Membership) int64 { return m.ClearedSeq })),
			dest(func(s *sideRow) any { return &s.clearedSeq }),
		},
		{
			prefix + "known", boolean(flag(func(m *dm.Membership) bool { return m.Known })),
			dest(func(s *sideRow) any { return &s.known }),
		},
		{
			prefix + "pending", integer(number(func(m *dm.Membership) int64 { return int64(m.Pending) })),
			dest(func(s *sideRow) any { return &s.pending }),
		},
		{
			prefix + "declined_until", bigint(number(func(m *dm.Membership) int64 { return toMicros(m.DeclinedUntil) })),
			dest(func(s *sideRow) any { return &s.declinedUntil }),
		},
		{
			prefix + "muted", boolean(flag(func(m *dm.Membership) bool { return m.Muted })),
			dest(func(s *sideRow) any { return &s.muted }),
		},
		{
			prefix + "frozen_seq", bigint(number(func(m *dm.Membership) int64 { return m.FrozenSeq })),
			dest(func(s *sideRow) any { return &s.frozenSeq }),
		},
		{
			prefix + "blocks", boolean(flag(func(m *dm.Membership) bool { return m.Blocks })),
			dest(func(s *sideRow) any { return &s.blocks }),
		},
		{
			prefix + "hold_reason", smallint(number(func(m *dm.Membership) int64 { return int64(m.HoldReason) })),
			dest(func(s *sideRow) any { return &s.held }),
		},
	}
}

func (c *conversationRow) conversation() *dm.Conversation {
	out := &dm.Conversation{
		ID: dm.ConversationID(c.id.UUID), LastSeq: c.lastSeq.Int64, LastAt: fromMicros(c.lastAt.Int64),
		CreatedAt: fromMicros(c.created.Int64),
	}
	for i := range c.sides {
		s := &c.sides[i]
		out.Members[i] = dm.Membership{
			User: dm.UserID(c.users[i].UUID), Folder: dm.Folder(s.folder.Int64), ReadSeq: s.readSeq.Int64,
			ClearedSeq: s.clearedSeq.Int64, Known: s.known.Bool, Pending: int(s.pending.Int64),
			DeclinedUntil: fromMicros(s.declinedUntil.Int64), Muted: s.muted.Bool, FrozenSeq: s.frozenSeq.Int64,
			Blocks: s.blocks.Bool, HoldReason: policy.HoldReason(s.held.Int64),
		}
	}
	return out
}

// viewRow is a conversation as a page shows it.
type viewRow struct {
	conversation conversationRow
	receipts     bool
	last         messageRow
}

// viewSelection selects a view of conversation c with its last message m; receipts is whether both
// members show receipts.
func viewSelection(receipts string) selection[viewRow] {
	return selection[viewRow]{
		columnsOf(conversationFields, "c.", func(v *viewRow) *conversationRow { return &v.conversation }),
		expression(receipts, func(v *viewRow) any { return &v.receipts }),
		columnsOf(messageFields, "m.", func(v *viewRow) *messageRow { return &v.last }),
	}
}

var viewDest = viewSelection("")

// scanView scans a viewSelection.
func scanView(row *sql.Rows, viewer dm.UserID) (*dm.View, error) {
	var r viewRow
	if err := row.Scan(viewDest.dest(&r)...); err != nil {
		return nil, err
	}
	v := dm.ViewOf(r.conversation.conversation(), viewer, r.receipts)
	if r.last.conversation.Valid && v.LastSeq > v.ClearedSeq {
		message, err := r.last.message()
		if err != nil {
			return nil, err
		}
		v.Last = message
	}
	return v, nil
}
