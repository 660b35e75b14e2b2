// Package migrations holds the versioned SQL that makes and changes the schema, one folder a
// database.
//
// Purpose. store.Migrate runs it; a new version is written by `go run ent/migrations/diff.go` from
// ent/schema and then read and completed by hand, because storage parameters and collations are not
// ent's to know.
//
// Invariants. A version that was released never changes. Tables is what ent/schema wants, with
// whole keys; a test in package store applies the versions to an empty database and finds no
// difference to it.
package migrations

import (
	"embed"
	"io/fs"
	"slices"

	atlas "ariga.io/atlas/sql/schema"
	"ariga.io/atlas/sql/sqlite"
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

// Tables returns the tables of ent/schema with the keys that ent cannot express. Nothing counts up
// by itself: numbers are allotted under lock.
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
			// The key's columns come first: SQLite reports a key in the order of its table's
			// columns.
			rest := slices.DeleteFunc(slices.Clone(t.Columns), func(c *schema.Column) bool {
				return slices.Contains(t.PrimaryKey, c)
			})
			t.Columns = slices.Concat(t.PrimaryKey, rest)
		}
		t.ForeignKeys = nil
	}
	return tables, nil
}

// Options are how ent compares Tables with a database. SQLite keeps rows in the order of their key
// (WITHOUT ROWID) where a version says so, which ent cannot express and must not undo.
func Options() []schema.MigrateOption {
	keepOrder := func(next schema.Differ) schema.Differ {
		return schema.DiffFunc(func(current, desired *atlas.Schema) ([]atlas.Change, error) {
			for _, t := range current.Tables {
				for _, attr := range t.Attrs {
					wanted, ok := desired.Table(t.Name)
					if _, is := attr.(*sqlite.WithoutRowID); is && ok {
						wanted.Attrs = append(wanted.Attrs, attr)
					}
				}
			}
			return next.Diff(current, desired)
		})
	}
	return []schema.MigrateOption{
		schema.WithForeignKeys(false), schema.WithDropColumn(true), schema.WithDropIndex(true),
		schema.WithDiffHook(keepOrder),
	}
}
