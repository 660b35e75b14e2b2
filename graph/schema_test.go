package graph_test

import (
	"os"
	"strings"
	"testing"

	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"
)

// undescribed lists the elements of a schema that have no description.
func undescribed(t *testing.T, text string) (bare []string, seen int) {
	t.Helper()
	schema, err := gqlparser.LoadSchema(&ast.Source{Name: "schema.graphqls", Input: text})
	if err != nil {
		t.Fatal(err)
	}
	look := func(name, description string) {
		seen++
		if strings.TrimSpace(description) == "" {
			bare = append(bare, name)
		}
	}
	for _, def := range schema.Types {
		if def.BuiltIn {
			continue
		}
		look(def.Name, def.Description)
		for _, v := range def.EnumValues {
			look(def.Name+"."+v.Name, v.Description)
		}
		for _, f := range def.Fields {
			if strings.HasPrefix(f.Name, "__") {
				continue
			}
			look(def.Name+"."+f.Name, f.Description)
			for _, a := range f.Arguments {
				look(def.Name+"."+f.Name+"("+a.Name+")", a.Description)
			}
		}
	}
	return bare, seen
}

func TestEveryElementOfTheSchemaIsDescribed(t *testing.T) {
	text, err := os.ReadFile("../schema.graphqls")
	if err != nil {
		t.Fatal(err)
	}
	bare, seen := undescribed(t, string(text))
	for _, name := range bare {
		t.Errorf("%s has no description", name)
	}
	if seen < 200 {
		t.Errorf("only %d elements were looked at", seen)
	}
}

func TestAnUndescribedElementIsFound(t *testing.T) {
	bare, _ := undescribed(t, `
		"d" type Query { "d" a("d" x: Int, y: Int): E  b: Int }
		"d" enum E { "d" ONE TWO }
		input I { "d" x: Int }
		scalar S`)
	if len(bare) != 5 {
		t.Errorf("found %v", bare)
	}
}
