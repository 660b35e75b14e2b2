package store

import (
	"database/sql"

	"github.com/google/uuid"

	"github.com/aparte-im/aparte/dm"
)

// receiptsHidden stands in their_read_seq when the viewer is not shown how far the other has read.
const receiptsHidden = -1

// eventRow is an event as it is read; it may be missing (outer join).
type eventRow struct {
	user, with                                                   uuid.NullUUID
	position, kind, at, seq, lastAt, folder, readSeq             sql.NullInt64
	theirReadSeq, unread, conversations, requests, messageCounts sql.NullInt64
	muted                                                        sql.NullBool
}

// noView is the view of an event that concerns no conversation.
var noView dm.View

func viewOf(e *dm.Event) *dm.View {
	if e.View == nil {
		return &noView
	}
	return e.View
}

var eventFields = fields[dm.Event, eventRow]{
	{"user_id", uuidOf(func(e *dm.Event) [16]byte { return e.User }), func(e *eventRow) any { return &e.user }},
	{"position", bigint(func(e *dm.Event) int64 { return e.Position }), func(e *eventRow) any { return &e.position }},
	{"kind", smallint(func(e *dm.Event) int64 { return int64(e.Kind) }), func(e *eventRow) any { return &e.kind }},
	{"at", bigint(func(e *dm.Event) int64 { return toMicros(e.At) }), func(e *eventRow) any { return &e.at }},
	{
		"with_id", uuidOrNull(func(e *dm.Event) ([16]byte, bool) { return viewOf(e).With, e.View != nil }),
		func(e *eventRow) any { return &e.with },
	},
	{"seq", bigint(func(e *dm.Event) int64 { return viewOf(e).LastSeq }), func(e *eventRow) any { return &e.seq }},
	{"last_at", bigint(func(e *dm.Event) int64 { return toMicros(viewOf(e).LastAt) }), func(e *eventRow) any { return &e.lastAt }},
	{"folder", smallint(func(e *dm.Event) int64 { return int64(viewOf(e).Folder) }), func(e *eventRow) any { return &e.folder }},
	{"read_seq", bigint(func(e *dm.Event) int64 { return viewOf(e).ReadSeq }), func(e *eventRow) any { return &e.readSeq }},
	{"their_read_seq", bigint(theirReadSeq), func(e *eventRow) any { return &e.theirReadSeq }},
	{"unread", bigint(func(e *dm.Event) int64 { return viewOf(e).Unread }), func(e *eventRow) any { return &e.unread }},
	{"muted", boolean(func(e *dm.Event) bool { return viewOf(e).Muted }), func(e *eventRow) any { return &e.muted }},
	{
		"unread_conversations", integer(func(e *dm.Event) int64 { return e.Unread.Conversations }),
		func(e *eventRow) any { return &e.conversations },
	},
	{"unread_requests", integer(func(e *dm.Event) int64 { return e.Unread.Requests }), func(e *eventRow) any { return &e.requests }},
	{"unread_messages", bigint(func(e *dm.Event) int64 { return e.Unread.Messages }), func(e *eventRow) any { return &e.messageCounts }},
}

func theirReadSeq(e *dm.Event) int64 {
	if seq := viewOf(e).TheirReadSeq; seq != nil {
		return *seq
	}
	return receiptsHidden
}

// logRow is a head and an event of its user, if there is one.
type logRow struct {
	head  headRow
	event eventRow
}

// logSelection selects head h and event e.
var logSelection = selection[logRow]{
	columnsOf(headRead, "h.", func(r *logRow) *headRow { return &r.head }),
	columnsOf(eventFields, "e.", func(r *logRow) *eventRow { return &r.event }),
}

// scanEvent scans a logSelection. The event is nil when there is none.
func (s *Store) scanEvent(row *sql.Rows) (*dm.Head, *dm.Event, error) {
	var r logRow
	if err := row.Scan(logSelection.dest(&r)...); err != nil {
		return nil, nil, err
	}
	h, err := r.head.head()
	if err != nil || !r.event.user.Valid {
		return h, nil, err
	}
	return h, r.event.event(h, s.epoch), nil
}

// event builds the event of the owner h.
func (r *eventRow) event(h *dm.Head, epoch int64) *dm.Event {
	e := &dm.Event{
		User: h.User, Position: r.position.Int64, Kind: dm.EventKind(r.kind.Int64), At: fromMicros(r.at.Int64), Epoch: epoch,
		Unread: dm.Unread{Conversations: r.conversations.Int64, Requests: r.requests.Int64, Messages: r.messageCounts.Int64},
	}
	if !r.with.Valid {
		settings := h.Settings
		e.Settings, e.AgeBand = &settings, h.AgeBand
		return e
	}
	other := dm.UserID(r.with.UUID)
	e.View = &dm.View{ID: dm.ConversationOf(h.User, other), Viewer: h.User, With: other, LastSeq: r.seq.Int64}
	if e.Kind == dm.EventMessageRemoved || e.Kind == dm.EventWordsErased {
		return e
	}
	e.View.Folder, e.View.LastAt = dm.Folder(r.folder.Int64), fromMicros(r.lastAt.Int64)
	e.View.Unread, e.View.ReadSeq, e.View.Muted = r.unread.Int64, r.readSeq.Int64, r.muted.Bool
	if r.theirReadSeq.Int64 != receiptsHidden {
		e.View.TheirReadSeq = &r.theirReadSeq.Int64
	}
	return e
}
