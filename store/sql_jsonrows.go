package store

import "strconv"

// jsonRows binds all rows as one JSON text, for SQLite: an array of arrays.
type jsonRows struct {
	cursor
	json []byte
}

func (r *jsonRows) args(into []any) []any {
	if r.rows == 0 {
		return append(into, "[]")
	}
	return append(into, string(append(r.json, ']')))
}

// open begins a value, and the row when it is the first.
func (r *jsonRows) open() {
	switch {
	case r.step() > 0:
		r.json = append(r.json, ',')
	case len(r.json) == 0:
		r.json = append(r.json, '[', '[')
	default:
		r.json = append(r.json, ',', '[')
	}
}

// close ends a value, and the row when it is the last.
func (r *jsonRows) close() {
	if r.at == 0 {
		r.json = append(r.json, ']')
	}
}

func (r *jsonRows) id(v [16]byte) {
	var text [36]byte
	encodeUUID(&text, v)
	r.open()
	r.json = append(append(append(r.json, '"'), text[:]...), '"')
	r.close()
}

func (r *jsonRows) int(v int64) {
	r.open()
	r.json = strconv.AppendInt(r.json, v, 10)
	r.close()
}

func (r *jsonRows) bool(v bool) {
	r.open()
	r.json = strconv.AppendBool(r.json, v)
	r.close()
}

func (r *jsonRows) text(v string) {
	r.open()
	r.json = appendJSON(r.json, v)
	r.close()
}

func (r *jsonRows) null() {
	r.open()
	r.json = append(r.json, "null"...)
	r.close()
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
