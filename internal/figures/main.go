// Command figures prints the size and shape of the source tree: packages, files, lines, lengths of
// files and functions, share of comments, direct dependencies.
//
// Purpose. The figures of a release can be compared with those of an earlier commit:
//
//	go run ./internal/figures [FOLDER]
//
// FOLDER is the root of a checkout; the default is the current folder. Only files that git tracks
// count.
//
// Concurrency and lifecycle. One goroutine; it reads files and ends.
package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/scanner"
	"go/token"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"text/tabwriter"

	"golang.org/x/mod/modfile"
)

func main() { os.Exit(run(os.Args[1:], os.Stdout, os.Stderr)) }

func run(args []string, out, failed io.Writer) int {
	root := "."
	if len(args) > 0 {
		root = args[0]
	}
	f, err := measure(root)
	if err != nil {
		_, _ = fmt.Fprintln(failed, "figures:", err)
		return 1
	}
	f.print(out)
	return 0
}

// figures is what is counted.
type figures struct {
	packages                   map[string]bool
	files, tests, generated    int
	lines, testLines, genLines int
	comments                   int
	fileLengths, functions     []int
	dependencies               int
	web                        int
}

func measure(root string) (*figures, error) {
	list := exec.CommandContext(context.Background(), "git", "ls-files", "*.go", "web/*.ts", "web/*.tsx", "web/*.css")
	list.Dir = root
	names, err := list.Output()
	if err != nil {
		return nil, fmt.Errorf("git ls-files in %s: %w", root, err)
	}
	f := &figures{packages: map[string]bool{}}
	for name := range strings.Lines(string(names)) {
		name = strings.TrimSpace(name)
		text, err := os.ReadFile(filepath.Join(root, name))
		if errors.Is(err, os.ErrNotExist) {
			continue // deleted and not committed yet
		}
		if err != nil {
			return nil, err
		}
		if err := f.add(name, text); err != nil {
			return nil, err
		}
	}
	mod, err := os.ReadFile(filepath.Join(root, "go.mod"))
	if err != nil {
		return nil, err
	}
	parsed, err := modfile.Parse("go.mod", mod, nil)
	if err != nil {
		return nil, err
	}
	for _, r := range parsed.Require {
		if !r.Indirect {
			f.dependencies++
		}
	}
	return f, nil
}

func (f *figures) add(name string, text []byte) error {
	lines := bytes.Count(text, []byte("\n"))
	if !strings.HasSuffix(name, ".go") {
		if !strings.Contains(name, "/generated/") {
			f.web += lines
		}
		return nil
	}
	files := token.NewFileSet()
	parsed, err := parser.ParseFile(files, name, text, parser.ParseComments|parser.SkipObjectResolution)
	if err != nil {
		return err
	}
	f.packages[filepath.Dir(name)] = true
	switch {
	case ast.IsGenerated(parsed) || strings.Contains(name, "/generated/"):
		f.generated++
		f.genLines += lines
		return nil
	case strings.HasSuffix(name, "_test.go") || strings.Contains(name, "storetest/"):
		f.tests++
		f.testLines += lines
		return nil
	}
	f.files++
	f.lines += lines
	f.fileLengths = append(f.fileLengths, lines)
	f.comments += commentLines(name, text)
	for _, d := range parsed.Decls {
		if fn, ok := d.(*ast.FuncDecl); ok {
			f.functions = append(f.functions, files.Position(fn.End()).Line-files.Position(fn.Pos()).Line+1)
		}
	}
	return nil
}

// commentLines counts the lines that begin with a comment.
func commentLines(name string, text []byte) (n int) {
	files := token.NewFileSet()
	file := files.AddFile(name, -1, len(text))
	var s scanner.Scanner
	s.Init(file, text, nil, scanner.ScanComments)
	for last := 0; ; {
		pos, tok, lit := s.Scan()
		if tok == token.EOF {
			return n
		}
		line := file.Line(pos)
		if tok == token.COMMENT && line != last {
			n += 1 + strings.Count(lit, "\n")
		}
		last = line
	}
}

func (f *figures) print(out io.Writer) {
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	row := func(name, format string, values ...any) {
		_, _ = fmt.Fprintf(w, "%s\t"+format+"\n", append([]any{name}, values...)...)
	}
	row("Go packages", "%d", len(f.packages))
	row("Go files: product, tests, generated", "%d, %d, %d", f.files, f.tests, f.generated)
	row("Go lines: product, tests, generated", "%d, %d, %d", f.lines, f.testLines, f.genLines)
	row("lines of TypeScript and CSS", "%d", f.web)
	row("lines a file: median, p90, max", "%d, %d, %d", quantile(f.fileLengths, 50), quantile(f.fileLengths, 90), quantile(f.fileLengths, 100))
	row("lines a function: median, p90, max", "%d, %d, %d", quantile(f.functions, 50), quantile(f.functions, 90), quantile(f.functions, 100))
	row("comment lines in the product", "%d %%", 100*f.comments/max(1, f.lines))
	row("direct Go dependencies", "%d", f.dependencies)
	_ = w.Flush()
}

func quantile(values []int, percent int) int {
	if len(values) == 0 {
		return 0
	}
	slices.Sort(values)
	return values[min(len(values)-1, len(values)*percent/100)]
}
