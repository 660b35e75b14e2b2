package graph_test

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aparte-im/aparte/dm"
	"github.com/aparte-im/aparte/internal/testdb"
)

const eraseUser = `mutation($id: ID!) { eraseUser(externalId: $id) { __typename ... on EraseUserSuccess { externalId erasures { userId state progress } } ... on UserError { code } } }`

// textColumns lists every column of every table that can hold text.
func textColumns(t *testing.T, db *sql.DB, postgres bool) [][2]string {
	t.Helper()
	query := `SELECT m.name, c.name FROM sqlite_master m JOIN pragma_table_info(m.name) c WHERE m.type = 'table'`
	if postgres {
		query = `SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = current_schema()`
	}
	rows, err := db.Query(query)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	var out [][2]string
	for rows.Next() {
		var c [2]string
		if err := rows.Scan(&c[0], &c[1]); err != nil {
			t.Fatal(err)
		}
		out = append(out, c)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return out
}

func openRaw(t *testing.T, url string) (db *sql.DB, postgres bool) {
	t.Helper()
	path, lite := strings.CutPrefix(url, "sqlite:")
	driver, address := "postgres", url
	if lite {
		driver, address = "sqlite", "file:"+path+"?_pragma=busy_timeout(10000)"
	}
	db, err := sql.Open(driver, address)
	if err != nil {
		t.Fatal(err)
	}
	return db, !lite
}

// holding lists the columns in which a word stands, in any row, whatever their type.
func holding(t *testing.T, url, word string) []string {
	t.Helper()
	db, postgres := openRaw(t, url)
	defer db.Close()
	var found []string
	for _, c := range textColumns(t, db, postgres) {
		var n int
		query := fmt.Sprintf(`SELECT count(*) FROM "%s" WHERE CAST("%s" AS text) LIKE $1`, c[0], c[1])
		if err := db.QueryRow(query, "%"+word+"%").Scan(&n); err != nil {
			t.Fatalf("%s: %v", query, err)
		}
		if n > 0 {
			found = append(found, c[0]+"."+c[1])
		}
	}
	slices.Sort(found)
	return found
}

// A report is sealed, then the sender unsends and is erased. The evidence
// is intact, with its digest; and no column of the database holds a word of theirs but the
// evidence.
func TestEvidenceOutlivesUnsendAndErasure(t *testing.T) {
	testdb.Each(t, func(t *testing.T, url string) {
		w := newWorld(t, setup{url: url})
		const word = "zyxwort"
		w.open("bob", "carol", "alice")
		w.befriend("alice", "bob")
		w.say("alice", "bob", "a "+word)
		id := w.say("alice", "bob", "threat "+word).text("message.id")
		w.say("bob", "alice", "please stop")
		w.as("alice").do(sendMessage, vars{"input": vars{
			"to": vars{"userId": w.id("carol")}, "clientMessageId": "key " + word,
			"video": vars{"url": "https://" + word + ".example", "title": word, "authorHandle": word},
		}})
		digest := w.as("bob").do(makeReport, vars{"in": vars{"clientReportId": "r", "target": vars{"messageIds": []string{id}}, "category": "THREATS"}}).
			text("report.report.digest")
		// Words of hers that are no messages: a report, an appeal.
		w.say("carol", "alice", "spam")
		w.as("alice").do(makeReport, vars{"in": vars{
			"clientReportId": "key " + word, "target": vars{"conversationId": w.conversation("alice", "carol")}, "category": "SPAM", "note": "note " + word,
		}}).is("report.__typename", `"ReportSuccess"`)
		mod := w.moderator("mod")
		reports := w.as("bob").do(myReports, nil)
		report := reports.text("myReports.nodes.0.id")
		mod.do(claimReport, vars{"id": report})
		mod.do(decideReport, vars{"in": vars{"reportId": report, "action": "WARN", "statement": "Do not threaten."}})
		notice := w.as("alice").do(myNotices, nil).text("myNotices.nodes.0.id")
		w.as("alice").do(`mutation($id: ID!) { appealDecision(noticeId: $id, text: "`+word+`") { __typename } }`, vars{"id": notice})
		w.as("alice").do(unsendMessage, vars{"id": id})
		// Words of hers that nobody else sees: hidden words and what was changed of them, the
		// labels of a device and a code.
		phone := w.as("alice").with("Aparte-Device", "phone of "+word)
		phone.do(`mutation($w: [String!]!) { addHiddenWords(words: $w) { __typename } }`, vars{"w": []string{word, "other"}}).
			is("addHiddenWords.__typename", `"HiddenWordsSuccess"`)
		phone.do(createCode, vars{"in": vars{"label": "for " + word, "maxRedemptions": 2}}).is("createContactCode.__typename", `"CreateContactCodeSuccess"`)

		// The scan finds what is there to find.
		for _, column := range []string{"messages.body", "messages.video", "messages.client_message_id", "reports.appeal", "reports.client_report_id", "evidence.sealed", "hidden_words.list", "settings_changes.device", "settings_changes.words_added", "contact_codes.label"} {
			if !slices.Contains(holding(t, url, word), column) {
				t.Errorf("the scan does not find the word in %s", column)
			}
		}
		erased := w.admin().do(eraseUser, vars{"id": "x-alice"})
		erased.is("eraseUser.erasures", `[{"userId":"`+w.id("alice")+`","state":"QUEUED","progress":0}]`)
		w.admin().do(eraseUser, vars{"id": "x-alice"}).is("eraseUser.erasures.0.state", `"QUEUED"`)
		w.admin().do(eraseUser, vars{"id": "x-nobody"}).is("eraseUser.code", `"NOT_FOUND"`)
		if a := w.as("bob").post(eraseUser, vars{"id": "x-carol"}); len(a.Errors) != 1 || a.Errors[0].code() != "FORBIDDEN" {
			t.Errorf("anybody erases: %s", a.body)
		}
		w.as("alice").post(me, nil).fails(401, "UNAUTHENTICATED")
		ctx := context.Background()
		from := w.cursorOf("bob")
		job, err := w.service.TakeJob(ctx, dm.JobErase, "n", time.Minute)
		if err != nil {
			t.Fatal(err)
		}
		if err := w.service.Erase(ctx, job, time.Minute); err != nil {
			t.Fatal(err)
		}
		const erasures = `query($id: ID!) { erasures(externalId: $id) { state progress } }`
		w.admin().do(erasures, vars{"id": "x-alice"}).is("erasures", `[{"state":"DONE","progress":100}]`)
		w.as("bob").stream(`subscription($a: Cursor) { inboxEvents(after: $a) { __typename ... on MessagesErased { conversationId userId } } }`, vars{"a": from}).
			next().is("data.inboxEvents", `{"__typename":"MessagesErased","conversationId":"`+w.conversation("alice", "bob")+`","userId":"`+w.id("alice")+`"}`)

		if found := holding(t, url, word); !slices.Equal(found, []string{"evidence.sealed"}) {
			t.Errorf("words are left in %v", found)
		}
		for _, name := range []string{"x-alice", "Alice"} {
			found := holding(t, url, name)
			if len(found) > 0 {
				t.Errorf("%q is left in %v", name, found)
			}
		}
		w.as("bob").do(`{ inbox { nodes { messages { nodes { body removed sender { displayName } } } } } }`, nil).
			is("inbox.nodes.0.messages.nodes", `[{"body":"please stop","removed":false,"sender":{"displayName":"Bob"}},
				{"body":"","removed":true,"sender":{"displayName":"Deleted user"}},{"body":"","removed":true,"sender":{"displayName":"Deleted user"}}]`)

		other := w.moderator("other")
		other.do(claimReport, vars{"id": report})
		seen := other.do(evidence, vars{"id": report}).at("evidence")
		sum := sha256.Sum256([]byte(seen.text("sealed")))
		if hex.EncodeToString(sum[:]) != digest || seen.text("digest") != digest {
			t.Error("the evidence does not have its digest any more")
		}
		seen.is("messages.1", `{"messageId":"`+id+`","seq":2,"senderId":"`+w.id("alice")+`","reported":true,"removed":false,"body":"threat `+word+`","video":null}`)
	})
}
