package store

import (
	"context"
	"database/sql"
	"fmt"
	"strings"

	"github.com/google/uuid"

	"github.com/aparte-im/aparte/dm"
)

// sharedFriendsWalk bounds the walk that looks for shared friends: through the friends of one of two people, of the first
// unless those are more. Of two who both have more, friends are looked for among so many of one.
const sharedFriendsWalk = 1000

// sharedFriends reads, for the pairs of a source with low and high, up to limit shared friends. Both walks go by the index of
// friends alone.
func (d *dialect) sharedFriends(limit string) string {
	return fmt.Sprintf(`SELECT b.followee_id FROM (SELECT followee_id FROM follows
			WHERE follower_id = CASE WHEN r.many THEN r.high ELSE r.low END AND mutual ORDER BY followee_id LIMIT %d) AS a
		%s JOIN follows b ON b.follower_id = CASE WHEN r.many THEN r.low ELSE r.high END AND b.followee_id = a.followee_id AND b.mutual LIMIT %s`,
		sharedFriendsWalk, d.ordered(), limit)
}

// ordered makes SQLite join in the order in which it is written.
func (d *dialect) ordered() string {
	if d.postgres {
		return ""
	}
	return "CROSS"
}

// sharedSource is the pairs that a rowset binds, and whether the lower has many friends.
func (d *dialect) sharedSource(first int) string {
	return fmt.Sprintf("(SELECT r.*, (SELECT count(*) FROM (SELECT 1 FROM follows WHERE follower_id = r.low AND mutual LIMIT %d) AS few) > %d AS many FROM ",
		sharedFriendsWalk+1, sharedFriendsWalk) + d.source(sharedShape, first) + d.fence() + ") AS r"
}

// countSharedFriends counts the shared friends of pairs, up to limit.
func (d *dialect) countSharedFriends(limit int) string {
	return "SELECT r.n, (SELECT count(*) FROM (" + d.sharedFriends(fmt.Sprint(limit)) + ") AS friends) FROM " + d.sharedSource(1)
}

// listSharedFriends lists them, up to $1, as one text: a row for each pair.
func (d *dialect) listSharedFriends() string {
	list := "group_concat(followee_id, ',')"
	if d.postgres {
		list = "string_agg(followee_id::text, ',')"
	}
	return "SELECT r.n, COALESCE((SELECT " + list + " FROM (" + d.sharedFriends("$1") + ") AS friends), '') FROM " + d.sharedSource(2)
}

// SharedFriends implements dm.Store.
func (s *Store) SharedFriends(ctx context.Context, viewer dm.UserID, others []dm.UserID, limit int) (map[dm.UserID][]dm.UserID, error) {
	rows := s.dialect.rowset(sharedShape)
	for i, other := range others {
		rows.int(int64(i))
		rows.id(other)
		rows.id(viewer)
	}
	out := map[dm.UserID][]dm.UserID{}
	return out, each(ctx, s.reads.sharedList, rows.args([]any{limit}), func(row *sql.Rows) error {
		var n int
		var list string
		if err := row.Scan(&n, &list); err != nil || list == "" {
			return err
		}
		for text := range strings.SplitSeq(list, ",") {
			id, err := uuid.Parse(text)
			if err != nil {
				return fmt.Errorf("a shared friend: %w", err)
			}
			out[others[n]] = append(out[others[n]], dm.UserID(id))
		}
		return nil
	})
}
