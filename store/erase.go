package store

import (
	"context"
	"database/sql"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/aparte-im/aparte/dm"
)

// eraseStep is how many messages one transaction of an erasure looks at.
const eraseStep = 500

// DeletedUsers implements dm.Store.
func (s *Store) DeletedUsers(ctx context.Context, externalID string) ([]dm.UserID, error) {
	mark := goneMark(externalID)
	rows, err := s.read.QueryContext(ctx, "SELECT id FROM users WHERE external_id >= $1 AND external_id < $2 ORDER BY external_id",
		mark, mark+pastPrefix)
	if err != nil {
		return nil, err
	}
	var out []dm.UserID
	return out, eachRow(rows, func(rows *sql.Rows) error {
		var id uuid.UUID
		err := rows.Scan(&id)
		out = append(out, dm.UserID(id))
		return err
	})
}

// ConversationsOf implements dm.Store.
func (s *Store) ConversationsOf(ctx context.Context, user dm.UserID) ([]dm.ConversationRef, error) {
	var out []dm.ConversationRef
	for _, side := range [][2]string{{"low", "high"}, {"high", "low"}} {
		mine := strings.ReplaceAll("MY_cleared_seq, MY_folder, MY_read_seq, MY_muted, MY_declined_until FROM conversations WHERE MY_id = $1", "MY", side[0])
		rows, err := s.read.QueryContext(ctx, "SELECT id, "+side[1]+`_id,
			COALESCE((SELECT m.seq FROM messages m WHERE m.conversation_id = conversations.id ORDER BY m.seq LIMIT 1), 1), last_seq, `+mine,
			uuidText(user))
		if err != nil {
			return nil, err
		}
		err = eachRow(rows, func(rows *sql.Rows) error {
			var id, other uuid.UUID
			var c dm.ConversationRef
			var declined int64
			err := rows.Scan(&id, &other, &c.FirstSeq, &c.LastSeq, &c.Cleared, &c.Folder, &c.ReadSeq, &c.Muted, &declined)
			c.DeclinedUntil = fromMicros(declined)
			c.ID, c.Other = dm.ConversationID(id), dm.UserID(other)
			out = append(out, c)
			return err
		})
		if err != nil {
			return nil, err
		}
	}
	slices.SortFunc(out, func(a, b dm.ConversationRef) int { return slices.Compare(a.ID[:], b.ID[:]) })
	return out, nil
}

// EraseStep implements dm.Store. It locks the two heads only in the step that ends a conversation, because only that one
// writes an event; the messages themselves are nobody's but the erasure's by now.
func (s *Store) EraseStep(ctx context.Context, job *dm.Job, c dm.ConversationRef, hold time.Duration) error {
	next := *job
	next.AtSeq = min(job.AtSeq+eraseStep, c.LastSeq)
	next.Done += next.AtSeq - job.AtSeq
	err := s.transact(ctx, func(ctx context.Context, ses *session) ([]*dm.Event, error) {
		next.LeaseUntil = s.clock().Add(hold)
		var tx *dm.Tx
		if next.AtSeq == c.LastSeq {
			var err error
			if tx, err = s.lock(ctx, ses, dm.Scope{Pairs: []dm.Pair{dm.PairOf(job.User, c.Other)}}); err != nil {
				return nil, err
			}
			tx.Erased(job.User, c.Other)
		}
		// The key was the client's to choose, so it may say something too. What stands for it stays unique.
		_, err := ses.conn.ExecContext(ctx, `UPDATE messages SET body = '', video = NULL, attributes = NULL, metadata = NULL, first_digest = '',
			removed_at = COALESCE(removed_at, $6),
			client_message_id = 'erased:' || CAST($5 AS text) || ':' || CAST(seq AS text)
			WHERE conversation_id = $1 AND seq > $2 AND seq <= $3 AND sender_id = $4`,
			uuidText(c.ID), job.AtSeq, next.AtSeq, uuidText(job.User), uuidText(job.ID), toMicros(s.clock()))
		if err != nil {
			return nil, err
		}
		if err := keepJob(ctx, ses, &next); err != nil || tx == nil {
			return nil, err
		}
		return tx.Changes().Events, s.flush(ctx, ses, tx)
	})
	if err == nil {
		*job = next
	}
	return err
}

// EraseRest implements dm.Store.
func (s *Store) EraseRest(ctx context.Context, job *dm.Job) error {
	user := uuidText(job.User)
	for {
		n, err := s.trimUser(ctx, job.User, maxMicros)
		if err != nil {
			return err
		}
		if n < trimEvents {
			break
		}
	}
	now := s.clock()
	done := *job
	done.State, done.Done, done.FinishedAt = dm.JobDone, job.Total, now
	err := s.transact(ctx, func(ctx context.Context, ses *session) ([]*dm.Event, error) {
		if err := s.forgetCodes(ctx, ses, user); err != nil {
			return nil, err
		}
		for _, text := range []string{
			"DELETE FROM settings_changes WHERE user_id = $1",
			"UPDATE hidden_words SET list = '' WHERE user_id = $1",
			"UPDATE reports SET appeal = '' WHERE reported_id = $1 AND appeal <> ''",
			"UPDATE reports SET client_report_id = 'erased:' || CAST(id AS text), fingerprint = '' WHERE reporter_id = $1",
		} {
			if _, err := ses.conn.ExecContext(ctx, text, user); err != nil {
				return nil, err
			}
		}
		// Files of exports go with the next round of the retention.
		_, err := ses.conn.ExecContext(ctx, "UPDATE jobs SET expires_at = $3 WHERE user_id = $1 AND kind = $2 AND expires_at > $3",
			user, dm.JobExport, toMicros(now))
		if err != nil {
			return nil, err
		}
		return nil, keepJob(ctx, ses, &done)
	})
	if errors.Is(err, errLeaseLost) {
		// The attempt before this one may have been committed, and only its answer was lost.
		if there, again := s.JobByID(ctx, job.ID); again == nil && there != nil && there.State == dm.JobDone {
			err = nil
		}
	}
	if err == nil {
		*job = done
	}
	return err
}
