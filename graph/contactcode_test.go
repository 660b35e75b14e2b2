package graph_test

import (
	"fmt"
	"regexp"
	"strings"
	"sync"
	"testing"

	"github.com/google/uuid"

	"github.com/aparte-im/aparte/graph/rates"
	"github.com/aparte-im/aparte/internal/testdb"
)

const (
	createCode = `mutation($in: CreateContactCodeInput!) { createContactCode(input: $in) { __typename
		... on CreateContactCodeSuccess { secret contactCode { id label redemptionCount maxRedemptions revokedAt expiresAt endsAt } }
		... on UserError { code detail } ... on InvalidInput { field } ... on RateLimited { retryAfterSeconds } } }`
	revokeCode = `mutation($id: ID!) { revokeContactCode(id: $id) { __typename
		... on RevokeContactCodeSuccess { contactCode { id redemptionCount revokedAt endsAt } } ... on UserError { code } } }`
	ownCodes = `query($after: String) { contactCodes(first: 2, after: $after) { nodes { id label redemptionCount maxRedemptions revokedAt }
		pageInfo { hasNextPage endCursor } } }`
	lookAtCode = `query($code: String!) { contact(code: $code) { owner { handle }
		permission { allowed folder remaining denial kinds canReply outreach { remaining } } } }`
)

// code makes a contact code and returns its id and its secret.
func (w *world) code(owner string, uses int) (id, secret string) {
	w.t.Helper()
	n := w.as(owner).do(createCode, vars{"in": vars{"label": "card", "maxRedemptions": uses}}).at("createContactCode")
	return n.text("contactCode.id"), n.text("secret")
}

func bearing(to, code string) vars {
	return vars{"input": vars{"to": vars{"userId": to}, "body": "I met you today", "clientMessageId": uuid.NewString(), "contactCode": code}}
}

func TestAContactCode(t *testing.T) {
	testdb.Each(t, func(t *testing.T, url string) {
		w := newWorld(t, setup{url: url})
		w.as("bob").do(`mutation { setWhoCanMessageMe(input: {audience: NO_ONE}) { __typename } }`, nil)
		id, secret := w.code("bob", 3)
		if !regexp.MustCompile(`^([0-9A-HJKMNP-TV-Z]{5}-){3}[0-9A-HJKMNP-TV-Z]{5}$`).MatchString(secret) || !strings.HasPrefix(id, "cod_") {
			t.Errorf("the code is %s, %s", id, secret)
		}
		alice := w.as("alice")
		alice.do(sendMessage, vars{"input": vars{"to": vars{"userId": w.id("bob")}, "body": "x", "clientMessageId": "1"}}).is("sendMessage.denial", `"NOT_ACCEPTING"`)
		alice.do(lookAtCode, vars{"code": strings.ToLower(secret)}).is("contact", `{"owner":{"handle":"bob"},"permission":{"allowed":true,
			"folder":"INBOX","remaining":null,"denial":null,"kinds":["TEXT","VIDEO","LINK"],"canReply":true,"outreach":null}}`)
		sent := bearing(w.id("bob"), strings.ReplaceAll(secret, "-", ""))
		for range 2 {
			n := alice.do(sendMessage, sent)
			n.is("sendMessage.message.seq", `1`)
			n.is("sendMessage.remaining", `null`)
		}
		w.as("bob").do(`{ inbox { nodes { ... on DirectConversation { with { handle } } lastMessage { body withheld } } } }`, nil).
			is("inbox.nodes", `[{"with":{"handle":"alice"},"lastMessage":{"body":"I met you today","withheld":false}}]`)
		alice.do(sendMessage, bearing(w.id("bob"), secret)).is("sendMessage.denial", `"CONTACT_CODE"`)
		alice.do(lookAtCode, vars{"code": secret}).is("contact", `null`)
		w.as("bob").do(lookAtCode, vars{"code": secret}).is("contact.permission.denial", `"SELF"`)

		second, _ := w.code("bob", 1)
		third, _ := w.code("bob", 1)
		page := w.as("bob").do(ownCodes, nil)
		page.is("contactCodes.nodes", fmt.Sprintf(`[{"id":%q,"label":"card","redemptionCount":0,"maxRedemptions":1,"revokedAt":null},
			{"id":%q,"label":"card","redemptionCount":0,"maxRedemptions":1,"revokedAt":null}]`, third, second))
		page.is("contactCodes.pageInfo.hasNextPage", `true`)
		w.as("bob").do(ownCodes, vars{"after": page.text("contactCodes.pageInfo.endCursor")}).is("contactCodes.nodes",
			fmt.Sprintf(`[{"id":%q,"label":"card","redemptionCount":1,"maxRedemptions":3,"revokedAt":null}]`, id))
		alice.do(ownCodes, nil).is("contactCodes.nodes", `[]`)
		for _, foreign := range []string{id, "cod_", "usr_1", ""} {
			alice.do(revokeCode, vars{"id": foreign}).is("revokeContactCode.code", `"NOT_FOUND"`)
		}
		n := w.as("bob").do(revokeCode, vars{"id": id}).at("revokeContactCode.contactCode")
		if n.text("revokedAt") == "" || n.text("revokedAt") != n.text("endsAt") {
			t.Errorf("revoked: %v", n.value)
		}
		w.as("carol").do(sendMessage, bearing(w.id("bob"), secret)).is("sendMessage", `{"__typename":"MessageNotAllowed","code":"MESSAGE_NOT_ALLOWED",
			"denial":"CONTACT_CODE","detail":"This contact code is not valid here. It may have expired, been used or been taken back."}`)
		if found := holding(t, url, secret); len(found) > 0 {
			t.Errorf("the secret is kept in %v", found)
		}
		if logged := w.logs.String(); strings.Contains(logged, secret) || strings.Contains(logged, "card") {
			t.Errorf("logged: %s", logged)
		}
		for field, in := range map[string]vars{
			"label": {"label": ""}, "maxRedemptions": {"label": "x", "maxRedemptions": 0}, "expiresInHours": {"label": "x", "expiresInHours": 2_000_000_000},
		} {
			w.as("bob").do(createCode, vars{"in": in}).is("createContactCode.field", fmt.Sprintf("%q", field))
		}
	})
}

// A redeemer whom the owner has blocked gets, word for word, the answer of a sender who meets a
// closed audience with a revoked code.
func TestABearerIsToldNothingOfABlock(t *testing.T) {
	testdb.Each(t, func(t *testing.T, url string) {
		other := testdb.SQLite
		if url[:6] != "sqlite" {
			other = testdb.Postgres
		}
		transcript := func(url string, no func(w *world, code string)) (out []string) {
			w := newWorld(t, setup{url: url})
			w.befriend("alice", "bob")
			w.say("bob", "alice", "hello")
			code, secret := w.code("bob", 9)
			no(w, code)
			m := mask{names: map[string]string{}}
			for range 2 {
				for _, v := range []vars{bearing(w.id("bob"), secret), bearing(w.id("bob"), "no such code")} {
					out = append(out, m.apply(w.as("alice").post(aSend, v).body))
				}
				for _, typed := range []string{secret, "no such code"} {
					out = append(out, m.apply(w.as("alice").post(lookAtCode, vars{"code": typed}).body))
				}
			}
			if !strings.Contains(out[0], "CONTACT_CODE") || out[0] != out[1] || out[2] != out[3] {
				t.Errorf("a code that is not hers reads unlike one that is not there: %q", out)
			}
			return out
		}
		blocked := transcript(url, func(w *world, _ string) { w.as("bob").do(blocks, vars{"id": w.id("alice")}) })
		closed := transcript(other(t), func(w *world, code string) {
			w.as("bob").do(closes, vars{"id": w.id("alice")})
			w.as("bob").do(revokeCode, vars{"id": code})
		})
		for i := range blocked {
			if blocked[i] != closed[i] {
				t.Errorf("answer %d:\n%s\n%s", i, blocked[i], closed[i])
			}
		}
	})
}

// I1: bearers write while the owner takes the code back. The answer to the revocation counts
// exactly the messages that got in.
func TestRevokingAContactCodeMeetsItsRedeemers(t *testing.T) {
	testdb.Each(t, func(t *testing.T, url string) {
		w := newWorld(t, setup{url: url})
		const bearers = 40
		var users []vars
		for i := range bearers {
			name := fmt.Sprint("bearer", i)
			users = append(users, vars{"externalId": "x-" + name, "handle": name})
		}
		w.admin().do(`mutation($u: [UserInput!]!) { upsertUsers(users: $u) { __typename } }`, vars{"u": users})
		w.as("bob").do(`mutation { setWhoCanMessageMe(input: {audience: NO_ONE}) { __typename } }`, nil)
		id, secret := w.code("bob", bearers)
		let := make(chan struct{}, bearers)
		var wg sync.WaitGroup
		for i := range bearers {
			caller := w.as(fmt.Sprint("bearer", i))
			wg.Go(func() {
				a := caller.post(sendMessage, bearing(w.id("bob"), secret))
				switch {
				case strings.Contains(a.body, `"SendMessageSuccess"`):
					let <- struct{}{}
				case !strings.Contains(a.body, `"CONTACT_CODE"`):
					t.Errorf("answered %s", a.body)
				}
			})
		}
		<-let // one is in
		uses := w.as("bob").do(revokeCode, vars{"id": id}).at("revokeContactCode.contactCode.redemptionCount")
		w.as("carol").do(sendMessage, bearing(w.id("bob"), secret)).is("sendMessage.denial", `"CONTACT_CODE"`)
		wg.Wait()
		if got := fmt.Sprint(uses.value); got != fmt.Sprint(1+len(let)) {
			t.Errorf("%d got in, %s before the revocation returned (I1)", 1+len(let), got)
		}
		t.Logf("%d of %d got in before", 1+len(let), bearers)
	})
}

func TestTryingContactCodesHasABudget(t *testing.T) {
	w := throttled(t, func(c *rates.Config) { c.User[rates.Codes] = slowly(3) })
	for range 2 {
		w.as("alice").do(lookAtCode, vars{"code": "guess"}).is("contact", `null`)
	}
	w.as("alice").do(sendMessage, bearing(w.id("bob"), "guess")).is("sendMessage.denial", `"CONTACT_CODE"`)
	w.as("alice").do(sendMessage, bearing(w.id("bob"), "guess")).is("sendMessage.code", `"RATE_LIMITED"`)
	a := w.as("alice").post(lookAtCode, vars{"code": "guess"})
	if len(a.Errors) != 1 || a.Errors[0].code() != "RATE_LIMITED" || a.Errors[0].Extensions["retryAfterSeconds"] == nil {
		t.Errorf("answered %s", a.body)
	}
	w.as("alice").do(sendMessage, vars{"input": vars{"to": vars{"userId": w.id("bob")}, "body": "x", "clientMessageId": "1"}}).is("sendMessage.denial", `"NOT_ACCEPTING"`)
	w.as("carol").do(lookAtCode, vars{"code": "guess"}).is("contact", `null`)
}
