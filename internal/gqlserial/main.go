// Command gqlserial removes goroutines from gqlgen's generated code: the one for each element of a
// list, and the one for each resolver of an object. It is the second step of `go generate ./graph`.
//
// Purpose. A goroutine for each of 50 conversations, and another for each resolved field, cost more
// CPU than the work itself, because their stacks grow anew each time. They gain nothing here: a
// list reads all that it refers to at once (graph/loader.go). gqlgen has no setting for that.
//
// Invariants. It replaces the calls of two functions with calls of graph/bind that do the same
// sequentially. It also removes the case for a pointer to an interface, which gqlgen writes where
// one interface of the schema implements another and which does not compile. It changes nothing
// else. The root fields of a query stay concurrent. It fails when it finds nothing to replace,
// because then gqlgen has changed and a person must look.
//
// Concurrency and lifecycle. It runs once and exits.
package main

import (
	"fmt"
	"os"
	"regexp"
)

const file = "generated/exec.go"

var replacements = []struct {
	call *regexp.Regexp
	by   string
}{
	{regexp.MustCompile(`graphql\.MarshalSliceConcurrently\(`), `bind.Slice(`},
	{
		regexp.MustCompile(`out\.ResolveConcurrently\(ec\.OperationContext, &deferred, i,\s*true, (true|false),`),
		`bind.Field(ctx, out, ec.OperationContext, i, $1,`,
	},
	{
		regexp.MustCompile(`\tcase \*bind\.Conversation:\n(\t\t.*\n)+`),
		``,
	},
}

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "gqlserial:", err)
		os.Exit(1)
	}
}

func run() error {
	code, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	for _, r := range replacements {
		if !r.call.Match(code) {
			return fmt.Errorf("%s has no %s", file, r.call)
		}
		code = r.call.ReplaceAll(code, []byte(r.by))
	}
	return os.WriteFile(file, code, 0o600)
}
