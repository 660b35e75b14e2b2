package store

// rowset collects the rows of a shape, value by value, row by row, and binds them.
type rowset interface {
	id(v [16]byte)
	int(v int64)
	bool(v bool)
	text(v string)
	null()
	// len counts the rows.
	len() int
	// args appends the parameters; they stand for all rows.
	args(into []any) []any
}

func (d *dialect) rowset(s shape) rowset {
	if d.postgres {
		return newArrayRows(s)
	}
	return &jsonRows{cursor: cursor{width: len(s)}}
}

// cursor counts values and rows.
type cursor struct{ width, at, rows int }

func (c *cursor) len() int { return c.rows }

// step counts a value and returns its column.
func (c *cursor) step() int {
	at := c.at
	c.at++
	if c.at == c.width {
		c.at = 0
		c.rows++
	}
	return at
}

// flatRows binds each value by itself, for shape.values.
type flatRows struct {
	cursor
	values []any
}

func newFlatRows(s shape) *flatRows { return &flatRows{cursor: cursor{width: len(s)}} }

func (r *flatRows) args(into []any) []any { return append(into, r.values...) }

func (r *flatRows) bind(v any) {
	r.step()
	r.values = append(r.values, v)
}

func (r *flatRows) id(v [16]byte) {
	var text [36]byte
	encodeUUID(&text, v)
	r.bind(string(text[:]))
}

func (r *flatRows) int(v int64)   { r.bind(v) }
func (r *flatRows) bool(v bool)   { r.bind(v) }
func (r *flatRows) text(v string) { r.bind(v) }
func (r *flatRows) null()         { r.bind(nil) }

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
