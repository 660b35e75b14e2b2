package dm

import (
	"context"
	"net/url"
	"slices"
	"strings"

	"github.com/aparte-im/aparte/dm/policy"
	"github.com/aparte-im/aparte/words"
)

// WordMatcher finds the hidden words of one user.
type WordMatcher = words.Matcher

// CompileWords makes the matcher of a list.
func CompileWords(list []string) *WordMatcher { return words.Compile(list) }

// HiddenWords is a user's list: a message of somebody whom they neither know nor follow that holds
// one of them goes to HIDDEN. The sender is told nothing.
type HiddenWords struct {
	User UserID
	// Version rises with every change; the user's head has it too. 0: there never was a list.
	Version int64
	List    []string
}

// HiddenWordSamples are lists that a client may offer to begin with. None holds until a user adds
// it.
func HiddenWordSamples() []words.Sample { return words.Samples() }

// HiddenWords returns the viewer's list, in the order in which it was made.
func (s *Service) HiddenWords(ctx context.Context, viewer UserID) ([]string, error) {
	kept, err := s.settings.HiddenWords(ctx, viewer)
	return kept.List, err
}

// AddHiddenWords adds words, phrases or emoji to the viewer's list; what is there already stays.
// Errors: INVALID_INPUT (an entry in which nothing can be found, or the list would be longer than
// words.MaxCount), NOT_FOUND.
func (s *Service) AddHiddenWords(ctx context.Context, viewer UserID, add []string) ([]string, error) {
	clean, refusal := cleanWords(add)
	if refusal != nil {
		return nil, refusal
	}
	return s.editWords(ctx, viewer, nil, func(list []string) []string {
		for _, w := range clean {
			if !slices.Contains(list, w) {
				list = append(list, w)
			}
		}
		return list
	})
}

// RemoveHiddenWords takes entries off the viewer's list. Requests that they have hidden come out.
// Errors: INVALID_INPUT, NOT_FOUND.
func (s *Service) RemoveHiddenWords(ctx context.Context, viewer UserID, remove []string) ([]string, error) {
	clean, refusal := cleanWords(remove)
	if refusal != nil {
		return nil, refusal
	}
	return s.editWords(ctx, viewer, nil, func(list []string) []string {
		return slices.DeleteFunc(list, func(w string) bool { return slices.Contains(clean, w) })
	})
}

func cleanWords(in []string) ([]string, *Error) {
	if len(in) == 0 || len(in) > words.MaxCount {
		return nil, Invalid("words", "Give 1 to %d words.", words.MaxCount)
	}
	out := make([]string, len(in))
	for i, w := range in {
		w, err := normalizeLine("words", strings.TrimSpace(w), words.MaxLength)
		if err != nil {
			return nil, err
		}
		if !words.Valid(w) {
			return nil, Invalid("words", "Each entry needs a letter, a digit or an emoji.")
		}
		out[i] = w
	}
	return out, nil
}

// editWords edits the list that the head names: it is read before the lock, and read again when it
// was changed meanwhile. undone is the change that the edit takes back; it must be the newest.
func (s *Service) editWords(ctx context.Context, viewer UserID, undone *SettingsChange, edit func([]string) []string) ([]string, error) {
	for {
		kept, err := s.settings.HiddenWords(ctx, viewer)
		if err != nil {
			return nil, err
		}
		var undoes ChangeID
		if undone != nil {
			if undoes = undone.ID; kept.Version != undone.Words.Version {
				return nil, Invalid("id", "A later change stands. Undo that first.")
			}
		}
		list := edit(slices.Clone(kept.List))
		if len(list) > words.MaxCount {
			return nil, Invalid("words", "A list has at most %d entries.", words.MaxCount)
		}
		if slices.Equal(list, kept.List) {
			return list, nil
		}
		again := false
		err = s.txs.Change(ctx, Scope{Users: []UserID{viewer}}, func(tx *Tx) error {
			h := tx.Head(viewer)
			if h == nil || h.Gone {
				return NotFound("user")
			}
			if again = h.Words != kept.Version; !again {
				tx.setWords(h, kept.List, list, originOf(ctx), undoes)
			}
			return nil
		})
		if err == nil && !again {
			err = s.sortByWords(ctx, viewer, len(list) > 0)
		}
		if err != nil || !again {
			return list, err
		}
	}
}

// undoWords takes a change of the hidden words back. Removed words come back at the end of the
// list.
func (s *Service) undoWords(ctx context.Context, viewer UserID, undone SettingsChange) (Messaging, error) {
	_, err := s.editWords(ctx, viewer, &undone, func(list []string) []string {
		return append(without(list, undone.Words.Added), undone.Words.Removed...)
	})
	if err != nil {
		return Messaging{}, err
	}
	return s.Messaging(ctx, viewer)
}

// without is a list less the entries of another.
func without(list, less []string) (out []string) {
	for _, w := range list {
		if !slices.Contains(less, w) {
			out = append(out, w)
		}
	}
	return out
}

// setWords keeps the change in the setting history, like any other, and tells the user's devices.
func (tx *Tx) setWords(h *Head, before, list []string, by Origin, undoes ChangeID) {
	h.Words++
	tx.out.Heads[h.User] = h
	tx.out.Words = append(tx.out.Words, HiddenWords{User: h.User, Version: h.Words, List: list})
	tx.keepChange(SettingsChange{
		User: h.User, Origin: by, Undoes: undoes, Before: h.Settings, After: h.Settings, AgeBefore: h.AgeBand, AgeAfter: h.AgeBand,
		Words: &WordsChange{Version: h.Words, Added: without(list, before), Removed: without(before, list)},
	})
	tx.event(h.User, EventSettingsChanged, nil, nil)
}

// NeedsWords returns the version of the recipient's hidden words when the verdict of a send depends
// on them and the Tx does not have them.
func (tx *Tx) NeedsWords(sender, recipient UserID) (version int64, needed bool) {
	to := tx.in.Heads[recipient]
	if to == nil || to.Words == 0 || tx.words[recipient] != nil {
		return 0, false
	}
	f, ok := tx.facts(sender, recipient)
	return to.Words, ok && !f.Familiar()
}

// AddWords is for the store: it adds a matcher that NeedsWords asked for.
func (tx *Tx) AddWords(user UserID, m *WordMatcher) {
	if tx.words == nil {
		tx.words = map[UserID]*WordMatcher{}
	}
	tx.words[user] = m
}

// holdsHidden reports whether a message holds one of the recipient's hidden words. Only what a
// familiar person writes is not looked at.
func (tx *Tx) holdsHidden(s *Send, f *policy.Facts) bool {
	m := tx.words[s.Recipient]
	if m == nil || f.Familiar() {
		return false
	}
	return m.Match(wordsOf(s.Body, s.Video)...)
}

// wordsOf are the texts of a message in which hidden words are looked for: also the address of its
// video, as it reads.
func wordsOf(body string, v *VideoCard) []string {
	texts := textsOf(body, v)
	if v != nil {
		address, err := url.QueryUnescape(v.URL)
		if err != nil {
			address = v.URL
		}
		texts = append(texts, address)
	}
	return texts
}

// textsOf are the words of a message: its text, and those of its video.
func textsOf(body string, v *VideoCard) []string {
	texts := []string{body}
	if v != nil {
		for _, t := range []*string{v.Title, v.AuthorHandle} {
			if t != nil {
				texts = append(texts, *t)
			}
		}
	}
	return texts
}

// sortByWords sorts what is there by a list that has changed: what held for its words comes out,
// what holds one is hidden.
func (s *Service) sortByWords(ctx context.Context, viewer UserID, some bool) error {
	if _, err := s.sortRequests(ctx, viewer, FolderHidden); err != nil || !some {
		return err
	}
	_, err := s.sortRequests(ctx, viewer, FolderRequests)
	return err
}
