package rows

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
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

// Table is a CSV file with a header, its fields apart by commas, semicolons, tabs or bars.
type Table struct {
	source  *Source
	records *records
	feed    *feed
	csv     *csv.Reader
	columns map[string]int
	fields  []string
}

// feed hands a csv.Reader one record at a time.
type feed struct{ rest []byte }

func (f *feed) Read(p []byte) (int, error) {
	if len(f.rest) == 0 {
		return 0, io.EOF
	}
	n := copy(p, f.rest)
	f.rest = f.rest[n:]
	return n, nil
}

// separators are what may stand between fields. A file that uses another than the comma is a
// spreadsheet's or a shell's.
const separators = ",;\t|"

// separatorOf returns what stands between the fields of a header: that which gives the most columns
// that are known.
func separatorOf(header string, known []string) (comma byte, count int) {
	comma = ','
	for _, c := range []byte(separators) {
		n := 0
		for field := range strings.SplitSeq(header, string(c)) {
			if slices.Contains(known, columnName(field)) {
				n++
			}
		}
		if n > count {
			comma, count = c, n
		}
	}
	return comma, count
}

// columnName is how a name in a header is compared.
func columnName(s string) string {
	s = strings.ToLower(strings.TrimSpace(strings.Trim(strings.TrimSpace(s), `"`)))
	return strings.NewReplacer(" ", "_", "-", "_").Replace(s)
}

// ReadTable reads the header. A column that is required and missing, given twice, or not known at
// all is a *RowError: a misspelt column would otherwise be lost without a word.
func ReadTable(s *Source, required, optional []string) (*Table, error) {
	known := slices.Concat(required, optional)
	line := 0
	// A spreadsheet may name its separator in a line of its own.
	comma, _ := separatorOf(s.firstLine(), known)
	if named := strings.TrimSpace(s.firstLine()); len(named) == 5 && strings.HasPrefix(strings.ToLower(named), "sep=") {
		comma = named[4]
		if _, err := s.text.ReadSlice('\n'); err != nil {
			return nil, s.Bad(1, "the file ends after the line %q", named)
		}
		line = 1
	}
	t := &Table{source: s, records: &records{source: s, comma: comma, line: line}, columns: map[string]int{}}
	t.restart()
	err := t.Next()
	if errors.Is(err, io.EOF) {
		return nil, s.Bad(1, "the file is empty; the header %s is needed", strings.Join(required, ","))
	} else if err != nil {
		return nil, err
	}
	var problems []string
	for i, name := range t.fields {
		name = columnName(name)
		switch _, twice := t.columns[name]; {
		case twice:
			problems = append(problems, fmt.Sprintf("the column %q is given twice", name))
		case !slices.Contains(known, name):
			problems = append(problems, fmt.Sprintf("there is no column %q (known: %s)", name, strings.Join(known, ", ")))
		}
		t.columns[name] = i
	}
	for _, name := range required {
		if _, ok := t.columns[name]; !ok {
			problems = append(problems, fmt.Sprintf("the column %q is missing", name))
		}
	}
	if problems != nil {
		return nil, s.Bad(t.Line(), "%s", strings.Join(problems, "; "))
	}
	return t, nil
}

// restart makes a fresh reader of fields: one that met a fault may hold a rest of the record.
func (t *Table) restart() {
	fields := 0
	if t.csv != nil {
		fields = t.csv.FieldsPerRecord
	}
	t.feed = &feed{}
	t.csv = csv.NewReader(t.feed)
	t.csv.Comma, t.csv.ReuseRecord, t.csv.FieldsPerRecord = rune(t.records.comma), true, fields
}

// Next reads the next row. It returns io.EOF at the end, and a *RowError for a row that cannot be
// read.
func (t *Table) Next() error {
	t.fields = nil
	record, err := t.records.next()
	if err != nil {
		return err
	}
	t.feed.rest = record
	fields, err := t.csv.Read()
	if err == nil {
		t.fields = fields
		return nil
	}
	var parse *csv.ParseError
	if !errors.As(err, &parse) {
		return fmt.Errorf("%s: line %d: %w", t.source.path, t.records.first, err)
	}
	t.restart()
	return t.source.Bad(t.records.first, "%v%s", parse.Err, t.records.span())
}

// Line is the line that the row starts on.
func (t *Table) Line() int { return t.records.first }

// Bad says what is wrong with the row.
func (t *Table) Bad(format string, args ...any) *RowError {
	return t.source.Bad(t.Line(), format, args...)
}

// Has reports whether the file has a column.
func (t *Table) Has(column string) bool {
	_, ok := t.columns[column]
	return ok
}

// Text returns a field, or "" when the file has no such column.
func (t *Table) Text(column string) string {
	i, ok := t.columns[column]
	if !ok {
		return ""
	}
	return t.fields[i]
}

// Time reads a field as a time; zero when it is empty or the file has no such column.
func (t *Table) Time(column string) (time.Time, *RowError) {
	s := strings.TrimSpace(t.Text(column))
	if s == "" {
		return time.Time{}, nil
	}
	at, err := ParseTime(s)
	if err != nil {
		return time.Time{}, t.Bad("%s: %v", column, err)
	}
	return at, nil
}
