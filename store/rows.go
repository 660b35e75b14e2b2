package store

import (
	"strconv"
	"strings"
)

// kind is the type of a column, as far as the two databases have to be told.
type kind uint8

const (
	kindUUID kind = iota
	kindInt
	kindInt4
	kindInt2
	kindBool
	kindText
)

var postgresTypes = [...]string{
	kindUUID: "uuid", kindInt: "bigint", kindInt4: "int", kindInt2: "smallint", kindBool: "boolean", kindText: "text",
}

type column struct {
	name string
	kind kind
}

// shape is the columns of a set of rows that goes to the database as parameters.
type shape []column

func (s shape) names(prefix string) string {
	var b strings.Builder
	for i, c := range s {
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteString(prefix + c.name)
	}
	return b.String()
}

// assignments lists "name = excluded.name" for all columns but the first n.
func (s shape) assignments(n int) string {
	var b strings.Builder
	for i, c := range s[n:] {
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteString(c.name + " = excluded." + c.name)
	}
	return b.String()
}

// source returns SQL that makes a table r of the rows which a rowset binds from parameter first on.
func (d *dialect) source(s shape, first int) string {
	if !d.postgres {
		items := make([]string, len(s))
		for i, c := range s {
			items[i] = "value->>" + strconv.Itoa(i) + " AS " + c.name
		}
		return "(SELECT " + strings.Join(items, ", ") + " FROM json_each($" + strconv.Itoa(first) + ")) AS r"
	}
	items := make([]string, len(s))
	for i, c := range s {
		items[i] = "$" + strconv.Itoa(first+i) + "::" + postgresTypes[c.kind] + "[]"
	}
	return "unnest(" + strings.Join(items, ", ") + ") AS r(" + s.names("") + ")"
}

// inIDs returns the condition that an id is one of those which a rowset of ids binds.
func (d *dialect) inIDs(param int) string {
	if d.postgres {
		return "= ANY($" + strconv.Itoa(param) + "::uuid[])"
	}
	return "IN (SELECT value->>0 FROM json_each($" + strconv.Itoa(param) + "))"
}

// lookup joins the one row of a table that a whole key names, or nulls. For Postgres it is a subquery of its own, so
// that no plan, not even one made while the table was empty, can turn the lookups into a scan.
func (d *dialect) lookup(table, alias, key string) string {
	if !d.postgres {
		return outerJoin(table, alias, key)
	}
	return " LEFT JOIN LATERAL (SELECT * FROM " + table + " WHERE " + key + " LIMIT 1) AS " + alias + " ON true"
}

// outerJoin joins the one row of a table that a whole key names, or nulls.
func outerJoin(table, alias, key string) string {
	return " LEFT JOIN " + table + " " + alias + " ON " + alias + "." + strings.ReplaceAll(key, " AND ", " AND "+alias+".")
}

// join joins the rows of a table that a condition in terms of alias names, for each row to the left. For Postgres it is a
// subquery of its own for the same reason as lookup; SQLite takes a CROSS JOIN in the order in which it is written.
func (d *dialect) join(table, alias, on string) string {
	if !d.postgres {
		return " CROSS JOIN " + table + " " + alias + " ON " + on
	}
	return " JOIN LATERAL (SELECT " + alias + ".* FROM " + table + " " + alias + " WHERE " + on + d.fence() + ") AS " + alias + " ON true"
}

// fence ends a subquery that is to be run as it stands, for each row around it, and not to be made a join.
func (d *dialect) fence() string {
	if d.postgres {
		return " OFFSET 0"
	}
	return ""
}

// params is how many parameters the rows of a shape take.
func (d *dialect) params(s shape) int {
	if d.postgres {
		return len(s)
	}
	return 1
}

// values returns SQL that makes a table r of n rows, each value a parameter of its own, which a flat rowset binds from
// parameter first on. For a few rows it is cheaper than arrays, but n is part of the statement.
func (s shape) values(first, n int) string {
	var b strings.Builder
	for row := range n {
		if row > 0 {
			b.WriteString(", ")
		}
		for i, c := range s {
			if i == 0 {
				b.WriteString("(")
			} else {
				b.WriteString(", ")
			}
			b.WriteString("$" + strconv.Itoa(first+row*len(s)+i) + "::" + postgresTypes[c.kind])
		}
		b.WriteString(")")
	}
	return "(VALUES " + b.String() + ") AS r(" + s.names("") + ")"
}

// rowset collects rows and binds them: as one array a column for Postgres, as one JSON text for SQLite, or flat, each
// value by itself. Values are added column by column, row by row.
type rowset struct {
	shape    shape
	postgres bool
	columns  [][]byte
	json     []byte
	flat     bool
	values   []any
	at, rows int
}

func flatRowset(s shape) *rowset { return &rowset{shape: s, flat: true} }

func (d *dialect) rowset(s shape) *rowset {
	r := &rowset{shape: s, postgres: d.postgres}
	if r.postgres {
		r.columns = make([][]byte, len(s))
	}
	return r
}

func (r *rowset) len() int { return r.rows }

// args are the parameters.
func (r *rowset) args(into []any) []any {
	if r.flat {
		return append(into, r.values...)
	}
	if !r.postgres {
		if r.rows == 0 {
			return append(into, "[]")
		}
		return append(into, string(append(r.json, ']')))
	}
	for _, c := range r.columns {
		if r.rows == 0 {
			into = append(into, "{}")
			continue
		}
		into = append(into, string(append(c, '}')))
	}
	return into
}

// step counts a value and returns its column.
func (r *rowset) step() int {
	at := r.at
	r.at++
	if r.at == len(r.shape) {
		r.at = 0
		r.rows++
	}
	return at
}

// bind adds a value to a flat rowset.
func (r *rowset) bind(v any) {
	r.step()
	r.values = append(r.values, v)
}

// next opens the place of the next value and returns the buffer to append it to.
func (r *rowset) next() *[]byte {
	at := r.step()
	if r.postgres {
		b := &r.columns[at]
		if len(*b) == 0 {
			*b = append(*b, '{')
		} else {
			*b = append(*b, ',')
		}
		return b
	}
	switch {
	case at > 0:
		r.json = append(r.json, ',')
	case len(r.json) == 0:
		r.json = append(r.json, '[', '[')
	default:
		r.json = append(r.json, ',', '[')
	}
	return &r.json
}

// done closes the row after its last value.
func (r *rowset) done() {
	if !r.postgres && r.at == 0 {
		r.json = append(r.json, ']')
	}
}

func (r *rowset) id(v [16]byte) {
	var text [36]byte
	encodeUUID(&text, v)
	if r.flat {
		r.bind(string(text[:]))
		return
	}
	b := r.next()
	if !r.postgres {
		*b = append(*b, '"')
	}
	*b = append(*b, text[:]...)
	if !r.postgres {
		*b = append(*b, '"')
	}
	r.done()
}

func (r *rowset) int(v int64) {
	if r.flat {
		r.bind(v)
		return
	}
	b := r.next()
	*b = strconv.AppendInt(*b, v, 10)
	r.done()
}

func (r *rowset) bool(v bool) {
	if r.flat {
		r.bind(v)
		return
	}
	b := r.next()
	*b = strconv.AppendBool(*b, v)
	r.done()
}

func (r *rowset) null() {
	if r.flat {
		r.bind(nil)
		return
	}
	b := r.next()
	*b = append(*b, "null"...)
	r.done()
}

func (r *rowset) text(v string) {
	if r.flat {
		r.bind(v)
		return
	}
	b := r.next()
	if r.postgres {
		*b = append(*b, '"')
		for i := range len(v) {
			if v[i] == '"' || v[i] == '\\' {
				*b = append(*b, '\\')
			}
			*b = append(*b, v[i])
		}
		*b = append(*b, '"')
	} else {
		*b = appendJSON(*b, v)
	}
	r.done()
}

func (r *rowset) textOrNull(v *string) {
	if v == nil {
		r.null()
		return
	}
	r.text(*v)
}

const hexDigits = "0123456789abcdef"

func encodeUUID(dst *[36]byte, id [16]byte) {
	at := 0
	for i, v := range id {
		if i == 4 || i == 6 || i == 8 || i == 10 {
			dst[at] = '-'
			at++
		}
		dst[at], dst[at+1] = hexDigits[v>>4], hexDigits[v&15]
		at += 2
	}
}

func appendJSON(b []byte, v string) []byte {
	b = append(b, '"')
	for i := range len(v) {
		switch c := v[i]; {
		case c == '"' || c == '\\':
			b = append(b, '\\', c)
		case c < 0x20:
			b = append(b, '\\', 'u', '0', '0', hexDigits[c>>4], hexDigits[c&15])
		default:
			b = append(b, c)
		}
	}
	return append(b, '"')
}
