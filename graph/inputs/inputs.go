// Package inputs prepares the variables of an operation for validation.
//
// Generated clients in statically typed languages send zero values for the inputs that their caller
// leaves out. An empty string in an optional input therefore equals leaving the input out.
package inputs

import "github.com/vektah/gqlparser/v2/ast"

// DropEmpty removes from variables, in place, each empty string in an optional position: a nullable
// variable, a nullable field of an input object, and one that has a default. A default then
// applies. Members of an input object with @oneOf are removed as well when they are null or an
// empty list. Elements of lists are kept. Values of the wrong type are kept for validation.
func DropEmpty(schema *ast.Schema, op *ast.OperationDefinition, variables map[string]any) {
	for _, v := range op.VariableDefinitions {
		value, ok := variables[v.Variable]
		if !ok {
			continue
		}
		if value == "" && isOptional(v.Type, v.DefaultValue) {
			delete(variables, v.Variable)
			continue
		}
		dropIn(schema, v.Type, value)
	}
}

func isOptional(t *ast.Type, byDefault *ast.Value) bool { return !t.NonNull || byDefault != nil }

func dropIn(schema *ast.Schema, t *ast.Type, value any) {
	if list, ok := value.([]any); ok {
		if t.Elem == nil {
			return
		}
		for _, item := range list {
			dropIn(schema, t.Elem, item)
		}
		return
	}
	// A single value stands for a list of one.
	def := schema.Types[t.Name()]
	fields, ok := value.(map[string]any)
	if !ok || def == nil || def.Kind != ast.InputObject {
		return
	}
	oneOf := def.Directives.ForName("oneOf") != nil
	for _, f := range def.Fields {
		value, ok := fields[f.Name]
		if !ok {
			continue
		}
		if value == "" && isOptional(f.Type, f.DefaultValue) || oneOf && isEmpty(value) {
			delete(fields, f.Name)
			continue
		}
		dropIn(schema, f.Type, value)
	}
}

func isEmpty(value any) bool {
	list, ok := value.([]any)
	return value == nil || ok && len(list) == 0
}
