package graph_test

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/vektah/gqlparser/v2"
	gql "github.com/vektah/gqlparser/v2/ast"
)

// viewDocuments are operations that ask for everything that the schema offers to a user.
type viewDocuments struct {
	schema *gql.Schema
	// roots are the documents, by field of Query and Mutation; order is that of the schema.
	roots map[string]string
	order map[string][]string
	// selected are the fields that some document selects, as Type.field.
	selected map[string]bool
}

// maxViewDepth bounds how deep a document nests objects. A type is not selected within itself.
const maxViewDepth = 5

// newViewDocuments reads the schema and writes one document for each field of Query and Mutation
// that is not in without.
func newViewDocuments(t testing.TB, without map[string]string) *viewDocuments {
	t.Helper()
	text, err := os.ReadFile("../schema.graphqls")
	if err != nil {
		t.Fatal(err)
	}
	schema, err := gqlparser.LoadSchema(&gql.Source{Name: "schema.graphqls", Input: string(text)})
	if err != nil {
		t.Fatal(err)
	}
	d := &viewDocuments{schema: schema, roots: map[string]string{}, order: map[string][]string{}, selected: map[string]bool{}}
	for _, root := range []*gql.Definition{schema.Query, schema.Mutation} {
		for _, f := range root.Fields {
			if strings.HasPrefix(f.Name, "__") || without[f.Name] != "" {
				continue
			}
			var declared, passed []string
			for _, a := range f.Arguments {
				declared = append(declared, fmt.Sprintf("$%s: %v", a.Name, nullable(a)))
				passed = append(passed, a.Name+": $"+a.Name)
			}
			head, call := strings.ToLower(root.Name), f.Name
			if len(declared) > 0 {
				head += "(" + strings.Join(declared, ", ") + ")"
				call += "(" + strings.Join(passed, ", ") + ")"
			}
			d.roots[f.Name] = head + " { it: " + call + d.selection(f.Type.Name(), nil) + " }"
			d.order[root.Name] = append(d.order[root.Name], f.Name)
		}
	}
	return d
}

// nullable is the type of a variable for an argument, which may be left out where the argument has
// a default.
func nullable(a *gql.ArgumentDefinition) string {
	if a.DefaultValue != nil {
		return strings.TrimSuffix(a.Type.String(), "!") + " = " + a.DefaultValue.String()
	}
	return a.Type.String()
}

// selection selects all fields of a type. Fields of the members of a union that would conflict have
// an alias.
func (d *viewDocuments) selection(name string, path []string) string {
	def := d.schema.Types[name]
	if !def.IsCompositeType() {
		return ""
	}
	path = append(slices.Clone(path), name)
	out := " { __typename"
	if def.Kind == gql.Union || def.Kind == gql.Interface {
		members := d.schema.GetPossibleTypes(def)
		conflicts := conflicting(members)
		for _, member := range members {
			if !slices.Contains(path, member.Name) {
				out += " ... on " + member.Name + d.fields(member, append(slices.Clone(path), member.Name), conflicts)
			}
		}
		return out + " }"
	}
	return d.fields(def, path, nil)
}

func (d *viewDocuments) fields(def *gql.Definition, path []string, aliased map[string]bool) string {
	out := " { __typename"
	for _, f := range def.Fields {
		inner := f.Type.Name()
		composite := d.schema.Types[inner].IsCompositeType()
		if strings.HasPrefix(f.Name, "__") || composite && (len(path) >= maxViewDepth || slices.Contains(path, inner)) {
			continue
		}
		d.selected[def.Name+"."+f.Name] = true
		out += " "
		if aliased[f.Name] {
			out += def.Name + "_" + f.Name + ": "
		}
		out += f.Name + d.selection(inner, path)
	}
	return out + " }"
}

// conflicting are the names of fields that have another type in each of some types.
func conflicting(members []*gql.Definition) map[string]bool {
	types, out := map[string]string{}, map[string]bool{}
	for _, member := range members {
		for _, f := range member.Fields {
			if before := types[f.Name]; before != "" && before != f.Type.String() {
				out[f.Name] = true
			}
			types[f.Name] = f.Type.String()
		}
	}
	return out
}

// missing lists the fields of types that a document reaches and does not select anywhere.
func (d *viewDocuments) missing() (out []string) {
	reached := map[string]bool{}
	for coordinate := range d.selected {
		name, _, _ := strings.Cut(coordinate, ".")
		reached[name] = true
	}
	for name := range reached {
		for _, f := range d.schema.Types[name].Fields {
			if !strings.HasPrefix(f.Name, "__") && !d.selected[name+"."+f.Name] {
				out = append(out, name+"."+f.Name)
			}
		}
	}
	slices.Sort(out)
	return out
}
