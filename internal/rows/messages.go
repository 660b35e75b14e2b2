package rows

import (
	"bufio"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"
	"unicode/utf8"
)

// Message is one row of a file of messages.
type Message struct {
	Line int
	// Sender and Recipient are the host's own ids.
	Sender, Recipient string
	At                time.Time
	// Body is empty when the row has no text.
	Body string
	// ID is the host's own id of the message, or empty.
	ID string
	// Unread: the file says that the recipient has not read the message.
	Unread bool
}

// Key names the row apart from where it stands: the host's id of the message, or a digest of what
// the row says. The n-th row (from 0) that says the same has a key of its own, so that equal
// messages at one time stay apart. It is made to serve as a clientMessageId, so an import that runs
// again, also of a longer file, meets the rows that it wrote.
func (m *Message) Key(n int) string {
	if m.ID != "" && utf8.RuneCountInString(m.ID) <= maxKeyID {
		return "import:" + m.ID
	}
	sum := sha256.Sum256(fmt.Appendf(nil, "%q", m.ID))
	if m.ID == "" {
		sum = sha256.Sum256(fmt.Appendf(nil, "%q %q %d %q", m.Sender, m.Recipient, m.At.UnixMicro(), m.Body))
	}
	key := "import:" + hex.EncodeToString(sum[:16])
	if n > 0 {
		key += fmt.Sprintf(":%d", n)
	}
	return key
}

// maxKeyID is how long an id may be to stand in a key as it is. A longer one is digested.
const maxKeyID = 48

// Messages reads a file of messages: CSV with the header sender,recipient,sent_at and optionally
// body, id, read and read_at, or the bare form "sender recipient unixtime" with or without a header
// line, comments (#, %) left out.
type Messages struct {
	source *Source
	table  *Table
	// line is the last line of the bare form that was read, and buffer its text.
	line   int
	buffer []byte
	// started: the first line that is no comment was read, so a header can no longer come.
	started bool
}

// ReadMessages finds out the form of the file by its first line. A CSV header that is wrong is a
// *RowError.
func ReadMessages(s *Source) (*Messages, error) {
	m := &Messages{source: s}
	required, optional := []string{"sender", "recipient", "sent_at"}, []string{"body", "id", "read", "read_at"}
	first := s.firstLine()
	if _, known := separatorOf(first, slices.Concat(required, optional)); known > 1 || strings.ContainsAny(first, ",;=") {
		table, err := ReadTable(s, required, optional)
		if err != nil {
			return nil, err
		}
		m.table = table
		return m, nil
	}
	return m, nil
}

// Bare reports whether the file has the form without text.
func (m *Messages) Bare() bool { return m.table == nil }

// Next reads the next row. It returns io.EOF at the end, and a *RowError for a row that cannot be
// read.
func (m *Messages) Next() (Message, error) {
	var row Message
	var at string
	if m.table != nil {
		if err := m.table.Next(); err != nil {
			return Message{}, err
		}
		t := m.table
		row = Message{
			Line: t.Line(), Sender: t.Text("sender"), Recipient: t.Text("recipient"), Body: t.Text("body"), ID: t.Text("id"),
		}
		at = strings.TrimSpace(t.Text("sent_at"))
		var bad *RowError
		if row.Unread, bad = unread(t); bad != nil {
			return Message{}, bad
		}
	} else {
		fields, err := m.bareLine()
		if err != nil {
			return Message{}, err
		}
		if len(fields) != 3 {
			return Message{}, m.source.Bad(m.line, "3 fields are needed (sender recipient unixtime), not %d", len(fields))
		}
		row = Message{Line: m.line, Sender: fields[0], Recipient: fields[1]}
		at = fields[2]
	}
	if row.Sender == "" || row.Recipient == "" {
		return Message{}, m.source.Bad(row.Line, "sender and recipient are needed")
	}
	if row.Sender == row.Recipient {
		return Message{}, m.source.Bad(row.Line, "%q is sender and recipient", row.Sender)
	}
	var err error
	if row.At, err = ParseTime(at); err != nil {
		return Message{}, m.source.Bad(row.Line, "%v", err)
	}
	return row, nil
}

// unread reads what a row says of its recipient. Without such a column history is read; an empty
// read_at is unread.
func unread(t *Table) (bool, *RowError) {
	if t.Has("read_at") {
		at, bad := t.Time("read_at")
		return at.IsZero() && bad == nil, bad
	}
	switch s := strings.ToLower(strings.TrimSpace(t.Text("read"))); s {
	case "", "true", "t", "1", "yes", "y":
		return false, nil
	case "false", "f", "0", "no", "n":
		return true, nil
	default:
		return false, t.Bad("read %q is neither true nor false", s)
	}
}

// Bad says what is wrong with a row that was read.
func (m *Messages) Bad(row *Message, format string, args ...any) *RowError {
	return m.source.Bad(row.Line, format, args...)
}

// readLine reads a line of the bare form. One that is too long is read to its end and not kept, so
// that reading goes on after it.
func (m *Messages) readLine() (string, error) {
	m.buffer = m.buffer[:0]
	for size := 0; ; {
		part, err := m.source.text.ReadSlice('\n')
		if err != nil && !errors.Is(err, bufio.ErrBufferFull) && !errors.Is(err, io.EOF) {
			return "", fmt.Errorf("%s: after line %d: %w", m.source.path, m.line, err)
		}
		if size += len(part); size <= maxRow {
			m.buffer = append(m.buffer, part...)
		}
		if errors.Is(err, bufio.ErrBufferFull) {
			continue
		}
		if size == 0 {
			return "", io.EOF
		}
		m.line++
		if size > maxRow {
			return "", m.source.Bad(m.line, "the row is longer than %d bytes", maxRow)
		}
		return string(m.buffer), nil
	}
}

func (m *Messages) bareLine() ([]string, error) {
	for {
		line, err := m.readLine()
		if err != nil {
			return nil, err
		}
		fields := strings.Fields(line)
		if len(fields) == 0 || strings.HasPrefix(fields[0], "#") || strings.HasPrefix(fields[0], "%") {
			continue
		}
		first := !m.started
		m.started = true
		// A first line whose last field holds no digit at all is a header; any other is data, or
		// bad data.
		if first && !strings.ContainsAny(fields[len(fields)-1], "0123456789") {
			continue
		}
		return fields, nil
	}
}
