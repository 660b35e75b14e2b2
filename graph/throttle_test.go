package graph_test

import (
	"context"
	"net/http"
	"net/netip"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aparte-im/aparte/dm"
	"github.com/aparte-im/aparte/graph"
	"github.com/aparte-im/aparte/graph/auth"
	"github.com/aparte-im/aparte/graph/clientaddr"
	"github.com/aparte-im/aparte/graph/connlimit"
	"github.com/aparte-im/aparte/graph/limits"
	"github.com/aparte-im/aparte/graph/rates"
)

// slowly is so many in an hour: none comes back while a test runs.
func slowly(n int) rates.Rate { return rates.Rate{Count: n, Per: time.Hour} }

// throttled is a world with budgets.
func throttled(t *testing.T, change func(*rates.Config)) *world {
	return newWorld(t, setup{config: func(c *graph.Config) {
		var budgets rates.Config
		change(&budgets)
		c.Rates = rates.New(budgets)
		c.Proxies = clientaddr.Proxies{Trusted: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8"), netip.MustParsePrefix("10.0.0.0/8")}}
	}})
}

const sendRated = `mutation($in: SendMessageInput!) { sendMessage(input: $in) { __typename ... on RateLimited { retryAfterSeconds } } }`

func message(w *world, to, key string) vars {
	return vars{"in": vars{"to": vars{"userId": w.id(to)}, "body": "hello", "clientMessageId": key}}
}

// tooFast checks that a whole request was refused for its rate.
func (a answer) tooFast() {
	a.t.Helper()
	a.fails(http.StatusTooManyRequests, "RATE_LIMITED")
	if a.header.Get("Retry-After") == "" || a.Errors[0].Extensions["retryAfterSeconds"] == nil {
		a.t.Errorf("it does not say how long to wait: %v %s", a.header, a.body)
	}
}

// Each class has its own budget, and HTTP, streams and sockets share it.
func TestBudgetsOfAUser(t *testing.T) {
	w := throttled(t, func(c *rates.Config) {
		c.User[rates.Reads], c.User[rates.Sends], c.User[rates.Changes] = slowly(3), slowly(2), slowly(3)
	})
	w.open("alice")
	alice, s := w.as("alice"), w.socket("alice")
	alice.do(me, nil)
	s.run("1", me, nil)
	s.next()
	s.hear("complete")
	stream := alice.stream(`subscription { inboxEvents { cursor } }`, nil)
	alice.post(me, nil).tooFast()
	alice.with("Accept", "application/graphql-response+json").post(me, nil).tooFast()
	second := w.socket("alice")
	second.run("2", me, nil)
	if code := second.refusal(); code != "RATE_LIMITED" {
		t.Errorf("a socket answers %s", code)
	}
	alice.with("Accept", "text/event-stream").post(`subscription { inboxEvents { cursor } }`, nil).tooFast()

	// Sends are answered in their result, and are none of the changes.
	alice.do(sendRated, message(w, "bob", "1"))
	alice.do(sendRated, message(w, "bob", "2"))
	n := alice.do(sendRated, message(w, "bob", "3"))
	n.is("sendMessage.__typename", `"RateLimited"`)
	if wait := n.at("sendMessage.retryAfterSeconds").value.(float64); wait < 1 || wait > 1800 {
		t.Errorf("retry after %v s", wait)
	}
	s.run("3", sendRated, message(w, "bob", "3"))
	s.next().is("sendMessage.__typename", `"RateLimited"`)
	s.hear("complete")
	const receipts = `mutation { setReadReceipts(on: true) { __typename } }`
	alice.do(`mutation { a: setReadReceipts(on: true) { __typename } ...F } fragment F on Mutation { b: setReadReceipts(on: true) { __typename } }`, nil)
	alice.post(receipts, nil).tooFast()

	// It is hers alone, and what she follows goes on.
	w.as("bob").do(me, nil)
	w.as("bob").do(sendRated, message(w, "alice", "1")).is("sendMessage.__typename", `"SendMessageSuccess"`)
	stream.next()
	// The service acts for her without bound, and who is exempt has none.
	for range 5 {
		w.admin().with("Aparte-As", "x-alice").do(me, nil)
	}
	exempt := dm.UserInput{ExternalID: "x-robot", Handle: "robot", Exempt: true}
	if _, err := w.service.UpsertUsers(t.Context(), []dm.UserInput{exempt}); err != nil {
		t.Fatal(err)
	}
	for range 5 {
		w.with("Authorization", "Bearer "+sign(t, "x-robot")).do(me, nil)
	}
}

// An address is the last hop that is no proxy of ours, and shares its budget among its users.
func TestBudgetsOfAnAddress(t *testing.T) {
	w := throttled(t, func(c *rates.Config) {
		c.Address[rates.Reads], c.Address[rates.Refusals] = slowly(2), slowly(2)
	})
	from := func(handle, forwarded string) answer {
		return w.as(handle).with("X-Forwarded-For", forwarded).post(me, nil)
	}
	from("alice", "192.0.2.1")
	from("bob", "192.0.2.1")
	from("carol", "192.0.2.1").tooFast()
	// Hops that a client wrote before the proxy's own are ignored. A second proxy counts.
	from("carol", "198.51.100.7, 192.0.2.1").tooFast()
	from("carol", "192.0.2.1, 10.1.2.3").tooFast()
}

// A user over their own limit does not use up the limit of the address that others share.
func TestAUserOverTheirLimitLeavesTheAddressItsBudget(t *testing.T) {
	w := throttled(t, func(c *rates.Config) {
		c.User[rates.Reads], c.Address[rates.Reads] = slowly(2), slowly(4)
		c.User[rates.Sends], c.Address[rates.Sends] = slowly(9), slowly(2)
		c.User[rates.Codes] = slowly(1)
	})
	w.open("bob")
	alice, bob := w.as("alice"), w.as("bob")
	alice.do(me, nil)
	alice.do(me, nil)
	for range 10 {
		alice.post(me, nil).tooFast()
	}
	bob.do(me, nil)
	bob.do(me, nil)

	// A send whose contact code is over its limit spends no send either.
	withCode := message(w, "bob", "1")
	withCode["in"].(vars)["contactCode"] = "none"
	alice.do(sendRated, withCode)
	for range 10 {
		alice.do(sendRated, withCode).is("sendMessage.__typename", `"RateLimited"`)
	}
	alice.do(sendRated, message(w, "bob", "2")).is("sendMessage.__typename", `"SendMessageSuccess"`)
}

// Bad tokens use up the budget of their address, and bad operations that of their viewer. Nobody
// else is refused for either: every valid token passes, also one that was never seen before, over
// HTTP and on sockets.
func TestRefusalsAreRationed(t *testing.T) {
	w := throttled(t, func(c *rates.Config) { c.Address[rates.Refusals], c.User[rates.Refusals] = slowly(3), slowly(2) })
	from := func(handle string) caller { return w.as(handle).with("X-Forwarded-For", "192.0.2.1") }
	bad := func(n int) caller {
		return from("alice").with("Authorization", "Bearer nonsense"+strconv.Itoa(n))
	}
	from("alice").do(me, nil)
	for n := range 3 {
		bad(n).post(me, nil).fails(http.StatusUnauthorized, "UNAUTHENTICATED")
	}
	for n := range 400 {
		bad(n).post(me, nil).tooFast()
	}
	from("alice").do(me, nil)
	from("bob").do(me, nil)
	from("alice").with("Authorization", "Bearer "+sign(t, "host", auth.ScopeAdmin)).with(auth.HeaderAs, "x-bob").do(me, nil)
	s := w.dial(http.Header{"X-Forwarded-For": {"192.0.2.1"}})
	s.say(`{"type":"connection_init","payload":{"token":"` + sign(t, "x-carol") + `"}}`)
	s.hear("connection_ack")
	s.run("1", me, nil)
	s.next()
	s.hear("complete")

	from("alice").post(`{ nonsense }`, nil).fails(http.StatusOK, "GRAPHQL_VALIDATION_FAILED")
	s2 := w.socket("alice")
	s2.run("1", `{ nonsense }`, nil)
	s2.hear("error")
	from("alice").post(me, nil).tooFast()
	s2.run("2", me, nil)
	if code := s2.refusal(); code != "RATE_LIMITED" {
		t.Errorf("on a socket: %s", code)
	}
	from("bob").do(me, nil)
	bad(0).with("X-Forwarded-For", "192.0.2.2").post(me, nil).fails(http.StatusUnauthorized, "UNAUTHENTICATED")
}

// A verifier that asks another service is not asked for unknown tokens of an address that sent too
// many bad ones. Identities that it has verified pass.
func TestAVerifierThatAsksIsSpared(t *testing.T) {
	var asked atomic.Int64
	w := newWorld(t, setup{config: func(c *graph.Config) {
		verify := c.Verify
		c.Verify = func(ctx context.Context, token string) (auth.Claims, error) {
			asked.Add(1)
			return verify(ctx, token)
		}
		var budgets rates.Config
		budgets.Address[rates.Refusals] = slowly(2)
		c.Rates, c.VerifyAsks = rates.New(budgets), true
	}})
	w.as("alice").do(me, nil)
	for n := range 50 {
		w.with("Authorization", "Bearer nonsense"+strconv.Itoa(n)).post(me, nil)
	}
	if n := asked.Load(); n != 3 {
		t.Errorf("the verifier was asked %d times", n)
	}
	w.as("alice").do(me, nil)
}

// All clients behind a proxy that is not trusted have one address, whose budgets would lock them
// all out. The budgets of users hold, and the log says once what to do.
func TestAProxyThatIsNotTrustedHasNoBudget(t *testing.T) {
	w := newWorld(t, setup{config: func(c *graph.Config) {
		var budgets rates.Config
		budgets.Address[rates.Reads], budgets.User[rates.Reads] = slowly(1), slowly(2)
		c.Rates = rates.New(budgets)
		c.ConnectionLimits = connlimit.New(0, 1)
	}})
	for _, handle := range []string{"alice", "bob", "carol"} {
		c := w.as(handle).with("X-Forwarded-For", "192.0.2.1")
		c.do(me, nil)
		c.do(me, nil)
		c.post(me, nil).tooFast()
	}
	for range 3 {
		s := w.dial(http.Header{"X-Forwarded-For": {"192.0.2.1"}})
		s.say(`{"type":"connection_init","payload":{"token":"` + sign(t, "x-alice") + `"}}`)
		s.hear("connection_ack")
	}
	if n := strings.Count(w.logs.String(), "--trusted-proxies"); n != 1 {
		t.Errorf("the log tells %d times", n)
	}
	// A client without a proxy before it has the budgets of its address.
	w.as("dave").do(me, nil)
	w.as("erin").post(me, nil).tooFast()
}

// stuck is a store whose look at the log and whose sends do not end by themselves.
type stuck struct{ dm.Store }

func (stuck) Append(ctx context.Context, _ dm.Send) (dm.Sent, error) {
	<-ctx.Done()
	return dm.Sent{}, ctx.Err()
}

func (s stuck) Log(ctx context.Context, viewer dm.UserID, after int64, limit int) (dm.Log, error) {
	<-ctx.Done()
	return dm.Log{}, ctx.Err()
}

func (stuck) History(ctx context.Context, _ dm.UserID, _ *dm.TimePlace, _ int) ([]dm.SettingsChange, error) {
	<-ctx.Done()
	return nil, ctx.Err()
}

// An operation that takes too long says so, and a change says that it may have been made.
func TestTimeouts(t *testing.T) {
	w := newWorld(t, setup{
		wrap: func(s dm.Store) dm.Store { return stuck{s} },
		config: func(c *graph.Config) {
			c.Timeouts = limits.Timeouts{Query: 30 * time.Millisecond, Mutation: 40 * time.Millisecond}
		},
	})
	alice := w.as("alice")
	a := alice.post(`{ settingsHistory { nodes { at } } me { handle } }`, nil)
	if len(a.Errors) != 1 || a.Errors[0].code() != "TIMEOUT" {
		t.Errorf("a query: %s", a.body)
	}
	a = alice.post(sendRated, message(w, "bob", "1"))
	if len(a.Errors) != 1 || a.Errors[0].code() != "TIMEOUT" || !strings.Contains(a.Errors[0].Message, "same call again") {
		t.Errorf("a send: %s", a.body)
	}
	s := w.socket("alice")
	s.run("1", `subscription { inboxEvents { cursor } }`, nil)
	if code := s.refusal(); code != "TIMEOUT" {
		t.Errorf("a subscription: %s", code)
	}
	if strings.Contains(w.logs.String(), "request failed") {
		t.Errorf("a timeout is no failure of ours: %s", w.logs)
	}
}

// refusal is the code of an operation that did not begin, as an error or as its only response.
func (c *wire) refusal() string {
	c.t.Helper()
	b, err := c.conn.Read()
	if err != nil {
		c.t.Fatal(err)
	}
	for _, code := range []string{"TIMEOUT", "RATE_LIMITED", "INTERNAL"} {
		if strings.Contains(string(b), `"`+code+`"`) {
			return code
		}
	}
	return string(b)
}
