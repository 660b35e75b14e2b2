package graph_test

import (
	"go/ast"
	"go/parser"
	gotoken "go/token"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/vektah/gqlparser/v2"
	gql "github.com/vektah/gqlparser/v2/ast"
)

// The tables of docs/api.md are compared with the code: each code is documented, and each
// documented code can occur.

// source is what the tests need to know of the code.
type source struct {
	t *testing.T
	// texts and numbers are constants by name; those of dm begin with "dm.".
	texts   map[string]string
	numbers map[string]int
	files   []*ast.File
}

func readSource(t *testing.T) *source {
	t.Helper()
	s := &source{t: t, texts: map[string]string{}, numbers: map[string]int{}}
	s.constants("../dm/errors.go", "dm.", false)
	for _, pattern := range []string{"*.go", "*/*.go"} {
		paths, err := filepath.Glob(pattern)
		if err != nil {
			t.Fatal(err)
		}
		for _, path := range paths {
			if !strings.HasSuffix(path, "_test.go") && filepath.Dir(path) != "generated" {
				s.constants(path, "", true)
			}
		}
	}
	return s
}

func (s *source) constants(path, prefix string, keep bool) {
	s.t.Helper()
	file, err := parser.ParseFile(gotoken.NewFileSet(), path, nil, parser.SkipObjectResolution)
	if err != nil {
		s.t.Fatal(err)
	}
	if keep {
		s.files = append(s.files, file)
	}
	for _, decl := range file.Decls {
		group, ok := decl.(*ast.GenDecl)
		if !ok || group.Tok != gotoken.CONST {
			continue
		}
		for _, spec := range group.Specs {
			values := spec.(*ast.ValueSpec)
			for i, name := range values.Names {
				if i < len(values.Values) {
					s.constant(prefix+name.Name, values.Values[i])
				}
			}
		}
	}
}

// named are the constants of other packages that ours stand for.
var named = map[string]int{
	"CloseNormalClosure": 1000, "StatusNormalClosure": 1000, "StatusGoingAway": 1001,
	"CloseServiceRestart": 1012, "CloseTryAgainLater": 1013,
}

func (s *source) constant(name string, value ast.Expr) {
	switch v := value.(type) {
	case *ast.BasicLit:
		switch v.Kind {
		case gotoken.STRING:
			s.texts[name], _ = strconv.Unquote(v.Value)
		case gotoken.INT:
			s.numbers[name], _ = strconv.Atoi(v.Value)
		}
	case *ast.CallExpr: // string(dm.CodeX), int(ws.StatusX)
		if len(v.Args) == 1 {
			s.constant(name, v.Args[0])
		}
	case *ast.SelectorExpr:
		if of, ok := v.X.(*ast.Ident); ok && of.Name == "dm" {
			s.texts[name] = s.texts["dm."+v.Sel.Name]
		} else if n, ok := named[v.Sel.Name]; ok {
			s.numbers[name] = n
		}
	}
}

var aCode = regexp.MustCompile(`^(dm\.)?[cC]ode[A-Z]`)

// codes are all texts that a refusal is known by.
func (s *source) codes() []string {
	var out []string
	for name, text := range s.texts {
		if aCode.MatchString(name) && !slices.Contains(out, text) {
			out = append(out, text)
		}
	}
	slices.Sort(out)
	return out
}

// statuses are the HTTP statuses that stand beside a code, in a literal or a call.
func (s *source) statuses() map[string][]int {
	out := map[string][]int{
		// refuseError begins with it; TestAFailureAtTheDoor sees it come.
		"INTERNAL": {http.StatusInternalServerError},
	}
	beside := func(parts []ast.Expr) {
		code, status := "", 0
		for _, part := range parts {
			if named, ok := part.(*ast.KeyValueExpr); ok {
				part = named.Value
			}
			switch p := part.(type) {
			case *ast.Ident:
				if text, ok := s.texts[p.Name]; ok && aCode.MatchString(p.Name) {
					code = text
				}
			case *ast.SelectorExpr:
				of, _ := p.X.(*ast.Ident)
				if of != nil && of.Name == "apierror" && aCode.MatchString(p.Sel.Name) {
					code = s.texts[p.Sel.Name]
				}
				if of != nil && of.Name == "http" && strings.HasPrefix(p.Sel.Name, "Status") {
					status = statusOf(p.Sel.Name)
				}
			}
		}
		if code != "" && status != 0 && !slices.Contains(out[code], status) {
			out[code] = append(out[code], status)
		}
	}
	for _, file := range s.files {
		ast.Inspect(file, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.CompositeLit:
				beside(n.Elts)
			case *ast.CallExpr:
				beside(n.Args)
			}
			return true
		})
	}
	return out
}

// statusOf finds a status by the name of its constant, which is its text without blanks.
func statusOf(name string) int {
	for status := 100; status < 600; status++ {
		text := strings.NewReplacer(" ", "", "-", "", "'", "").Replace(http.StatusText(status))
		if text != "" && "Status"+text == name {
			return status
		}
	}
	return 0
}

// members are the types that userError makes of each code.
func (s *source) members() map[string]string {
	out := map[string]string{}
	for _, file := range s.files {
		for _, decl := range file.Decls {
			f, ok := decl.(*ast.FuncDecl)
			if !ok || f.Name.Name != "userError" {
				continue
			}
			ast.Inspect(f, func(n ast.Node) bool {
				clause, ok := n.(*ast.CaseClause)
				if !ok || len(clause.List) != 1 {
					return true
				}
				code := s.texts["dm."+clause.List[0].(*ast.SelectorExpr).Sel.Name]
				ast.Inspect(clause, func(n ast.Node) bool {
					if made, ok := n.(*ast.CompositeLit); ok && out[code] == "" {
						out[code] = made.Type.(*ast.SelectorExpr).Sel.Name
					}
					return true
				})
				return true
			})
		}
	}
	return out
}

// extensions are the keys that errors carry besides their code.
func (s *source) extensions() []string {
	var out []string
	for _, file := range s.files {
		ast.Inspect(file, func(n ast.Node) bool {
			at, ok := n.(*ast.IndexExpr)
			if !ok {
				return true
			}
			of, ok := at.X.(*ast.SelectorExpr)
			if !ok || of.Sel.Name != "Extensions" {
				return true
			}
			if who, ok := of.X.(*ast.Ident); ok && (who.Name == "params" || who.Name == "p") {
				return true // of a request
			}
			if key, ok := at.Index.(*ast.BasicLit); ok {
				text, _ := strconv.Unquote(key.Value)
				out = append(out, text)
			}
			return true
		})
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// table returns the rows of the table whose header begins with some cells.
func table(t *testing.T, header ...string) [][]string {
	t.Helper()
	guide, err := os.ReadFile("../docs/api.md")
	if err != nil {
		t.Fatal(err)
	}
	var rows [][]string
	inside := false
	for line := range strings.Lines(string(guide)) {
		cells := strings.Split(strings.Trim(strings.TrimSpace(line), "|"), "|")
		for i := range cells {
			cells[i] = strings.TrimSpace(cells[i])
		}
		switch {
		case !strings.HasPrefix(line, "|"):
			inside = false
		case len(cells) >= len(header) && slices.Equal(cells[:len(header)], header):
			inside = true
		case inside && !strings.HasPrefix(line, "|---"):
			rows = append(rows, cells)
		}
	}
	if len(rows) == 0 {
		t.Fatalf("no table %v in the guide", header)
	}
	return rows
}

var number = regexp.MustCompile(`\b[1-5][0-9]{2}\b`)

func TestEveryCodeIsInTheGuide(t *testing.T) {
	s := readSource(t)
	codes, statuses := s.codes(), s.statuses()
	if len(codes) < 15 {
		t.Fatalf("only %v are found in the code", codes)
	}
	var told []string
	for _, row := range table(t, "code", "HTTP", "when") {
		code := strings.Trim(row[0], "`")
		told = append(told, code)
		if !slices.Contains(codes, code) {
			t.Errorf("the guide tells of %s, which the code does not know", code)
		}
		if len(row) != 3 || row[2] == "" {
			t.Errorf("%s: when does it come?", code)
		}
		var written []int
		for _, n := range number.FindAllString(row[1], -1) {
			status, _ := strconv.Atoi(n)
			written = append(written, status)
		}
		for _, status := range statuses[code] {
			if !slices.Contains(written, status) {
				t.Errorf("%s comes with %d, of which the guide says nothing", code, status)
			}
		}
		for _, status := range written {
			if status > http.StatusBadRequest && !slices.Contains(statuses[code], status) {
				t.Errorf("%s never comes with %d", code, status)
			}
		}
	}
	members := map[string]string{}
	for _, row := range table(t, "code", "member", "when") {
		members[strings.Trim(row[0], "`")] = strings.Trim(row[1], "`")
	}
	for _, code := range codes {
		if !slices.Contains(told, code) && members[code] == "" {
			t.Errorf("%s is not in the guide", code)
		}
	}
}

func TestEveryRefusalIsInTheGuide(t *testing.T) {
	s := readSource(t)
	members := s.members()
	text, err := os.ReadFile("../schema.graphqls")
	if err != nil {
		t.Fatal(err)
	}
	schema := gqlparser.MustLoadSchema(&gql.Source{Input: string(text)})
	types := map[string]bool{}
	for _, possible := range schema.PossibleTypes["UserError"] {
		types[possible.Name] = true
	}
	rows := table(t, "code", "member", "when", "besides")
	if len(rows) != len(members) || len(members) != len(types) {
		t.Errorf("%d in the guide, %d in the code, %d in the schema", len(rows), len(members), len(types))
	}
	for _, row := range rows {
		code, member := strings.Trim(row[0], "`"), strings.Trim(row[1], "`")
		if members[code] != member || !types[member] {
			t.Errorf("%s is %s in the code, not %s", code, members[code], member)
			continue
		}
		for _, f := range schema.Types[member].Fields {
			if f.Name != "code" && f.Name != "detail" && !strings.Contains(row[3], "`"+f.Name+"`") {
				t.Errorf("%s has %s, of which the guide says nothing", member, f.Name)
			}
		}
	}
}

func TestEveryExtensionIsInTheGuide(t *testing.T) {
	guide, err := os.ReadFile("../docs/api.md")
	if err != nil {
		t.Fatal(err)
	}
	found := readSource(t).extensions()
	if len(found) < 4 {
		t.Fatalf("only %v are found in the code", found)
	}
	for _, key := range found {
		if !strings.Contains(string(guide), "`extensions."+key+"`") {
			t.Errorf("errors carry %s, of which the guide says nothing", key)
		}
	}
}

func TestEveryCloseCodeIsInTheGuide(t *testing.T) {
	var codes []int
	for name, n := range readSource(t).numbers {
		if (strings.HasPrefix(name, "code") || strings.HasPrefix(name, "close")) && n >= 1000 && n < 5000 {
			codes = append(codes, n)
		}
	}
	if len(codes) < 8 {
		t.Fatalf("only %v are found in the code", codes)
	}
	var told []int
	for _, row := range table(t, "close code", "means", "then") {
		n, err := strconv.Atoi(row[0])
		if err != nil {
			t.Fatal(err)
		}
		told = append(told, n)
		if !slices.Contains(codes, n) {
			t.Errorf("the guide tells of %d, which the code does not know", n)
		}
	}
	for _, n := range codes {
		if !slices.Contains(told, n) {
			t.Errorf("%d is not in the guide", n)
		}
	}
}
