// Package archtest checks rules of the repository that the compiler does not know: the imports that
// a package may have, the content of a folder, the length of a file.
//
// Purpose. A test fails when the code differs from the picture in ARCHITECTURE.md.
//
// Invariants. The rules are checked on the packages that the go command lists, so a new package is
// checked from its first day: a folder that no rule names may import no package of this module.
//
// Concurrency and lifecycle. Plain functions over values; nothing is kept.
package archtest

import (
	"fmt"
	"slices"
	"strings"
)

// Package is one package to check.
type Package struct {
	// Path is relative to the module: "dm", "store/storetest".
	Path string
	// Imports are those of the code without its tests. Paths of this module are relative, like
	// Path.
	Imports []Import
	Files   []File
}

// Import is one imported package.
type Import struct {
	Path string
	Ours bool
	Std  bool
}

// File is one Go file, tests included.
type File struct {
	Name      string
	Test      bool
	Generated bool
	Lines     int
	// PackageComment is set when the file has the comment of its package.
	PackageComment bool
	// Inits is set when the file declares func init.
	Inits bool
}

// arrow lists the packages of this module that the packages of a folder may import. A folder stands
// for itself and all folders below it; the longest match decides.
type arrow struct {
	folder string
	may    []string
	// outside lists the allowed packages of other modules. Nil allows all.
	outside []string
}

var arrows = []arrow{
	{folder: "dm", may: []string{"words", "dm"}, outside: []string{"github.com/google/uuid", "golang.org/x/text", "golang.org/x/net"}},
	{folder: "dm/policy", outside: []string{}},
	{folder: "dm/policy/policytest", may: []string{"dm/policy", "internal/testsample"}, outside: []string{}},
	{folder: "classify", may: []string{"dm"}},
	{folder: "words", outside: []string{"golang.org/x/text"}},
	{folder: "graph", may: []string{"dm", "graph"}},
	{folder: "graph/access", may: []string{}},
	{folder: "graph/admission", may: []string{"dm", "graph/apierror", "graph/bind", "graph/inputs", "graph/limits"}},
	{folder: "graph/apierror", may: []string{"dm"}},
	{folder: "graph/auth", may: []string{"dm", "graph/apierror", "graph/clientaddr", "graph/rates"}},
	{folder: "graph/bind", may: []string{"dm"}},
	{folder: "graph/clientaddr", may: []string{}},
	{folder: "graph/connlimit", may: []string{"dm"}},
	{folder: "graph/generated", may: []string{"dm", "graph/bind"}},
	{folder: "graph/inputs", may: []string{}},
	{folder: "graph/limits", may: []string{"dm", "graph/apierror", "graph/auth", "graph/clientaddr", "graph/rates"}},
	{folder: "graph/rates", may: []string{"dm"}},
	{folder: "graph/socket", may: []string{"dm", "graph/connlimit"}},
	{folder: "graph/transport", may: []string{
		"dm", "graph/admission", "graph/apierror", "graph/auth", "graph/bind", "graph/clientaddr", "graph/connlimit", "graph/limits",
		"graph/weborigin",
	}},
	{folder: "graph/weborigin", may: []string{}},
	{folder: "ent", may: []string{"ent"}},
	{folder: "store", may: []string{"dm", "ent", "store", "words"}},
	{folder: "store/storetest", may: []string{"dm", "store/storetest", "live", "internal/testwait"}},
	{folder: "live", may: []string{"dm", "live", "internal/testwait"}},
	{folder: "web", may: []string{"web"}},
	{folder: ".", may: []string{"dm", "graph", "store", "live", "web", "internal"}},
	{folder: "cmd", may: []string{".", "cmd", "dm", "graph/clientaddr", "graph/rates", "store", "live", "internal", "classify"}},
	{folder: "internal", may: []string{"internal", "dm"}},
	{folder: "bench", may: []string{"bench", "dm", "graph", "ent", "store", "live", "internal", "words"}},
	{folder: "internal/background", may: []string{"dm", "store"}},
	{folder: "internal/metrics", may: []string{"graph", "store", "live"}},
	{folder: "internal/middleware", may: []string{"graph/clientaddr", "graph/weborigin"}},
	{folder: "internal/testdb", may: []string{"internal", "store"}},
}

// generated lists the folders that hold only generated code.
var generated = []string{"ent/generated", "graph/generated"}

const maxLines = 500

// Check returns one sentence for each violation of a rule.
func Check(packages []Package) []string {
	var broken []string
	complain := func(format string, args ...any) { broken = append(broken, fmt.Sprintf(format, args...)) }
	for _, p := range packages {
		isGenerated := slices.ContainsFunc(generated, func(folder string) bool { return within(p.Path, folder) })
		checkArrows(p, isGenerated, complain)
		if isGenerated {
			for _, f := range p.Files {
				if !f.Generated {
					complain("%s/%s is hand-written in a generated folder", p.Path, f.Name)
				}
			}
			continue
		}
		checkFiles(p, complain)
	}
	return broken
}

func checkArrows(p Package, isGenerated bool, complain func(string, ...any)) {
	rule := ruleFor(p.Path)
	for _, i := range p.Imports {
		switch {
		case i.Std:
			if i.Path == "log" && !isGenerated {
				complain("%s imports log; the house uses log/slog", p.Path)
			}
		case i.Ours:
			if i.Path != p.Path && !slices.ContainsFunc(rule.may, func(folder string) bool { return within(i.Path, folder) }) {
				complain("%s must not import %s", p.Path, i.Path)
			}
		case rule.outside != nil:
			if !slices.ContainsFunc(rule.outside, func(module string) bool { return within(i.Path, module) }) {
				complain("%s must not import %s", p.Path, i.Path)
			}
		}
	}
}

func ruleFor(path string) arrow {
	best := arrow{}
	for _, a := range arrows {
		if within(path, a.folder) && len(a.folder) > len(best.folder) {
			best = a
		}
	}
	return best
}

func checkFiles(p Package, complain func(string, ...any)) {
	comments, code := 0, 0
	for _, f := range p.Files {
		if f.Generated {
			complain("%s/%s is generated among hand-written files", p.Path, f.Name)
		}
		if f.Lines > maxLines {
			complain("%s/%s has %d lines; split it at %d", p.Path, f.Name, f.Lines, maxLines)
		}
		if f.Inits {
			complain("%s/%s has a func init", p.Path, f.Name)
		}
		if f.Test {
			continue
		}
		code++
		if f.PackageComment {
			comments++
		}
	}
	if code > 0 && comments != 1 {
		complain("%s has %d package comments; it needs one", p.Path, comments)
	}
}

func within(path, folder string) bool {
	return path == folder || strings.HasPrefix(path, folder+"/")
}
