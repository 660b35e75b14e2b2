// Package migrations holds the versioned SQL that makes and changes the schema, one folder a database.
//
// Purpose. store.Migrate runs it; a new version is written by `make migration NAME=…` from ent/schema and then read
// and completed by hand, because storage parameters and collations are not ent's to know.
//
// Invariants. A version that was released never changes. Tables is what ent/schema wants, with whole keys; a test in
// package store applies the versions to an empty database and finds no difference to it.
package migrations

import (
	"embed"
	"io/fs"

	"entgo.io/ent/dialect/sql/schema"

	"github.com/aparte-im/aparte/ent/generated/migrate"
	entschema "github.com/aparte-im/aparte/ent/schema"
)

//go:embed postgres/*.sql sqlite/*.sql
var files embed.FS

// Postgres returns the versions for Postgres, SQLite those for SQLite.
func Postgres() (fs.FS, error) { return fs.Sub(files, "postgres") }

// SQLite returns the versions for SQLite.
func SQLite() (fs.FS, error) { return fs.Sub(files, "sqlite") }

// Tables returns the tables of ent/schema with the keys that ent cannot express. Nothing counts up by itself: numbers
// are allotted under lock.
func Tables() ([]*schema.Table, error) {
	tables, err := schema.CopyTables(migrate.Tables)
	if err != nil {
		return nil, err
	}
	for _, t := range tables {
		for _, c := range t.Columns {
			c.Increment = false
		}
		if names, ok := entschema.Keys[t.Name]; ok {
			t.PrimaryKey = nil
			for _, name := range names {
				c, _ := t.Column(name)
				t.PrimaryKey = append(t.PrimaryKey, c)
			}
		}
		t.ForeignKeys = nil
	}
	return tables, nil
}
