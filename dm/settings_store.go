package dm

import "context"

// SettingsStore reads what belongs to a user's settings beside the head row: history and hidden
// words.
type SettingsStore interface {
	// SettingsChange returns one of the viewer's changes of settings. Errors: NOT_FOUND.
	SettingsChange(ctx context.Context, viewer UserID, id ChangeID) (SettingsChange, error)
	// History lists the viewer's changes of settings, newest first, up to limit after a place (nil:
	// from the start).
	History(ctx context.Context, viewer UserID, after *TimePlace, limit int) ([]SettingsChange, error)
	// HiddenWords returns the viewer's list, with version 0 when there never was a list.
	HiddenWords(ctx context.Context, viewer UserID) (HiddenWords, error)
}
