package graph_test

import (
	"os"
	"strings"
	"testing"

	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"
)

// keptBy names, for each mutation that a user may call, the rows of the table "The most that one
// user can store" in docs/operations.md.
var keptBy = map[string][]string{
	"sendMessage":           {"messages", "events"},
	"unsendMessage":         {"events"},
	"setWhoCanMessageMe":    {"settings history", "events"},
	"setReadReceipts":       {"settings history", "events"},
	"setRequestPreviews":    {"settings history", "events"},
	"setAcceptedKinds":      {"settings history", "events"},
	"setRequestLinks":       {"settings history", "events"},
	"undoSettingsChange":    {"settings history", "events"},
	"addHiddenWords":        {"hidden words", "settings history", "events"},
	"removeHiddenWords":     {"settings history", "events"},
	"endSurgeShield":        {"requests answered", "events"},
	"releaseHiddenRequests": {"requests answered", "events"},
	"acceptAllRequests":     {"requests answered", "events"},
	"declineAllRequests":    {"requests answered", "events"},
	"acceptRequest":         {"requests answered", "events"},
	"declineRequests":       {"requests answered", "events"},
	"createContactCode":     {"contact codes", "events"},
	"revokeContactCode":     {"contact codes", "events"},
	"markRead":              {"read state", "events"},
	"signalTyping":          {"read state"},
	"muteConversation":      {"read state", "events"},
	"archiveConversation":   {"read state", "events"},
	"followUser":            {"relationships", "events"},
	"unfollowUser":          {"relationships", "events"},
	"blockUser":             {"relationships", "events"},
	"unblockUser":           {"relationships", "events"},
	"restrictUser":          {"relationships", "events"},
	"unrestrictUser":        {"relationships", "events"},
	"setListed":             {"relationships", "events"},
	"report":                {"reports", "events"},
	"appealDecision":        {"appeals", "events"},
	"exportMyData":          {"exports"},
}

// Every mutation that a user may call has its bounds in the documentation, and every row of the
// table is of some mutation.
func TestWhatAUserCanMakeTheServerKeepIsWritten(t *testing.T) {
	page, err := os.ReadFile("../docs/operations.md")
	if err != nil {
		t.Fatal(err)
	}
	_, section, _ := strings.Cut(string(page), "### The most that one user can store")
	section, _, found := strings.Cut(section, "\n## ")
	if !found {
		t.Fatal("docs/operations.md has no such section")
	}
	unused := map[string]bool{}
	for _, line := range strings.Split(section, "\n") {
		if cells := strings.Split(line, " | "); len(cells) == 4 && !strings.HasPrefix(line, "| what") {
			unused[strings.TrimPrefix(cells[0], "| ")] = true
		}
	}
	rows := len(unused)
	text, err := os.ReadFile("../schema.graphqls")
	if err != nil {
		t.Fatal(err)
	}
	schema := gqlparser.MustLoadSchema(&ast.Source{Name: "schema.graphqls", Input: string(text)})
	known := map[string]bool{}
	for row := range unused {
		known[row] = true
	}
	for _, field := range schema.Mutation.Fields {
		if strings.Contains(field.Description, "(scope `admin`)") || strings.Contains(field.Description, "(scope `moderator`)") {
			continue
		}
		if len(keptBy[field.Name]) == 0 {
			t.Errorf("%s: say in keptBy and in docs/operations.md what it makes the server keep", field.Name)
		}
		for _, row := range keptBy[field.Name] {
			if !known[row] {
				t.Errorf("%s: the table has no row %q", field.Name, row)
			}
			delete(unused, row)
		}
	}
	if len(unused) > 0 || rows == 0 {
		t.Errorf("of %d rows, these are of no mutation: %v", rows, unused)
	}
}
