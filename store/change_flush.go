// SQL, not ent: this file is on the measured hot path (ADR 7).

package store

import (
	"context"
	"fmt"

	"github.com/aparte-im/aparte/dm"
)

// flush writes what a ledger wants written, in the session's transaction.
func (s *Store) flush(ctx context.Context, ses *session, tx *dm.Tx) error {
	touch(tx)
	c := tx.Changes()
	var tables flushRows
	for i, shape := range flushShapes {
		tables[i] = s.dialect.rowset(shape)
	}
	if err := tables.add(c); err != nil {
		return err
	}
	var args []any
	for i, w := range s.texts.writes {
		args = args[:0]
		rows := 0
		for _, table := range w.tables {
			rows += tables[table].len()
			args = tables[table].args(args)
		}
		if rows == 0 {
			continue
		}
		if _, err := ses.writes[i].ExecContext(ctx, args...); err != nil {
			return fmt.Errorf("write: %w", err)
		}
	}
	if err := s.writeEdges(ctx, ses, tx, c.Pairs); err != nil {
		return fmt.Errorf("write edges: %w", err)
	}
	if err := writeRemoved(ctx, ses, toMicros(tx.Now()), c.Removed); err != nil {
		return fmt.Errorf("remove words: %w", err)
	}
	if err := s.writeSafety(ctx, ses, c); err != nil {
		return fmt.Errorf("write reports: %w", err)
	}
	if err := writeCodes(ctx, ses, c); err != nil {
		return fmt.Errorf("write contact codes: %w", err)
	}
	if err := writeWords(ctx, ses, c.Words); err != nil {
		return fmt.Errorf("write hidden words: %w", err)
	}
	if err := writeHistory(ctx, ses, c.History); err != nil {
		return fmt.Errorf("write history: %w", err)
	}
	return nil
}

// flushRows are the rows of a flush, table by table.
type flushRows [flushTables]rowset

func (tables *flushRows) add(c *dm.Changes) error {
	for _, conversation := range c.Conversations {
		conversationFields.add(tables[flushConversations], conversation)
	}
	for _, m := range c.Messages {
		if err := addMessage(tables[flushMessages], m); err != nil {
			return err
		}
	}
	for _, e := range c.Events {
		eventFields.add(tables[flushEvents], e)
	}
	for _, h := range c.Heads {
		headSent.add(tables[flushHeads], h)
	}
	return nil
}

// writeEdges makes the graph say what the ledger says of each pair, where it differs.
func (s *Store) writeEdges(ctx context.Context, ses *session, tx *dm.Tx, edges map[dm.Pair]dm.PairChange) error {
	now := toMicros(tx.Now())
	for p, change := range edges {
		for _, step := range pairSteps(p, change.Before, change.After) {
			if err := step.write(ctx, ses, now); err != nil {
				return err
			}
		}
		if err := writeOverrides(ctx, ses, now, p, change.Before, change.After); err != nil {
			return err
		}
	}
	return nil
}

func pairSteps(p dm.Pair, was, is dm.PairState) []edgeStep {
	var steps []edgeStep
	mutual := is.LowFollows && is.HighFollows
	befriended := mutual != (was.LowFollows && was.HighFollows)
	if is.LowFollows != was.LowFollows || (is.LowFollows && befriended) {
		steps = append(steps, edgeStep{"follows", "follower_id", "followee_id", p.Low, p.High, is.LowFollows, &mutual})
	}
	if is.HighFollows != was.HighFollows || (is.HighFollows && befriended) {
		steps = append(steps, edgeStep{"follows", "follower_id", "followee_id", p.High, p.Low, is.HighFollows, &mutual})
	}
	if is.Suggested != was.Suggested {
		steps = append(steps,
			edgeStep{"suggestions", "user_id", "suggested_id", p.Low, p.High, is.Suggested, nil},
			edgeStep{"suggestions", "user_id", "suggested_id", p.High, p.Low, is.Suggested, nil})
	}
	return steps
}

// edgeStep sets or removes one row of the graph.
type edgeStep struct {
	table, from, to string
	fromID, toID    dm.UserID
	present         bool
	mutual          *bool
}

func (e edgeStep) write(ctx context.Context, ses *session, now int64) error {
	from, to := uuidText(e.fromID), uuidText(e.toID)
	if !e.present {
		_, err := ses.conn.ExecContext(ctx,
			"DELETE FROM "+e.table+" WHERE "+e.from+" = $1 AND "+e.to+" = $2", from, to)
		return err
	}
	if e.mutual == nil {
		_, err := ses.conn.ExecContext(ctx, "INSERT INTO "+e.table+" ("+e.from+", "+e.to+
			", created_at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING", from, to, now)
		return err
	}
	_, err := ses.conn.ExecContext(ctx, "INSERT INTO "+e.table+" ("+e.from+", "+e.to+
		", created_at, mutual) VALUES ($1, $2, $3, $4) ON CONFLICT ("+e.from+", "+e.to+
		") DO UPDATE SET mutual = excluded.mutual", from, to, now, *e.mutual)
	return err
}
