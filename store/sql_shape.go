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
// On Postgres the arrays are unnested in the select list, which hands row after row on; in FROM
// each would be written to a tuple store first and read again.
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
		items[i] = "unnest($" + strconv.Itoa(first+i) + "::" + postgresTypes[c.kind] + "[]) AS " + c.name
	}
	return "(SELECT " + strings.Join(items, ", ") + ") AS r"
}

// inIDs returns the condition that an id is one of those which a rowset of ids binds.
func (d *dialect) inIDs(param int) string {
	if d.postgres {
		return "= ANY($" + strconv.Itoa(param) + "::uuid[])"
	}
	return "IN (SELECT value->>0 FROM json_each($" + strconv.Itoa(param) + "))"
}

// lookup joins the one row of a table that a whole key names, or nulls. For Postgres it is a
// subquery of its own, so that no plan, not even one made while the table was empty, can turn the
// lookups into a scan.
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

// join joins the rows of a table that a condition in terms of alias names, for each row to the
// left. For Postgres it is a subquery of its own for the same reason as lookup; SQLite takes a
// CROSS JOIN in the order in which it is written.
func (d *dialect) join(table, alias, on string) string {
	if !d.postgres {
		return " CROSS JOIN " + table + " " + alias + " ON " + on
	}
	return " JOIN LATERAL (SELECT " + alias + ".* FROM " + table + " " + alias + " WHERE " + on + d.fence() + ") AS " + alias + " ON true"
}

// fence ends a subquery that is to be run as it stands, for each row around it, and not to be made
// a join.
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

// values returns SQL that makes a table r of n rows, each value a parameter of its own, which a
// flat rowset binds from parameter first on. For a few rows it is cheaper than arrays, but n is
// part of the statement.
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
