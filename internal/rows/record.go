package rows

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"unicode/utf8"
)

// maxRow bounds what one row may hold: a quote that is never closed must not pull the rest of a
// file into memory.
const maxRow = 1 << 20

// records splits CSV into records, each with the lines that it spans. A record that is too long is
// read to its end and not kept, so that reading goes on after it.
type records struct {
	source *Source
	comma  byte
	buffer []byte
	// first and last are the lines of the newest record; line is the last line that was read.
	first, last, line int
}

// The places in a record that matter to where it ends.
const (
	fieldStart = iota
	inPlain
	inQuotes
	afterQuote
)

// next returns the next record with its line end. The bytes hold until the next call. It returns
// io.EOF at the end, and a *RowError for a record that is too long or no UTF-8. Empty lines are
// left out.
func (r *records) next() ([]byte, error) {
	for {
		r.buffer = r.buffer[:0]
		state, size := fieldStart, 0
		r.first = r.line + 1
		for {
			part, err := r.source.text.ReadSlice('\n')
			if err != nil && !errors.Is(err, bufio.ErrBufferFull) && !errors.Is(err, io.EOF) {
				return nil, fmt.Errorf("%s: after line %d: %w", r.source.path, r.line, err)
			}
			state = scan(part, r.comma, state)
			size += len(part)
			if size <= maxRow {
				r.buffer = append(r.buffer, part...)
			}
			ended := len(part) > 0 && part[len(part)-1] == '\n'
			if ended || errors.Is(err, io.EOF) && len(part) > 0 {
				r.line++
			}
			if errors.Is(err, io.EOF) && size == 0 {
				return nil, io.EOF
			}
			if errors.Is(err, io.EOF) || ended && state != inQuotes {
				break
			}
		}
		r.last = r.line
		switch {
		case size > maxRow:
			return nil, r.source.Bad(r.first, "the row%s is longer than %d bytes; is a quote not closed?", r.span(), maxRow)
		case !utf8.Valid(r.buffer):
			return nil, r.source.Bad(r.first, "the row is not UTF-8; convert the file first, for example with iconv -f WINDOWS-1252 -t UTF-8")
		case len(r.buffer) == 0 || r.buffer[0] == '\n' || string(r.buffer) == "\r\n":
			continue
		}
		if r.buffer[len(r.buffer)-1] != '\n' {
			r.buffer = append(r.buffer, '\n')
		}
		return r.buffer, nil
	}
}

// span says how far a record reaches when it is more than one line.
func (r *records) span() string {
	if r.last == r.first {
		return ""
	}
	return fmt.Sprintf(" (lines %d to %d)", r.first, r.last)
}

// scan follows the quotes of a part of a record.
func scan(part []byte, comma byte, state int) int {
	for _, c := range part {
		switch {
		case state == inQuotes:
			if c == '"' {
				state = afterQuote
			}
		case c == '"' && (state == fieldStart || state == afterQuote):
			state = inQuotes
		case c == comma || c == '\n':
			state = fieldStart
		case state == afterQuote && c == '\r':
		default:
			state = inPlain
		}
	}
	return state
}
