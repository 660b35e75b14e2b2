package inputs_test

import (
	"maps"
	"os"
	"reflect"
	"testing"

	"github.com/aparte-im/aparte/graph/inputs"
	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"
)

func schema(t *testing.T) *ast.Schema {
	t.Helper()
	text, err := os.ReadFile("../../schema.graphqls")
	if err != nil {
		t.Fatal(err)
	}
	s, err := gqlparser.LoadSchema(&ast.Source{Name: "schema.graphqls", Input: string(text)})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// drop returns what DropEmpty leaves of the value of one variable.
func drop(s *ast.Schema, v *ast.VariableDefinition, value any) (left any, kept bool) {
	variables := map[string]any{v.Variable: value}
	inputs.DropEmpty(s, &ast.OperationDefinition{VariableDefinitions: ast.VariableDefinitionList{v}}, variables)
	left, kept = variables[v.Variable]
	return left, kept
}

// It walks every argument and every field of every input object of the schema, and the latter
// inside a list as well.
func TestAnEmptyStringIsDroppedExactlyWhereAnInputIsOptional(t *testing.T) {
	s := schema(t)
	seen := 0
	for _, def := range s.Types {
		for _, f := range def.Fields {
			for _, a := range f.Arguments {
				seen++
				optional := !a.Type.NonNull || a.DefaultValue != nil
				v := &ast.VariableDefinition{Variable: "v", Type: a.Type, DefaultValue: a.DefaultValue}
				if _, kept := drop(s, v, ""); kept == optional {
					t.Errorf("%s.%s(%s): kept is %v", def.Name, f.Name, a.Name, kept)
				}
			}
			if def.Kind != ast.InputObject {
				continue
			}
			seen++
			optional := !f.Type.NonNull || f.DefaultValue != nil
			of := ast.NonNullNamedType(def.Name, nil)
			for name, c := range map[string]struct {
				of   *ast.Type
				wrap func(any) any
			}{
				"alone":       {of, func(v any) any { return v }},
				"in a list":   {ast.NonNullListType(of, nil), func(v any) any { return []any{v} }},
				"as the list": {ast.NonNullListType(of, nil), func(v any) any { return v }},
			} {
				fields := map[string]any{f.Name: "", "other": "x"}
				drop(s, &ast.VariableDefinition{Variable: "v", Type: c.of}, c.wrap(fields))
				if _, kept := fields[f.Name]; kept == optional {
					t.Errorf("%s.%s %s: kept is %v", def.Name, f.Name, name, kept)
				}
				if fields["other"] != "x" {
					t.Errorf("%s.%s %s: an unknown field was removed", def.Name, f.Name, name)
				}
			}
		}
	}
	if seen < 100 {
		t.Errorf("only %d inputs were looked at", seen)
	}
}

func TestMembersOfAOneOfAreDroppedWhenEmpty(t *testing.T) {
	s := schema(t)
	seen := 0
	for _, def := range s.Types {
		if def.Kind != ast.InputObject || def.Directives.ForName("oneOf") == nil {
			continue
		}
		seen++
		for _, chosen := range def.Fields {
			for _, empty := range []any{"", nil, []any{}} {
				fields := map[string]any{}
				for _, f := range def.Fields {
					fields[f.Name] = empty
				}
				fields[chosen.Name] = "x"
				drop(s, &ast.VariableDefinition{Variable: "v", Type: ast.NonNullNamedType(def.Name, nil)}, fields)
				if want := map[string]any{chosen.Name: "x"}; !maps.Equal(fields, want) {
					t.Errorf("%s with %#v: %v", def.Name, empty, fields)
				}
			}
		}
	}
	if seen < 3 {
		t.Errorf("only %d input objects have @oneOf", seen)
	}
}

func TestOtherValuesAreKept(t *testing.T) {
	s := schema(t)
	for _, value := range []any{
		nil, "x", " ", false, 0.0, []any{}, []any{""}, []any{map[string]any{}}, map[string]any{"body": nil, "to": []any{"x"}},
	} {
		for name := range s.Types {
			v := &ast.VariableDefinition{Variable: "v", Type: ast.NamedType(name, nil)}
			if left, kept := drop(s, v, value); !kept || !reflect.DeepEqual(left, value) {
				t.Errorf("%s: %#v became %#v", name, value, left)
			}
		}
	}
	if _, kept := drop(s, &ast.VariableDefinition{Variable: "v", Type: ast.NamedType("Unknown", nil)}, map[string]any{}); !kept {
		t.Error("a value of an unknown type was removed")
	}
}
