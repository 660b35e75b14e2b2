package store

import (
	"context"
	"database/sql"
	"errors"
	"slices"
	"strings"
	"time"

	entsql "entgo.io/ent/dialect/sql"
	"github.com/google/uuid"

	"github.com/aparte-im/aparte/dm"
	"github.com/aparte-im/aparte/ent/generated/hiddenwords"
	"github.com/aparte-im/aparte/ent/generated/job"
	"github.com/aparte-im/aparte/ent/generated/message"
	"github.com/aparte-im/aparte/ent/generated/predicate"
	"github.com/aparte-im/aparte/ent/generated/report"
	"github.com/aparte-im/aparte/ent/generated/settingschange"
	"github.com/aparte-im/aparte/ent/generated/user"
)

// eraseStep is how many messages one transaction of an erasure looks at.
const eraseStep = 500

// DeletedUsers implements dm.Store.
func (s *Store) DeletedUsers(ctx context.Context, externalID string) ([]dm.UserID, error) {
	found, err := s.ent.User.Query().Where(wasCalled(externalID)).Order(user.ByExternalID()).IDs(ctx)
	if err != nil {
		return nil, err
	}
	var out []dm.UserID
	for _, id := range found {
		out = append(out, dm.UserID(id))
	}
	return out, nil
}

// wasCalled is the condition that a deleted user had an externalId.
func wasCalled(externalID string) predicate.User {
	mark := goneMark(externalID)
	return user.And(user.ExternalIDGTE(mark), user.ExternalIDLT(mark+pastPrefix))
}

// ConversationsOf implements dm.Store. It is SQL because each row has its first seq from a subquery
// on the primary key.
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

// EraseStep implements dm.Store. It locks the two heads only in the step that ends a conversation,
// because only that one writes an event; the messages themselves are nobody's but the erasure's by
// now.
func (s *Store) EraseStep(ctx context.Context, task *dm.Job, c dm.ConversationRef, hold time.Duration) error {
	next := *task
	next.AtSeq = min(task.AtSeq+eraseStep, c.LastSeq)
	next.Done += next.AtSeq - task.AtSeq
	err := s.transact(ctx, func(ctx context.Context, ses *session) ([]*dm.Event, error) {
		next.LeaseUntil = s.clock().Add(hold)
		var tx *dm.Tx
		if next.AtSeq == c.LastSeq {
			var err error
			if tx, err = s.lock(ctx, ses, dm.Scope{Pairs: []dm.Pair{dm.PairOf(task.User, c.Other)}}); err != nil {
				return nil, err
			}
			tx.Erased(task.User, c.Other)
		}
		// The client chose the key, so the key may hold personal data too. Its replacement stays
		// unique.
		err := ses.ent.Message.Update().Where(message.ConversationID(uuid.UUID(c.ID)), message.IDGT(task.AtSeq),
			message.IDLTE(next.AtSeq), message.SenderID(uuid.UUID(task.User))).
			SetBody("").ClearVideo().ClearAttributes().ClearMetadata().SetFirstDigest("").
			Modify(
				setExpression(message.FieldRemovedAt, "COALESCE(removed_at, ", toMicros(s.clock()), ")"),
				setExpression(message.FieldClientMessageID, "'erased:' || CAST(", uuidText(task.ID), " AS text) || ':' || CAST(seq AS text)"),
			).Exec(ctx)
		if err != nil {
			return nil, err
		}
		if err := keepJob(ctx, ses, &next); err != nil || tx == nil {
			return nil, err
		}
		return tx.Changes().Events, s.flush(ctx, ses, tx)
	})
	if err == nil {
		*task = next
	}
	return err
}

// EraseRest implements dm.Store.
func (s *Store) EraseRest(ctx context.Context, task *dm.Job) error {
	for {
		n, err := s.trimUser(ctx, task.User, maxMicros)
		if err != nil {
			return err
		}
		if n < trimEvents {
			break
		}
	}
	now := s.clock()
	done := *task
	done.State, done.Done, done.FinishedAt = dm.JobDone, task.Total, now
	err := s.transact(ctx, func(ctx context.Context, ses *session) ([]*dm.Event, error) {
		if err := forgetCodes(ctx, ses, task.User); err != nil {
			return nil, err
		}
		if err := eraseRecords(ctx, ses, uuid.UUID(task.User), toMicros(now)); err != nil {
			return nil, err
		}
		return nil, keepJob(ctx, ses, &done)
	})
	if errors.Is(err, errLeaseLost) {
		// The attempt before this one may have been committed, and only its answer was lost.
		if there, again := s.JobByID(ctx, task.ID); again == nil && there != nil && there.State == dm.JobDone {
			err = nil
		}
	}
	if err == nil {
		*task = done
	}
	return err
}

// eraseRecords erases what other tables hold of a user's words and settings.
func eraseRecords(ctx context.Context, ses *session, user uuid.UUID, now int64) error {
	if _, err := ses.ent.SettingsChange.Delete().Where(settingschange.UserID(user)).Exec(ctx); err != nil {
		return err
	}
	if err := ses.ent.HiddenWords.Update().Where(hiddenwords.ID(user)).SetList("").Exec(ctx); err != nil {
		return err
	}
	err := ses.ent.Report.Update().Where(report.ReportedID(user), report.AppealNEQ("")).SetAppeal("").Exec(ctx)
	if err != nil {
		return err
	}
	err = ses.ent.Report.Update().Where(report.ReporterID(user)).Modify(
		erasedKey(report.FieldClientReportID, report.FieldID),
		func(u *entsql.UpdateBuilder) { u.Set(report.FieldFingerprint, "") },
	).Exec(ctx)
	if err != nil {
		return err
	}
	// The next sweep removes the files of the exports.
	return ses.ent.Job.Update().Where(job.UserID(user), job.Kind(int16(dm.JobExport)), job.ExpiresAtGT(now)).
		SetExpiresAt(now).Exec(ctx)
}
