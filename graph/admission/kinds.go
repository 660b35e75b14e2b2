package admission

import (
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
)

// kindsIn returns the kinds of operation that a document may contain, without parsing it: the words
// outside of all braces, parentheses, strings and comments. A text that cannot be parsed has any
// kinds, at most one of each. It reads each byte once.
func kindsIn(text string) []ast.Operation {
	var query, mutation bool
	depth := 0
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case c == '#':
			i = skip(text, i, "\n")
		case strings.HasPrefix(text[i:], `"""`):
			i = skip(text, i+3, `"""`)
		case c == '"':
			i = skipString(text, i+1)
		case c == '{' || c == '(':
			query = query || c == '{' && depth == 0 && shorthand(text[:i])
			depth++
		case c == '}' || c == ')':
			depth--
		case isLetter(c):
			end := i
			for end < len(text) && (isLetter(text[end]) || text[end] >= '0' && text[end] <= '9') {
				end++
			}
			if depth == 0 {
				query = query || text[i:end] == "query" || text[i:end] == "subscription"
				mutation = mutation || text[i:end] == "mutation"
			}
			i = end - 1
		}
	}
	kinds := make([]ast.Operation, 0, 2)
	if query || !mutation {
		kinds = append(kinds, ast.Query)
	}
	if mutation {
		kinds = append(kinds, ast.Mutation)
	}
	return kinds
}

// shorthand reports whether a selection set that follows the text is a query without a keyword: it
// begins the document or follows another definition.
func shorthand(before string) bool {
	before = strings.TrimRight(before, " \t\r\n,\ufeff")
	return before == "" || before[len(before)-1] == '}'
}

// skip returns the index of the last byte of the next mark, or the last index of the text.
func skip(text string, from int, mark string) int {
	if from > len(text) {
		return len(text) - 1
	}
	n := strings.Index(text[from:], mark)
	if n < 0 {
		return len(text) - 1
	}
	return from + n + len(mark) - 1
}

// skipString returns the index of the quotation mark or the line break that ends a string.
func skipString(text string, from int) int {
	for i := from; i < len(text); i++ {
		switch text[i] {
		case '\\':
			i++
		case '"', '\n':
			return i
		}
	}
	return len(text) - 1
}

func isLetter(c byte) bool { return c == '_' || c|0x20 >= 'a' && c|0x20 <= 'z' }
