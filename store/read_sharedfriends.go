// SQL, not ent: the bounded walk through friends needs LIMIT within subqueries and a join order
// that ent cannot express (ADR 7).

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

// sharedFriendsWalk bounds a walk that looks for shared friends: through so many friends of one of
// two people. It finds them all when that one has no more. A user with at most fewFriends is
// walked through without a count of the other's friends.
const (
	sharedFriendsWalk = 1000
	fewFriends        = 32
)

// sharedFriends walks through the friends of one and reads up to limit who are friends of the
// other, too. It goes by the index of friends alone.
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

// sharedPairs makes a table r of the pairs of a source (n, low, high): n, the one whose friends are
// walked through, and the other. A user with few friends is walked through, because the other may
// have very many; a user with more friends than a walk covers only when both have.
func (d *dialect) sharedPairs(source string) string {
	atMost := func(user string, n int) string {
		return fmt.Sprintf(`(SELECT count(*) FROM (SELECT 1 FROM follows WHERE follower_id = %s AND mutual
			ORDER BY followee_id LIMIT %d) AS few) <= %d`, user, n+1, n)
	}
	byLow := "CASE WHEN " + atMost("r.low", fewFriends) + " THEN true WHEN " + atMost("r.high", fewFriends) + " THEN false ELSE " +
		atMost("r.low", sharedFriendsWalk) + " END"
	return "(SELECT r.n, CASE WHEN r.by_low THEN r.low ELSE r.high END AS one, CASE WHEN r.by_low THEN r.high ELSE r.low END AS other" +
		" FROM (SELECT r.*, " + byLow + " AS by_low FROM " + source + d.fence() + ") AS r" + d.fence() + ") AS r"
}

// countSharedFriends counts the shared friends of the pairs of a source (n, low, high), up to
// limit: a row for each pair.
func (d *dialect) countSharedFriends(source string, limit int) string {
	return "SELECT r.n, (SELECT count(*) FROM (" + d.sharedFriends("r.one", "r.other", strconv.Itoa(limit)) + ") AS friends) AS shared FROM " +
		d.sharedPairs(source)
}

// listSharedFriends lists them, up to $1, as one text: a row for each pair.
func (d *dialect) listSharedFriends() string {
	list := "group_concat(followee_id, ',')"
	if d.postgres {
		list = "string_agg(followee_id::text, ',')"
	}
	return "SELECT r.n, COALESCE((SELECT " + list + " FROM (" + d.sharedFriends("r.one", "r.other", "$1") + ") AS friends), '') FROM " +
		d.sharedPairs(d.source(numberedPairFields.shape(), 2))
}

// SharedFriends implements dm.Store.
func (s *Store) SharedFriends(ctx context.Context, viewer dm.UserID, others []dm.UserID, limit int) (map[dm.UserID][]dm.UserID, error) {
	rows := s.dialect.rowset(numberedPairFields.shape())
	for i, other := range others {
		numberedPairFields.add(rows, &numberedPair{i, dm.Pair{Low: other, High: viewer}})
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
