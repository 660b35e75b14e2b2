package main

import (
	"encoding/json"
	"io"
	"net/http"
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/aparte-im/aparte/internal/testdb"
)

// ops returns the address for operators.
func (p *process) ops(t *testing.T) string {
	t.Helper()
	p.await(`"serving operators"`)
	for line := range strings.Lines(p.said.String()) {
		var entry struct{ Msg, Address string }
		if json.Unmarshal([]byte(line), &entry) == nil && entry.Msg == "serving operators" {
			return entry.Address
		}
	}
	t.Fatal("no address")
	return ""
}

func fetch(t *testing.T, address string) (int, string) {
	t.Helper()
	response, err := http.Get("http://" + address)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = response.Body.Close() }()
	b, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return response.StatusCode, string(b)
}

// figure returns the value of one series, 0 when it is missing.
func figure(t *testing.T, page, series string) float64 {
	t.Helper()
	for line := range strings.Lines(page) {
		if value, ok := strings.CutPrefix(line, series+" "); ok {
			n, err := strconv.ParseFloat(strings.TrimSpace(value), 64)
			if err != nil {
				t.Fatal(err)
			}
			return n
		}
	}
	return 0
}

// The metrics count what happened, and only the address for operators serves them.
func TestOperatorsSeeWhatHappens(t *testing.T) {
	testdb.Each(t, func(t *testing.T, url string) {
		secret := secretFile(t, testSecret)
		p := startServe(t, nil, "--database-url", url, "--jwt-secret-file", secret, "--create-users", "--ops-listen", "127.0.0.1:0",
			"--default-audience", "EVERYONE", "--rate-changes", "2/1h")
		ops := p.ops(t)
		token := func(subject string) string {
			return strings.TrimSpace(mustAparte(t, "token", "--jwt-secret-file", secret, "--subject", subject))
		}
		alice, bob := token("alice"), token("bob")
		var data struct{ Me struct{ ID string } }
		p.ask(alice, "query AliceSecretName { me { id } }", nil, &data)
		p.ask(bob, "{ me { id } }", nil, &data)
		send := func(key, body string) {
			p.ask(alice, `mutation($in: SendMessageInput!) { sendMessage(input: $in) { __typename } }`,
				map[string]any{"in": map[string]any{"to": map[string]any{"userId": data.Me.ID}, "clientMessageId": key, "body": body}}, nil)
		}
		send("1", "a private word")
		send("1", "a private word")
		send("1", "another word")
		const receipts = `mutation { setReadReceipts(on: true) { __typename } }`
		p.ask(bob, receipts, nil, nil)
		p.ask(bob, receipts, nil, nil)
		r, err := http.NewRequest(http.MethodPost, p.url("/graphql"), strings.NewReader(`{"query":"`+receipts+`"}`))
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Authorization", "Bearer "+bob)
		r.Header.Set("Content-Type", "application/json")
		if response, err := http.DefaultClient.Do(r); err != nil || response.StatusCode != http.StatusTooManyRequests {
			t.Errorf("over the budget: %v, %v", response, err)
		}
		if said := p.post(alice, `{"query":"{ nothing }"}`); !strings.Contains(said, "GRAPHQL_VALIDATION_FAILED") {
			t.Errorf("what is not admitted is answered %s", said)
		}
		if said := p.post("nonsense", `{"query":"{ me { id } }"}`); !strings.Contains(said, "UNAUTHENTICATED") {
			t.Errorf("who is nobody is answered %s", said)
		}

		status, page := fetch(t, ops+"/metrics")
		if status != http.StatusOK {
			t.Fatal(status)
		}
		for series, want := range map[string]float64{
			`aparte_requests_total{route="/graphql",status="200"}`:                           8,
			`aparte_requests_total{route="/graphql",status="401"}`:                           1,
			`aparte_requests_total{route="/graphql",status="429"}`:                           1,
			`aparte_operations_total{code="ok",kind="query",operation="me"}`:                 2,
			`aparte_operations_total{code="ok",kind="mutation",operation="sendMessage"}`:     3,
			`aparte_operations_total{code="ok",kind="mutation",operation="setReadReceipts"}`: 2,
			`aparte_operation_seconds_count{kind="query"}`:                                   2,
			`aparte_sends_total{verdict="sent"}`:                                             1,
			`aparte_sends_total{verdict="again"}`:                                            1,
			`aparte_sends_total{verdict="IDEMPOTENCY_CONFLICT"}`:                             1,
			`aparte_rate_limited_total{class="change"}`:                                      1,
			`aparte_batch_sends_sum`:                                                         3,
			`aparte_queue_sends`:                                                             0,
		} {
			if got := figure(t, page, series); got != want {
				t.Errorf("%s is %v, want %v", series, got, want)
			}
		}
		for _, theirs := range []string{"private", "AliceSecretName", "alice", data.Me.ID} {
			if strings.Contains(page, theirs) {
				t.Errorf("the figures tell of %q", theirs)
			}
		}
		for path, want := range map[string]int{"/healthz": 200, "/readyz": 200, "/debug/pprof/": 200, "/debug/pprof/goroutine?debug=1": 200, "/graphql": 404} {
			if got, _ := fetch(t, ops+path); got != want {
				t.Errorf("%s for operators: %d", path, got)
			}
		}
		for _, path := range []string{"/metrics", "/debug/pprof/"} {
			if got, _ := fetch(t, p.address+path); got != http.StatusNotFound {
				t.Errorf("%s for everybody: %d", path, got)
			}
		}
	})
}

// The table of metrics in the guide lists those that exist, and no other.
func TestEveryFigureIsInTheGuide(t *testing.T) {
	guide, err := os.ReadFile("../../docs/operations.md")
	if err != nil {
		t.Fatal(err)
	}
	url := "sqlite:" + t.TempDir() + "/aparte.db"
	secret := secretFile(t, testSecret)
	mustAparte(t, "migrate", "--database-url", url)
	p := startServe(t, nil, "--database-url", url, "--jwt-secret-file", secret, "--ops-listen", "127.0.0.1:0")
	_, page := fetch(t, p.ops(t)+"/metrics")
	told := map[string]bool{}
	for _, m := range regexp.MustCompile("(?m)^\\| `(aparte_[a-z_]+)").FindAllStringSubmatch(string(guide), -1) {
		told[m[1]] = true
	}
	// A metric with labels is served from its first value on, so the list in the code counts.
	source, err := os.ReadFile("../../internal/metrics/metrics.go")
	if err != nil {
		t.Fatal(err)
	}
	there := map[string]bool{}
	for _, m := range regexp.MustCompile(`"(aparte_[a-z_]+)"`).FindAllStringSubmatch(string(source), -1) {
		there[m[1]] = true
		if !told[m[1]] {
			t.Errorf("the guide says nothing of %s", m[1])
		}
	}
	for name := range told {
		if !there[name] {
			t.Errorf("there is no %s", name)
		}
	}
	for _, m := range regexp.MustCompile(`(?m)^# TYPE (aparte_[a-z_]+)`).FindAllStringSubmatch(page, -1) {
		if !there[m[1]] {
			t.Errorf("%s is served and listed nowhere", m[1])
		}
	}
}

// The metrics count sockets that were cut by reason.
func TestFiguresTellWhySocketsWereCut(t *testing.T) {
	url, secret := "sqlite:"+t.TempDir()+"/aparte.db", secretFile(t, testSecret)
	mustAparte(t, "migrate", "--database-url", url)
	p := startServe(t, nil, "--database-url", url, "--jwt-secret-file", secret, "--create-users", "--ops-listen", "127.0.0.1:0",
		"--socket-keep-alive", "50ms", "--socket-pong-wait", "50ms")
	f := followWithTrace(t, p, strings.TrimSpace(mustAparte(t, "token", "--jwt-secret-file", secret, "--subject", "1")), "")
	f.conn.IgnorePings()
	closesWith(t, f.conn, 4499)
	_, page := fetch(t, p.ops(t)+"/metrics")
	for reason, want := range map[string]float64{"no_pong": 1, "unread": 0, "backlog": 0, "lost": 0, "slow_message": 0} {
		series := `aparte_sockets_cut_total{reason="` + reason + `"}`
		if !strings.Contains(page, series) || figure(t, page, series) != want {
			t.Errorf("%s is %v, want %v", series, figure(t, page, series), want)
		}
	}
}
