package dm

import (
	"context"
	"time"
)

// LogStore reads and trims the inbox logs.
type LogStore interface {
	// Log reads the viewer's events after a position, in order, up to limit, from one snapshot.
	Log(ctx context.Context, viewer UserID, after int64, limit int) (Log, error)
	// LogEnds returns the ends of the logs of those of the users that exist, in one read.
	LogEnds(ctx context.Context, users []UserID) (map[UserID]LogEnd, error)
	// Trim removes events that are older than before, in short transactions, and returns how many
	// it removed.
	Trim(ctx context.Context, before time.Time) (int64, error)
}

// Log is a section of a user's inbox log and what is needed to judge it.
type Log struct {
	Events []*Event
	// Head is the newest position of the log, TrimmedTo the newest position that was trimmed.
	Head, TrimmedTo int64
	Epoch           int64
	Unread          Unread
	// Gone says that the user was deleted. The log can still be read; nothing watches it.
	Gone bool
}

// LogEnd is the end of a user's log.
type LogEnd struct {
	// Position is the newest position of the log.
	Position int64
	// Gone says that the user was deleted.
	Gone bool
}
