package graph_test

import (
	"strings"
	"testing"

	"github.com/aparte-im/aparte/internal/testdb"
)

// I9: node(id) answers each id to its viewer, and to everybody else as an id that does not exist.
func TestNodeAnswersItsViewerOnly(t *testing.T) {
	testdb.Each(t, func(t *testing.T, url string) {
		w := newWorld(t, setup{url: url})
		w.open("bob")
		message := w.say("alice", "bob", "hello")
		code, _ := w.code("bob", 1)
		bob, carol := w.as("bob"), w.as("carol")
		own := bob.do(`{ unread { id } messagingSettings { id } settingsHistory { nodes { id } } }`, nil)
		made := bob.do(`mutation($id: ID!) { report(input: {clientReportId: "r", target: {messageIds: [$id]}, category: SPAM}) { ... on ReportSuccess { report { id } } } }`,
			vars{"id": message.text("message.id")}).text("report.report.id")
		ids := map[string]string{
			"Unread":             own.text("unread.id"),
			"MessagingSettings":  own.text("messagingSettings.id"),
			"SettingsChange":     own.text("settingsHistory.nodes.0.id"),
			"ContactCode":        code,
			"Report":             made,
			"DirectConversation": message.text("conversation.id"),
			"Message":            message.text("message.id"),
		}
		const node = `query($id: ID!) { node(id: $id) { __typename id } }`
		for kind, id := range ids {
			bob.do(node, vars{"id": id}).is("node", `{"__typename":"`+kind+`","id":"`+id+`"}`)
			carol.do(node, vars{"id": id}).is("node", "null")
		}
		caseID := strings.Replace(made, "rep_", "cas_", 1)
		notice := strings.Replace(made, "rep_", "ntc_", 1)
		for _, id := range []string{caseID, notice, "job_" + strings.TrimPrefix(made, "rep_"), "unr_", "x"} {
			bob.do(node, vars{"id": id}).is("node", "null")
		}
		w.moderator("mod").do(node, vars{"id": caseID}).is("node", `{"__typename":"ModerationCase","id":"`+caseID+`"}`)
	})
}
