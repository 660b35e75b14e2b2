//go:build ignore

// Makes ent/generated from ent/schema: go run ent/entc.go
package main

import (
	"log"

	"entgo.io/ent/entc"
	"entgo.io/ent/entc/gen"
)

func main() {
	err := entc.Generate("./ent/schema", &gen.Config{
		Target:  "./ent/generated",
		Package: "github.com/aparte-im/aparte/ent/generated",
		// Modifier sets a column to an expression, as the erasure does.
		Features: []gen.Feature{gen.FeatureModifier},
	})
	if err != nil {
		log.Fatal(err)
	}
}
