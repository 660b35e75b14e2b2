package store

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/google/uuid"

	"github.com/aparte-im/aparte/dm"
	"github.com/aparte-im/aparte/dm/policy"
)

// headRow is a head as it is read. Values that are small and always read together are packed into
// one number: every send writes two heads, and each column costs.
type headRow struct {
	read                                                                        dm.Head
	id                                                                          uuid.UUID
	version                                                                     int64
	routes, changed, joined, full, refusals, surge, shield, suspended, outreach int64
	refused                                                                     string
}

var (
	// headSent are the columns that every send writes.
	headSent = fields[dm.Head, headRow]{
		{"user_id", uuidOf(func(h *dm.Head) [16]byte { return h.User }), func(h *headRow) any { return &h.id }},
		{"position", bigint(func(h *dm.Head) int64 { return h.Position }), func(h *headRow) any { return &h.read.Position }},
		{"trimmed_to", bigint(func(h *dm.Head) int64 { return h.TrimmedTo }), func(h *headRow) any { return &h.read.TrimmedTo }},
		{
			"unread_conversations", integer(func(h *dm.Head) int64 { return h.Unread.Conversations }),
			func(h *headRow) any { return &h.read.Unread.Conversations },
		},
		{
			"unread_requests", integer(func(h *dm.Head) int64 { return h.Unread.Requests }),
			func(h *headRow) any { return &h.read.Unread.Requests },
		},
		{
			"unread_messages", bigint(func(h *dm.Head) int64 { return h.Unread.Messages }),
			func(h *headRow) any { return &h.read.Unread.Messages },
		},
		{
			"audience", smallint(func(h *dm.Head) int64 { return int64(h.Settings.Audience) }),
			func(h *headRow) any { return &h.read.Settings.Audience },
		},
		{"routes", integer(func(h *dm.Head) int64 { return packGrid(h.Settings.Routes) }), func(h *headRow) any { return &h.routes }},
		{
			"read_receipts", boolean(func(h *dm.Head) bool { return h.Settings.ReadReceipts }),
			func(h *headRow) any { return &h.read.Settings.ReadReceipts },
		},
		{"changed_at", bigint(func(h *dm.Head) int64 { return toMicros(h.Settings.ChangedAt) }), func(h *headRow) any { return &h.changed }},
		{"age_band", smallint(func(h *dm.Head) int64 { return int64(h.AgeBand) }), func(h *headRow) any { return &h.read.AgeBand }},
		{"exempt", boolean(func(h *dm.Head) bool { return h.Exempt }), func(h *headRow) any { return &h.read.Exempt }},
		{"gone", boolean(func(h *dm.Head) bool { return h.Gone }), func(h *headRow) any { return &h.read.Gone }},
		{
			"request_previews", boolean(func(h *dm.Head) bool { return h.Settings.RequestPreviews }),
			func(h *headRow) any { return &h.read.Settings.RequestPreviews },
		},
		{"outreach_full_at", bigint(func(h *dm.Head) int64 { return toMicros(h.Outreach.FullAt) }), func(h *headRow) any { return &h.full }},
		{"refusals", bigint(func(h *dm.Head) int64 { return packRefusals(h.Outreach.Refusals) }), func(h *headRow) any { return &h.refusals }},
		{"surge", bigint(func(h *dm.Head) int64 { return packSurge(h.Surge) }), func(h *headRow) any { return &h.surge }},
		{"shield_at", bigint(func(h *dm.Head) int64 { return toMicros(h.ShieldAt) }), func(h *headRow) any { return &h.shield }},
	}
	// headNew are the columns of a head that is made, with those that never change.
	headNew = joined(headSent, fields[dm.Head, headRow]{
		{"joined_at", bigint(func(h *dm.Head) int64 { return toMicros(h.JoinedAt) }), func(h *headRow) any { return &h.joined }},
	})
	// headRead are the columns that are read. The last ones change seldom, by updateHead.
	headRead = joined(headNew, fields[dm.Head, headRow]{
		{name: "version", dest: func(h *headRow) any { return &h.version }},
		{name: "suspended_until", dest: func(h *headRow) any { return &h.suspended }},
		{name: "outreach_until", dest: func(h *headRow) any { return &h.outreach }},
		{name: "refused", dest: func(h *headRow) any { return &h.refused }},
		{name: "request_links", dest: func(h *headRow) any { return &h.read.Settings.RequestLinks }},
		{name: "words", dest: func(h *headRow) any { return &h.read.Words }},
	})
)

func (h *headRow) head() (*dm.Head, error) {
	refused, err := unpackKinds(h.refused)
	d := h.read
	d.User = dm.UserID(h.id)
	d.Settings.Routes, d.Settings.ChangedAt = unpackGrid(h.routes), fromMicros(h.changed)
	d.JoinedAt, d.ShieldAt = fromMicros(h.joined), fromMicros(h.shield)
	d.Outreach = dm.Outreach{FullAt: fromMicros(h.full), Refusals: unpackRefusals(h.refusals)}
	d.Surge = unpackSurge(h.surge)
	d.Settings.Refused = refused
	d.SuspendedUntil, d.OutreachUntil = fromMicros(h.suspended), fromMicros(h.outreach)
	return &d, err
}

// updateHead sets columns of a head that no send writes; $1 is the user. Every write of a head adds
// one to its version.
func updateHead(ctx context.Context, ses *session, user dm.UserID, assignments string, args ...any) error {
	_, err := ses.conn.ExecContext(ctx, "UPDATE heads SET version = version + 1, "+assignments+" WHERE user_id = $1",
		append([]any{uuidText(user)}, args...)...)
	return err
}

// The grid is one number, four bits for each relation.
func packGrid(g policy.Grid) int64 {
	var n int64
	for i, r := range g {
		n |= int64(r) << (4 * i)
	}
	return n
}

func unpackGrid(n int64) policy.Grid {
	var g policy.Grid
	for i := range g {
		g[i] = policy.Route(n >> (4 * i) & 15)
	}
	return g
}

// The refused kinds are a JSON array of bit sets, one for each relation, and an empty text when
// there are none.
func packKinds(g policy.KindGrid) (string, error) {
	if g == (policy.KindGrid{}) {
		return "", nil
	}
	text, err := json.Marshal(g)
	return string(text), err
}

func unpackKinds(text string) (g policy.KindGrid, err error) {
	if text == "" {
		return g, nil
	}
	if err := json.Unmarshal([]byte(text), &g); err != nil {
		return g, fmt.Errorf("the kinds that a user refuses, %q: %w", text, err)
	}
	return g, nil
}

// Refusals are the day and two counts of 16 bits.
func packRefusals(r dm.Refusals) int64 { return r.Day<<32 | int64(r.Past)<<16 | int64(r.Today) }

func unpackRefusals(n int64) dm.Refusals {
	return dm.Refusals{Day: n >> 32, Past: int(n >> 16 & 0xffff), Today: int(n & 0xffff)}
}

// A Surge is the hour and two counts of 20 bits.
func packSurge(s dm.Surge) int64 { return s.Hour<<40 | int64(s.Count)<<20 | int64(s.Usual) }

func unpackSurge(n int64) dm.Surge {
	return dm.Surge{Hour: n >> 40, Count: int(n >> 20 & 0xfffff), Usual: int(n & 0xfffff)}
}
