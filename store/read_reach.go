// SQL, not ent: bounded walks over several lists need LIMIT within subqueries that ent cannot
// express (ADR 7).

package store

import (
	"context"
	"database/sql"
	"fmt"
	"maps"
	"strings"

	"github.com/google/uuid"

	"github.com/aparte-im/aparte/dm"
)

// tieTexts are the statements for one kind of tie. list reads up to $2 people who have it with $1,
// in the order of an index; among says which of some people have it, by key. Their rows are a
// person, their ties and whether they are deleted. timed: they ask what holds now, list as $3,
// among as $2.
type tieTexts struct {
	list, among string
	timed       bool
}

type tieList struct {
	list, among *sql.Stmt
	timed       bool
}

// tieReads are the lists, and the walk through friends of friends.
type tieReads struct {
	lists  []tieList
	shared *sql.Stmt
}

// tieKey is a person and the conversation with the viewer.
type tieKey struct {
	other        dm.UserID
	conversation dm.ConversationID
}

var tieFields = fields[tieKey, unused]{
	{"other", uuidOf(func(k *tieKey) [16]byte { return k.other }), nil},
	{"conversation", uuidOf(func(k *tieKey) [16]byte { return k.conversation }), nil},
}

const (
	// tiesChunk is how many people one statement looks up.
	tiesChunk = 1000
	// sharedWalk is how many friends of friends are looked at for each friend that may be, on
	// average.
	sharedWalk = 20
)

func tieIf(condition string, tie dm.PairFlags) string {
	return fmt.Sprintf("CASE WHEN %s THEN %d ELSE 0 END", condition, tie)
}

func (d *dialect) ties() []tieTexts {
	edge := func(table, owner, other string, tie dm.PairFlags) tieTexts {
		return tieTexts{
			list: fmt.Sprintf("SELECT %s, %d, false FROM %s WHERE %s = $1 ORDER BY %[1]s LIMIT $2", other, tie, table, owner),
			among: fmt.Sprintf("SELECT r.other, %d, false FROM ", tie) + d.source(tieFields.shape(), 2) +
				d.join(table, "t", "t."+owner+" = $1 AND t."+other+" = r.other"),
		}
	}
	return []tieTexts{
		edge("follows", "followee_id", "follower_id", dm.FlagFollower),
		edge("follows", "follower_id", "followee_id", dm.FlagFollowed),
		edge("suggestions", "user_id", "suggested_id", dm.FlagSuggested),
		d.overrideFlags(), d.conversationFlags(),
	}
}

// To be deleted ends follows and suggestions, but neither overrides nor conversations.
const tieGone = ", COALESCE(h.gone, false) FROM "

func (d *dialect) overrideFlags() tieTexts {
	ties := strings.Join([]string{
		tieIf("t.blocked", dm.FlagBlocked), tieIf("t.restricted", dm.FlagRestricted),
		tieIf("t.listed = 1", dm.FlagAlways), tieIf("t.listed = 2", dm.FlagNever),
	}, " + ")
	return tieTexts{
		list: "SELECT t.other_id, " + ties + tieGone + "(SELECT * FROM overrides WHERE user_id = $1 ORDER BY other_id LIMIT $2) AS t" +
			d.lookup("heads", "h", "user_id = t.other_id"),
		among: "SELECT r.other, " + ties + ", false FROM " + d.source(tieFields.shape(), 2) +
			d.join("overrides", "t", "t.user_id = $1 AND t.other_id = r.other"),
	}
}

func (d *dialect) conversationFlags() tieTexts {
	ties := func(known, declined string) string {
		return tieIf(known, dm.FlagKnown) + " + " + tieIf(declined, dm.FlagDeclined)
	}
	mine := func(column string) string {
		return "CASE WHEN t.low_id = $1 THEN t.low_" + column + " ELSE t.high_" + column + " END"
	}
	// Those whom one knows are mostly in the first folders, so a limit cuts the others.
	var sides []string
	for _, folder := range []dm.Folder{dm.FolderInbox, dm.FolderArchive, dm.FolderNone, dm.FolderRequests, dm.FolderHidden} {
		for _, s := range [][2]string{{"low", "high"}, {"high", "low"}} {
			sides = append(sides, fmt.Sprintf("SELECT * FROM (SELECT %[2]s_id AS other_id, %[1]s_known AS known, %[1]s_declined_until AS declined_until "+
				"FROM conversations WHERE %[1]s_id = $1 AND %[1]s_folder = %[3]d ORDER BY last_at DESC LIMIT $2) AS %[1]s_%[3]d", s[0], s[1], folder))
		}
	}
	return tieTexts{
		timed: true,
		list: "SELECT t.other_id, " + ties("t.known", "t.declined_until > $3") + tieGone +
			"(SELECT * FROM (" + strings.Join(sides, " UNION ALL ") + ") AS sides LIMIT $2) AS t" +
			d.lookup("heads", "h", "user_id = t.other_id"),
		among: "SELECT r.other, " + ties(mine("known"), mine("declined_until")+" > $2") + ", false FROM " +
			d.source(tieFields.shape(), 3) + d.join("conversations", "t", "t.id = r.conversation"),
	}
}

// sharedRelated finds among the friends of $1's first $2 friends those whom $4 of them have in
// common, looking at $3. A last row says how many friends and friends of friends there were.
func (d *dialect) sharedRelated() string {
	const friends = "(SELECT followee_id FROM follows WHERE follower_id = $1 AND mutual ORDER BY followee_id LIMIT $2) AS "
	return "WITH walk AS (SELECT b.followee_id AS other FROM " + friends + "a" +
		d.join("follows", "b", "b.follower_id = a.followee_id AND b.mutual AND b.followee_id <> $1") + ` LIMIT $3)
		SELECT other, 0, 0 FROM walk GROUP BY other HAVING count(*) >= $4
		UNION ALL SELECT NULL, (SELECT count(*) FROM ` + friends + "friends), (SELECT count(*) FROM walk)"
}

func (s *Store) prepareReach(prepare func(**sql.Stmt, string)) (r tieReads) {
	texts := s.dialect.ties()
	r.lists = make([]tieList, len(texts))
	for i, t := range texts {
		r.lists[i].timed = t.timed
		prepare(&r.lists[i].list, t.list)
		prepare(&r.lists[i].among, t.among)
	}
	prepare(&r.shared, s.dialect.sharedRelated())
	return r
}

// RelatedPeople implements dm.Store. A list that ends within the limit tells all there is of its
// kind; of one that does not, the people of the other lists are looked up.
func (s *Store) RelatedPeople(ctx context.Context, viewer dm.UserID, limit int) (dm.RelatedPeople, error) {
	out := dm.RelatedPeople{Flags: map[dm.UserID]dm.PairFlags{}}
	now := toMicros(s.clock())
	gone := map[dm.UserID]bool{}
	var cut []tieList
	for _, l := range s.reads.ties.lists {
		args := []any{uuidText(viewer), limit + 1}
		if l.timed {
			args = append(args, now)
		}
		read := 0
		err := eachTie(ctx, l.list, args, func(other dm.UserID, ties dm.PairFlags, deleted bool) {
			if read++; read > limit {
				return
			}
			if deleted {
				gone[other] = true
			}
			out.Flags[other] |= ties
		})
		if err != nil {
			return out, fmt.Errorf("read ties: %w", err)
		}
		if read > limit {
			cut = append(cut, l)
		}
	}
	out.Capped = len(cut) > 0
	if err := s.sharedRelated(ctx, viewer, limit, &out); err != nil {
		return out, fmt.Errorf("walk through friends: %w", err)
	}
	for _, l := range cut {
		if err := s.tiesAmong(ctx, l, viewer, now, out.Flags); err != nil {
			return out, fmt.Errorf("look up ties: %w", err)
		}
	}
	maps.DeleteFunc(out.Flags, func(other dm.UserID, ties dm.PairFlags) bool { return ties == 0 || gone[other] || other == viewer })
	return out, nil
}

func (s *Store) sharedRelated(ctx context.Context, viewer dm.UserID, limit int, out *dm.RelatedPeople) error {
	if s.rules.SharedFriends == 0 {
		return nil
	}
	args := []any{uuidText(viewer), limit + 1, limit*sharedWalk + 1, s.rules.SharedFriends}
	return each(ctx, s.reads.ties.shared, args, func(row *sql.Rows) error {
		var other uuid.NullUUID
		var friends, walked int
		if err := row.Scan(&other, &friends, &walked); err != nil {
			return err
		}
		if other.Valid {
			out.Flags[dm.UserID(other.UUID)] |= dm.FlagShared
		}
		out.SharedOpen = out.SharedOpen || friends > limit || walked > limit*sharedWalk
		return nil
	})
}

// tiesAmong adds the ties of one kind to people who have others.
func (s *Store) tiesAmong(ctx context.Context, l tieList, viewer dm.UserID, now int64, people map[dm.UserID]dm.PairFlags) error {
	rows := s.dialect.rowset(tieFields.shape())
	found := map[dm.UserID]dm.PairFlags{}
	ask := func() error {
		args := []any{uuidText(viewer)}
		if l.timed {
			args = append(args, now)
		}
		err := eachTie(ctx, l.among, rows.args(args), func(other dm.UserID, ties dm.PairFlags, _ bool) { found[other] = ties })
		rows = s.dialect.rowset(tieFields.shape())
		return err
	}
	for other := range people {
		tieFields.add(rows, &tieKey{other, dm.ConversationOf(viewer, other)})
		if rows.len() < tiesChunk {
			continue
		}
		if err := ask(); err != nil {
			return err
		}
	}
	if rows.len() > 0 {
		if err := ask(); err != nil {
			return err
		}
	}
	for other, ties := range found {
		people[other] |= ties
	}
	return nil
}

func eachTie(ctx context.Context, stmt *sql.Stmt, args []any, take func(dm.UserID, dm.PairFlags, bool)) error {
	return each(ctx, stmt, args, func(row *sql.Rows) error {
		var other uuid.UUID
		var ties dm.PairFlags
		var gone bool
		err := row.Scan(&other, &ties, &gone)
		take(dm.UserID(other), ties, gone)
		return err
	})
}
