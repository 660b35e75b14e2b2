package main

import (
	"context"
	"database/sql"
	"fmt"
	"strings"

	"golang.org/x/sync/errgroup"

	"github.com/aparte-im/aparte/dm"
)

// size is how much a database of the scale rows holds: so many people, ten times as many
// conversations, and ten messages in each. The shape is the same at every size: every tenth person
// has 60 conversations (these are measured), the others about 15.
type size struct {
	name  string
	users int
}

const (
	conversationsPerUser    = 10
	messagesPerConversation = 10
	busyShare               = 10
	busyConversations       = 60
)

func (s size) conversations() int { return conversationsPerUser * s.users }
func (s size) messages() int      { return messagesPerConversation * s.conversations() }
func (s size) busy() int          { return s.users / busyShare }

// measured is how many of the busy are online: a thousand, or all of fewer.
func (s size) measured() int { return min(s.busy(), 1000) }

// busyUser returns one of the measured people.
func (s size) busyUser(i int) dm.UserID { return dm.UserID(md5Of("u" + itoa(i%s.measured()))) }

// friendOf returns somebody whom that person talks with.
func (s size) friendOf(i int) dm.UserID {
	return dm.UserID(md5Of("u" + itoa(s.busy()+i%s.measured()*31%(s.users-s.busy()))))
}

// scaleSteps fill a database. Indexes are made when the rows are there, and nothing is logged: what
// is measured reads. The messages and events of all conversations lie between each other, as time
// brings them.
var scaleSteps = []string{
	`ALTER TABLE messages SET UNLOGGED; ALTER TABLE events SET UNLOGGED; ALTER TABLE conversations SET UNLOGGED;
	ALTER TABLE messages DROP CONSTRAINT messages_pkey; DROP INDEX message_once;
	ALTER TABLE events DROP CONSTRAINT events_pkey;
	ALTER TABLE conversations DROP CONSTRAINT conversations_pkey;
	DROP INDEX conversation_high_id_high_folder_last_at; DROP INDEX conversation_low_id_low_folder_last_at`,
	`INSERT INTO users (id, external_id, handle, display_name, age_band, exempt, deleted, created_at)
	SELECT md5('u' || i)::uuid, 'u' || i, 'u' || i, 'Person ' || i, 0, true, false, 1
	FROM generate_series(0, {users} - 1) AS i`,
	// k numbers the conversations, shuffled in time; the first six of ten are those of the busy.
	`CREATE UNLOGGED TABLE pairs AS SELECT sent, LEAST(a, b) AS low, GREATEST(a, b) AS high FROM (
		SELECT md5('u' || CASE WHEN k < 6 * {users} THEN k % {busy} ELSE {busy} + (k - 6 * {users}) % {rest} END)::uuid AS a,
			md5('u' || {busy} + CASE
				WHEN k < 6 * {users} THEN (k % {busy} * 31 + k / {busy} * ({rest} / 60)) % {rest}
				ELSE ((k - 6 * {users}) % {rest} + 1 + (k - 6 * {users}) / {rest} * 37) % {rest} END)::uuid AS b,
			k * 7919 % {conversations} AS sent
		FROM generate_series(0::bigint, {conversations} - 1) AS k) AS p ORDER BY sent`,
	`INSERT INTO conversations (id, low_id, high_id, last_seq, last_at, created_at,
		low_folder, low_read_seq, low_cleared_seq, low_known, low_pending, low_declined_until, low_muted,
		high_folder, high_read_seq, high_cleared_seq, high_known, high_pending, high_declined_until, high_muted)
	SELECT encode(set_byte(set_byte(h, 6, get_byte(h, 6) & 15 | 128), 8, get_byte(h, 8) & 63 | 128), 'hex')::uuid,
		low, high, 10, {start} + (9 * {conversations} + sent) * 1000, 1,
		1, 10, 0, true, 0, 0, false, 1, 8, 0, true, 0, 0, false
	FROM (SELECT low, high, sent, substr(sha256(uuid_send(low) || uuid_send(high)), 1, 16) AS h FROM pairs) AS p ORDER BY sent`,
	// Everybody's own numbers in their log: a round of messages in all of their conversations, then
	// the next.
	`CREATE UNLOGGED TABLE sides AS SELECT user_id, with_id, last_at, reads,
		row_number() OVER (PARTITION BY user_id ORDER BY last_at) AS nth, count(*) OVER (PARTITION BY user_id) AS n
	FROM (SELECT low_id AS user_id, high_id AS with_id, last_at, true AS reads FROM conversations
		UNION ALL SELECT high_id, low_id, last_at, false FROM conversations) AS s`,
	`INSERT INTO heads (user_id, position, trimmed_to, unread_conversations, unread_requests, unread_messages, audience, routes,
		read_receipts, changed_at, age_band, exempt, gone)
	SELECT user_id, 10 * count(*), 0, count(*) FILTER (WHERE NOT reads), 0, 2 * count(*) FILTER (WHERE NOT reads), 1, 0,
		true, 1, 0, true, false FROM sides GROUP BY user_id`,
}

// scaleFills run at once, for each seq in turn.
var scaleFills = []string{
	`INSERT INTO messages (conversation_id, seq, sender_id, client_message_id, body, video, created_at)
	SELECT id, {seq}, CASE WHEN {seq} % 2 = 0 THEN low_id ELSE high_id END, md5(id::text || {seq}),
		'Did you see the one with the cat on the escalator? It made my whole day.', NULL,
		last_at - (10 - {seq}) * {conversations} * 1000 FROM conversations`,
	`INSERT INTO events (user_id, position, kind, at, with_id, seq, last_at, folder, read_seq, their_read_seq, unread, muted,
		unread_conversations, unread_requests, unread_messages)
	SELECT user_id, ({seq} - 1) * n + nth, {added}, at, with_id, {seq}, at, 1, CASE WHEN reads THEN {seq} ELSE LEAST({seq}, 8) END,
		-1, CASE WHEN reads THEN 0 ELSE GREATEST(0, {seq} - 8) END, false, 0, 0, 0
	FROM (SELECT *, last_at - (10 - {seq}) * {conversations} * 1000 AS at FROM sides) AS s ORDER BY at`,
}

// scaleIndexes are as the migrations make them.
var scaleIndexes = [][]string{
	{
		"ALTER TABLE messages ADD PRIMARY KEY (conversation_id, seq)",
		"CREATE UNIQUE INDEX message_once ON messages (conversation_id, sender_id, client_message_id)",
	},
	{
		"ALTER TABLE conversations ADD PRIMARY KEY (id)",
		"CREATE INDEX conversation_high_id_high_folder_last_at ON conversations (high_id, high_folder, last_at)",
		"CREATE INDEX conversation_low_id_low_folder_last_at ON conversations (low_id, low_folder, last_at)",
		"ALTER TABLE events ADD PRIMARY KEY (user_id, position)",
	},
}

// fill makes the rows of a migrated, empty database.
func (s size) fill(ctx context.Context, url string) error {
	db, err := sql.Open("postgres", url)
	if err != nil {
		return err
	}
	defer db.Close()
	run := func(ctx context.Context, text string, more ...string) error {
		text = strings.NewReplacer(append(more,
			"{users}", itoa(s.users), "{busy}", itoa(s.busy()), "{rest}", itoa(s.users-s.busy()),
			"{conversations}", itoa(s.conversations())+"::bigint", "{start}", "1700000000000000", "{added}", itoa(int(dm.EventMessageAdded)),
		)...).Replace(text)
		conn, err := db.Conn(ctx)
		if err != nil {
			return err
		}
		defer conn.Close()
		if _, err := conn.ExecContext(ctx, "SET maintenance_work_mem = '1GB'; SET work_mem = '512MB'; SET jit = off"); err != nil {
			return err
		}
		if _, err := conn.ExecContext(ctx, text); err != nil {
			return fmt.Errorf("%.60s…: %w", text, err)
		}
		return nil
	}
	for _, text := range scaleSteps {
		if err := run(ctx, text); err != nil {
			return err
		}
	}
	fills, fillCtx := errgroup.WithContext(ctx)
	for _, text := range scaleFills {
		fills.Go(func() error {
			for seq := 1; seq <= messagesPerConversation; seq++ {
				if err := run(fillCtx, text, "{seq}", itoa(seq)); err != nil {
					return err
				}
			}
			return nil
		})
	}
	if err := fills.Wait(); err != nil {
		return err
	}
	indexes, indexCtx := errgroup.WithContext(ctx)
	for _, list := range scaleIndexes {
		indexes.Go(func() error {
			for _, text := range list {
				if err := run(indexCtx, text); err != nil {
					return err
				}
			}
			return nil
		})
	}
	if err := indexes.Wait(); err != nil {
		return err
	}
	if err := run(ctx, "DROP TABLE pairs; DROP TABLE sides"); err != nil {
		return err
	}
	return run(ctx, "VACUUM ANALYZE")
}
