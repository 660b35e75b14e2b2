package store_test

import (
	"crypto/md5"
	"database/sql"
	"fmt"
	"testing"
	"time"

	"github.com/aparte-im/aparte/dm"
	"github.com/aparte-im/aparte/dm/policy"
	"github.com/aparte-im/aparte/store"
)

// planFill makes 20,000 people, 50,000 conversations and 200,000 messages. The hub, who is user 0,
// has more of everything than may ever be read at once, so that a read of all of it shows: 6,000
// and more.
var planFill = []string{
	`INSERT INTO users (id, external_id, handle, display_name, age_band, exempt, deleted, created_at)
	SELECT md5('u' || i)::uuid, 'u' || i, 'u' || i, 'Person ' || i, 0, true, false, 1
	FROM generate_series(0, 20000 - 1) AS i`,
	`INSERT INTO search_words (user_id, word)
	SELECT md5('u' || i)::uuid, word FROM generate_series(0, 20000 - 1) AS i, unnest(ARRAY['person', 'u' || i, i::text]) AS word`,
	`INSERT INTO heads (user_id, position, trimmed_to, unread_conversations, unread_requests, unread_messages, audience, routes,
		read_receipts, changed_at, age_band, exempt, gone)
	SELECT md5('u' || i)::uuid, CASE WHEN i = 0 THEN 20000 ELSE 10 END, 0, 0, 0, 0, 1, 0, true, 1, 0, true, false
	FROM generate_series(0, 20000 - 1) AS i`,
	`INSERT INTO conversations (id, low_id, high_id, last_seq, last_at, created_at,
		low_folder, low_read_seq, low_cleared_seq, low_known, low_pending, low_declined_until, low_muted,
		high_folder, high_read_seq, high_cleared_seq, high_known, high_pending, high_declined_until, high_muted)
	SELECT encode(set_byte(set_byte(h, 6, get_byte(h, 6) & 15 | 128), 8, get_byte(h, 8) & 63 | 128), 'hex')::uuid,
		low, high, CASE WHEN k = 1 THEN 6000 ELSE 4 END, k * 1000000, 1,
		folder, 0, 0, folder = 1, 0, 0, false, folder, 0, 0, folder = 1, 0, 0, false
	FROM (SELECT k, low, high, CASE WHEN k = 2 THEN 2 ELSE 1 END AS folder,
			substr(sha256(uuid_send(low) || uuid_send(high)), 1, 16) AS h
		FROM (SELECT k, LEAST(a, b) AS low, GREATEST(a, b) AS high
			FROM (SELECT k, md5('u' || CASE WHEN k <= 6000 THEN 0 ELSE 1 + k % 19999 END)::uuid AS a,
					md5('u' || CASE WHEN k <= 6000 THEN k + CASE WHEN k > 50 THEN 100 ELSE 0 END ELSE 1 + (k + 1 + k / 19999) % 19999 END)::uuid AS b
				FROM generate_series(1::bigint, 50000) AS k) AS ends) AS pairs) AS hashed`,
	`INSERT INTO messages (conversation_id, seq, sender_id, client_message_id, body, video, created_at)
	SELECT id, seq, CASE WHEN seq % 2 = 0 THEN low_id ELSE high_id END, 'key-' || seq, 'hello', NULL, last_at
	FROM conversations, generate_series(1, last_seq) AS seq`,
	`INSERT INTO events (user_id, position, kind, at, with_id, seq, last_at, folder, read_seq, their_read_seq, unread, muted,
		unread_conversations, unread_requests, unread_messages)
	SELECT user_id, nth, 1, CASE WHEN position > 10 THEN nth ELSE 1000000 END, md5('u' || CASE WHEN user_id = md5('u0')::uuid THEN 1 ELSE 0 END)::uuid, 1 + nth % 4, 1, 1, 0, -1, 0, false, 0, 0, 0
	FROM heads, generate_series(1, position) AS nth`,
	// The hub follows and is followed, has blocked, is suggested to many: others than the tour
	// changes.
	`INSERT INTO follows (follower_id, followee_id, mutual, created_at)
	SELECT md5('u0')::uuid, md5('u' || i)::uuid, true, 1 FROM generate_series(1001, 7000) AS i
	UNION ALL SELECT md5('u' || i)::uuid, md5('u0')::uuid, true, 1 FROM generate_series(1001, 7000) AS i
	UNION ALL SELECT md5('u' || i)::uuid, md5('u' || 1 + (i * 7 + n) % 19999)::uuid, false, 1
		FROM generate_series(8000, 19999) AS i, generate_series(1, 5) AS n`,
	// It has 6,000 of each list of people too.
	`INSERT INTO overrides (user_id, other_id, blocked, restricted, listed, changed_at)
	SELECT md5('u0')::uuid, md5('u' || i)::uuid, i > 12000, i <= 8000, CASE WHEN i > 12000 THEN 2 ELSE 1 END, 1
	FROM generate_series(2001, 18000) AS i WHERE i <= 8000 OR i > 12000`,
	`INSERT INTO suggestions (user_id, suggested_id, created_at)
	SELECT md5('u0')::uuid, md5('u' || i)::uuid, 1 FROM generate_series(1001, 7000) AS i
	UNION ALL SELECT md5('u' || i)::uuid, md5('u0')::uuid, 1 FROM generate_series(1001, 7000) AS i`,
	`INSERT INTO settings_changes (id, user_id, at, audience_before, audience_after, routes_before, routes_after,
		read_receipts_before, read_receipts_after)
	SELECT md5('c' || i)::uuid, md5('u0')::uuid, i, 1, 2, 0, 0, true, true FROM generate_series(1, 6000) AS i`,
	// Codes that ended long ago, more than anybody can make before they are removed; each was used,
	// many by the hub.
	`INSERT INTO contact_codes (id, owner_id, label, hash, created_at, expires_at, revoked_at, ends_at, uses, max_uses)
	SELECT md5('code' || i)::uuid, md5('u' || CASE WHEN i <= 6000 THEN 0 ELSE i END)::uuid, 'label', md5('code' || i), i, i, 0, i, 1, 1
	FROM generate_series(1, 15000) AS i`,
	`INSERT INTO contact_code_redemptions (code_id, redeemer_id, redeemed_at)
	SELECT md5('code' || i)::uuid, md5('u' || CASE WHEN i <= 6000 THEN i ELSE 0 END)::uuid, i FROM generate_series(1, 15000) AS i`,
}

func planUser(n int) dm.UserID { return dm.UserID(md5.Sum(fmt.Appendf(nil, "u%d", n))) }

func fillPlans(t *testing.T, db *sql.DB) {
	t.Helper()
	for _, text := range planFill {
		if _, err := db.ExecContext(t.Context(), text); err != nil {
			t.Fatalf("%.60s…: %v", text, err)
		}
	}
}

// tourOf uses everything that a store offers, as the hub and around it, so that every statement is
// asked at least once.
func tourOf(t *testing.T, s *store.Store, service *dm.Service, user func(int) dm.UserID, trim time.Time) {
	t.Helper()
	ctx, hub := t.Context(), user(0)
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	const strangers = 64
	conversation := dm.ConversationOf(hub, user(1))
	var many []dm.UserID
	for i := range 50 {
		many = append(many, user(1+i))
	}
	key := 0
	send := func(from, to dm.UserID) {
		t.Helper()
		key++
		_, err := service.Send(ctx, from, dm.SendInput{To: to, Body: "hello", ClientMessageID: fmt.Sprint("tour-", key)})
		must(err)
	}
	// People.
	_, err := service.Users(ctx, many)
	must(err)
	_, err = service.UserByHandle(ctx, "u7")
	must(err)
	_, err = service.UserByExternalID(ctx, "u7")
	must(err)
	for _, query := range []string{"u", "person", "p", "person 7"} {
		page := dm.PageRequest{First: 50}
		for range 2 {
			found, err := service.SearchUsers(ctx, hub, query, page)
			must(err)
			if len(found.Items) > 0 {
				page.After = found.Items[len(found.Items)-1].Place.String()
			}
		}
	}
	_, err = service.SuggestedFriends(ctx, hub, dm.PageRequest{First: 50})
	must(err)
	_, err = service.BlockedUsers(ctx, hub, dm.PageRequest{First: 50})
	must(err)
	_, err = service.RestrictedUsers(ctx, hub, dm.PageRequest{First: 50})
	must(err)
	for _, list := range []policy.Listed{policy.ListedAlways, policy.ListedNever} {
		_, err = service.ListedUsers(ctx, hub, list, dm.PageRequest{First: 50})
		must(err)
	}
	_, err = service.History(ctx, hub, dm.PageRequest{First: 50})
	must(err)
	_, err = service.Relationships(ctx, hub, many)
	must(err)
	_, err = service.WhoCouldMessageMe(ctx, hub, nil)
	must(err)
	_, err = service.SenderContexts(ctx, hub, many)
	must(err)
	_, err = service.SenderContexts(ctx, user(1), []dm.UserID{hub})
	must(err)
	// Writing.
	send(hub, user(1))
	send(user(1), hub)
	send(user(30), user(31))
	tourOfSafety(t, service, s, user)
	tourOfCodes(t, s, service, user)
	must(service.Follow(ctx, user(32), user(33)))
	must(service.Follow(ctx, user(33), user(32)))
	must(service.Unfollow(ctx, user(32), user(33)))
	must(service.Block(ctx, user(32), user(33)))
	must(service.Unblock(ctx, user(32), user(33)))
	must(service.Restrict(ctx, user(31), user(30)))
	must(service.Unrestrict(ctx, user(31), user(30)))
	must(service.SetListed(ctx, user(31), user(30), policy.ListedAlways))
	must(service.SetListed(ctx, user(31), user(30), policy.NotListed))
	for _, a := range []policy.Audience{policy.SuggestedFriends, policy.Everyone} {
		_, err = service.SetWhoCanMessageMe(ctx, hub, a, nil)
		must(err)
		if a == policy.SuggestedFriends {
			// Whether they share friends decides; the hub's id is below that of some and above that
			// of others.
			for i := range 4 {
				_, err = service.Send(ctx, user(strangers+i), dm.SendInput{To: hub, Body: "hello", ClientMessageID: "shared"})
				if dm.CodeOf(err) != dm.CodeMessageNotAllowed {
					must(err)
				}
			}
		}
	}
	_, err = service.SetAcceptedKinds(ctx, hub, map[policy.Relation]policy.Kinds{policy.Stranger: policy.KindText})
	must(err)
	changes, err := service.History(ctx, hub, dm.PageRequest{First: 1})
	must(err)
	_, err = service.UndoSettingsChange(ctx, hub, changes.Items[0].ID)
	must(err)
	_, err = service.AddHiddenWords(ctx, user(57), []string{"hidden"})
	must(err)
	_, err = service.HiddenWords(ctx, user(57))
	must(err)
	send(user(58), user(57))
	// Reading.
	page := dm.PageRequest{First: 50}
	for range 2 {
		views, err := service.Inbox(ctx, hub, dm.FolderInbox, page)
		must(err)
		if len(views.Items) > 0 {
			page.After = views.Items[len(views.Items)-1].Place()
		}
	}
	_, err = service.Conversation(ctx, hub, conversation)
	must(err)
	both := []dm.ConversationID{conversation, dm.ConversationOf(hub, user(3))}
	messages, err := service.Messages(ctx, hub, both, dm.PageRequest{First: 50})
	must(err)
	newest := messages[conversation].Items[0]
	_, err = service.Messages(ctx, hub, both[:1], dm.PageRequest{First: 50, After: newest.Place()})
	must(err)
	_, err = service.MessagesByID(ctx, hub, []dm.MessageID{newest.ID, {Conversation: conversation, Seq: 1}})
	must(err)
	_, err = service.Unread(ctx, hub)
	must(err)
	_, err = s.Log(ctx, hub, 1, 100)
	must(err)
	// The inbox.
	_, err = service.MarkRead(ctx, hub, conversation, newest.ID.Seq)
	must(err)
	_, err = service.Mute(ctx, hub, conversation, true)
	must(err)
	_, err = service.Archive(ctx, hub, conversation, true)
	must(err)
	send(user(40), user(41))
	_, err = service.AcceptRequest(ctx, user(41), dm.ConversationOf(user(40), user(41)))
	must(err)
	send(user(42), user(43))
	_, _, err = service.DeclineRequests(ctx, user(43), []dm.ConversationID{dm.ConversationOf(user(42), user(43))})
	must(err)
	// The host.
	_, err = service.UpsertUsers(ctx, []dm.UserInput{{ExternalID: "u7", Handle: "u7", DisplayName: "Person 7", Exempt: true}, {ExternalID: "u8", Handle: "u8", DisplayName: "Renamed", Exempt: true}, {ExternalID: "new", Handle: "new", DisplayName: "New", Exempt: true}})
	must(err)
	must(service.SetEdges(ctx, []dm.EdgeEdit{{From: "u50", To: "u51"}, {From: "u50", To: "u52", Suggested: true}}))
	must(service.SetEdges(ctx, []dm.EdgeEdit{{From: "u50", To: "u51", Remove: true}, {From: "u50", To: "u52", Suggested: true, Remove: true}}))
	_, err = service.Import(ctx, []dm.Send{{Sender: user(44), Recipient: user(45), Body: "old", ClientMessageID: "import", At: time.Unix(1, 0)}})
	must(err)
	must(service.DeleteUser(ctx, "u55"))
	_, err = s.Trim(ctx, trim)
	must(err)
}
