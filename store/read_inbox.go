// SQL, not ent: this file is on the measured hot path (ADR 7).

package store

import (
	"context"
	"database/sql"
	"errors"
	"math"
	"strconv"

	"github.com/google/uuid"

	"github.com/aparte-im/aparte/dm"
)

// readStatements are prepared on the pool that reads.
type readStatements struct {
	heads, pairs, shared     *sql.Stmt
	members, inbox, views    *sql.Stmt
	messages, messagesByID   *sql.Stmt
	log, eventMessages, ends *sql.Stmt
	search                   searchReads
	suggestions              *sql.Stmt
	overrides                overrideReads
	ties                     tieReads
	sharedList               *sql.Stmt
}

// maxMicros is after every time.
const maxMicros int64 = math.MaxInt64

var (
	viewerIsIn = "(c.low_id = $1 OR c.high_id = $1)"
	// Where nothing is cleared (0), imported history with a seq below 1 is in view too.
	clearedOfMe = "COALESCE(NULLIF(CASE WHEN c.low_id = $1 THEN c.low_cleared_seq ELSE c.high_cleared_seq END, 0), " +
		strconv.FormatInt(math.MinInt64+1, 10) + ")"
)

// wholeView are the columns of a view of conversation c. Whether receipts show is asked of the
// index of those who have them off, who are few: the heads themselves are everywhere, and a page
// would fetch fifty of them for one bit each.
func (d *dialect) wholeView() string {
	silent := func(side string) string {
		return "EXISTS (SELECT 1 FROM heads h WHERE h.user_id = c." + side + "_id AND NOT h.read_receipts" + d.fence() + ")"
	}
	return viewSelection("NOT (" + silent("low") + " OR " + silent("high") + ")").text()
}

// viewJoins are what a whole view needs beside its conversation c.
func (d *dialect) viewJoins() string {
	return d.lookup("messages", "m", "conversation_id = c.id AND seq >= c.last_seq AND seq <= c.last_seq"+d.bySeq())
}

// joinMessages joins the messages m of a conversation whose seq is in a range.
func (d *dialect) joinMessages(conversation, seqs string) string {
	return d.join("messages", "m", "m.conversation_id = "+conversation+" AND "+seqs+d.bySeq())
}

// bySeq tells Postgres the order of a range of messages: only the primary key has it, and a planner
// who believes the table empty would as soon take any index that begins with the conversation.
func (d *dialect) bySeq() string {
	if d.postgres {
		return " ORDER BY seq DESC"
	}
	return ""
}

// side lists the conversations in which the viewer is the one side. They are in the order of an
// index.
func side(name string) string {
	return "SELECT * FROM (SELECT " + conversationFields.names("") + " FROM conversations WHERE " + name + "_id = $1 AND " +
		name + "_folder = $2 AND (last_at, id) < ($3, $4) ORDER BY last_at DESC, id DESC LIMIT $5) AS " + name
}

func (s *Store) prepareReads(ctx context.Context) (readStatements, error) {
	var r readStatements
	var errs []error
	prepare := func(to **sql.Stmt, text string) {
		st, err := s.read.PrepareContext(ctx, text)
		if err != nil {
			errs = append(errs, err)
			return
		}
		*to = st
		s.tracing.nameRead(&r, to, text)
	}
	d := s.dialect
	prepare(&r.heads, s.texts.heads)
	prepare(&r.pairs, s.texts.pairs)
	prepare(&r.shared, s.texts.shared)
	r.ties = s.prepareReach(prepare)
	prepare(&r.sharedList, d.listSharedFriends())
	prepare(&r.members, "SELECT low_id, high_id FROM conversations WHERE id = $1")
	prepare(&r.inbox, "SELECT "+d.wholeView()+" FROM (SELECT * FROM ("+side("low")+" UNION ALL "+side("high")+
		") AS both_sides ORDER BY last_at DESC, id DESC LIMIT $5) AS c"+d.viewJoins()+" ORDER BY c.last_at DESC, c.id DESC")
	prepare(&r.views, "SELECT "+d.wholeView()+" FROM "+d.source(idFields.shape(), 2)+
		d.join("conversations", "c", "c.id = r.id")+d.viewJoins()+" WHERE "+viewerIsIn)
	// seq is gapless, so the newest messages of each conversation are a range of its key.
	const before = "CASE WHEN CAST($2 AS bigint) <= c.last_seq THEN CAST($2 AS bigint) ELSE c.last_seq + 1 END"
	prepare(&r.messages, "SELECT "+messageColumns+" FROM "+d.source(idFields.shape(), 4)+d.join("conversations", "c", "c.id = r.id")+
		d.joinMessages("c.id", "m.seq > "+clearedOfMe+" AND m.seq < "+before+" AND m.seq >= "+before+" - CAST($3 AS bigint)")+
		" WHERE "+viewerIsIn+" ORDER BY m.conversation_id, m.seq DESC")
	prepare(&r.messagesByID, "SELECT "+messageColumns+" FROM "+d.source(messageKeyFields.shape(), 2)+
		d.join("conversations", "c", "c.id = r.conversation")+
		d.joinMessages("c.id", "m.seq >= r.at_seq AND m.seq <= r.at_seq AND m.seq > "+clearedOfMe)+
		" WHERE "+viewerIsIn)
	prepare(&r.eventMessages, "SELECT "+messageColumns+" FROM "+d.source(messageKeyFields.shape(), 1)+
		d.joinMessages("r.conversation", "m.seq >= r.at_seq AND m.seq <= r.at_seq"))
	// One statement, so that the head and the events are of one snapshot.
	prepare(&r.log, "SELECT "+logSelection.text()+` FROM heads h
		LEFT JOIN (SELECT * FROM events WHERE user_id = $1 AND position > $2 ORDER BY position LIMIT $3) AS e
		ON e.user_id = h.user_id WHERE h.user_id = $1 ORDER BY e.position`)
	unblocked := func(viewer, person string) string {
		return "NOT EXISTS (SELECT 1 FROM overrides b WHERE b.user_id = " + viewer + " AND b.other_id = " + person + " AND b.blocked" + d.fence() + ")"
	}
	prepare(&r.ends, "SELECT h.user_id, h.position, h.gone FROM "+d.source(idFields.shape(), 1)+d.join("heads", "h", "h.user_id = r.id"))
	const user = `SELECT u.id, u.external_id, u.handle, u.display_name, u.avatar_url, u.age_band, u.exempt, u.deleted, u.created_at,
		u.tokens_valid_after`
	r.search = s.prepareSearch(prepare, user, unblocked)
	prepare(&r.suggestions, user+" FROM suggestions s"+d.join("users", "u", "u.id = s.suggested_id")+`
		WHERE s.user_id = $1 AND s.suggested_id > $2 AND NOT u.deleted AND `+unblocked("$1", "s.suggested_id")+`
		ORDER BY s.suggested_id LIMIT $3`)
	for list, kept := range overrideLists {
		prepare(&r.overrides[list], user+" FROM overrides b"+d.join("users", "u", "u.id = b.other_id")+`
			WHERE b.user_id = $1 AND b.other_id > $2 AND `+kept+` ORDER BY b.other_id LIMIT $3`)
	}
	return r, errors.Join(errs...)
}

// OtherMember implements dm.Store. Members never change, so they are cached.
func (s *Store) OtherMember(ctx context.Context, viewer dm.UserID, id dm.ConversationID) (dm.UserID, error) {
	pair, ok := s.members.Get(id)
	if !ok {
		var low, high uuid.UUID
		err := s.reads.members.QueryRowContext(ctx, uuidText(id)).Scan(&low, &high)
		if err != nil {
			return dm.UserID{}, notFound(err, "conversation")
		}
		pair = dm.Pair{Low: dm.UserID(low), High: dm.UserID(high)}
		s.members.Add(id, pair)
	}
	switch viewer {
	case pair.Low:
		return pair.High, nil
	case pair.High:
		return pair.Low, nil
	}
	return dm.UserID{}, dm.NotFound("conversation")
}

// Inbox implements dm.Store.
func (s *Store) Inbox(ctx context.Context, viewer dm.UserID, folder dm.Folder, after *dm.InboxPlace, limit int) ([]*dm.View, error) {
	at, id := maxMicros, uuid.Max.String()
	if after != nil {
		at, id = toMicros(after.At), uuidText(after.ID)
	}
	var out []*dm.View
	err := each(ctx, s.reads.inbox, []any{uuidText(viewer), int64(folder), at, id, limit}, func(row *sql.Rows) error {
		v, err := scanView(row, viewer)
		out = append(out, v)
		return err
	})
	return out, err
}

// Views implements dm.Store.
func (s *Store) Views(ctx context.Context, viewer dm.UserID, list []dm.ConversationID) (map[dm.ConversationID]*dm.View, error) {
	out := map[dm.ConversationID]*dm.View{}
	err := each(ctx, s.reads.views, ids(s.dialect, list).args([]any{uuidText(viewer)}), func(row *sql.Rows) error {
		v, err := scanView(row, viewer)
		if err == nil && v.Folder != dm.FolderNone {
			out[v.ID] = v
		}
		return err
	})
	return out, err
}

// Messages implements dm.Store.
func (s *Store) Messages(ctx context.Context, viewer dm.UserID, list []dm.ConversationID, before int64, limit int) (map[dm.ConversationID][]*dm.Message, error) {
	out := map[dm.ConversationID][]*dm.Message{}
	args := ids(s.dialect, list).args([]any{uuidText(viewer), before, limit})
	err := eachMessage(ctx, s.reads.messages, args, func(m *dm.Message) {
		out[m.ID.Conversation] = append(out[m.ID.Conversation], m)
	})
	return out, err
}

// MessagesByID implements dm.Store.
func (s *Store) MessagesByID(ctx context.Context, viewer dm.UserID, ids []dm.MessageID) (map[dm.MessageID]*dm.Message, error) {
	out := map[dm.MessageID]*dm.Message{}
	args := messageKeys(s.dialect, ids).args([]any{uuidText(viewer)})
	err := eachMessage(ctx, s.reads.messagesByID, args, func(m *dm.Message) { out[m.ID] = m })
	return out, err
}
