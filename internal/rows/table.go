package rows

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"
)

// RowError is a row that cannot be taken. Reading may go on after it.
type RowError struct {
	Path    string
	Line    int
	Problem string
}

func (e *RowError) Error() string { return fmt.Sprintf("%s:%d: %s", e.Path, e.Line, e.Problem) }

// Bad says what is wrong with a line of the source.
func (s *Source) Bad(line int, format string, args ...any) *RowError {
	return &RowError{Path: s.path, Line: line, Problem: fmt.Sprintf(format, args...)}
}

// Table is a CSV file with a header.
type Table struct {
	source  *Source
	csv     *csv.Reader
	columns map[string]int
	fields  []string
	line    int
}

// ReadTable reads the header. A column that is required and missing, given twice, or not known at
// all is a *RowError: a misspelt column would otherwise be lost without a word.
func ReadTable(s *Source, required, optional []string) (*Table, error) {
	t := &Table{source: s, csv: csv.NewReader(s.text), columns: map[string]int{}}
	t.csv.ReuseRecord = true
	header, err := t.csv.Read()
	if errors.Is(err, io.EOF) {
		return nil, s.Bad(1, "the file is empty; the header %s is needed", strings.Join(required, ","))
	} else if err != nil {
		return nil, t.fault(err)
	}
	var problems []string
	for i, name := range header {
		name = strings.ToLower(strings.TrimSpace(name))
		switch _, twice := t.columns[name]; {
		case twice:
			problems = append(problems, fmt.Sprintf("the column %q is given twice", name))
		case !slices.Contains(required, name) && !slices.Contains(optional, name):
			problems = append(problems, fmt.Sprintf("there is no column %q (known: %s)", name,
				strings.Join(slices.Concat(required, optional), ", ")))
		}
		t.columns[name] = i
	}
	for _, name := range required {
		if _, ok := t.columns[name]; !ok {
			problems = append(problems, fmt.Sprintf("the column %q is missing", name))
		}
	}
	if problems != nil {
		return nil, s.Bad(1, "%s", strings.Join(problems, "; "))
	}
	return t, nil
}

// Next reads the next row. It returns io.EOF at the end, and a *RowError for a row that cannot be
// read.
func (t *Table) Next() error {
	t.source.nextRow()
	fields, err := t.csv.Read()
	if err != nil {
		t.fields = nil
		return t.fault(err)
	}
	t.fields = fields
	t.line, _ = t.csv.FieldPos(0)
	return nil
}

func (t *Table) fault(err error) error {
	var parse *csv.ParseError
	switch {
	case errors.Is(err, io.EOF):
		return err
	case errors.As(err, &parse):
		return t.source.Bad(parse.StartLine, "%v", parse.Err)
	}
	return fmt.Errorf("%s: %w", t.source.path, err)
}

// Line is the line that the row starts on.
func (t *Table) Line() int { return t.line }

// Bad says what is wrong with the row.
func (t *Table) Bad(format string, args ...any) *RowError {
	return t.source.Bad(t.line, format, args...)
}

// Text returns a field, or "" when the file has no such column.
func (t *Table) Text(column string) string {
	i, ok := t.columns[column]
	if !ok {
		return ""
	}
	return t.fields[i]
}

// parseTime reads Unix seconds or RFC 3339.
func parseTime(s string) (time.Time, error) {
	if n, err := strconv.ParseInt(s, 10, 64); err == nil {
		if n <= 0 || n > 1<<36 {
			return time.Time{}, fmt.Errorf("the time %s is out of range; Unix seconds are needed", s)
		}
		return time.Unix(n, 0).UTC(), nil
	}
	at, err := time.Parse(time.RFC3339, s)
	if err != nil {
		return time.Time{}, fmt.Errorf("the time %q is neither Unix seconds nor RFC 3339", s)
	}
	return at.UTC(), nil
}

// Time reads a field as Unix seconds or RFC 3339; zero when it is empty or the file has no such
// column.
func (t *Table) Time(column string) (time.Time, *RowError) {
	s := strings.TrimSpace(t.Text(column))
	if s == "" {
		return time.Time{}, nil
	}
	at, err := parseTime(s)
	if err != nil {
		return time.Time{}, t.Bad("%s: %v", column, err)
	}
	return at, nil
}
