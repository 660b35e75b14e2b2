// SQL, not ent: a search runs at each keystroke, in bounded ranges of indexes that ent cannot
// express (ADR 7).

package store

import (
	"cmp"
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strings"

	"github.com/google/uuid"

	"github.com/aparte-im/aparte/dm"
	"github.com/aparte-im/aparte/words"
)

// The ranks of a search, in the order in which people are listed.
const (
	// rankNear is friends and people whom the viewer talks with.
	rankNear = iota
	rankSuggested
	// rankHandle is others whose handle starts with the query.
	rankHandle
	// rankWord is others of whom each word of the query starts a word.
	rankWord
)

// Bounds of one search.
const (
	// nearFriends, nearTalks and nearSuggested bound who may be listed before others. nearTalks
	// counts each folder and side. People beyond a bound are found among the others.
	nearFriends, nearTalks, nearSuggested = 400, 150, 200
	// searchWalk is how many people with the rarest word one statement looks at, searchWalks how
	// many statements a page may take. Where more than searchCount people have each of several
	// words, some who have them all may be missed.
	searchWalk, searchWalks = 250, 8
	// searchCount bounds the count of the people who have a word.
	searchCount = 1000
)

// pastPrefix sorts after every text that starts with a prefix.
const pastPrefix = "\U0010FFFF"

// wordRange is the range of an index that a prefix is.
type wordRange struct{ low, high string }

var wordRangeFields = fields[wordRange, unused]{
	{"low", text(func(w *wordRange) string { return w.low }), nil},
	{"high", text(func(w *wordRange) string { return w.high }), nil},
}

// searchReads are the statements of a search.
type searchReads struct{ near, handles, counts, words *sql.Stmt }

func (s *Store) prepareSearch(prepare func(**sql.Stmt, string), user string, unblocked func(viewer, person string) string) (r searchReads) {
	d := s.dialect
	allWords := func(person string, first int) string {
		return "NOT EXISTS (SELECT 1 FROM " + d.source(wordRangeFields.shape(), first) +
			" WHERE NOT EXISTS (SELECT 1 FROM search_words q WHERE q.user_id = " + person +
			" AND q.word >= r.low AND q.word < r.high" + d.fence() + ")" + d.fence() + ")"
	}
	lists := []string{fmt.Sprintf("SELECT * FROM (SELECT followee_id AS id, %d AS place FROM follows WHERE follower_id = $1 AND mutual "+
		"ORDER BY followee_id LIMIT %d) AS friends", rankNear, nearFriends)}
	for _, folder := range []dm.Folder{dm.FolderInbox, dm.FolderArchive} {
		for _, s := range [][2]string{{"low", "high"}, {"high", "low"}} {
			lists = append(lists, fmt.Sprintf("SELECT * FROM (SELECT %[2]s_id AS id, %[4]d AS place FROM conversations "+
				"WHERE %[1]s_id = $1 AND %[1]s_folder = %[3]d ORDER BY last_at DESC LIMIT %[5]d) AS %[1]s_%[3]d",
				s[0], s[1], folder, rankNear, nearTalks))
		}
	}
	lists = append(lists, fmt.Sprintf("SELECT * FROM (SELECT suggested_id AS id, %d AS place FROM suggestions WHERE user_id = $1 "+
		"ORDER BY suggested_id LIMIT %d) AS suggested", rankSuggested, nearSuggested))
	prepare(&r.near, "SELECT n.id, n.place, u.handle FROM (SELECT l.id, l.place FROM ("+strings.Join(lists, " UNION ALL ")+") AS l WHERE "+
		allWords("l.id", 2)+d.fence()+") AS n"+d.join("users", "u", "u.id = n.id")+
		" WHERE NOT u.deleted AND "+unblocked("$1", "n.id"))
	prepare(&r.handles, user+` FROM users u WHERE u.handle >= $1 AND u.handle < $2 AND u.handle > $3 AND NOT u.deleted
		AND `+unblocked("$5", "u.id")+` ORDER BY u.handle LIMIT $4`)
	prepare(&r.counts, fmt.Sprintf("SELECT r.low, (SELECT count(*) FROM (SELECT 1 FROM search_words c "+
		"WHERE c.word >= r.low AND c.word < r.high ORDER BY c.word, c.user_id LIMIT %d) AS few) FROM ", searchCount)+d.source(wordRangeFields.shape(), 1))
	// The first counts where several words of a person start so.
	prepare(&r.words, `SELECT w.word, w.user_id,
		NOT EXISTS (SELECT 1 FROM search_words b WHERE b.user_id = w.user_id AND b.word >= $5 AND b.word < w.word`+d.fence()+`)
		AND NOT EXISTS (SELECT 1 FROM users u WHERE u.id = w.user_id AND u.handle >= $7 AND u.handle < $8`+d.fence()+`)
		AND `+allWords("w.user_id", 9)+` AND `+unblocked("$6", "w.user_id")+`
		FROM (SELECT word, user_id FROM search_words WHERE (word, user_id) > ($1, $2) AND word < $3
			ORDER BY word, user_id LIMIT $4) AS w ORDER BY w.word, w.user_id`)
	return r
}

// search is one search: what is asked, and what was found so far.
type search struct {
	*Store
	viewer dm.UserID
	prefix string
	// words are those of the query.
	words []string
	// near is listed first, in order; isNear has its users.
	near   []dm.FoundUser
	isNear map[dm.UserID]bool
	limit  int
	out    []dm.FoundUser
}

// SearchUsers implements dm.Store. Each rank is bounded ranges of indexes. A query with an
// underscore is a handle, where a handle starts so.
func (s *Store) SearchUsers(ctx context.Context, viewer dm.UserID, prefix string, after *dm.UserPlace, limit int) ([]dm.FoundUser, error) {
	q := &search{Store: s, viewer: viewer, prefix: prefix, words: words.SearchWords(prefix), limit: limit}
	from := dm.UserPlace{}
	if after != nil {
		from = *after
	}
	if err := q.findNear(ctx); err != nil {
		return nil, fmt.Errorf("search near the viewer: %w", err)
	}
	for _, f := range q.near {
		if len(q.out) < limit && (after == nil || compareFound(f.Place, from) > 0) {
			q.out = append(q.out, f)
		}
	}
	if err := q.findHandles(ctx, from); err != nil {
		return nil, fmt.Errorf("search by handle: %w", err)
	}
	asHandle := strings.Contains(prefix, "_") &&
		(from.Rank == rankHandle || slices.ContainsFunc(q.out, func(f dm.FoundUser) bool { return strings.HasPrefix(f.Handle, prefix) }))
	if !asHandle {
		if err := q.findWords(ctx, from); err != nil {
			return nil, fmt.Errorf("search by word: %w", err)
		}
	}
	return q.profiles(ctx)
}

func compareFound(a, b dm.UserPlace) int {
	return cmp.Or(cmp.Compare(a.Rank, b.Rank), strings.Compare(a.Key, b.Key), slices.Compare(a.ID[:], b.ID[:]))
}

// ranges binds the ranges of words.
func (q *search) ranges(prefixes []string) rowset {
	rows := q.dialect.rowset(wordRangeFields.shape())
	for _, w := range prefixes {
		wordRangeFields.add(rows, &wordRange{w, w + pastPrefix})
	}
	return rows
}

// findNear finds all who are listed before others. Later pages need them too, to leave them out.
func (q *search) findNear(ctx context.Context) error {
	if len(q.words) == 0 || q.viewer == (dm.UserID{}) {
		return nil
	}
	found := map[dm.UserID]dm.FoundUser{}
	err := each(ctx, q.reads.search.near, q.ranges(q.words).args([]any{uuidText(q.viewer)}), func(row *sql.Rows) error {
		var id uuid.UUID
		var rank uint8
		var handle string
		if err := row.Scan(&id, &rank, &handle); err != nil {
			return err
		}
		user := dm.UserID(id)
		if known, ok := found[user]; user != q.viewer && (!ok || rank < known.Place.Rank) {
			found[user] = dm.FoundUser{
				User:  &dm.User{ID: user, Handle: handle},
				Place: dm.UserPlace{Rank: rank, Key: handle, ID: user},
			}
		}
		return nil
	})
	q.isNear = make(map[dm.UserID]bool, len(found))
	for user, f := range found {
		q.near, q.isNear[user] = append(q.near, f), true
	}
	slices.SortFunc(q.near, func(a, b dm.FoundUser) int { return compareFound(a.Place, b.Place) })
	return err
}

func (q *search) findHandles(ctx context.Context, from dm.UserPlace) error {
	if from.Rank > rankHandle {
		return nil
	}
	last := ""
	if from.Rank == rankHandle {
		last = from.Key
	}
	for len(q.out) < q.limit {
		read, want := 0, q.limit-len(q.out)
		args := []any{q.prefix, q.prefix + pastPrefix, last, want, uuidText(q.viewer)}
		err := q.listUsers(ctx, q.reads.search.handles, args, func(u *dm.User) {
			read++
			last = u.Handle
			if !q.isNear[u.ID] {
				q.out = append(q.out, dm.FoundUser{User: u, Place: dm.UserPlace{Rank: rankHandle, Key: u.Handle}})
			}
		})
		if err != nil || read < want {
			return err
		}
	}
	return nil
}

// rarest returns the word of the query that the fewest people have. The pages of a listing keep to
// the word of the first.
func (q *search) rarest(ctx context.Context, from dm.UserPlace) (rarest string, err error) {
	if from.Rank == rankWord {
		for _, w := range q.words {
			if strings.HasPrefix(from.Key, w) {
				return w, nil
			}
		}
	}
	if len(q.words) == 1 {
		return q.words[0], nil
	}
	least := -1
	err = each(ctx, q.reads.search.counts, q.ranges(q.words).args(nil), func(row *sql.Rows) error {
		var word string
		var count int
		err := row.Scan(&word, &count)
		// Where many have both of two words, the longer word is taken.
		if least < 0 || count < least || count == least && len(word) > len(rarest) {
			rarest, least = word, count
		}
		return err
	})
	return rarest, err
}

func (q *search) findWords(ctx context.Context, from dm.UserPlace) error {
	if len(q.words) == 0 || len(q.out) >= q.limit || from.Rank > rankWord {
		return nil
	}
	low, err := q.rarest(ctx, from)
	if err != nil {
		return err
	}
	word, id := low, uuid.Nil.String()
	if from.Rank == rankWord && from.Key >= low {
		word, id = from.Key, uuidText(from.ID)
	}
	rest := q.ranges(slices.DeleteFunc(slices.Clone(q.words), func(w string) bool { return w == low }))
	// Nearly everybody who has the word is listed where it is the only one.
	walk := min(searchWalk, 2*q.limit)
	for range searchWalks {
		if len(q.out) >= q.limit {
			return nil
		}
		read := 0
		args := []any{word, id, low + pastPrefix, walk, low, uuidText(q.viewer), q.prefix, q.prefix + pastPrefix}
		err := each(ctx, q.reads.search.words, rest.args(args), func(row *sql.Rows) error {
			var user uuid.UUID
			var found bool
			if err := row.Scan(&word, &user, &found); err != nil {
				return err
			}
			read++
			id = user.String()
			if u := dm.UserID(user); found && len(q.out) < q.limit && !q.isNear[u] {
				q.out = append(q.out, dm.FoundUser{User: &dm.User{ID: u}, Place: dm.UserPlace{Rank: rankWord, Key: word, ID: u}})
			}
			return nil
		})
		if err != nil || read < walk {
			return err
		}
		walk = searchWalk
	}
	return nil
}

// profiles reads who was found, less those who were deleted meanwhile.
func (q *search) profiles(ctx context.Context) ([]dm.FoundUser, error) {
	var ids []dm.UserID
	for _, f := range q.out {
		if f.ExternalID == "" {
			ids = append(ids, f.ID)
		}
	}
	if len(ids) == 0 {
		return q.out, nil
	}
	users, err := q.Users(ctx, ids)
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(q.out, func(f dm.FoundUser) bool { return f.ExternalID == "" && !fill(f.User, users[f.ID]) }), nil
}

// fill copies a profile and reports whether there is one.
func fill(to, from *dm.User) bool {
	if from == nil || from.Deleted {
		return false
	}
	*to = *from
	return true
}
