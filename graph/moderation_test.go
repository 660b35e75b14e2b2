package graph_test

import (
	"crypto/sha256"
	"encoding/hex"
	"regexp"
	"strings"
	"testing"

	"github.com/aparte-im/aparte/graph/auth"
	"github.com/aparte-im/aparte/internal/testdb"
)

const (
	makeReport = `mutation($in: ReportInput!) { report(input: $in) { __typename
		... on ReportSuccess { report { id digest state category messageCount about { handle } decidedAt actionTaken } }
		... on UserError { code } ... on InvalidInput { field } } }`
	myReports    = `{ myReports { nodes { id state actionTaken digest } pageInfo { hasNextPage } } }`
	myNotices    = `{ myNotices { nodes { id action category statement endsAt appealableUntil appeal { text outcome statement } } } }`
	caseFields   = `... on CaseSuccess { case { reportId state action claimedBy statement reported { handle } reporter { handle } appeal { text outcome } } } ... on UserError { code } ... on InvalidInput { field }`
	claimReport  = `mutation($id: ID!) { claimReport(reportId: $id) { __typename ` + caseFields + ` } }`
	decideReport = `mutation($in: DecideReportInput!) { decideReport(input: $in) { __typename ` + caseFields + ` } }`
	decideAppeal = `mutation($in: DecideAppealInput!) { decideAppeal(input: $in) { __typename ` + caseFields + ` } }`
	evidence     = `query($id: ID!) { evidence(reportId: $id) { sealed digest note messages { messageId seq senderId reported removed body video { url } } } }`
	queue        = `{ moderationQueue { nodes { reportId category messageCount claimedBy reported { handle } } } }`
	auditLog     = `query($id: ID) { auditLog(reportId: $id) { nodes { actor action reportId userId requestId } } }`
)

func (w *world) moderator(name string) caller {
	return w.with("Authorization", "Bearer "+sign(w.t, name, auth.ScopeModerator))
}

// From the report to the decided appeal, over the API, on both databases.
func TestAReportIsDecidedAndAppealed(t *testing.T) {
	testdb.Each(t, func(t *testing.T, url string) {
		w := newWorld(t, setup{url: url})
		w.befriend("alice", "bob")
		w.say("bob", "alice", "before")
		id := w.say("alice", "bob", "I know where you live").text("message.id")
		in := vars{"in": vars{"clientReportId": "r-1", "target": vars{"messageIds": []string{id}}, "category": "THREATS", "note": "Please help."}}
		made := w.as("bob").do(makeReport, in)
		report, digest := made.text("report.report.id"), made.text("report.report.digest")
		made.is("report.report", `{"id":"`+report+`","digest":"`+digest+`","state":"OPEN","category":"THREATS","messageCount":1,
			"about":{"handle":"alice"},"decidedAt":null,"actionTaken":null}`)
		w.as("bob").do(makeReport, in).is("report.report.id", `"`+report+`"`)
		w.as("alice").do(myReports, nil).is("myReports.nodes", `[]`)

		// Neither the host's nor a user's token reads what people report.
		for _, c := range []caller{w.admin(), w.as("bob"), w.as("alice")} {
			for _, query := range []string{queue, evidence, claimReport} {
				if a := c.post(query, vars{"id": report}); len(a.Errors) != 1 || a.Errors[0].code() != "FORBIDDEN" {
					t.Errorf("%s answers %s", query, a.body)
				}
			}
		}
		mod, other := w.moderator("mod").with("X-Request-Id", "req-77"), w.moderator("other")
		if a := mod.post(`{ auditLog { nodes { actor } } }`, nil); len(a.Errors) != 1 || a.Errors[0].code() != "FORBIDDEN" {
			t.Errorf("a moderator reads the audit log: %s", a.body)
		}
		if a := mod.post(`{ inbox { nodes { id } } }`, nil); len(a.Errors) != 1 || a.Errors[0].code() != "FORBIDDEN" {
			t.Errorf("a moderator has an inbox: %s", a.body)
		}
		mod.do(queue, nil).is("moderationQueue.nodes", `[{"reportId":"`+report+`","category":"THREATS","messageCount":1,"claimedBy":null,"reported":{"handle":"alice"}}]`)
		mod.do(`query($u: ID) { moderationQueue(reportedUserId: $u) { nodes { id } } }`, vars{"u": w.id("bob")}).is("moderationQueue.nodes", `[]`)
		if a := mod.post(evidence, vars{"id": report}); len(a.Errors) != 1 || a.Errors[0].code() != "INVALID_INPUT" {
			t.Errorf("the evidence shows without a claim: %s", a.body)
		}
		mod.do(claimReport, vars{"id": report}).is("claimReport.case.claimedBy", `"mod"`)
		other.do(claimReport, vars{"id": report}).is("claimReport", `{"__typename":"ReportClaimed","code":"REPORT_CLAIMED"}`)
		other.do(claimReport, vars{"id": "rep_0"}).is("claimReport.code", `"NOT_FOUND"`)
		w.as("bob").do(myReports, nil).is("myReports.nodes.0.state", `"IN_REVIEW"`)
		seen := mod.do(evidence, vars{"id": report}).at("evidence")
		if sum := sha256.Sum256([]byte(seen.text("sealed"))); hex.EncodeToString(sum[:]) != digest || seen.text("digest") != digest {
			t.Error("the evidence does not have the digest that the reporter was told")
		}
		seen.is("note", `"Please help."`)
		seen.is("messages.1", `{"messageId":"`+id+`","seq":2,"senderId":"`+w.id("alice")+`","reported":true,"removed":false,"body":"I know where you live","video":null}`)
		seen.is("messages.0.reported", `false`)

		from := w.cursorOf("alice")
		mod.do(decideReport, vars{"in": vars{"reportId": report, "action": "SUSPEND", "statement": "Threats.", "hours": 1 << 30}}).is("decideReport.field", `"hours"`)
		mod.do(decideReport, vars{"in": vars{"reportId": report, "action": "SUSPEND", "hours": 24}}).is("decideReport.field", `"statement"`)
		mod.do(decideReport, vars{"in": vars{"reportId": report, "action": "SUSPEND", "statement": "Threats.", "hours": 24}}).
			is("decideReport.case", `{"reportId":"`+report+`","state":"DECIDED","action":"SUSPEND","claimedBy":null,"statement":"Threats.",
				"reported":{"handle":"alice"},"reporter":{"handle":"bob"},"appeal":null}`)
		w.as("alice").stream(`subscription($a: Cursor) { inboxEvents(after: $a) { __typename cursor } }`, vars{"a": from}).
			next().is("data.inboxEvents.__typename", `"NoticesChanged"`)
		w.as("bob").do(myReports, nil).is("myReports.nodes.0", `{"id":"`+report+`","state":"DECIDED","actionTaken":true,"digest":"`+digest+`"}`)
		w.as("alice").do(sendMessage, vars{"input": vars{"to": vars{"userId": w.id("bob")}, "body": "x", "clientMessageId": "k"}}).is("sendMessage.denial", `"SUSPENDED"`)
		w.as("alice").do(`{ user(by: {handle: "bob"}) { viewerCanMessage { allowed denial } } }`, nil).is("user.viewerCanMessage", `{"allowed":false,"denial":"SUSPENDED"}`)

		notices := w.as("alice").do(myNotices, nil)
		notices.is("myNotices.nodes.0.statement", `"Threats."`)
		// An id may hold the letters of a name by chance, so the name is looked for as a word.
		told := strings.Join(texts(notices.at("myNotices").value), " ")
		if strings.Contains(told, w.id("bob")) || regexp.MustCompile(`(?i)\bbob\b`).MatchString(told) {
			t.Error("the notice tells who reported")
		}
		notice := notices.text("myNotices.nodes.0.id")
		const appeal = `mutation($id: ID!) { appealDecision(noticeId: $id, text: "A song.") { __typename ... on NoticeSuccess { notice { appeal { text outcome } } } ... on UserError { code } } }`
		w.as("bob").do(appeal, vars{"id": notice}).is("appealDecision.code", `"NOT_FOUND"`)
		w.as("alice").do(appeal, vars{"id": notice}).is("appealDecision.notice.appeal", `{"text":"A song.","outcome":null}`)
		other.do(`{ moderationQueue(state: APPEALED) { nodes { reportId appeal { text } } } }`, nil).is("moderationQueue.nodes", `[{"reportId":"`+report+`","appeal":{"text":"A song."}}]`)
		other.do(claimReport, vars{"id": report})
		other.do(decideAppeal, vars{"in": vars{"reportId": report, "outcome": "REVERSED", "statement": "It was a song."}}).is("decideAppeal.case.state", `"CLOSED"`)
		w.as("alice").do(myNotices, nil).is("myNotices.nodes.0.appeal", `{"text":"A song.","outcome":"REVERSED","statement":"It was a song."}`)
		w.say("alice", "bob", "allowed again")
		w.as("alice").do(`{ myRestrictions { suspendedUntil outreachUntil } }`, nil).is("myRestrictions", `{"suspendedUntil":null,"outreachUntil":null}`)

		log := w.admin().do(auditLog, vars{"id": report})
		if n := len(log.list("auditLog.nodes")); n != 5 {
			t.Errorf("%d entries: %v", n, log.value)
		}
		log.is("auditLog.nodes.3", `{"actor":"mod","action":"LOOK","reportId":"`+report+`","userId":"`+w.id("alice")+`","requestId":"req-77"}`)
		log.is("auditLog.nodes.0.action", `"DECIDE_APPEAL"`)
	})
}

// texts are all texts in a value.
func texts(v any) (out []string) {
	switch v := v.(type) {
	case string:
		return []string{v}
	case []any:
		for _, item := range v {
			out = append(out, texts(item)...)
		}
	case map[string]any:
		for _, item := range v {
			out = append(out, texts(item)...)
		}
	}
	return out
}
