package store

import "encoding/binary"

// arrayRows binds one array a column, for Postgres, in the form in which the server would send it:
// it need not parse text, which cost it a tenth of a batch. The connections have to be opened with
// binaryParameters.
type arrayRows struct {
	cursor
	columns []array
}

// array is one column: its elements, each after its length, behind room for the header.
type array struct {
	kind  kind
	nulls bool
	data  []byte
}

// binaryParameters is the setting of lib/pq by which a []byte goes as it is, in binary form.
const binaryParameters = "binary_parameters"

// arrayHeader is the size of what precedes the elements: dimensions, whether there are nulls, type,
// length, lower bound.
const arrayHeader = 5 * 4

// The types by the number that the server has for them, which an array has to name.
var postgresOIDs = [...]uint32{
	kindUUID: 2950, kindInt: 20, kindInt4: 23, kindInt2: 21, kindBool: 16, kindText: 25,
}

func newArrayRows(s shape) *arrayRows {
	r := &arrayRows{cursor: cursor{width: len(s)}, columns: make([]array, len(s))}
	for i, c := range s {
		r.columns[i].kind = c.kind
	}
	return r
}

func (r *arrayRows) args(into []any) []any {
	for i := range r.columns {
		into = append(into, r.columns[i].encode(r.rows))
	}
	return into
}

// encode completes the array of so many elements.
func (a *array) encode(elements int) []byte {
	if elements == 0 {
		return binary.BigEndian.AppendUint32(make([]byte, 8), postgresOIDs[a.kind])
	}
	header := a.data[:0]
	header = binary.BigEndian.AppendUint32(header, 1)
	nulls := uint32(0)
	if a.nulls {
		nulls = 1
	}
	header = binary.BigEndian.AppendUint32(header, nulls)
	header = binary.BigEndian.AppendUint32(header, postgresOIDs[a.kind])
	header = binary.BigEndian.AppendUint32(header, uint32(elements))
	binary.BigEndian.AppendUint32(header, 1)
	return a.data
}

// next returns the column of the next value, ready for an element.
func (r *arrayRows) next() *array {
	a := &r.columns[r.step()]
	if len(a.data) == 0 {
		a.data = make([]byte, arrayHeader, 512)
	}
	return a
}

func (a *array) length(n int32) { a.data = binary.BigEndian.AppendUint32(a.data, uint32(n)) }

func (r *arrayRows) id(v [16]byte) {
	a := r.next()
	a.length(16)
	a.data = append(a.data, v[:]...)
}

// int binds a number. One that is too large for its column goes in eight bytes, which the server
// refuses.
func (r *arrayRows) int(v int64) {
	a := r.next()
	switch {
	case a.kind == kindInt4 && v == int64(int32(v)):
		a.length(4)
		a.data = binary.BigEndian.AppendUint32(a.data, uint32(v))
	case a.kind == kindInt2 && v == int64(int16(v)):
		a.length(2)
		a.data = binary.BigEndian.AppendUint16(a.data, uint16(v))
	default:
		a.length(8)
		a.data = binary.BigEndian.AppendUint64(a.data, uint64(v))
	}
}

func (r *arrayRows) bool(v bool) {
	a := r.next()
	a.length(1)
	if v {
		a.data = append(a.data, 1)
	} else {
		a.data = append(a.data, 0)
	}
}

func (r *arrayRows) text(v string) {
	a := r.next()
	a.length(int32(len(v)))
	a.data = append(a.data, v...)
}

func (r *arrayRows) null() {
	a := r.next()
	a.nulls = true
	a.length(-1)
}
