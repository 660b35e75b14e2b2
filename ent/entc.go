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
		Target:   "./ent/generated",
		Package:  "github.com/aparte-im/aparte/ent/generated",
		Features: []gen.Feature{gen.FeatureUpsert, gen.FeatureExecQuery},
	})
	if err != nil {
		log.Fatal(err)
	}
}
