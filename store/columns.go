// SQL, not ent: this file is on the measured hot path (ADR 7).

package store

// This file binds columns by name: each column of a hot table stands in one place, with its type,
// where its value comes from when a row is written and where it goes when one is read. Every
// statement takes its column list, its parameters and its destinations from the same fields, so
// their order cannot differ.

// unused stands for the row type that columns have no use for: parameters are only written.
type unused struct{}

// field is one column of rows that are written from a W and read into an R. A column that is only
// read has no value, one that is only written no dest.
type field[W, R any] struct {
	name  string
	value value[W]
	dest  func(*R) any
}

// value is the type of a column and how a row binds it.
type value[W any] struct {
	kind kind
	bind func(rowset, *W)
}

func uuidOf[W any](get func(*W) [16]byte) value[W] {
	return value[W]{kindUUID, func(r rowset, w *W) { r.id(get(w)) }}
}

// uuidOrNull binds null when get reports false.
func uuidOrNull[W any](get func(*W) ([16]byte, bool)) value[W] {
	return value[W]{kindUUID, func(r rowset, w *W) {
		if id, ok := get(w); ok {
			r.id(id)
		} else {
			r.null()
		}
	}}
}

func bigint[W any](get func(*W) int64) value[W] { return number(kindInt, get) }

func integer[W any](get func(*W) int64) value[W] { return number(kindInt4, get) }

func smallint[W any](get func(*W) int64) value[W] { return number(kindInt2, get) }

func number[W any](k kind, get func(*W) int64) value[W] {
	return value[W]{k, func(r rowset, w *W) { r.int(get(w)) }}
}

func boolean[W any](get func(*W) bool) value[W] {
	return value[W]{kindBool, func(r rowset, w *W) { r.bool(get(w)) }}
}

func text[W any](get func(*W) string) value[W] {
	return value[W]{kindText, func(r rowset, w *W) { r.text(get(w)) }}
}

// textOrNull binds null when get returns nil.
func textOrNull[W any](get func(*W) *string) value[W] {
	return value[W]{kindText, func(r rowset, w *W) {
		if s := get(w); s != nil {
			r.text(*s)
		} else {
			r.null()
		}
	}}
}

// fields are the columns of a table, or of rows that go to a statement as parameters.
type fields[W, R any] []field[W, R]

// shape returns the names and types, in order.
func (f fields[W, R]) shape() shape {
	out := make(shape, len(f))
	for i := range f {
		out[i] = column{f[i].name, f[i].value.kind}
	}
	return out
}

// names lists the columns, each behind prefix.
func (f fields[W, R]) names(prefix string) string { return f.shape().names(prefix) }

// add binds w as the next row.
func (f fields[W, R]) add(r rowset, w *W) {
	for i := range f {
		f[i].value.bind(r, w)
	}
}

// dest appends where r's values are scanned.
func (f fields[W, R]) dest(into []any, r *R) []any {
	for i := range f {
		into = append(into, f[i].dest(r))
	}
	return into
}

// joined are the fields of several lists.
func joined[W, R any](lists ...fields[W, R]) fields[W, R] {
	var out fields[W, R]
	for _, list := range lists {
		out = append(out, list...)
	}
	return out
}

// selected is a part of a select list and where a row's values of it are scanned.
type selected[R any] struct {
	text string
	dest func(into []any, r *R) []any
}

// selection is a select list.
type selection[R any] []selected[R]

// expression selects one value.
func expression[R any](text string, dest func(*R) any) selected[R] {
	return selected[R]{text, func(into []any, r *R) []any { return append(into, dest(r)) }}
}

// columnsOf selects the columns of a table, each behind prefix, into a part of the row.
func columnsOf[R, W, Part any](f fields[W, Part], prefix string, part func(*R) *Part) selected[R] {
	return selected[R]{f.names(prefix), func(into []any, r *R) []any { return f.dest(into, part(r)) }}
}

// nested selects what another selection selects, into a part of the row.
func nested[R, Part any](s selection[Part], part func(*R) *Part) selected[R] {
	return selected[R]{s.text(), func(into []any, r *R) []any { return s.appendDest(into, part(r)) }}
}

// text returns the select list.
func (s selection[R]) text() string {
	out := ""
	for i, part := range s {
		if i > 0 {
			out += ", "
		}
		out += part.text
	}
	return out
}

// dest returns where a row is scanned.
func (s selection[R]) dest(r *R) []any { return s.appendDest(make([]any, 0, 64), r) }

func (s selection[R]) appendDest(into []any, r *R) []any {
	for i := range s {
		into = s[i].dest(into, r)
	}
	return into
}
