package graph_test

import (
	"net/url"
	"strings"
	"testing"

	"github.com/aparte-im/aparte/graph"
)

// No value of a request is returned or logged, for any fault and at any place in it. Names may,
// where they look like names.
func TestNothingOfARequestIsRepeated(t *testing.T) {
	const marker = "a private word"
	q := func(query string) map[string]any { return vars{"query": query} }
	v := func(query string, variables vars) map[string]any { return vars{"query": query, "variables": variables} }
	const send = `mutation($input: SendMessageInput!) { sendMessage(input: $input) { __typename } }`
	worlds := map[bool]*world{}
	for _, on := range []bool{true, false} {
		worlds[on] = newWorld(t, setup{config: func(c *graph.Config) { c.Introspection = on }})
	}
	for name, request := range map[string]map[string]any{
		"a string where a name belongs":    q(`{ me { "` + marker + `" } }`),
		"a string where nothing belongs":   q(`{ me { id } } "` + marker + `"`),
		"a block string":                   q(`{ me { """` + marker + `""" } }`),
		"a string that does not end":       q(`{ user(by: {id: "` + marker),
		"an escape that there is not":      q(`{ user(by: {id: "\q` + marker + `"}) { id } }`),
		"an escape at the end of code":     q(`{ user(by: {id: "\u12` + marker + `"}) { id } }`),
		"a character that cannot be there": q("{ me { id } } \x01" + marker),
		"a bad number":                     q(`{ inbox(first: 01` + marker + `) { nodes { id } } }`),
		"a string for a number":            q(`{ inbox(first: "` + marker + `") { nodes { id } } }`),
		"a string for an enum":             q(`{ inbox(folder: "` + marker + `") { nodes { id } } }`),
		"a name for an enum":               q(`{ inbox(folder: a_private_word) { nodes { id } } }`),
		"a name for a string":              q(`{ user(by: {id: a_private_word}) { id } }`),
		"a name for a number":              q(`{ inbox(first: a_private_word) { nodes { id } } }`),
		"a list for a string":              q(`mutation { blockUser(userId: ["` + marker + `"]) { __typename } }`),
		"an object for a string":           q(`mutation { blockUser(userId: {a: "` + marker + `"}) { __typename } }`),
		"a string for an object":           q(`mutation { sendMessage(input: "` + marker + `") { __typename } }`),
		"a list in an object":              q(`mutation { sendMessage(input: {body: ["` + marker + `"]}) { __typename } }`),
		"a string for a boolean":           q(`mutation { setReadReceipts(on: "` + marker + `") { __typename } }`),
		"a default that does not fit":      q(`query($n: Int = "` + marker + `") { inbox(first: $n) { nodes { id } } }`),
		"a directive's argument":           q(`{ me @skip(if: "` + marker + `") { id } }`),
		"an unknown directive's argument":  q(`{ me @nothing(of: "` + marker + `") { id } }`),
		"an unknown argument":              q(`{ me(word: "` + marker + `") { id } }`),
		"arguments that differ":            q(`{ inbox(after: "` + marker + `") { nodes { id } } inbox(after: "x") { nodes { id } } }`),
		"a word of more than a name":       q(`{ ` + strings.Repeat("a_private_word_", 20) + ` }`),
		"an operation that is not there":   {"query": `{ me { id } }`, "operationName": marker},
		"a variable of a wrong type":       v(send, vars{"input": marker}),
		"a list for a variable":            v(send, vars{"input": []string{marker}}),
		"a variable that is missing":       v(send, vars{marker: marker}),
		"a field that is unknown":          v(send, vars{"input": vars{marker: marker}}),
		"a number in a string":             v(send, vars{"input": vars{"clientMessageId": 5, "body": vars{"x": marker}}}),
		"a wrong enum":                     v(`query($f: Folder) { inbox(folder: $f) { nodes { id } } }`, vars{"f": marker}),
		"a number that is a string":        v(`query($n: Int) { inbox(first: $n) { nodes { id } } }`, vars{"n": marker}),
		"a video that is none":             v(send, vars{"input": vars{"clientMessageId": "1", "video": marker}}),
		"a video without an address":       v(send, vars{"input": vars{"clientMessageId": "1", "video": vars{"url": marker}}}),
		"a body that is too long":          v(send, vars{"input": vars{"clientMessageId": "1", "body": strings.Repeat(marker, 1000)}}),
		"a body with a control character":  v(send, vars{"input": vars{"clientMessageId": "1", "body": marker + "\x01"}}),
		"an id that is none":               v(send, vars{"input": vars{"clientMessageId": "1", "body": "x", "to": vars{"userId": marker}}}),
		"a cursor that is none":            v(`query($c: String) { inbox(after: $c) { nodes { id } } }`, vars{"c": marker}),
		"extensions":                       {"query": `{ nothing }`, "extensions": vars{"x": marker}},
		"a document that is unknown":       {"documentId": marker},
		"a hash that is unknown":           {"extensions": vars{"persistedQuery": vars{"sha256Hash": marker}}},
	} {
		for _, w := range worlds {
			t.Run(name, func(t *testing.T) {
				a := w.on(t).as("alice").with("Content-Type", "application/json").send("POST", "/graphql", jsonOf(t, request))
				if len(a.Errors) == 0 && !strings.Contains(a.body, "InvalidInput") && !strings.Contains(a.body, "NotFound") {
					t.Errorf("it is answered: %s", a.body)
				}
				for _, e := range a.Errors {
					if e.code() == "INTERNAL" || e.Message == "" {
						t.Errorf("it is not explained: %s", a.body)
					}
				}
				for what, said := range map[string]string{"answered": a.body, "logged": w.logs.String()} {
					for _, word := range []string{marker, "private", url.QueryEscape(marker)} {
						if strings.Contains(said, word) {
							t.Errorf("%q is %s: %s", word, what, said)
						}
					}
				}
			})
		}
	}
}

// The text tells an author how to correct the mistake.
func TestMistakesAreExplained(t *testing.T) {
	w := newWorld(t, setup{})
	for query, want := range map[string]string{
		`{ nothing }`:                               `Cannot query field "nothing" on type "Query".`,
		`{ me { nothing } }`:                        `Cannot query field "nothing" on type "User".`,
		`{ me(id: 1) { id } }`:                      `Unknown argument "id" on field "Query.me".`,
		`{ inbox(first: "x") { nodes { id } } }`:    `Int cannot represent this value.`,
		`{ inbox(folder: ATTIC) { nodes { id } } }`: `The value does not exist in "Folder" enum.`,
		`mutation { blockUser { __typename } }`:     `Field "blockUser" argument "userId" of type "ID!" is required, but it was not provided.`,
		`mutation { sendMessage(input: {to: {userId: ""}}) { __typename } }`: `Field "SendMessageInput.clientMessageId" of required type "ID!" was not provided.`,
		`query($x: Int) { me { id } }`:                                       `Variable "$x" is never used.`,
		`{ ...nobody }`:                                                      `Unknown fragment "nobody".`,
		`{ me { ...f } } fragment f on User { ...f }`:                        `Cannot spread fragment "f" within itself.`,
		`{ user(by: {}) { id } }`:                                            `OneOf Input Object "UserBy" must specify exactly one key.`,
		`{ a: me { id } a: unread { messages } }`:                            `Fields "a" conflict because "me" and "unread" are different fields. Use different aliases on the fields to fetch both if this was intentional.`,
		`{ me { id }`:                                                        `Expected Name, found <EOF>.`,
		`{ me "x" }`:                                                         `Expected Name, found String.`,
		`{ } `:                                                               `expected at least one definition, found }.`,
		``:                                                                   `The query is missing.`,
		`fragment f on User { id }`:                                          `The document has no operation.`,
	} {
		a := w.as("alice").post(query, nil)
		if len(a.Errors) == 0 || a.Errors[0].Message != want {
			t.Errorf("%s: %s", query, a.body)
		}
	}
	a := w.as("alice").post(`query($input: SendMessageInput!) { me { id } }`, vars{"input": vars{"body": "x"}})
	if len(a.Errors) != 1 || a.Errors[0].Message != `Variable "$input" is never used.` {
		t.Error(a.body)
	}
	a = w.as("alice").post(sendMessage, vars{"input": vars{"to": vars{}, "body": "x"}})
	if len(a.Errors) != 1 || jsonOf(t, a.Errors[0].Path) != `["variable","input","clientMessageId"]` || a.Errors[0].Message != "The variable must be defined." {
		t.Error(a.body)
	}
	a = w.as("alice").post(`{ a b c d e f g h i j }`, nil)
	if len(a.Errors) != 5 {
		t.Errorf("%d mistakes are explained", len(a.Errors))
	}
}
