package store_test

import (
	"encoding/binary"
	"fmt"
	"strings"

	"github.com/google/uuid"
	"github.com/lib/pq/oid"
)

func planLiteral(v any) string {
	switch v := v.(type) {
	case nil:
		return "NULL"
	case []byte:
		return arrayLiteral(v)
	default:
		return "'" + strings.ReplaceAll(fmt.Sprint(v), "'", "''") + "'"
	}
}

// arrayLiteral is the text of an array that was bound in binary form.
func arrayLiteral(b []byte) string {
	number := func() int {
		n := int32(binary.BigEndian.Uint32(b))
		b = b[4:]
		return int(n)
	}
	dimensions, _, element := number(), number(), oid.Oid(number())
	if dimensions == 0 {
		return "'{}'"
	}
	items := make([]string, number())
	number()
	for i := range items {
		size := number()
		if size < 0 {
			items[i] = "NULL"
			continue
		}
		items[i] = elementLiteral(b[:size], element)
		b = b[size:]
	}
	return "ARRAY[" + strings.Join(items, ", ") + "]::" + elementTypes[element] + "[]"
}

var elementTypes = map[oid.Oid]string{
	oid.T_uuid: "uuid", oid.T_int8: "int8", oid.T_int4: "int4", oid.T_int2: "int2", oid.T_bool: "bool", oid.T_text: "text",
}

func elementLiteral(b []byte, element oid.Oid) string {
	switch element {
	case oid.T_uuid:
		return "'" + uuid.UUID(b).String() + "'"
	case oid.T_int8:
		return fmt.Sprint(int64(binary.BigEndian.Uint64(b)))
	case oid.T_int4:
		return fmt.Sprint(int32(binary.BigEndian.Uint32(b)))
	case oid.T_int2:
		return fmt.Sprint(int16(binary.BigEndian.Uint16(b)))
	case oid.T_bool:
		return fmt.Sprint(b[0] == 1)
	}
	return "'" + strings.ReplaceAll(string(b), "'", "''") + "'"
}
