package rows

import (
	"bufio"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"strings"
	"time"
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
}

// Key is the clientMessageID of the row: the same file gives the same keys, which makes an import
// restartable. Without an id of the host's it is the line and a digest of what stands there, so
// that two equal messages in one second stay two.
func (m *Message) Key() string {
	if m.ID != "" {
		return "import:" + m.ID
	}
	sum := sha256.Sum256(fmt.Appendf(nil, "%q %q %d %q", m.Sender, m.Recipient, m.At.UnixNano(), m.Body))
	return fmt.Sprintf("import:%d:%s", m.Line, hex.EncodeToString(sum[:8]))
}

// Messages reads a file of messages: CSV with the header sender,recipient,sent_at and optionally
// body and id, or the bare form "sender recipient unixtime" with or without a header line, comments
// (#, %) left out.
type Messages struct {
	source *Source
	table  *Table
	lines  *bufio.Scanner
	line   int
	// started: the first line that is no comment was read, so a header can no longer come.
	started bool
}

// ReadMessages finds out the form of the file by its first line. A CSV header that is wrong is a
// *RowError.
func ReadMessages(s *Source) (*Messages, error) {
	m := &Messages{source: s}
	if strings.Contains(s.firstLine(), ",") {
		table, err := ReadTable(s, []string{"sender", "recipient", "sent_at"}, []string{"body", "id"})
		if err != nil {
			return nil, err
		}
		m.table = table
		return m, nil
	}
	m.lines = bufio.NewScanner(s.text)
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
	if row.At, err = parseTime(at); err != nil {
		return Message{}, m.source.Bad(row.Line, "%v", err)
	}
	return row, nil
}

// Bad says what is wrong with a row that was read.
func (m *Messages) Bad(row *Message, format string, args ...any) *RowError {
	return m.source.Bad(row.Line, format, args...)
}

func (m *Messages) bareLine() ([]string, error) {
	for {
		m.source.nextRow()
		if !m.lines.Scan() {
			if err := m.lines.Err(); err != nil {
				return nil, fmt.Errorf("%s: after line %d: %w", m.source.path, m.line, err)
			}
			return nil, io.EOF
		}
		m.line++
		fields := strings.Fields(m.lines.Text())
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
