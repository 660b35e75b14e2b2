package store

import (
	"context"
	"strings"

	"github.com/google/uuid"

	"github.com/aparte-im/aparte/dm"
	ent "github.com/aparte-im/aparte/ent/generated"
	"github.com/aparte-im/aparte/ent/generated/hiddenwords"
)

// knownWords is a compiled list and the version that it is of.
type knownWords struct {
	version int64
	matcher *dm.WordMatcher
}

// HiddenWords implements dm.Store.
func (s *Store) HiddenWords(ctx context.Context, viewer dm.UserID) (dm.HiddenWords, error) {
	return findWords(ctx, s.ent, viewer)
}

// findWords returns a user's hidden words; a user who never had any has version 0.
func findWords(ctx context.Context, from *ent.Client, user dm.UserID) (dm.HiddenWords, error) {
	row, err := from.HiddenWords.Get(ctx, uuid.UUID(user))
	if ent.IsNotFound(err) {
		return dm.HiddenWords{User: user}, nil
	}
	if err != nil {
		return dm.HiddenWords{}, err
	}
	return dm.HiddenWords{User: user, Version: int64(row.Version), List: wordLines(row.List)}, nil
}

// wordLines are words that are kept one a line.
func wordLines(list string) []string {
	if list == "" {
		return nil
	}
	return strings.Split(list, "\n")
}

// addWords gives a ledger the hidden words that the verdicts of its sends depend on. They are read
// under the lock of the head that names their version, and seldom: once a version and node.
func (s *Store) addWords(ctx context.Context, ses *session, tx *dm.Tx, sends []dm.Pair) error {
	for _, p := range sends {
		from, to := p.Low, p.High
		if s.addKnownWords(tx, from, to) {
			continue
		}
		kept, err := findWords(ctx, ses.ent, to)
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

// writeWords writes lists, and their versions into the heads, by which every node learns that what
// it knows is old.
func writeWords(ctx context.Context, ses *session, lists []dm.HiddenWords) error {
	for _, w := range lists {
		id, list := uuid.UUID(w.User), strings.Join(w.List, "\n")
		n, err := ses.ent.HiddenWords.Update().Where(hiddenwords.ID(id)).SetVersion(int32(w.Version)).SetList(list).Save(ctx)
		if err == nil && n == 0 {
			err = ses.ent.HiddenWords.Create().SetID(id).SetVersion(int32(w.Version)).SetList(list).Exec(ctx)
		}
		if err != nil {
			return err
		}
		if err := updateHead(ctx, ses, w.User, "words = $2", w.Version); err != nil {
			return err
		}
	}
	return nil
}
