// SQL, not ent: the words of a thousand users are read and added by one statement each (ADR 7).
// Words that go are few and are deleted through ent.

package store

import (
	"context"
	"database/sql"
	"maps"
	"slices"

	"github.com/google/uuid"

	"github.com/aparte-im/aparte/dm"
	"github.com/aparte-im/aparte/ent/generated/searchword"
)

// searchWord is a word by which a user is found.
type searchWord struct {
	user dm.UserID
	word string
}

var searchWordFields = fields[searchWord, unused]{
	{"user_id", uuidOf(func(w *searchWord) [16]byte { return w.user }), nil},
	{"word", text(func(w *searchWord) string { return w.word }), nil},
}

// writeSearchWords makes the words of users those that are given, and writes only what differs. The
// caller holds the users' rows.
func (s *Store) writeSearchWords(ctx context.Context, ses *session, of map[dm.UserID][]string) error {
	missing := map[searchWord]bool{}
	for user, words := range of {
		for _, word := range words {
			missing[searchWord{user, word}] = true
		}
	}
	gone := map[dm.UserID][]string{}
	found, err := ses.conn.QueryContext(ctx, "SELECT w.user_id, w.word FROM "+s.dialect.source(idFields.shape(), 1)+
		s.dialect.join("search_words", "w", "w.user_id >= r.id AND w.user_id <= r.id"+s.dialect.byUser()),
		ids(s.dialect, slices.Collect(maps.Keys(of))).args(nil)...)
	if err != nil {
		return err
	}
	err = eachRow(found, func(row *sql.Rows) error {
		var user uuid.UUID
		var word string
		if err := row.Scan(&user, &word); err != nil {
			return err
		}
		if w := (searchWord{dm.UserID(user), word}); missing[w] {
			delete(missing, w)
		} else {
			gone[w.user] = append(gone[w.user], word)
		}
		return nil
	})
	if err != nil {
		return err
	}
	for user, words := range gone {
		_, err := ses.ent.SearchWord.Delete().Where(searchword.UserID(uuid.UUID(user)), searchword.IDIn(words...)).Exec(ctx)
		if err != nil {
			return err
		}
	}
	if len(missing) == 0 {
		return nil
	}
	rows := s.dialect.rowset(searchWordFields.shape())
	for w := range missing {
		searchWordFields.add(rows, &w)
	}
	_, err = ses.conn.ExecContext(ctx, inserter("search_words", searchWordFields.shape(), "true")(s.dialect.source(searchWordFields.shape(), 1))+
		" ON CONFLICT DO NOTHING", rows.args(nil)...)
	return err
}

// byUser tells Postgres the order of the words of one user: only the primary key has it, and a
// planner who believes the table empty would as soon read the other index whole.
func (d *dialect) byUser() string {
	if d.postgres {
		return " ORDER BY w.user_id, w.word"
	}
	return ""
}
