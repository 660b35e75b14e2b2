package store

import (
	"database/sql"

	entdialect "entgo.io/ent/dialect"
	entsql "entgo.io/ent/dialect/sql"

	ent "github.com/aparte-im/aparte/ent/generated"
)

// entName is ent's name of the database.
func (d *dialect) entName() string {
	if d.postgres {
		return entdialect.Postgres
	}
	return entdialect.SQLite
}

// clientOn returns ent's client on a session's connection, so that it takes part in the session's
// transaction. The store writes no edges through it, which are all that ent would open a
// transaction of its own for.
func (d *dialect) clientOn(conn *sql.Conn) *ent.Client {
	return ent.NewClient(ent.Driver(entsql.NewDriver(d.entName(), entsql.Conn{ExecQuerier: conn})))
}

// before and after are the conditions of a keyset page: the rows that come before or after a place
// in the order of two columns, which a two-column index reads in one range.
func before(first, second string, values ...any) func(*entsql.Selector) {
	return func(s *entsql.Selector) { s.Where(entsql.CompositeLT([]string{s.C(first), s.C(second)}, values...)) }
}

func after(first, second string, values ...any) func(*entsql.Selector) {
	return func(s *entsql.Selector) { s.Where(entsql.CompositeGT([]string{s.C(first), s.C(second)}, values...)) }
}

// setExpression sets a column to an SQL expression: a text, an argument and the rest of the text.
func setExpression(column, text string, arg any, rest string) func(*entsql.UpdateBuilder) {
	return func(u *entsql.UpdateBuilder) {
		u.Set(column, entsql.ExprFunc(func(b *entsql.Builder) { b.WriteString(text).Arg(arg).WriteString(rest) }))
	}
}

// erasedKey replaces a key that a client chose: it stays unique, since it ends with the text of a
// unique column.
func erasedKey(column, unique string) func(*entsql.UpdateBuilder) {
	return func(u *entsql.UpdateBuilder) { u.Set(column, entsql.Expr("'erased:' || CAST("+unique+" AS text)")) }
}
