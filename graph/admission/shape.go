package admission

import (
	"github.com/aparte-im/aparte/graph/apierror"
	"github.com/aparte-im/aparte/graph/limits"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"
)

// maxRepeats bounds how often one name may stand in the answers of a document. The rule that fields
// of one name must be alike compares each with each.
const maxRepeats = 200

// maxNameBytes bounds the length of a name in a document, in bytes. No name of the schema comes
// near it.
const maxNameBytes = 255

// shape measures a document that was parsed but not validated: validation is what it protects.
// Every definition is walked once, however often it is spread, so that the check is linear in the
// document.
type shape struct {
	limits    limits.Request
	fragments map[string]*ast.FragmentDefinition
	// depths and roots remember fragments: how deep they are, and how many fields they have at
	// their first level.
	depths, roots map[string]int
	// answers counts the names that fields have in the answer.
	answers             map[string]int
	aliases, directives int
	// nodes is about how much memory the document takes.
	nodes int
	depth int
	// longest is the length of the longest name, in bytes.
	longest int
}

// checkShape refuses a document that is over a bound, and tells how large it is otherwise.
func checkShape(doc *ast.QueryDocument, limits limits.Request) (nodes int, err *gqlerror.Error) {
	switch {
	case len(doc.Operations) > limits.Operations:
		return 0, tooMuch("operations", limits.Operations, "The document has more than %d operations.")
	case len(doc.Fragments) > limits.Fragments:
		return 0, tooMuch("fragments", limits.Fragments, "The document has more than %d fragments.")
	}
	s := &shape{
		limits: limits, fragments: make(map[string]*ast.FragmentDefinition, len(doc.Fragments)),
		depths: map[string]int{}, roots: map[string]int{}, answers: map[string]int{},
	}
	for _, f := range doc.Fragments {
		s.fragments[f.Name] = f
	}
	for _, f := range doc.Fragments {
		s.names(f.Name, f.TypeCondition)
		s.directed(f.Directives)
		s.count(f.SelectionSet)
		s.depth = max(s.depth, s.fragmentDepth(f.Name))
	}
	roots := 0
	for _, op := range doc.Operations {
		s.names(op.Name)
		s.directed(op.Directives)
		for _, v := range op.VariableDefinitions {
			s.nodes++
			s.names(v.Variable, v.Type.Name())
			s.directed(v.Directives)
			s.value(v.DefaultValue, 1)
		}
		s.count(op.SelectionSet)
		s.depth = max(s.depth, s.setDepth(op.SelectionSet))
		roots = max(roots, s.rootFields(op.SelectionSet))
	}
	switch {
	case s.longest > maxNameBytes:
		return 0, tooMuch("name", maxNameBytes, "A name in the document has more than %d bytes.")
	case s.depth > limits.Depth:
		return 0, tooMuch("depth", limits.Depth, "The operation is nested deeper than %d.")
	case s.aliases > limits.Aliases:
		return 0, tooMuch("aliases", limits.Aliases, "The document has more than %d aliases.")
	case s.directives > limits.Directives:
		return 0, tooMuch("directives", limits.Directives, "The document has more than %d directives.")
	case roots > limits.RootFields:
		return 0, tooMuch("rootFields", limits.RootFields, "The operation has more than %d fields at its first level.")
	}
	for _, n := range s.answers {
		if n > maxRepeats {
			return 0, tooMuch("repeats", maxRepeats, "One field or alias stands more than %d times in the document.")
		}
	}
	return s.nodes, nil
}

func tooMuch(limit string, most int, format string) *gqlerror.Error {
	err := apierror.GraphQL(apierror.CodeTooComplex, format, most)
	err.Extensions["limit"] = limit
	err.Extensions["max"] = most
	return err
}

// names notes the lengths of names. Validation compares an unknown name with every known one, which
// costs the product of their lengths.
func (s *shape) names(names ...string) {
	for _, name := range names {
		s.longest = max(s.longest, len(name))
	}
}

// count counts what stands in a set, fragments aside.
func (s *shape) count(set ast.SelectionSet) {
	for _, selection := range set {
		s.nodes++
		switch it := selection.(type) {
		case *ast.Field:
			s.names(it.Alias, it.Name)
			s.answers[it.Alias]++
			if it.Alias != it.Name {
				s.aliases++
			}
			s.directed(it.Directives)
			s.arguments(it.Arguments)
			s.count(it.SelectionSet)
		case *ast.InlineFragment:
			s.names(it.TypeCondition)
			s.directed(it.Directives)
			s.count(it.SelectionSet)
		case *ast.FragmentSpread:
			s.names(it.Name)
			s.directed(it.Directives)
		}
	}
}

func (s *shape) directed(directives ast.DirectiveList) {
	s.directives += len(directives)
	for _, d := range directives {
		s.names(d.Name)
		s.arguments(d.Arguments)
	}
}

func (s *shape) arguments(arguments ast.ArgumentList) {
	for _, a := range arguments {
		s.names(a.Name)
		s.value(a.Value, 1)
	}
}

func (s *shape) value(v *ast.Value, depth int) {
	if v == nil {
		return
	}
	s.nodes++
	s.depth = max(s.depth, depth)
	if v.Kind == ast.EnumValue || v.Kind == ast.Variable {
		s.names(v.Raw)
	}
	if depth > s.limits.Depth {
		return
	}
	for _, child := range v.Children {
		s.names(child.Name)
		s.value(child.Value, depth+1)
	}
}

// setDepth is how deep the fields of a set are nested, its own being one deep. It stops where it is
// too deep.
func (s *shape) setDepth(set ast.SelectionSet) int {
	deepest := 0
	for _, selection := range set {
		switch it := selection.(type) {
		case *ast.Field:
			deepest = max(deepest, 1+s.setDepth(it.SelectionSet))
		case *ast.InlineFragment:
			deepest = max(deepest, s.setDepth(it.SelectionSet))
		case *ast.FragmentSpread:
			deepest = max(deepest, s.fragmentDepth(it.Name))
		}
		if deepest > s.limits.Depth {
			break
		}
	}
	return deepest
}

// fragmentDepth is that of a fragment's set. One that spreads itself counts nothing within itself:
// validation refuses it by its name.
func (s *shape) fragmentDepth(name string) int {
	if known, ok := s.depths[name]; ok {
		return known
	}
	s.depths[name] = 0
	if f := s.fragments[name]; f != nil {
		s.depths[name] = s.setDepth(f.SelectionSet)
	}
	return s.depths[name]
}

// rootFields is how many fields a set has at its first level, fragments included.
func (s *shape) rootFields(set ast.SelectionSet) int {
	fields := 0
	for _, selection := range set {
		switch it := selection.(type) {
		case *ast.Field:
			fields++
		case *ast.InlineFragment:
			fields += s.rootFields(it.SelectionSet)
		case *ast.FragmentSpread:
			known, ok := s.roots[it.Name]
			if !ok {
				s.roots[it.Name] = 0
				if f := s.fragments[it.Name]; f != nil {
					known = s.rootFields(f.SelectionSet)
				}
				s.roots[it.Name] = known
			}
			fields += known
		}
		fields = min(fields, s.limits.RootFields+1) // no sum grows beyond what is refused anyway
	}
	return fields
}
