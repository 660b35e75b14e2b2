package store

import (
	"context"
	"database/sql"
	"fmt"
	"strconv"
	"strings"

	"github.com/google/uuid"

	"github.com/aparte-im/aparte/dm"
)

// sharedFriendsWalk bounds a walk that looks for shared friends: through so many friends of one of two people. It finds them
// all when that one has no more.
const sharedFriendsWalk = 1000

// sharedFriends walks through the friends of one and reads up to limit who are friends of the other, too. It goes by the index
// of friends alone.
func (d *dialect) sharedFriends(one, other, limit string) string {
	return fmt.Sprintf(`SELECT b.followee_id FROM (SELECT followee_id FROM follows
			WHERE follower_id = %s AND mutual ORDER BY followee_id LIMIT %d) AS a
		%s JOIN follows b ON b.follower_id = %s AND b.followee_id = a.followee_id AND b.mutual LIMIT %s`,
		one, sharedFriendsWalk, d.ordered(), other, limit)
}

// ordered makes SQLite join in the order in which it is written.
func (d *dialect) ordered() string {
	if d.postgres {
		return ""
	}
	return "CROSS"
}

// countSharedFriends counts the shared friends of pairs, up to limit, by the friends of one and by those of the other.
func (d *dialect) countSharedFriends(limit int) string {
	count := func(one, other string) string {
		return "(SELECT count(*) FROM (" + d.sharedFriends(one, other, strconv.Itoa(limit)) + ") AS friends)"
	}
	return "SELECT r.n, " + count("r.low", "r.high") + ", " + count("r.high", "r.low") + " FROM " + d.source(sharedShape, 1)
}

// listSharedFriends lists them, up to $1, as one text: a row for each pair. It walks through the friends of the lower, or of
// the higher when those are more than a walk.
func (d *dialect) listSharedFriends() string {
	list := "group_concat(followee_id, ',')"
	if d.postgres {
		list = "string_agg(followee_id::text, ',')"
	}
	few := fmt.Sprintf("(SELECT count(*) FROM (SELECT 1 FROM follows WHERE follower_id = r.low AND mutual ORDER BY followee_id LIMIT %d) AS few) <= %d",
		sharedFriendsWalk+1, sharedFriendsWalk)
	shared := d.sharedFriends("CASE WHEN r.few THEN r.low ELSE r.high END", "CASE WHEN r.few THEN r.high ELSE r.low END", "$1")
	return "SELECT r.n, COALESCE((SELECT " + list + " FROM (" + shared + ") AS friends), '') FROM (SELECT r.*, " + few + " AS few FROM " +
		d.source(sharedShape, 2) + d.fence() + ") AS r"
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
