package archtest

import (
	"os"
	"os/exec"
	"regexp"
	"strings"
	"testing"
)

// There is one policy: what can put another into its place, so that its cost can be measured, is named where it is made and
// in the measurement, and nowhere else.
func TestOnlyMeasurementsReplaceThePolicy(t *testing.T) {
	list := exec.CommandContext(t.Context(), "git", "ls-files", "--cached", "--others", "--exclude-standard", "*.go")
	list.Dir = "../.."
	files, err := list.Output()
	if err != nil {
		t.Skipf("no list of the files: %v", err)
	}
	replaces := regexp.MustCompile(`\bMeasureWith\b|\bMeasure:|\.Measure\b|\bdm\.Policy\b`)
	found := map[string]bool{}
	for file := range strings.Lines(string(files)) {
		file = strings.TrimSpace(file)
		text, err := os.ReadFile("../../" + file)
		if err == nil && replaces.Match(text) {
			found[file] = true
		}
	}
	for _, made := range []string{"dm/ledger.go", "store/store.go", "store/load.go", "bench/decision.go"} {
		if !found[made] {
			t.Errorf("%s does not name it any more: this test looks for the wrong words", made)
		}
		delete(found, made)
	}
	delete(found, "internal/archtest/policy_test.go")
	for file := range found {
		t.Errorf("%s puts another policy into the place of dm.Decide", file)
	}
}
