package archtest

import (
	"bytes"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"testing"
)

// Every test that these pages name exists: a page must not promise a rule that no test checks.
func TestPagesNameRealTests(t *testing.T) {
	for _, page := range []string{"docs/consent.md", "docs/threat-model.md", "ARCHITECTURE.md"} {
		t.Run(page, func(t *testing.T) { checkNamedTests(t, page) })
	}
}

func checkNamedTests(t *testing.T, name string) {
	t.Helper()
	page, err := os.ReadFile("../../" + name)
	if err != nil {
		t.Fatal(err)
	}
	names := regexp.MustCompile("`((?:Test|test|Fuzz)[A-Z][A-Za-z0-9]+)`").FindAllSubmatch(page, -1)
	if len(names) < 15 {
		t.Fatalf("the page names %d tests", len(names))
	}
	list := exec.CommandContext(t.Context(), "git", "ls-files", "*.go")
	list.Dir = "../.."
	files, err := list.Output()
	if err != nil {
		t.Skipf("no list of the files: %v", err)
	}
	var all bytes.Buffer
	for file := range strings.Lines(string(files)) {
		if file = strings.TrimSpace(file); strings.Contains(file, "_test.go") || strings.HasPrefix(file, "store/storetest/") {
			if text, err := os.ReadFile("../../" + file); err == nil {
				all.Write(text)
			}
		}
	}
	for _, test := range names {
		if !bytes.Contains(all.Bytes(), []byte("func "+string(test[1])+"(")) {
			t.Errorf("%s names %s, which is no test", name, test[1])
		}
	}
}
