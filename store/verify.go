package store

import (
	"context"
	"database/sql"
	"fmt"
)

// Verify walks the whole database and compares what it keeps with what the messages and the log say
// (I3, I6). It is for operators: it reads everything, and so not through the pool whose planner is
// told to read by key.
func (s *Store) Verify(ctx context.Context) (Report, error) {
	var r Report
	counts := `SELECT (SELECT count(*) FROM users), (SELECT count(*) FROM conversations),
		(SELECT count(*) FROM messages), (SELECT count(*) FROM events)`
	if err := s.write.QueryRowContext(ctx, counts).Scan(&r.Users, &r.Conversations, &r.Messages, &r.Events); err != nil {
		return r, err
	}
	for _, check := range verifications {
		rows, err := s.write.QueryContext(ctx, check.text)
		if err != nil {
			return r, fmt.Errorf("%s: %w", check.problem, err)
		}
		err = collect(rows, func(id string) { r.Problems = append(r.Problems, check.problem+": "+id) })
		if err != nil {
			return r, err
		}
	}
	return r, nil
}

// Report is what Verify found.
type Report struct {
	Users, Conversations, Messages, Events int64
	// Problems is empty when all is well.
	Problems []string
}

func collect(rows *sql.Rows, take func(string)) error {
	defer rows.Close()
	for rows.Next() {
		var id string
		if err := rows.Scan(&id); err != nil {
			return err
		}
		take(id)
	}
	return rows.Err()
}

// sides lists every membership with what is unread in it, as dm.Conversation.Unread derives it.
const sides = `SELECT low_id AS user_id, low_folder AS folder, CASE WHEN low_blocks OR low_folder = 0 THEN 0
		WHEN low_read_seq > low_cleared_seq THEN last_seq - low_read_seq ELSE last_seq - low_cleared_seq END AS unread
	FROM conversations UNION ALL SELECT high_id, high_folder, CASE WHEN high_blocks OR high_folder = 0 THEN 0
		WHEN high_read_seq > high_cleared_seq THEN last_seq - high_read_seq ELSE last_seq - high_cleared_seq END
	FROM conversations`

var verifications = []struct{ problem, text string }{
	{"seq has a gap in conversation", `SELECT c.id FROM conversations c LEFT JOIN (
			SELECT conversation_id, count(*) AS n, min(seq) AS low, max(seq) AS high FROM messages GROUP BY conversation_id
		) AS m ON m.conversation_id = c.id
		WHERE m.n IS NULL OR m.n <> m.high - m.low + 1 OR m.low > 1 OR m.high <> c.last_seq`},
	{"position is not gapless in the log of user", `SELECT h.user_id FROM heads h LEFT JOIN (
			SELECT user_id, count(*) AS n, min(position) AS low, max(position) AS high FROM events GROUP BY user_id
		) AS e ON e.user_id = h.user_id
		WHERE h.position - h.trimmed_to <> coalesce(e.n, 0) OR e.low <> h.trimmed_to + 1 OR e.high <> h.position`},
	{"unread counts differ from the conversations of user", `SELECT h.user_id FROM heads h LEFT JOIN (
			SELECT user_id,
				sum(CASE WHEN folder = 1 AND unread > 0 THEN 1 ELSE 0 END) AS conversations,
				sum(CASE WHEN folder = 2 AND unread > 0 THEN 1 ELSE 0 END) AS requests,
				sum(CASE WHEN folder = 1 THEN unread ELSE 0 END) AS messages
			FROM (` + sides + `) AS s GROUP BY user_id
		) AS u ON u.user_id = h.user_id
		WHERE h.unread_conversations <> coalesce(u.conversations, 0) OR h.unread_requests <> coalesce(u.requests, 0)
			OR h.unread_messages <> coalesce(u.messages, 0)`},
	{"unread counts differ from the newest event of user", `SELECT h.user_id FROM heads h
		JOIN events e ON e.user_id = h.user_id AND e.position = h.position
		WHERE h.unread_conversations <> e.unread_conversations OR h.unread_requests <> e.unread_requests
			OR h.unread_messages <> e.unread_messages`},
}
