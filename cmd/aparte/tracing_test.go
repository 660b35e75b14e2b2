package main

import (
	"encoding/hex"
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"

	collector "go.opentelemetry.io/proto/otlp/collector/trace/v1"
	spanpb "go.opentelemetry.io/proto/otlp/trace/v1"
	"google.golang.org/protobuf/proto"

	"github.com/aparte-im/aparte/internal/testdb"
	"github.com/aparte-im/aparte/internal/wsclient"
)

// receiver takes traces as a collector does.
type receiver struct {
	*httptest.Server
	mu    sync.Mutex
	spans []*spanpb.Span
	raw   []byte
}

func newReceiver(t *testing.T) *receiver {
	t.Helper()
	r := &receiver{}
	r.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, request *http.Request) {
		body, err := io.ReadAll(request.Body)
		var in collector.ExportTraceServiceRequest
		if err == nil {
			err = proto.Unmarshal(body, &in)
		}
		if err != nil || request.URL.Path != "/v1/traces" || request.Header.Get("Content-Type") != "application/x-protobuf" {
			t.Errorf("%s %s: %v", request.URL.Path, request.Header.Get("Content-Type"), err)
		}
		r.mu.Lock()
		defer r.mu.Unlock()
		r.raw = append(r.raw, body...)
		for _, resource := range in.ResourceSpans {
			for _, scope := range resource.ScopeSpans {
				r.spans = append(r.spans, scope.Spans...)
			}
		}
		w.Header().Set("Content-Type", "application/x-protobuf")
	}))
	t.Cleanup(r.Close)
	return r
}

// taken returns the spans that have arrived.
func (r *receiver) taken() ([]*spanpb.Span, string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.spans), string(r.raw)
}

// tree returns the spans that have arrived, each with its parent.
type tree map[string]*spanpb.Span

func treeOf(spans []*spanpb.Span) tree {
	out := tree{}
	for _, s := range spans {
		out[string(s.SpanId)] = s
	}
	return out
}

// path is the names from a root to a span.
func (t tree) path(s *spanpb.Span) string {
	var names []string
	for ; s != nil; s = t[string(s.ParentSpanId)] {
		names = append(names, s.Name)
	}
	slices.Reverse(names)
	return strings.Join(names, " > ")
}

func (t tree) paths() map[string]*spanpb.Span {
	out := map[string]*spanpb.Span{}
	for _, s := range t {
		out[t.path(s)] = s
	}
	return out
}

// A trace leads from a request to the statements that it came to, by names only; a caller's own
// trace goes on in it.
func TestTracesLeadFromRequestsToStatements(t *testing.T) {
	testdb.Each(t, func(t *testing.T, url string) {
		secret, traces := secretFile(t, testSecret), newReceiver(t)
		p := startServe(t, nil, "--database-url", url, "--jwt-secret-file", secret, "--create-users", "--default-audience", "EVERYONE",
			"--otlp-endpoint", traces.URL)
		token := func(id string) string {
			return strings.TrimSpace(mustAparte(t, "token", "--jwt-secret-file", secret, "--subject", id))
		}
		alice, bob := token("alicesexternalid"), token("bobsexternalid")
		var me struct{ Me struct{ ID string } }
		p.ask(bob, "{ me { id } }", nil, &me)
		p.ask(alice, "{ me { id } }", nil, nil)

		follower := followWithTrace(t, p, bob, "00-aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa-aaaaaaaaaaaaaaaa-01")
		const parent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
		body := `{"query":"mutation TheirOwnName($to: ID!) { sendMessage(input: {to: {userId: $to}, body: \"theirownwords\", clientMessageId: \"theirownkey\"}) { __typename } }","variables":{"to":"` + me.Me.ID + `"}}`
		request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, p.url("/graphql"), strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		request.Header.Set("Authorization", "Bearer "+alice)
		request.Header.Set("Content-Type", "application/json")
		request.Header.Set("Traceparent", parent)
		response, err := http.DefaultClient.Do(request)
		if err != nil {
			t.Fatal(err)
		}
		answer, _ := io.ReadAll(response.Body)
		_ = response.Body.Close()
		if !strings.Contains(string(answer), "SendMessageSuccess") {
			t.Fatalf("%s", answer)
		}
		follower.event(t)
		if code := p.stop(syscall.SIGTERM); code != exitOK {
			t.Fatalf("serve ended with %d: %s", code, p.said)
		}

		spans, raw := traces.taken()
		all := treeOf(spans)
		paths := all.paths()
		const send = "POST /graphql > mutation sendMessage > Mutation.sendMessage > store.Append > store.batch"
		statement := send + " > lone write"
		if strings.HasPrefix(url, "sqlite:") {
			statement = send + " > write messages"
		}
		batch := paths[send]
		if batch == nil || paths[statement] == nil {
			t.Fatalf("no trace to %s in\n%s", statement, strings.Join(slices.Sorted(maps.Keys(paths)), "\n"))
		}
		for s := paths[statement]; s != nil; s = all[string(s.ParentSpanId)] {
			if got := hex.EncodeToString(s.TraceId); got != "0af7651916cd43dd8448eb211c80319c" {
				t.Errorf("%s is in the trace %s", s.Name, got)
			}
			if s.Name == "POST /graphql" && hex.EncodeToString(s.ParentSpanId) != "b7ad6b7169203331" {
				t.Errorf("the request's parent is %x", s.ParentSpanId)
			}
			if s.Name == "store.Append" && (len(s.Links) != 1 || string(s.Links[0].SpanId) != string(batch.SpanId)) {
				t.Errorf("the send's links are %v", s.Links)
			}
		}
		begun := paths["websocket subscribe > subscription inboxEvents"]
		if begun == nil || hex.EncodeToString(begun.TraceId) != strings.Repeat("a", 32) {
			t.Errorf("the subscription's span is %v", begun)
		}
		if e := paths["event inboxEvents"]; e == nil || len(e.ParentSpanId) != 0 || len(e.Links) != 1 || string(e.Links[0].TraceId) != string(begun.GetTraceId()) {
			t.Errorf("the event's span is %v", e)
		}
		for _, theirs := range []string{
			"theirownwords", "theirownkey", "TheirOwnName", "sexternalid", me.Me.ID, alice, "SELECT r.", "127.0.0.1", "Go-http-client",
		} {
			if strings.Contains(raw, theirs) {
				t.Errorf("the traces tell of %q", theirs)
			}
		}
	})
}

// Without an address nothing is sent, and errors of the settings are reported.
func TestTraceSettings(t *testing.T) {
	e := runAparte(t, "serve", "--otlp-endpoint", "localhost:4318", "--trace-share", "1.5", "--access-log", "some", "--access-log-sample", "0")
	for _, mark := range []string{
		`--otlp-endpoint: "localhost:4318" is not an http or https address`, `--trace-share: 1.5 is not between 0 and 1`,
		`--access-log: "some" is none of`, `--access-log-sample: 0 is less than 1`,
	} {
		if e.code != exitUsage || !strings.Contains(e.stderr, mark) {
			t.Errorf("serve ended with %d and does not tell %s: %s", e.code, mark, e.stderr)
		}
	}
	for share, want := range map[string]bool{"0": false, "1": true} {
		url, secret, traces := "sqlite:"+t.TempDir()+"/aparte.db", secretFile(t, testSecret), newReceiver(t)
		mustAparte(t, "migrate", "--database-url", url)
		p := startServe(t, nil, "--database-url", url, "--jwt-secret-file", secret, "--create-users", "--otlp-endpoint", traces.URL+"/", "--trace-share", share)
		p.ask(strings.TrimSpace(mustAparte(t, "token", "--jwt-secret-file", secret, "--subject", "1")), "{ me { id } }", nil, nil)
		p.stop(syscall.SIGTERM)
		if spans, _ := traces.taken(); (len(spans) > 0) != want {
			t.Errorf("with the share %s %d spans were sent", share, len(spans))
		}
	}
}

// A collector that does not answer harms nothing: the service answers and stops in time, and its
// log stays JSON.
func TestTracesThatNobodyTakes(t *testing.T) {
	url, secret, gone := "sqlite:"+t.TempDir()+"/aparte.db", secretFile(t, testSecret), newReceiver(t)
	gone.Close()
	mustAparte(t, "migrate", "--database-url", url)
	p := startServe(t, nil, "--database-url", url, "--jwt-secret-file", secret, "--create-users", "--otlp-endpoint", gone.URL)
	p.ask(strings.TrimSpace(mustAparte(t, "token", "--jwt-secret-file", secret, "--subject", "1")), "{ me { id } }", nil, nil)
	if code := p.stop(syscall.SIGTERM); code != exitOK || !strings.Contains(p.said.String(), "traces were not sent") {
		t.Errorf("serve ended with %d: %s", code, p.said)
	}
	for line := range strings.Lines(p.said.String()) {
		if !json.Valid([]byte(line)) {
			t.Errorf("not JSON: %s", line)
		}
	}
}

// traceFollower follows an inbox over a socket, in a trace of its own.
type traceFollower struct{ conn *wsclient.Conn }

func followWithTrace(t *testing.T, p *process, token, traceparent string) traceFollower {
	t.Helper()
	after := cursorOf(p, token)
	conn, err := dial(t.Context(), p.address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	for _, message := range []map[string]any{
		{"type": "connection_init", "payload": map[string]any{"Authorization": "Bearer " + token}},
		{"type": "subscribe", "id": "1", "payload": map[string]any{
			"query": followInbox, "variables": map[string]any{"after": after}, "extensions": map[string]any{"traceparent": traceparent},
		}},
	} {
		if err := conn.WriteJSON(message); err != nil {
			t.Fatal(err)
		}
		if message["type"] == "connection_init" {
			if kind, _, err := read(conn); err != nil || kind != "connection_ack" {
				t.Fatalf("%s %v", kind, err)
			}
		}
	}
	return traceFollower{conn}
}

// event waits for the next event.
func (f traceFollower) event(t *testing.T) {
	t.Helper()
	if kind, payload, err := read(f.conn); err != nil || kind != "next" {
		t.Fatalf("%s %s %v", kind, payload, err)
	}
}
