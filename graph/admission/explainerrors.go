package admission

import (
	"errors"
	"regexp"
	"strings"
	"unicode/utf8"

	"github.com/aparte-im/aparte/graph/apierror"
	"github.com/aparte-im/aparte/graph/limits"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"
)

// gqlparser explains what is wrong with an operation in the operation's own words. Its author needs
// the names: of fields, arguments, types, variables and fragments. Values are somebody's message.
// So nothing of an operation shows but names that look like names, and of the variables nothing but
// the fields that the schema knows.

const (
	// maxExplained bounds how many mistakes are explained; who made more will ask again.
	maxExplained = 5
	maxName      = 64
	maxMessage   = 300
)

// explainAll makes what gqlparser and the executor say fit to be told.
func explainAll(errs gqlerror.List) gqlerror.List {
	if len(errs) == 0 {
		return nil
	}
	out := make(gqlerror.List, 0, min(len(errs), maxExplained))
	for _, err := range errs[:min(len(errs), maxExplained)] {
		out = append(out, explain(err))
	}
	return out
}

func explain(err *gqlerror.Error) *gqlerror.Error {
	if _, ours := err.Extensions["code"]; ours && err.Rule == "" && !isVariable(err.Path) {
		err.Message = named(err.Message)
		return err
	}
	out := apierror.GraphQL(apierror.CodeValidation, "")
	out.Locations = err.Locations
	switch {
	case isVariable(err.Path):
		out.Message, out.Path = explainVariable(err)
	case strings.HasPrefix(err.Rule, "ValuesOfCorrectType"):
		out.Message = explainValue(err.Message)
	default:
		out.Message = err.Message
	}
	out.Message = named(out.Message)
	return out
}

// explainParse says where a document cannot be read and, where that is no secret, what stands
// there.
func explainParse(err error, limits limits.Request) *gqlerror.Error {
	var at *gqlerror.Error
	if !errors.As(err, &at) {
		return apierror.GraphQL(apierror.CodeParseFailed, "The document cannot be read.")
	}
	switch {
	case strings.HasPrefix(at.Message, "exceeded token limit"):
		return tooMuch("tokens", limits.Tokens, "The document has more than %d tokens.")
	case strings.HasPrefix(at.Message, "exceeded maximum nesting depth"):
		return tooMuch("depth", limits.Depth, "The operation is nested deeper than %d.")
	}
	out := apierror.GraphQL(apierror.CodeParseFailed, "The document cannot be read.")
	out.Locations = at.Locations
	if m := unexpected.FindStringSubmatch(at.Message); m != nil {
		out.Message = m[0] + "."
	}
	return out
}

// unexpected is what the parser says of signs and kinds of words, without the words themselves.
var unexpected = regexp.MustCompile(`^(Unexpected|Expected [A-Za-z$!&()|{}=:@.\[\]]+, found|expected at least one definition, found) ` +
	`(<EOF>|Name|Int|Float|String|BlockString|Comment|[!$&()\[\]{}:=@|]|\.\.\.)`)

// valueMessages are those of the rule that looks at values, up to the value.
var valueMessages = []struct {
	pattern *regexp.Regexp
	message string
}{
	{regexp.MustCompile(`^Expected value of type "([][_0-9A-Za-z!]+)", found `), `Expected a value of type "$1".`},
	{regexp.MustCompile(`^Enum "([][_0-9A-Za-z!]+)" cannot represent `), `Enum "$1" cannot represent this value.`},
	{regexp.MustCompile(`(?s)^Value ".*" does not exist in "([][_0-9A-Za-z!]+)" enum`), `The value does not exist in "$1" enum.`},
	{regexp.MustCompile(`^(Int|String|Boolean|Float|ID) cannot represent `), `$1 cannot represent this value.`},
	{regexp.MustCompile(`^(?:Field|OneOf Input Object) "[_0-9A-Za-z.]{1,130}" [^:]{1,100}$`), `$0`},
}

func explainValue(message string) string {
	for _, m := range valueMessages {
		if at := m.pattern.FindStringSubmatchIndex(message); at != nil {
			return string(m.pattern.ExpandString(nil, m.message, message, at))
		}
	}
	return "A value does not fit its type."
}

func isVariable(path ast.Path) bool {
	return len(path) > 1 && path[0] == ast.PathName("variable")
}

// explainVariable says which variable, and where in it. A field that the schema does not know is
// the client's word.
func explainVariable(err *gqlerror.Error) (string, ast.Path) {
	switch err.Message {
	case "must be defined", "cannot be null", "must an input type":
		return "The variable " + err.Message + ".", err.Path
	case "unknown field":
		return "The variable has a field that its type does not know.", err.Path[:len(err.Path)-1]
	}
	return "The variable does not fit its type.", err.Path
}

var quoted = regexp.MustCompile(`"[^"]*"`)

var aName = regexp.MustCompile(`^[@$]?[_A-Za-z][_0-9A-Za-z.]*$|^[][_0-9A-Za-z!]+$`)

// named leaves of a message what looks like a name, and no more of it than a person reads.
func named(message string) string {
	message = quoted.ReplaceAllStringFunc(message, func(q string) string {
		if inner := q[1 : len(q)-1]; len(inner) > maxName || !aName.MatchString(inner) {
			return `"…"`
		}
		return q
	})
	if len(message) <= maxMessage {
		return message
	}
	cut := maxMessage
	for !utf8.RuneStart(message[cut]) {
		cut--
	}
	return message[:cut] + "…"
}
