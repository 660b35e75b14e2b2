// Command gqlserial takes the goroutines out of gqlgen's generated code: that for each element of a list, and that for
// each resolver of an object. It is the second step of `go generate ./graph`.
//
// Purpose. A goroutine for each of 50 conversations, and another for each field that is resolved, cost more CPU than all
// that they do: their stacks grow anew each time. Nothing is gained by them here, because what a list refers to is read
// at once for all of it (graph/loader.go). gqlgen has no setting for that.
//
// Invariants. It replaces calls of two functions by calls of graph/bind that do the same in turn, and nothing else; the
// fields of a query's first level stay concurrent. It fails when it finds none: gqlgen has changed then, and somebody
// must look.
//
// Concurrency and lifecycle. It runs once and ends.
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
	return os.WriteFile(file, code, 0o600) //nolint:gosec // the file is a constant
}
