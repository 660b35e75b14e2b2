package store

import (
	"context"
	"database/sql"
	"errors"
	"strings"

	"github.com/aparte-im/aparte/dm"
)

// knownWords is a compiled list and the version that it is of.
type knownWords struct {
	version int64
	matcher *dm.WordMatcher
}

const selectWords = "SELECT version, list FROM hidden_words WHERE user_id = $1"

// HiddenWords implements dm.Store.
func (s *Store) HiddenWords(ctx context.Context, viewer dm.UserID) (dm.HiddenWords, error) {
	return scanWords(viewer, s.read.QueryRowContext(ctx, selectWords, uuidText(viewer)))
}

func scanWords(user dm.UserID, row *sql.Row) (dm.HiddenWords, error) {
	out := dm.HiddenWords{User: user}
	var list string
	err := row.Scan(&out.Version, &list)
	if errors.Is(err, sql.ErrNoRows) {
		return out, nil
	}
	out.List = wordLines(list)
	return out, err
}

// wordLines are words that are kept one a line.
func wordLines(list string) []string {
	if list == "" {
		return nil
	}
	return strings.Split(list, "\n")
}

// addWords gives a ledger the hidden words that the verdicts of its sends depend on. They are read under the lock of the
// head that names their version, and seldom: once a version and node.
func (s *Store) addWords(ctx context.Context, ses *session, tx *dm.Tx, sends []dm.Pair) error {
	for _, p := range sends {
		from, to := p.Low, p.High
		if s.addKnownWords(tx, from, to) {
			continue
		}
		kept, err := scanWords(to, ses.conn.QueryRowContext(ctx, selectWords, uuidText(to)))
		if err != nil {
			return err
		}
		known := knownWords{kept.Version, dm.CompileWords(kept.List)}
		s.words.Add(to, known)
		tx.AddWords(to, known.matcher)
	}
	return nil
}

// addKnownWords does so from the cache, and reports whether that is all the send needs.
func (s *Store) addKnownWords(tx *dm.Tx, from, to dm.UserID) bool {
	version, needed := tx.NeedsWords(from, to)
	if !needed {
		return true
	}
	known, ok := s.words.Get(to)
	if !ok || known.version != version {
		return false
	}
	tx.AddWords(to, known.matcher)
	return true
}

// writeWords writes lists, and their versions into the heads, by which every node learns that what it knows is old.
func writeWords(ctx context.Context, ses *session, lists []dm.HiddenWords) error {
	for _, w := range lists {
		_, err := ses.conn.ExecContext(ctx, `INSERT INTO hidden_words (user_id, version, list) VALUES ($1, $2, $3)
			ON CONFLICT (user_id) DO UPDATE SET version = excluded.version, list = excluded.list`,
			uuidText(w.User), w.Version, strings.Join(w.List, "\n"))
		if err != nil {
			return err
		}
		if err := updateHead(ctx, ses, w.User, "words = $2", w.Version); err != nil {
			return err
		}
	}
	return nil
}
