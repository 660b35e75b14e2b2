//go:build ignore

// Writes the next version of both databases from ent/schema, by comparing it with what the versions
// so far make of an empty database:
//
//	go run ent/migrations/diff.go -postgres URL-of-an-empty-database NAME
package main

import (
	"context"
	"errors"
	"flag"
	"log"
	"os"
	"path/filepath"

	"ariga.io/atlas/sql/migrate"
	"ariga.io/atlas/sql/sqltool"
	"entgo.io/ent/dialect"
	entsql "entgo.io/ent/dialect/sql"
	"entgo.io/ent/dialect/sql/schema"
	_ "github.com/lib/pq"
	_ "modernc.org/sqlite"

	"github.com/aparte-im/aparte/ent/migrations"
)

func main() {
	postgres := flag.String("postgres", "", "an empty database")
	flag.Parse()
	if *postgres == "" || flag.NArg() != 1 {
		log.Fatal("usage: diff.go -postgres URL NAME")
	}
	err := errors.Join(
		diff("postgres", dialect.Postgres, *postgres, "ent/migrations/postgres"),
		diff("sqlite", dialect.SQLite, "file:diff?mode=memory&cache=shared&_pragma=foreign_keys(1)", "ent/migrations/sqlite"),
	)
	if err != nil {
		log.Fatal(err)
	}
}

func diff(driver, name, url, folder string) error {
	tables, err := migrations.Tables()
	if err != nil {
		return err
	}
	dir, err := sqltool.NewGooseDir(folder)
	if err != nil {
		return err
	}
	// ent wants a file of checksums beside the versions, which nobody else reads.
	sum, err := dir.Checksum()
	if err != nil {
		return err
	}
	if err := migrate.WriteSumFile(dir, sum); err != nil {
		return err
	}
	defer os.Remove(filepath.Join(folder, migrate.HashFileName))
	db, err := entsql.Open(driver, url)
	if err != nil {
		return err
	}
	defer db.Close()
	drv := entsql.OpenDB(name, db.DB())
	m, err := schema.NewMigrate(drv, append(
		migrations.Options(), schema.WithDir(dir), schema.WithMigrationMode(schema.ModeReplay), schema.WithDialect(name),
		schema.WithFormatter(sqltool.GooseFormatter),
	)...)
	if err != nil {
		return err
	}
	return m.NamedDiff(context.Background(), flag.Arg(0), tables...)
}
