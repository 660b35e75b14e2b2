package graph_test

import (
	"fmt"
	"math"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/aparte-im/aparte/dm"
	"github.com/aparte-im/aparte/internal/testdb"
)

// How bob says no to alice: by a block, as anybody whose audience is closed, or by name.
const (
	blocks = `mutation($id: ID!) { blockUser(userId: $id) { ... on UserSuccess { user { viewerHasBlocked } } } }`
	closes = `mutation($id: ID!) { unfollowUser(userId: $id) { ... on UserSuccess { user { viewerFollows } } }
		setWhoCanMessageMe(input: {audience: NO_ONE}) { ... on SettingsSuccess { settings { whoCanMessageMe } } } }`
	lists = `mutation($id: ID!) { unfollowUser(userId: $id) { ... on UserSuccess { user { viewerFollows } } }
		setListed(userId: $id, list: NEVER) { ... on UserSuccess { user { viewerLists } } } }`
)

// The person who is told no has, in every world: an old conversation with bob, with a message of
// his that they have not read; a request that waits for carol, who says no as bob does; a
// suggestion of bob; dave, who has nothing to do with it.
func refusedWorld(t *testing.T, url, no string) *world {
	w := newWorld(t, setup{url: url})
	w.befriend("alice", "bob")
	w.befriend("alice", "dave")
	w.say("alice", "bob", "one")
	w.say("bob", "alice", "two")
	w.say("dave", "alice", "aside")
	w.open("carol")
	w.as("alice").do(sendMessage, vars{"input": vars{"to": vars{"userId": w.id("carol")}, "body": "may I?", "clientMessageId": "waiting"}}).
		is("sendMessage.remaining", `2`)
	for _, to := range []string{"bob", "carol", "erin"} {
		w.admin().do(`mutation($to: ID!) { setSuggestions(suggestions: [{from: "x-alice", to: $to}]) { __typename } }`, vars{"to": "x-" + to})
	}
	for _, who := range []string{"bob", "carol"} {
		w.as(who).do(no, vars{"id": w.id("alice")})
	}
	return w
}

const (
	aUser = ` { id externalId handle displayName avatarUrl viewerFollows followsViewer viewerHasBlocked viewerRestricts viewerLists
		viewerCanMessage { allowed folder remaining denial kinds canReply outreach { perDay remaining retryAfterSeconds } } }`
	aMessage      = ` { id seq body removed clientMessageId linksHidden createdAt sender { handle } }`
	aPreview      = ` { seq body removed linksHidden withheld createdAt sender { handle } }`
	aConversation = ` { id folder lastActivityAt unreadCount readSeq muted
		... on DirectConversation { with` + aUser + ` theirReadSeq senderContext { viewerFollows followsViewer suggested joinedAt sharedFriends { count isCapped some { handle } } } } lastMessage` + aPreview + `
		messages { nodes` + aMessage + ` pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } }`
	aResult     = ` { __typename ... on ConversationSuccess { conversation` + aConversation + ` unread { conversations requests messages cursor } } ... on UserError { code detail } }`
	aUserResult = ` { __typename ... on UserSuccess { user` + aUser + ` } ... on UserError { code detail } }`
	aSend       = `mutation($input: SendMessageInput!) { sendMessage(input: $input) { __typename
		... on SendMessageSuccess { message` + aMessage + ` conversation` + aConversation + ` remaining outreach { perDay remaining } }
		... on UserError { code detail } ... on MessageNotAllowed { denial outreach { perDay remaining } } } }`
)

// looks is all that the API lets somebody ask and do about a person: $id is the person, $c the
// conversation, $h the handle.
var looks = []string{
	`query($id: ID!, $c: ID!, $h: String!) { a: user(by: {id: $id})` + aUser + ` b: user(by: {handle: $h})` + aUser + ` c: node(id: $id) { id ... on User` + aUser + ` }
		d: conversation(id: $c)` + aConversation + ` e: conversationWith(userId: $id)` + aConversation + ` f: node(id: $c) { id ... on Conversation` + aConversation + ` } }`,
	`query($h: String!) { searchUsers(query: $h) { nodes` + aUser + ` pageInfo { endCursor } } }`,
	`query { suggestedFriends { nodes` + aUser + ` } blockedUsers { nodes { handle } } unread { conversations requests messages cursor }
		inbox { nodes` + aConversation + ` } requests: inbox(folder: REQUESTS) { nodes { id } } archive: inbox(folder: ARCHIVE) { nodes` + aConversation + ` }
		outreach { perDay remaining } messagingSettings { whoCanMessageMe } settingsHistory { nodes { after { whoCanMessageMe } } } }`,
	`query($id: ID!) { explainWhoCanMessageMe(userId: $id) { relations rule route key sentence parameters { name value } }
		whoCouldMessageMe { audience current inbox requests hidden refused isCapped everyoneElse } myReports { nodes { category } } myNotices { nodes { id } } }`,
	`mutation($c: ID!) { report(input: {clientReportId: "r", target: {conversationId: $c}, category: SPAM}) { __typename ... on UserError { code } } }`,
	`mutation($id: ID!) { followUser(userId: $id)` + aUserResult + ` }`,
	`mutation($c: ID!) { markRead(conversationId: $c, upToSeq: 2)` + aResult + ` }`,
	`mutation($c: ID!) { muteConversation(conversationId: $c, muted: true)` + aResult + ` }`,
	`mutation($c: ID!) { archiveConversation(conversationId: $c, archived: true)` + aResult + ` }`,
	`mutation($c: ID!) { archiveConversation(conversationId: $c, archived: false)` + aResult + ` }`,
	`mutation($c: ID!) { acceptRequest(conversationId: $c)` + aResult + ` }`,
	`mutation($c: ID!) { declineRequests(conversationIds: [$c]) { __typename ... on UserError { code detail } } }`,
	`mutation($id: ID!) { unfollowUser(userId: $id)` + aUserResult + ` }`,
	`mutation($id: ID!) { followUser(userId: $id)` + aUserResult + ` }`,
	`mutation($id: ID!) { restrictUser(userId: $id)` + aUserResult + ` }`,
	`mutation($id: ID!) { unrestrictUser(userId: $id)` + aUserResult + ` }`,
	`mutation($id: ID!) { setListed(userId: $id, list: ALWAYS)` + aUserResult + ` }`,
	`mutation($id: ID!) { setListed(userId: $id, list: null)` + aUserResult + ` }`,
}

// after is what comes last, because it changes what the others see.
var after = []string{
	`mutation($id: ID!) { blockUser(userId: $id)` + aUserResult + ` }`,
	`mutation($id: ID!) { unblockUser(userId: $id)` + aUserResult + ` }`,
}

// transcript is what alice is answered, word for word, with ids and times masked. The position of
// her log stands in the cursors; it is written out at the end, because every event that she gets
// moves it.
func (w *world) transcript(t *testing.T) []string {
	var out []string
	m := mask{names: map[string]string{}}
	note := func(a answer) { out = append(out, fmt.Sprint(a.status, " ", m.apply(a.body))) }
	alice := w.on(t).as("alice")
	for _, whom := range []string{"bob", "carol"} {
		v := vars{"id": w.id(whom), "c": w.conversation("alice", whom), "h": whom}
		run := func(query string) {
			used := vars{}
			for _, name := range []string{"id", "c", "h"} {
				if regexp.MustCompile(`\$` + name + `\b`).MatchString(query) {
					used[name] = v[name]
				}
			}
			note(alice.post(query, used))
		}
		send := func(in vars) { note(alice.post(aSend, vars{"input": in})) }
		for range 2 {
			send(vars{"to": vars{"userId": v["id"]}, "body": "again", "clientMessageId": "new"})
			send(vars{"to": vars{"conversationId": v["c"]}, "body": "again", "clientMessageId": "new"})
			// a retry
			send(vars{"to": vars{"userId": v["id"]}, "body": "may I?", "clientMessageId": "waiting"})
			// a conflict
			send(vars{"to": vars{"userId": v["id"]}, "body": "other", "clientMessageId": "waiting"})
			for _, query := range looks {
				run(query)
			}
			note(alice.post(`mutation($m: ID!) { unsendMessage(messageId: $m) { __typename ... on UserError { code detail } } }`,
				vars{"m": dm.MessageID{Conversation: dm.ConversationOf(w.ids["alice"], w.ids[whom]), Seq: 1}.String()}))
		}
		for _, query := range append(after, looks[0], looks[2]) {
			run(query)
		}
	}
	note(alice.post(`query { exportJob { id } contactCodes { nodes { id } } unread { conversations requests messages } }`, nil))
	// Her log, event by event: a live one says the same.
	for at, more := int64(0), true; more; {
		log, err := w.store.Log(t.Context(), w.ids["alice"], at, 100)
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range log.Events {
			at = e.Position
			line := fmt.Sprint("event ", e.Position, " kind ", e.Kind, " unread ", e.Unread)
			if v := e.View; v != nil {
				line += fmt.Sprint(" folder ", v.Folder, " last ", v.LastSeq, " unread ", v.Unread, " read ", v.ReadSeq, " muted ", v.Muted)
				if v.TheirReadSeq != nil {
					line += fmt.Sprint(" they have read ", *v.TheirReadSeq)
				}
			}
			out = append(out, line)
		}
		more = len(log.Events) > 0
	}
	counted, err := w.service.Unread(t.Context(), w.ids["alice"])
	if err != nil {
		t.Fatal(err)
	}
	return append(out, fmt.Sprint("the log stands at ", counted.Cursor.Position, ", unread ", counted.Unread))
}

var (
	anID     = regexp.MustCompile(`[a-z]{3}_[0-9a-v]{26,}|[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f-]{22}`)
	aTime    = regexp.MustCompile(`\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z`)
	aCursor  = regexp.MustCompile(`"(cursor|endCursor|startCursor)":"[^"]+"`)
	soakSize = "APARTE_TIMINGS"
)

// mask gives ids the names of their order of appearance.
type mask struct{ names map[string]string }

func (m mask) apply(s string) string {
	s = anID.ReplaceAllStringFunc(s, func(id string) string {
		if m.names[id] == "" {
			m.names[id] = fmt.Sprint("id", "#", len(m.names))
		}
		return m.names[id]
	})
	return aCursor.ReplaceAllString(aTime.ReplaceAllString(s, "TIME"), `"$1":"CURSOR"`)
}

// A blocked person's view is, byte for byte, that of somebody who meets a closed audience; and so
// is theirs who is on NEVER.
func TestABlockReadsLikeAClosedAudience(t *testing.T) {
	testdb.Each(t, func(t *testing.T, url string) {
		other := testdb.SQLite
		if url[:6] != "sqlite" {
			other = testdb.Postgres
		}
		closed := refusedWorld(t, url, closes).transcript(t)
		for how, no := range map[string]string{"blocked": blocks, "on NEVER": lists} {
			told := refusedWorld(t, other(t), no).transcript(t)
			if len(told) != len(closed) || len(told) < 120 {
				t.Fatalf("%d and %d answers", len(told), len(closed))
			}
			for i := range told {
				if strings.Contains(told[i], `"errors":`) {
					t.Errorf("answer %d shows nothing: %s", i, told[i])
				}
				if a, b := difference(told[i], closed[i]); a != b {
					t.Errorf("answer %d differs.\n%s: …%s\nclosed: …%s", i, how, a, b)
				}
			}
		}
	})
}

// difference cuts what two texts have in common at their start, and what is long.
func difference(a, b string) (string, string) {
	if a == b {
		return "", ""
	}
	i := 0
	for i < min(len(a), len(b)) && a[i] == b[i] {
		i++
	}
	i = max(0, i-80)
	return a[i:min(len(a), i+240)], b[i:min(len(b), i+240)]
}

// Nor does it take longer or shorter: the times of both refusals are of one distribution.
// APARTE_TIMINGS is how many of each; make timings takes 10,000. A few show nothing, so without it
// there is nothing to do.
func TestABlockTakesAsLongAsAClosedAudience(t *testing.T) {
	n, _ := strconv.Atoi(os.Getenv(soakSize))
	if n == 0 {
		t.Skip("set " + soakSize + " to how many refusals of each kind to time")
	}
	testdb.Each(t, func(t *testing.T, url string) {
		w := newWorld(t, setup{url: url})
		w.open("bob", "carol")
		for _, who := range []string{"bob", "carol"} {
			w.say("alice", who, "hello")
			w.as(who).do(`mutation($c: ID!) { acceptRequest(conversationId: $c) { __typename } }`, vars{"c": w.conversation("alice", who)})
		}
		w.as("bob").do(blocks, vars{"id": w.id("alice")})
		w.as("carol").do(closes, vars{"id": w.id("alice")})
		alice := w.as("alice")
		query := `query($id: ID!) { user(by: {id: $id}) { viewerCanMessage { denial } followsViewer } conversationWith(userId: $id) { unreadCount } }`
		for name, try := range map[string]func(who string, i int){
			"send": func(who string, i int) {
				alice.post(aSend, vars{"input": vars{"to": vars{"userId": w.id(who)}, "body": "please", "clientMessageId": fmt.Sprint(who, i)}})
			},
			"look": func(who string, _ int) { alice.post(query, vars{"id": w.id(who)}) },
		} {
			var times [2][]float64
			for i := range n {
				for k := range 2 {
					k = (k + i) % 2 // neither always comes first
					begin := time.Now()
					try([]string{"bob", "carol"}[k], i)
					times[k] = append(times[k], float64(time.Since(begin)))
				}
			}
			distance, limit := kolmogorovSmirnov(times[0], times[1])
			t.Logf("%s: %d tries each; p50 %.0f and %.0f µs; Kolmogorov–Smirnov distance %.4f, at 0.1 %% %.4f", name, n,
				median(times[0])/1e3, median(times[1])/1e3, distance, limit)
			if distance > limit {
				t.Errorf("%s: the times of a block and of a closed audience can be told apart", name)
			}
		}
	})
}

// kolmogorovSmirnov is the largest distance of two distributions, and how large it gets by chance
// once in a thousand.
func kolmogorovSmirnov(a, b []float64) (distance, limit float64) {
	slices.Sort(a)
	slices.Sort(b)
	for i, j := 0, 0; i < len(a) && j < len(b); {
		x := min(a[i], b[j])
		for i < len(a) && a[i] <= x {
			i++
		}
		for j < len(b) && b[j] <= x {
			j++
		}
		distance = max(distance, math.Abs(float64(i)/float64(len(a))-float64(j)/float64(len(b))))
	}
	return distance, 1.95 * math.Sqrt(float64(len(a)+len(b))/float64(len(a)*len(b)))
}

func median(sorted []float64) float64 { return sorted[len(sorted)/2] }
