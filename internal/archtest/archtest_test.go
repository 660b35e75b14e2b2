package archtest

import (
	"bytes"
	"encoding/json"
	"errors"
	"go/ast"
	"go/parser"
	"go/token"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

const module = "github.com/aparte-im/aparte"

func TestTheHouseRulesHold(t *testing.T) {
	packages := list(t)
	for _, folder := range []string{"dm", "internal/archtest"} {
		if !slices.ContainsFunc(packages, func(p Package) bool { return p.Path == folder }) {
			t.Fatalf("%s is not among the %d listed packages", folder, len(packages))
		}
	}
	for _, broken := range Check(packages) {
		t.Error(broken)
	}
}

func TestEveryRuleCanBeBroken(t *testing.T) {
	ours := func(path string) []Import { return []Import{{Path: path, Ours: true}} }
	clean := []File{{Name: "doc.go", Lines: 10, PackageComment: true}}
	for _, c := range []struct {
		p    Package
		want string
	}{
		{Package{"dm", ours("store"), clean}, "dm must not import store"},
		{Package{"dm", []Import{{Path: "github.com/lib/pq"}}, clean}, "dm must not import github.com/lib/pq"},
		{Package{"dm", []Import{{Path: "log", Std: true}}, clean}, "dm imports log; the house uses log/slog"},
		{Package{"graph", ours("store"), clean}, "graph must not import store"},
		{Package{"graph/auth", ours("graph/limits"), clean}, "graph/auth must not import graph/limits"},
		{Package{"graph/limits", ours("graph/admission"), clean}, "graph/limits must not import graph/admission"},
		{Package{"graph/admission", ours("graph/transport"), clean}, "graph/admission must not import graph/transport"},
		{Package{"graph/transport", ours("graph/generated"), clean}, "graph/transport must not import graph/generated"},
		{Package{"dm", ours("."), clean}, "dm must not import ."},
		{Package{"cmd/aparte", ours("graph"), clean}, "cmd/aparte must not import graph"},
		{Package{"internal/metrics", ours("internal/heap"), clean}, "internal/metrics must not import internal/heap"},
		{Package{"graph/generated", ours("ent/generated"), nil}, "graph/generated must not import ent/generated"},
		{Package{"store", ours("live"), clean}, "store must not import live"},
		{Package{"live/natsbus", ours("store"), clean}, "live/natsbus must not import store"},
		{Package{"store", ours("internal/testdb"), clean}, "store must not import internal/testdb"},
		{Package{"newcomer", ours("dm"), clean}, "newcomer must not import dm"},
		{Package{"dmx", ours("dm"), clean}, "dmx must not import dm"},
		{Package{"dm", nil, append([]File{{Name: "a.go", Lines: 501}}, clean...)}, "dm/a.go has 501 lines; split it at 500"},
		{Package{"dm", nil, append([]File{{Name: "a_test.go", Test: true, Lines: 501}}, clean...)}, "dm/a_test.go has 501 lines; split it at 500"},
		{Package{"dm", nil, append([]File{{Name: "a.go", Inits: true}}, clean...)}, "dm/a.go has a func init"},
		{Package{"dm", nil, append([]File{{Name: "a.go", Generated: true}}, clean...)}, "dm/a.go is generated among hand-written files"},
		{Package{"graph/generated", nil, []File{{Name: "a.go"}}}, "graph/generated/a.go is hand-written in a generated folder"},
		{Package{"dm", nil, []File{{Name: "a.go"}}}, "dm has 0 package comments; it needs one"},
		{Package{"dm", nil, slices.Concat(clean, clean)}, "dm has 2 package comments; it needs one"},
	} {
		if got := Check([]Package{c.p}); len(got) != 1 || got[0] != c.want {
			t.Errorf("got %q, want %q", got, c.want)
		}
	}
	for _, fine := range []Package{
		{"cmd/aparte", ours("store"), clean},
		{"cmd/aparte", ours("."), clean},
		{".", ours("graph"), clean},
		{"store/storetest", ours("live"), clean},
		{"dm", []Import{{Path: "golang.org/x/text/unicode/norm"}, {Path: "log/slog", Std: true}}, clean},
		{"ent/generated", ours("ent/generated/user"), []File{{Name: "a.go", Generated: true, Lines: 9000}}},
	} {
		if got := Check([]Package{fine}); len(got) != 0 {
			t.Errorf("%s: %q", fine.Path, got)
		}
	}
}

// listed is the part of `go list -json` that is used.
type listed struct {
	Dir, ImportPath                                    string
	Imports                                            []string
	GoFiles, IgnoredGoFiles, TestGoFiles, XTestGoFiles []string
}

func list(t *testing.T) []Package {
	t.Helper()
	root := goOutput(t, "list", "-m", "-f", "{{.Dir}}", module)
	std := map[string]bool{}
	for path := range strings.FieldsSeq(string(goOutput(t, "list", "std"))) {
		std[path] = true
	}
	out := goOutput(t, "-C", strings.TrimSpace(string(root)), "list", "-e", "-json=Dir,ImportPath,Imports,GoFiles,IgnoredGoFiles,TestGoFiles,XTestGoFiles", "./...")
	var packages []Package
	for dec := json.NewDecoder(bytes.NewReader(out)); ; {
		var l listed
		if err := dec.Decode(&l); errors.Is(err, io.EOF) {
			return packages
		} else if err != nil {
			t.Fatal(err)
		}
		packages = append(packages, read(t, l, std))
	}
}

func read(t *testing.T, l listed, std map[string]bool) Package {
	t.Helper()
	p := Package{Path: relative(l.ImportPath)}
	for _, path := range l.Imports {
		ours := within(path, module)
		if ours {
			path = relative(path)
		}
		p.Imports = append(p.Imports, Import{Path: path, Ours: ours, Std: std[path] && !ours})
	}
	for i, names := range [][]string{l.GoFiles, l.IgnoredGoFiles, l.TestGoFiles, l.XTestGoFiles} {
		for _, name := range names {
			f := parse(t, filepath.Join(l.Dir, name))
			f.Name, f.Test = name, i >= 2
			// A file that the build ignores, such as a generator's main, is a program of its own.
			f.PackageComment = f.PackageComment && i != 1
			p.Files = append(p.Files, f)
		}
	}
	return p
}

func parse(t *testing.T, path string) File {
	t.Helper()
	src, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	tree, err := parser.ParseFile(token.NewFileSet(), path, src, parser.ParseComments)
	if err != nil {
		t.Fatal(err)
	}
	f := File{
		Lines: bytes.Count(src, []byte("\n")), Generated: ast.IsGenerated(tree),
		PackageComment: tree.Doc != nil,
	}
	for _, d := range tree.Decls {
		if fn, ok := d.(*ast.FuncDecl); ok && fn.Recv == nil && fn.Name.Name == "init" {
			f.Inits = true
		}
	}
	return f
}

func relative(path string) string {
	if path == module {
		return "."
	}
	return strings.TrimPrefix(path, module+"/")
}

func goOutput(t *testing.T, args ...string) []byte {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), "go", args...).Output()
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		t.Fatalf("go %s: %v\n%s", strings.Join(args, " "), err, exit.Stderr)
	} else if err != nil {
		t.Fatal(err)
	}
	return out
}
