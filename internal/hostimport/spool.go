package hostimport

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"errors"
	"fmt"
	"time"

	_ "modernc.org/sqlite" // the driver of the spool

	"github.com/aparte-im/aparte/internal/rows"
)

// spool keeps the checked rows of a file of messages in a private temporary database: it finds rows
// that contradict each other and gives the rows back in the order of their times, in bounded
// memory. The database has no name and is gone when the spool is closed or the process ends. A
// spool belongs to one goroutine.
type spool struct {
	db *sql.DB
}

// spooled is a row of the spool.
type spooled struct {
	rows.Message
	// n tells equal rows without an id apart.
	n int
}

// phase is when a row is written.
type phase int

const (
	// inOrder rows are written oldest first: each becomes the newest message of its conversation.
	inOrder phase = iota
	// older rows are written newest first: each stands before the first message of its
	// conversation.
	older
)

func openSpool(ctx context.Context) (*spool, error) {
	db, err := sql.Open("sqlite", "")
	if err != nil {
		return nil, err
	}
	// A temporary database lives in one connection.
	db.SetMaxOpenConns(1)
	s := &spool{db: db}
	for _, text := range []string{
		"PRAGMA journal_mode = OFF", "PRAGMA synchronous = OFF",
		`CREATE TABLE message (line INTEGER PRIMARY KEY, sender TEXT, recipient TEXT, at INTEGER, body TEXT, id TEXT,
			unread INTEGER, n INTEGER, phase INTEGER DEFAULT 0, identity BLOB)`,
		"CREATE INDEX message_identity ON message (identity)",
	} {
		if _, err := db.ExecContext(ctx, text); err != nil {
			return nil, errors.Join(fmt.Errorf("make a temporary database: %w", err), db.Close())
		}
	}
	return s, nil
}

func (s *spool) close() error { return s.db.Close() }

// add keeps a row. When a row of the same sender, recipient and id stands before, it reports its
// line and whether it says the same; such a row is not kept.
func (s *spool) add(ctx context.Context, m *rows.Message) (before int, same bool, err error) {
	identity := identityOf(m)
	n := 0
	if m.ID != "" {
		var at int64
		var body string
		err := s.db.QueryRowContext(ctx, "SELECT line, at, body FROM message WHERE identity = ?", identity).Scan(&before, &at, &body)
		if err == nil {
			return before, at == m.At.UnixMicro() && body == m.Body, nil
		} else if !errors.Is(err, sql.ErrNoRows) {
			return 0, false, err
		}
	} else if err := s.db.QueryRowContext(ctx, "SELECT count(*) FROM message WHERE identity = ?", identity).Scan(&n); err != nil {
		return 0, false, err
	}
	_, err = s.db.ExecContext(ctx, "INSERT INTO message (line, sender, recipient, at, body, id, unread, n, identity) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
		m.Line, m.Sender, m.Recipient, m.At.UnixMicro(), m.Body, m.ID, m.Unread, n, identity)
	return 0, false, err
}

func identityOf(m *rows.Message) []byte {
	text := fmt.Appendf(nil, "%q %q %q", m.Sender, m.Recipient, m.ID)
	if m.ID == "" {
		text = fmt.Appendf(text, " %d %q", m.At.UnixMicro(), m.Body)
	}
	sum := sha256.Sum256(text)
	return sum[:16]
}

// sort makes the index that page reads by. It is called once, when all rows are added.
func (s *spool) sort(ctx context.Context) error {
	_, err := s.db.ExecContext(ctx, "CREATE INDEX message_order ON message (phase, at, line)")
	return err
}

const spoolColumns = "SELECT line, sender, recipient, at, body, id, unread, n FROM message "

// byLine returns up to batch rows after a line, in the order of the file.
func (s *spool) byLine(ctx context.Context, after int) ([]spooled, error) {
	return s.read(ctx, spoolColumns+"WHERE line > ? ORDER BY line LIMIT ?", after, batch)
}

// page returns up to batch rows of a phase after a row, in the order in which they are written.
// Nil: from the start.
func (s *spool) page(ctx context.Context, p phase, after *spooled) ([]spooled, error) {
	at, line := int64(-1), 0
	compare, order := ">", "at, line"
	if p == older {
		at, compare, order = 1<<62, "<", "at DESC, line DESC"
	}
	if after != nil {
		at, line = after.At.UnixMicro(), after.Line
	}
	return s.read(ctx, spoolColumns+"WHERE phase = ? AND (at, line) "+compare+" (?, ?) ORDER BY "+order+" LIMIT ?", int(p), at, line, batch)
}

func (s *spool) read(ctx context.Context, text string, args ...any) ([]spooled, error) {
	found, err := s.db.QueryContext(ctx, text, args...)
	if err != nil {
		return nil, err
	}
	defer func() { _ = found.Close() }()
	var out []spooled
	for found.Next() {
		var m spooled
		var at int64
		if err := found.Scan(&m.Line, &m.Sender, &m.Recipient, &at, &m.Body, &m.ID, &m.Unread, &m.n); err != nil {
			return nil, err
		}
		m.At = time.UnixMicro(at).UTC()
		out = append(out, m)
	}
	return out, found.Err()
}

// setOlder moves a row to the phase older.
func (s *spool) setOlder(ctx context.Context, line int) error {
	_, err := s.db.ExecContext(ctx, "UPDATE message SET phase = ? WHERE line = ?", int(older), line)
	return err
}

// drop removes a row.
func (s *spool) drop(ctx context.Context, line int) error {
	_, err := s.db.ExecContext(ctx, "DELETE FROM message WHERE line = ?", line)
	return err
}
