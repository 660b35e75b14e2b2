package graph_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/aparte-im/aparte/graph/auth"
)

// bombBound is how much CPU a bomb may cost.
const bombBound = 50 * time.Millisecond

// bomb is a request that means harm.
type bomb struct {
	name string
	// body is the request's. make gets a number, so that none is remembered from the time before.
	make  func(n int) string
	admin bool
	code  string
}

func text(query string) func(int) string {
	return func(n int) string {
		return mustJSON(map[string]any{"query": fmt.Sprintf("# %d\n", n) + query})
	}
}

func with(query string, variables any) func(int) string {
	return func(n int) string {
		return mustJSON(map[string]any{"query": fmt.Sprintf("# %d\n", n) + query, "variables": variables})
	}
}

func repeat(n int, format string) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, format, i)
	}
	return b.String()
}

func bombs() []bomb {
	const (
		tooMuch = "COMPLEXITY_LIMIT_EXCEEDED"
		invalid = "GRAPHQL_VALIDATION_FAILED"
		parse   = "GRAPHQL_PARSE_FAILED"
		bad     = "BAD_REQUEST"
		large   = "PAYLOAD_TOO_LARGE"
	)
	doubling := func(levels int, on, inner string) string {
		var b strings.Builder
		for i := range levels {
			fmt.Fprintf(&b, " fragment f%d on %s { %s }", i, on, strings.ReplaceAll(inner, "NEXT", fmt.Sprintf("f%d", i+1)))
		}
		fmt.Fprintf(&b, " fragment f%d on %s { __typename }", levels, on)
		return b.String()
	}
	deep := func(open, middle, closing string, levels int) string {
		return strings.Repeat(open, levels) + middle + strings.Repeat(closing, levels)
	}
	const of = `{ me { ...f0 } }`
	return []bomb{
		{name: "fragments that double", make: text(of + doubling(40, "User", "...NEXT a: viewerCanMessage { allowed } ...NEXT")), code: tooMuch},
		{name: "fragments that double in a page", make: text(`{ inbox(first: 100) { nodes { messages(first: 100) { nodes { sender { ...f0 } } } } } }` + doubling(30, "User", "...NEXT ...NEXT handle")), code: tooMuch},
		{name: "fragments that triple inline", make: text(of + doubling(45, "User", "...NEXT ... on User { ...NEXT } ... { ...NEXT }")), code: tooMuch},
		{name: "fragments in a ring", make: text(of + doubling(20, "User", "...NEXT ...f0")), code: invalid},
		{name: "fragments of themselves", make: text(of + repeat(45, " fragment f%[1]d on User { ...f%[1]d ...f%[1]d ...f%[1]d }")), code: invalid},
		{name: "fragments that all spread all", make: text(of + repeat(20, " fragment f%d on User { "+repeat(20, "...f%d ")+"}")), code: invalid},
		{name: "a thousand fragments", make: text(of + repeat(160, " fragment f%d on User { id }")), code: tooMuch},
		{name: "fragments whose fields conflict", make: text(`{ me { ` + repeat(20, "...f%d ") + `} }` + repeat(20, " fragment f%[1]d on User { handle: id handle: id handle: displayName }")), code: invalid},
		{name: "a thousand aliases", make: text(`{` + repeat(160, " a%d: me { id }") + ` }`), code: tooMuch},
		{name: "aliases that conflict", make: text(`{ me {` + strings.Repeat(" a: id a: handle", 49) + strings.Repeat(" a", 190) + ` } }`), code: tooMuch},
		{name: "aliases of names that are there", make: text(`{ me {` + strings.Repeat(" id: handle", 95) + strings.Repeat(" id", 100) + ` } }`), code: invalid},
		{name: "a field again and again", make: text(`{ me {` + strings.Repeat(" id", 980) + ` } }`), code: tooMuch},
		{name: "fields again and again", make: text(`{ me {` + strings.Repeat(" id handle displayName avatarUrl externalId", 190) + ` } }`), code: "valid"},
		{name: "a field of the query again and again", make: text(`{` + strings.Repeat(" me { id }", 190) + ` }`), code: tooMuch},
		{name: "arguments that differ", make: text(`{ conversation(id: "x") {` + repeat(60, " messages(first: %d) { pageInfo { hasNextPage } }") + ` } }`), code: invalid},
		{name: "selections in selections", make: text(deep(`{ me `, `{ id }`, ` }`, 200)), code: tooMuch},
		{name: "fields within fields that repeat", make: text(`{ inbox {` + strings.Repeat(" nodes { lastMessage { seq } }", 120) + ` } }`), code: "valid"},
		{name: "inline fragments in each other", make: text(`{ me ` + deep(`{ ... on User `, `{ id }`, ` }`, 190) + ` }`), code: "valid"},
		{name: "a field that is not there, deep", make: text(deep(`{ a `, `{ b }`, ` }`, 19)), code: invalid},
		{name: "brackets", make: text(deep(`{ user(by: {id: `, ``, `}) }`, 1) + deep(`[`, ``, `]`, 490)), code: parse},
		{name: "a list in a list", make: text(`{ user(by: {id: ` + deep(`[`, `"x"`, `]`, 480) + `}) { id } }`), code: tooMuch},
		{name: "an object in an object", make: text(`mutation { sendMessage(input: ` + deep(`{a: `, `1`, `}`, 240) + `) { __typename } }`), code: tooMuch},
		{name: "a long list", make: text(`mutation { declineRequests(conversationIds: [` + strings.Repeat(`"x",`, 980) + `]) { __typename } }`), code: "valid"},
		{name: "a type in a type", make: text(`query($x: ` + deep(`[`, `Int`, `]`, 480) + `) { me { id } }`), code: invalid},
		{name: "a thousand operations", make: text(repeat(240, " query q%d { __typename }")), code: tooMuch},
		{name: "a thousand variables", make: text(`query(` + repeat(240, "$v%d: Int ") + `) { me { id } }`), code: invalid},
		{name: "a thousand arguments", make: text(`{ user(` + repeat(320, "a%d: 1 ") + `) { id } }`), code: invalid},
		{name: "an argument a thousand times", make: text(`{ user(` + strings.Repeat("id: 1 ", 320) + `) { id } }`), code: invalid},
		{name: "directives", make: text(`{ me { id` + strings.Repeat(" @skip(if: false)", 160) + ` } }`), code: tooMuch},
		{name: "directives that are not there", make: text(`{ me { id` + strings.Repeat(" @a", 480) + ` } }`), code: tooMuch},
		{name: "introspection in a loop", make: text(`{ __schema { types { fields { type { fields { type { fields { type { name } } } } } } } } }`), code: invalid},
		{name: "introspection in fragments", make: text(`{ __schema { types { ...f0 } } }` + doubling(40, "__Type", "fields { type { ...NEXT } } ...NEXT")), code: tooMuch},
		{name: "introspection again and again", make: text(`{` + repeat(90, " a%d: __schema { types { name } }") + ` }`), code: tooMuch},
		{name: "introspection in flat fragments", make: text(`{ __schema { types { ...f0 } } }` + doubling(40, "__Type", "...NEXT name ...NEXT")), code: "valid"},
		{name: "introspection with twenty roots", make: text(`{` + repeat(20, " a%d: __schema { types { name fields { name type { name } } } }") + ` }`), code: tooMuch},
		{name: "comments", make: text(strings.Repeat("#\n", 20_000) + `{ me { id } }`), code: tooMuch},
		{name: "commas and blanks", make: text(`{ me { id` + strings.Repeat(" ,", 31_000) + ` } }`), code: "valid"},
		{name: "a large string", make: text(`{ user(by: {id: "` + strings.Repeat("x", 63_000) + `"}) { id } }`), code: "valid"},
		{name: "a large string of escapes", make: text(`{ user(by: {id: "` + strings.Repeat(`\\`, 15_000) + `"}) { id } }`), code: "valid"},
		{name: "a large block string", make: text(`{ user(by: {id: """` + strings.Repeat("\n x", 15_000) + `"""}) { id } }`), code: "valid"},
		{name: "a large number", make: text(`{ inbox(first: ` + strings.Repeat("9", 60_000) + `) { nodes { id } } }`), code: invalid},
		{name: "a large name", make: text(`{ ` + strings.Repeat("a", 60_000) + ` }`), code: tooMuch},
		{name: "a large alias", make: text(`{ ` + strings.Repeat("a", 60_000) + `: me { id } }`), code: tooMuch},
		{name: "a large argument", make: text(`{ me(` + strings.Repeat("a", 60_000) + `: 1) { id } }`), code: tooMuch},
		{name: "a large type", make: text(`{ me { ... on ` + strings.Repeat("a", 60_000) + ` { id } } }`), code: tooMuch},
		{name: "a large enum value", make: text(`{ inbox(folder: ` + strings.Repeat("a", 60_000) + `) { nodes { id } } }`), code: tooMuch},
		{name: "a string of a megabyte", make: text(`{ user(by: {id: "` + strings.Repeat("x", 1<<20) + `"}) { id } }`), code: large},
		{name: "a string of a megabyte from the host", make: text(`{ user(by: {id: "` + strings.Repeat("x", 1<<20) + `"}) { id } }`), admin: true, code: tooMuch},
		{name: "a variable of a megabyte from the host", make: with(`query($id: ID!) { user(by: {id: $id}) { id } }`, vars{"id": strings.Repeat("x", 1<<20)}), admin: true, code: "valid"},
		{name: "many variables", make: with(`query($id: ID) { exportJob(id: $id) { id } }`, manyVariables(4000)), code: "valid"},
		{name: "a long list in a variable", make: with(`mutation($l: [ID!]!) { declineRequests(conversationIds: $l) { __typename } }`, vars{"l": strings.Split(strings.Repeat("x,", 12_000), ",")}), code: "valid"},
		{name: "a deep variable", make: as(`{"query":"query($id: ID!) { user(by: {id: $id}) { id } }","variables":{"id":` + deep("[", "1", "]", 9_000) + `}}`), code: invalid},
		{name: "a deep input", make: as(`{"query":"mutation($i: SendMessageInput!) { sendMessage(input: $i) { __typename } }","variables":{"i":` + deep(`{"video":`, "1", "}", 4_000) + `}}`), code: invalid},
		{name: "JSON deeper than is read", make: as(`{"query":"{ me { id } }","variables":` + deep("[", "", "]", 30_000) + `}`), code: bad},
		{name: "objects deeper than is read", make: as(`{"query":"{ me { id } }","variables":` + deep(`{"a":`, "1", "}", 10_500) + `}`), code: bad},
		{name: "a key again and again", make: as(`{"query":"{ me { id } }","variables":{` + strings.Repeat(`"a":1,`, 10_000) + `"a":1}}`), code: "valid"},
		{name: "a list of requests", make: as(`[` + strings.Repeat(`{"query":"{ me { id } }"},`, 2_000) + `{}]`), code: bad},
		{name: "no UTF-8", make: as(`{"query":"{ user(by: {id: \"` + strings.Repeat("\xff\xfe\xc0", 20_000) + `\"}) { id } }"}`), code: bad},
		{name: "half of a pair", make: as(`{"query":"{ user(by: {id: \"` + strings.Repeat(`\ud800`, 10_000) + `\"}) { id } }"}`), code: "valid"},
		{name: "numbers", make: as(`{"query":"query($n: Int) { inbox(first: $n) { nodes { id } } }","variables":{"n":1` + strings.Repeat("0", 60_000) + `}}`), code: invalid},
		{name: "an exponent", make: as(`{"query":"query($n: Int) { inbox(first: $n) { nodes { id } } }","variables":{"n":1e999999999}}`), code: invalid},
	}
}

func mustJSON(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return string(b)
}

func manyVariables(n int) map[string]any {
	out := vars{}
	for i := range n {
		out[fmt.Sprint("v", i)] = i
	}
	return out
}

func as(body string) func(int) string { return func(int) string { return body } }

// A request that means harm is answered, clearly, before it has cost much: neither the parser nor
// the rules of validation nor the executor gets more than its due.
func TestBombs(t *testing.T) {
	w := newWorld(t, setup{})
	for _, b := range bombs() {
		t.Run(b.name, func(t *testing.T) {
			authorization := "Bearer " + token(t, "alice")
			if b.admin {
				authorization = "Bearer " + sign(t, "the-host", auth.ScopeAdmin)
			}
			least := time.Hour
			var status int
			var answered string
			// The least of some: others use this machine, and the garbage of one run is another's
			// burden.
			for n := range 7 {
				r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/graphql", strings.NewReader(b.make(n)))
				r.Header.Set("Authorization", authorization)
				r.Header.Set("Content-Type", "application/json")
				r.Header.Set("Accept", "application/graphql-response+json")
				recorder := httptest.NewRecorder()
				runtime.GC()
				before := cpu(t)
				w.graph.ServeHTTP(recorder, r)
				least = min(least, cpu(t)-before)
				body, _ := io.ReadAll(recorder.Body)
				status, answered = recorder.Code, string(body)
				if raced || least < bombBound/2 {
					break
				}
			}
			want := `"code":"` + b.code + `"`
			if b.code == "valid" {
				want = `{"data":`
			}
			if !strings.Contains(answered, want) {
				t.Errorf("want %s, got %d %.400s", want, status, answered)
			}
			if (status == http.StatusOK) != (b.code == "valid") {
				t.Errorf("%s with %d", b.code, status)
			}
			if b.code != "valid" && len(answered) > 4<<10 {
				t.Errorf("the refusal has %d bytes", len(answered))
			}
			if least > bombBound && !raced {
				t.Errorf("it costs %s", least)
			}
			t.Logf("%s of CPU, %d bytes", least, len(answered))
		})
	}
}

// cpu is what this process has used.
func cpu(t testing.TB) time.Duration {
	t.Helper()
	var u unix.Rusage
	if err := unix.Getrusage(unix.RUSAGE_SELF, &u); err != nil {
		t.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
