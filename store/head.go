package store

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/google/uuid"

	"github.com/aparte-im/aparte/dm"
	"github.com/aparte-im/aparte/dm/policy"
)

// headRow scans a head. What is small and always read together is packed into one number: a head is written twice by
// every send, and each column costs.
type headRow struct {
	read                                                                        dm.Head
	id                                                                          uuid.UUID
	routes, changed, joined, full, refusals, surge, shield, suspended, outreach int64
	version                                                                     int64
	refused                                                                     string
}

func (h *headRow) dest() []any {
	d := &h.read
	return []any{
		&h.id, &d.Position, &d.TrimmedTo, &d.Unread.Conversations, &d.Unread.Requests, &d.Unread.Messages,
		&d.Settings.Audience, &h.routes, &d.Settings.ReadReceipts, &h.changed, &d.AgeBand, &d.Exempt, &d.Gone,
		&d.Settings.RequestPreviews, &h.full, &h.refusals, &h.surge, &h.shield,
		&h.joined, &h.version, &h.suspended, &h.outreach, &h.refused, &d.Settings.RequestLinks, &d.Words,
	}
}

func (h *headRow) head() (*dm.Head, error) {
	d, err := h.read, error(nil)
	d.User = dm.UserID(h.id)
	d.Settings.Routes, d.Settings.ChangedAt = unpackGrid(h.routes), fromMicros(h.changed)
	d.JoinedAt, d.ShieldAt = fromMicros(h.joined), fromMicros(h.shield)
	d.Outreach = dm.Outreach{FullAt: fromMicros(h.full), Refusals: unpackRefusals(h.refusals)}
	d.Surge = unpackSurge(h.surge)
	d.Settings.Refused, err = unpackKinds(h.refused)
	d.SuspendedUntil, d.OutreachUntil = fromMicros(h.suspended), fromMicros(h.outreach)
	return &d, err
}

// updateHead sets columns of a head that no send writes; $1 is the user. Every write of a head adds one to its version.
func updateHead(ctx context.Context, ses *session, user dm.UserID, assignments string, args ...any) error {
	_, err := ses.conn.ExecContext(ctx, "UPDATE heads SET version = version + 1, "+assignments+" WHERE user_id = $1",
		append([]any{uuidText(user)}, args...)...)
	return err
}

func addHead(r rowset, h *dm.Head) {
	r.id(h.User)
	r.int(h.Position)
	r.int(h.TrimmedTo)
	r.int(h.Unread.Conversations)
	r.int(h.Unread.Requests)
	r.int(h.Unread.Messages)
	r.int(int64(h.Settings.Audience))
	r.int(packGrid(h.Settings.Routes))
	r.bool(h.Settings.ReadReceipts)
	r.int(toMicros(h.Settings.ChangedAt))
	r.int(int64(h.AgeBand))
	r.bool(h.Exempt)
	r.bool(h.Gone)
	r.bool(h.Settings.RequestPreviews)
	r.int(toMicros(h.Outreach.FullAt))
	r.int(packRefusals(h.Outreach.Refusals))
	r.int(packSurge(h.Surge))
	r.int(toMicros(h.ShieldAt))
}

// The grid is kept in one number, four bits a relation.
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

// The kinds that are refused are kept as a JSON array of bit sets, one for each relation, or as nothing where none is.
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
