package graph_test

import (
	"bufio"
	"bytes"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
)

const (
	graphqlJSON = "application/graphql-response+json; charset=utf-8"
	plainJSON   = "application/json; charset=utf-8"
)

// The Accept header decides the form of the response, and whether an operation that was not run
// shows by its status.
func TestTheFormOfAnAnswer(t *testing.T) {
	w := newWorld(t, setup{})
	const valid, invalid, subscription = `{ me { handle } }`, `{ nothing }`, `subscription { inboxEvents { cursor } }`
	const stream = "text/event-stream"
	for _, c := range []struct {
		accept, query string
		status        int
		mediaType     string
	}{
		{"", valid, 200, plainJSON},
		{"", invalid, 200, plainJSON},
		{"*/*", valid, 200, plainJSON},
		{"application/*", invalid, 200, plainJSON},
		{"application/json", invalid, 200, plainJSON},
		{"application/json, text/plain, */*", invalid, 200, plainJSON},
		{"application/graphql-response+json", valid, 200, graphqlJSON},
		{"application/graphql-response+json", invalid, 400, graphqlJSON},
		{"application/graphql-response+json, application/json", invalid, 400, graphqlJSON},
		{"application/json, application/graphql-response+json", invalid, 400, graphqlJSON},
		{"application/json;q=0.9, application/graphql-response+json;q=0.8", invalid, 200, plainJSON},
		{"application/json;q=0.8, application/graphql-response+json;q=0.9", invalid, 400, graphqlJSON},
		{"application/graphql-response+json;q=0, */*", invalid, 200, plainJSON},
		{"application/json;q=0, */*;q=0.1", invalid, 400, graphqlJSON},
		{"APPLICATION/GraphQL-Response+JSON; Charset=UTF-8", invalid, 400, graphqlJSON},
		{"application/json; charset=utf-16, application/graphql-response+json", valid, 200, graphqlJSON},
		{"application/json;q=7, application/graphql-response+json", valid, 200, graphqlJSON},
		{"application/json;q=nan, application/graphql-response+json", valid, 200, graphqlJSON},
		{"text/event-stream;q=0.5, application/json", valid, 200, plainJSON},
		{"text/event-stream, application/graphql-response+json, multipart/mixed", valid, 200, graphqlJSON},
		{"text/event-stream, application/json", subscription, 200, stream},
		{"text/event-stream", invalid, 400, graphqlJSON},
		{"application/json; charset=utf8", valid, 200, plainJSON},
		{"application/json; charset=UTF8, text/html", invalid, 200, plainJSON},
		{"application/json; charset", valid, 200, plainJSON},
		{"application/graphql-response+json; charset=utf8; profile=\"a;b\"", invalid, 400, graphqlJSON},
		{"application/json; profile; q=0", valid, 406, plainJSON},
		{"text/html", valid, 406, plainJSON},
		{"text/html, image/*;q=0.8", invalid, 406, plainJSON},
		{"application/json;q=0, application/graphql-response+json;q=0.000", valid, 406, plainJSON},
		{"application/json; charset=utf-16", valid, 406, plainJSON},
		{"*/*;q=0", valid, 406, plainJSON},
		{"*/*", subscription, 406, plainJSON},
		{"application/json, */*", subscription, 406, plainJSON},
		{"text/event-stream;q=0, */*", subscription, 406, plainJSON},
	} {
		t.Run(c.accept+" "+c.query, func(t *testing.T) {
			address := w.http.URL + "/graphql?query=" + url.QueryEscape(c.query)
			r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address, nil)
			if err != nil {
				t.Fatal(err)
			}
			r.Header = w.as("alice").header
			if c.accept != "" {
				r.Header.Set("Accept", c.accept)
			}
			response, err := w.http.Client().Do(r)
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = response.Body.Close() }()
			if got := response.Header.Get("Content-Type"); response.StatusCode != c.status || got != c.mediaType {
				t.Errorf("%d %s, want %d %s", response.StatusCode, got, c.status, c.mediaType)
			}
			if got := response.Header.Get("Cache-Control"); got != "no-store" {
				t.Errorf("it may be kept: %q", got)
			}
		})
	}
}

func TestMethodsAndMediaTypes(t *testing.T) {
	w := newWorld(t, setup{})
	body := `{"query":"{ me { handle } }"}`
	for _, c := range []struct {
		method, contentType, encoding string
		status                        int
	}{
		{"POST", "application/json", "", 200},
		{"POST", "application/json; charset=utf-8", "", 200},
		{"POST", "Application/JSON;charset=\"UTF-8\"", "identity", 200},
		{"POST", "application/json; charset=utf8", "", 200},
		{"POST", "application/json; Charset=UTF8", "", 200},
		{"POST", "application/json; charset=us-ascii", "", 200},
		{"POST", "application/json;", "", 200},
		{"POST", "application/json; charset", "", 200},
		{"POST", "application/json; charset=", "", 200},
		{"POST", "application/json; charset=utf-8; charset=utf-8", "", 200},
		{"POST", "application/json;odata=verbose;profile=\"https://example.org/a;b\"", "", 200},
		{"POST", "application/json ; q=0.5 ; charset = utf-8", "", 200},
		{"POST", "application/json; charset=utf-16", "", 415},
		{"POST", "application/json", "gzip", 415},
		{"POST", "application/graphql", "", 415},
		{"POST", "application/x-www-form-urlencoded", "", 415},
		{"POST", "multipart/form-data; boundary=x", "", 415},
		{"POST", "text/plain", "", 415},
		{"POST", "application/jsonp", "", 415},
		{"POST", "application/json, text/plain", "", 415},
		{"POST", "", "", 415},
		{"PUT", "application/json", "", 405},
		{"PATCH", "application/json", "", 405},
		{"DELETE", "application/json", "", 405},
		{"OPTIONS", "", "", 405},
		{"PROPFIND", "", "", 405},
	} {
		t.Run(c.method+" "+c.contentType+c.encoding, func(t *testing.T) {
			caller := w.as("alice")
			if c.contentType != "" {
				caller = caller.with("Content-Type", c.contentType)
			}
			if c.encoding != "" {
				caller = caller.with("Content-Encoding", c.encoding)
			}
			a := caller.send(c.method, "/graphql", body)
			if a.status != c.status {
				t.Fatalf("%d %s", a.status, a.body)
			}
			if allow := a.header.Get("Allow"); (allow == "GET, POST") != (c.status == 405) {
				t.Errorf("Allow: %q", allow)
			}
		})
	}
	// A request that cannot be an operation is refused before authentication.
	w.with().send("PUT", "/graphql", body).fails(405, "METHOD_NOT_ALLOWED")
	w.with("Content-Type", "text/plain").send("POST", "/graphql", body).fails(415, "UNSUPPORTED_MEDIA_TYPE")
	mutation := "/graphql?query=" + url.QueryEscape(`mutation { setReadReceipts(on: false) { __typename } }`)
	a := w.as("alice").send("GET", mutation, "")
	a.fails(405, "METHOD_NOT_ALLOWED")
	if allow := a.header.Get("Allow"); allow != "POST" {
		t.Errorf("Allow: %q", allow)
	}
	if a := w.with().post(`{ me { handle } }`, nil); a.status != 401 || a.header.Get("WWW-Authenticate") != "Bearer" {
		t.Errorf("%d %v", a.status, a.header)
	}
}

// A request that was not run has no data in its answer; one that was has, and be it null.
func TestOnlyWhatWasRunHasData(t *testing.T) {
	w := newWorld(t, setup{})
	for query, want := range map[string]bool{
		`{`: false, `{ nothing }`: false, `query($n: Int!) { inbox(first: $n) { nodes { id } } }`: false,
		`{ inbox(first: 0) { nodes { id } } }`: true,
	} {
		a := w.as("alice").post(query, nil)
		if got := a.Data != nil; got != want || len(a.Errors) != 1 {
			t.Errorf("%s: %s", query, a.body)
		}
	}
}

func TestABodyHasABound(t *testing.T) {
	w := newWorld(t, setup{})
	post := w.as("alice").with("Content-Type", "application/json")
	body := func(size int) string {
		head, tail := `{"query":"{ me { handle } }","operationName":"`, `"}`
		return head + strings.Repeat("x", size-len(head)-len(tail)) + tail
	}
	if a := post.send("POST", "/graphql", body(64<<10)); a.status == 413 {
		t.Errorf("%d %s", a.status, a.body)
	}
	post.send("POST", "/graphql", body(64<<10+1)).fails(413, "PAYLOAD_TOO_LARGE")
	// Without a length that is told beforehand.
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, w.http.URL, struct{ *bytes.Reader }{
		bytes.NewReader([]byte(body(1 << 20))),
	})
	if err != nil {
		t.Fatal(err)
	}
	r.Header = post.header
	response, err := w.http.Client().Do(r)
	if err != nil {
		t.Fatal(err)
	}
	_ = response.Body.Close()
	if response.StatusCode != http.StatusRequestEntityTooLarge {
		t.Error(response.Status)
	}
}

// A client that announces a body over the limit and waits for 100 Continue gets the refusal
// instead.
func TestABodyOverTheLimitIsRefusedBeforeItIsSent(t *testing.T) {
	w := newWorld(t, setup{})
	for _, c := range []struct {
		name, token string
		size        int
		status      int
	}{
		{"over the limit", token(t, "alice"), 64<<10 + 1, 413},
		{"far over the limit", token(t, "alice"), 1 << 40, 413},
		{"within the limit", token(t, "alice"), 64 << 10, 100},
		{"without a valid token", "none", 64 << 10, 401},
	} {
		conn := w.connect()
		if _, err := fmt.Fprintf(conn, "POST /graphql HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"+
			"Authorization: Bearer %s\r\nExpect: 100-continue\r\nContent-Length: %d\r\n\r\n", c.token, c.size); err != nil {
			t.Fatal(err)
		}
		line, err := bufio.NewReader(conn).ReadString('\n')
		if err != nil || !strings.HasPrefix(line, fmt.Sprintf("HTTP/1.1 %d ", c.status)) {
			t.Errorf("%s: %q %v", c.name, line, err)
		}
	}
}

// A byte order mark before JSON changes nothing; in the middle of it, it is no JSON.
func TestAByteOrderMarkIsIgnored(t *testing.T) {
	const mark = "\ufeff"
	w := newWorld(t, setup{})
	post := w.as("alice").with("Content-Type", "application/json")
	post.send("POST", "/graphql", mark+`{"query":"{ me { handle } }"}`).node().is("me.handle", `"alice"`)
	get := "/graphql?query=" + url.QueryEscape(`query($n: Int) { inbox(first: $n) { nodes { id } } }`) + "&variables=" + url.QueryEscape(mark+`{"n":1}`)
	w.as("alice").send("GET", get, "").node().is("inbox.nodes", "[]")
	for _, body := range []string{mark, mark + mark + `{"query":"{ me { handle } }"}`, `{` + mark + `"query":"{ me { handle } }"}`} {
		if a := post.send("POST", "/graphql", body); len(a.Errors) != 1 || a.Errors[0].code() != "BAD_REQUEST" {
			t.Errorf("%q: %s", body, a.body)
		}
	}
}
