package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"

	"github.com/google/uuid"

	"github.com/aparte-im/aparte/dm"
)

// newMessage is a message as a send writes it.
type newMessage struct {
	*dm.Message
	video *string
}

// messageRow is a message as it is read; it may be missing (outer join).
type messageRow struct {
	conversation, sender uuid.NullUUID
	seq, created         sql.NullInt64
	key, body, video     sql.NullString
	firstDigest          *string
	removedAt            sql.NullInt64
}

var (
	// messageSent are the columns that a send writes.
	messageSent = fields[newMessage, messageRow]{
		{"conversation_id", uuidOf(func(m *newMessage) [16]byte { return m.ID.Conversation }), func(m *messageRow) any { return &m.conversation }},
		{"seq", bigint(func(m *newMessage) int64 { return m.ID.Seq }), func(m *messageRow) any { return &m.seq }},
		{"sender_id", uuidOf(func(m *newMessage) [16]byte { return m.Sender }), func(m *messageRow) any { return &m.sender }},
		{"client_message_id", text(func(m *newMessage) string { return m.ClientMessageID }), func(m *messageRow) any { return &m.key }},
		{"body", text(func(m *newMessage) string { return m.Body }), func(m *messageRow) any { return &m.body }},
		{"video", textOrNull(func(m *newMessage) *string { return m.video }), func(m *messageRow) any { return &m.video }},
		{"created_at", bigint(func(m *newMessage) int64 { return toMicros(m.CreatedAt) }), func(m *messageRow) any { return &m.created }},
	}
	// messageFields are the columns that are read, with those that change a message later.
	messageFields = joined(messageSent, fields[newMessage, messageRow]{
		{name: "first_digest", dest: func(m *messageRow) any { return &m.firstDigest }},
		{name: "removed_at", dest: func(m *messageRow) any { return &m.removedAt }},
	})
	messageColumns = messageFields.names("m.")
)

func addMessage(r rowset, m *dm.Message) error {
	w := newMessage{Message: m}
	if m.Video != nil {
		video, err := json.Marshal(m.Video)
		if err != nil {
			return err
		}
		text := string(video)
		w.video = &text
	}
	messageSent.add(r, &w)
	return nil
}

func (m *messageRow) message() (*dm.Message, error) {
	out := &dm.Message{
		ID:     dm.MessageID{Conversation: dm.ConversationID(m.conversation.UUID), Seq: m.seq.Int64},
		Sender: dm.UserID(m.sender.UUID), Body: m.body.String, ClientMessageID: m.key.String,
		CreatedAt: fromMicros(m.created.Int64), Removed: m.removedAt.Valid, FirstDigest: m.firstDigest,
	}
	if m.video.Valid {
		out.Video = &dm.VideoCard{}
		if err := json.Unmarshal([]byte(m.video.String), out.Video); err != nil {
			return nil, fmt.Errorf("video of a message: %w", err)
		}
	}
	return out, nil
}

// eachMessage hands every message of a prepared query that selects messageColumns to take.
func eachMessage(ctx context.Context, stmt *sql.Stmt, args []any, take func(*dm.Message)) error {
	return each(ctx, stmt, args, func(row *sql.Rows) error { return scanMessage(row, take) })
}

func scanMessage(row *sql.Rows, take func(*dm.Message)) error {
	var m messageRow
	if err := row.Scan(messageFields.dest(nil, &m)...); err != nil {
		return err
	}
	message, err := m.message()
	if err == nil {
		take(message)
	}
	return err
}
