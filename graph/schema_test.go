package graph_test

import (
	"os"
	"slices"
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

// boundedLists are the lists that are no pages, with what bounds each. Lists of an enum's values
// and of one item for each value are bounded by the enum.
var boundedLists = map[string]string{
	"AudienceReach.routes":              "one for each relation",
	"EraseUserSuccess.erasures":         "the deletions of one externalId by the host application",
	"Evidence.messages":                 "the messages of a report",
	"DeclineSuccess.declined":           "the ids in the argument",
	"Explanation.parameters":            "the values in one sentence",
	"HiddenWordSample.words":            "written by hand",
	"HiddenWordsSuccess.words":          "words.MaxCount",
	"MessagingChoice.kinds":             "one for each relation",
	"MessagingChoice.routes":            "one for each relation",
	"MessagingSettings.kinds":           "one for each relation",
	"MessagingSettings.routes":          "one for each relation",
	"Query.erasures":                    "the deletions of one externalId by the host application",
	"Query.hiddenWordSamples":           "written by hand",
	"Query.hiddenWords":                 "words.MaxCount",
	"Query.whoCouldMessageMe":           "one for each audience",
	"SettingsChange.hiddenWordsAdded":   "words.MaxCount",
	"SettingsChange.hiddenWordsRemoved": "words.MaxCount",
	"SharedFriends.some":                "the friends that are named",
	"UpsertUsersSuccess.users":          "the users in the argument",
}

// bareLists lists the fields of a schema that hold a list outside of a connection and are in no
// table of bounded lists, and the connections that lack a part.
func bareLists(schema *ast.Schema, bounded map[string]string) (bare []string) {
	for _, def := range schema.Types {
		if def.BuiltIn || def.Kind != ast.Object && def.Kind != ast.Interface {
			continue
		}
		if strings.HasSuffix(def.Name, "Connection") {
			for _, part := range []string{"edges", "nodes", "pageInfo"} {
				if def.Fields.ForName(part) == nil {
					bare = append(bare, def.Name+"."+part)
				}
			}
			continue
		}
		for _, f := range def.Fields {
			if strings.HasPrefix(f.Name, "__") {
				continue
			}
			of := schema.Types[f.Type.Name()]
			if strings.HasSuffix(of.Name, "Connection") {
				for _, arg := range []string{"first", "after"} {
					if f.Arguments.ForName(arg) == nil {
						bare = append(bare, def.Name+"."+f.Name+"("+arg+")")
					}
				}
			}
			name := def.Name + "." + f.Name
			if f.Type.Elem != nil && of.Kind != ast.Enum && bounded[name] == "" {
				bare = append(bare, name)
			}
		}
	}
	slices.Sort(bare)
	return bare
}

func TestListsOfUnboundedLengthAreConnections(t *testing.T) {
	text, err := os.ReadFile("../schema.graphqls")
	if err != nil {
		t.Fatal(err)
	}
	schema := gqlparser.MustLoadSchema(&ast.Source{Name: "schema.graphqls", Input: string(text)})
	if bare := bareLists(schema, boundedLists); len(bare) > 0 {
		t.Errorf("neither connections nor bounded: %v", bare)
	}
	for name := range boundedLists {
		typeName, field, _ := strings.Cut(name, ".")
		def := schema.Types[typeName]
		if def == nil || def.Fields.ForName(field) == nil || def.Fields.ForName(field).Type.Elem == nil {
			t.Errorf("%s is no list any more", name)
		}
	}
}

func TestAListOutsideOfAConnectionIsFound(t *testing.T) {
	schema := gqlparser.MustLoadSchema(&ast.Source{Name: "schema.graphqls", Input: `
		type Query { words: [String!]! known: [String!]! values: [E!]! as(first: Int): AConnection! }
		type AConnection { nodes: [String!]! pageInfo: String! }
		enum E { ONE }`})
	got := bareLists(schema, map[string]string{"Query.known": "three"})
	want := []string{"AConnection.edges", "Query.as(after)", "Query.words"}
	if !slices.Equal(got, want) {
		t.Errorf("found %v, want %v", got, want)
	}
}
