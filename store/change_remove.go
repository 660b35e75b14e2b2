// SQL, not ent: this file is on the measured hot path (ADR 7).

package store

import (
	"context"
	"database/sql"

	"github.com/aparte-im/aparte/dm"
)

// loadMessages reads messages for a ledger that may change them. Nobody but who holds their
// members' heads does.
func (s *Store) loadMessages(ctx context.Context, ses *session, tx *dm.Tx, ids []dm.MessageID) error {
	if len(ids) == 0 {
		return nil
	}
	rows, err := ses.conn.QueryContext(ctx, "SELECT "+messageColumns+" FROM "+s.dialect.source(messageKeyFields.shape(), 1)+
		s.dialect.joinMessages("r.conversation", "m.seq >= r.at_seq AND m.seq <= r.at_seq"), messageKeys(s.dialect, ids).args(nil)...)
	if err != nil {
		return err
	}
	return eachRow(rows, func(row *sql.Rows) error { return scanMessage(row, tx.AddMessage) })
}

// writeRemoved takes the words of messages away for good.
func writeRemoved(ctx context.Context, ses *session, now int64, messages []*dm.Message) error {
	for _, m := range messages {
		_, err := ses.conn.ExecContext(ctx, `UPDATE messages SET body = '', video = NULL, attributes = NULL, metadata = NULL, first_digest = $3, removed_at = $4
			WHERE conversation_id = $1 AND seq = $2`, uuidText(m.ID.Conversation), m.ID.Seq, m.FirstDigest, now)
		if err != nil {
			return err
		}
	}
	return nil
}

// eachRow hands every row to scan and closes the rows.
func eachRow(rows *sql.Rows, scan func(*sql.Rows) error) error {
	defer rows.Close()
	for rows.Next() {
		if err := scan(rows); err != nil {
			return err
		}
	}
	return rows.Err()
}
