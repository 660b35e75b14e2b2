package dm

import (
	"context"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/aparte-im/aparte/dm/policy"
	"github.com/google/uuid"
)

// ChangeID names one change of settings. Its text form starts with "chg_".
type ChangeID uuid.UUID

const changePrefix = "chg_"

func (id ChangeID) String() string { return changePrefix + idText.EncodeToString(id[:]) }

// ParseChangeID reads the text form. Anything that String does not write is not ok.
func ParseChangeID(s string) (id ChangeID, ok bool) {
	b, ok := parseID(s, changePrefix)
	if !ok || len(b) != len(id) {
		return ChangeID{}, false
	}
	copy(id[:], b)
	return id, id.String() == s
}

// Changer is who changed a user's settings.
type Changer uint8

// The changers.
const (
	// BySelf: the user, with a token of their own.
	BySelf Changer = iota
	// ByHost: the host application, for the user, or by what it says of their age.
	ByHost
)

// Origin is where a change comes from, as far as its request tells. It decides nothing; it is kept
// beside the change.
type Origin struct {
	By Changer
	// Device is the label of the device that the request names. Empty: none.
	Device string
}

// MaxDevice is how many characters a device's label has at most.
const MaxDevice = 64

type originKey struct{}

// WithOrigin notes where the changes of a request come from. The device's label is cut to MaxDevice
// characters, and to those that can be shown on one line.
func WithOrigin(ctx context.Context, o Origin) context.Context {
	o.Device = deviceLabel(o.Device)
	return context.WithValue(ctx, originKey{}, o)
}

func originOf(ctx context.Context) Origin {
	o, _ := ctx.Value(originKey{}).(Origin)
	return o
}

func deviceLabel(s string) string {
	s = strings.ToValidUTF8(s[:min(len(s), 4*MaxDevice)], "")
	s = strings.Join(strings.FieldsFunc(s, func(r rune) bool { return unicode.IsSpace(r) || !unicode.IsGraphic(r) }), " ")
	for utf8.RuneCountInString(s) > MaxDevice {
		_, size := utf8.DecodeLastRuneInString(s)
		s = s[:len(s)-size]
	}
	return strings.TrimSpace(s)
}

// SettingsChange is one entry of a user's setting history.
type SettingsChange struct {
	ID   ChangeID
	User UserID
	At   time.Time
	Origin
	// Undoes is the change that this one took back; zero: none.
	Undoes        ChangeID
	Before, After Settings
	// AgeBefore and AgeAfter are the user's age bands: a change of age may change what holds, too.
	AgeBefore, AgeAfter policy.AgeBand
	// Words is what changed of the hidden words. Nil: nothing; with it the settings did not change.
	Words *WordsChange
}

// WordsChange is a change of a list of hidden words.
type WordsChange struct {
	// Version is that of the list after it.
	Version        int64
	Added, Removed []string
}

// History lists the viewer's changes of settings, newest first. Errors: INVALID_INPUT.
func (s *Service) History(ctx context.Context, viewer UserID, page PageRequest) (Page[SettingsChange], error) {
	return listPlaced(page, func(after *TimePlace, limit int) ([]SettingsChange, error) {
		return s.settings.History(ctx, viewer, after, limit)
	})
}

// Place returns the place of the change in the history, for the next page.
func (c *SettingsChange) Place() string { return TimePlace{At: c.At, ID: uuid.UUID(c.ID)}.String() }

// SettingsChange returns one of the viewer's changes of settings. Errors: NOT_FOUND.
func (s *Service) SettingsChange(ctx context.Context, viewer UserID, id ChangeID) (SettingsChange, error) {
	return s.settings.SettingsChange(ctx, viewer, id)
}

// UndoSettingsChange takes the viewer's newest change of the settings, or of the hidden words,
// back: what held before it holds again. It is a change like any other, is kept in the history, and
// can be undone. Errors: NOT_FOUND, INVALID_INPUT (a later change stands, the host made the change,
// or what held before is not allowed at the user's age now).
func (s *Service) UndoSettingsChange(ctx context.Context, viewer UserID, id ChangeID) (Messaging, error) {
	undone, err := s.settings.SettingsChange(ctx, viewer, id)
	if err != nil {
		return Messaging{}, err
	}
	if undone.Words != nil {
		return s.undoWords(ctx, viewer, undone)
	}
	if undone.AgeBefore != undone.AgeAfter {
		return Messaging{}, Invalid("id", "The age is the host application's to say.")
	}
	return s.changeSettingsBy(ctx, viewer, id, func(rules Rules, band policy.AgeBand, now *Settings) error {
		// When it was changed last is in the settings, so a later change shows even where it set
		// the same.
		if *now != undone.After {
			return Invalid("id", "A later change stands. Undo that first.")
		}
		*now = undone.Before
		return rules.allowed(*now, band)
	})
}

// setSettings keeps every change in the setting history and tells the user's devices; setting what
// is set is none.
func (tx *Tx) setSettings(h *Head, after Settings, by Origin, undoes ChangeID) {
	before := h.Settings
	before.ChangedAt, after.ChangedAt = time.Time{}, time.Time{}
	if after == before {
		return
	}
	before.ChangedAt, after.ChangedAt = h.Settings.ChangedAt, tx.now
	h.Settings = after
	tx.out.Heads[h.User] = h
	tx.keepChange(SettingsChange{
		User: h.User, Origin: by, Undoes: undoes, Before: before, After: after, AgeBefore: h.AgeBand, AgeAfter: h.AgeBand,
	})
	tx.event(h.User, EventSettingsChanged, nil, nil)
}

func (tx *Tx) keepChange(c SettingsChange) {
	c.ID, c.At = ChangeID(uuid.Must(uuid.NewV7())), tx.now
	tx.out.History = append(tx.out.History, c)
}
