package main

import (
	"encoding/json"
	"math/rand/v2"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/aparte-im/aparte/internal/testdb"
)

func secretFile(t *testing.T, secret string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "secret")
	if err := os.WriteFile(path, []byte(secret), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

const testSecret = "5d8e1b7f03a96c24e7f1082bd3a4596c\n"

// All errors of the settings are reported at once, whether they come from a flag or from the
// environment.
func TestServeTellsAllThatIsWrong(t *testing.T) {
	e := aparteIn(t, []string{"APARTE_SHARED_FRIENDS=many", "APARTE_PLAYGROUND=perhaps", "APARTE_REQUEST_LIMIT=9"},
		"serve", "--listen", "8080", "--default-audience", "ALL", "--request-limit", "0", "--decline-for", "a month",
		"--log-retention", "1ms", "--allowed-origins", "app.example.org,https://ok.example", "--log-level", "loud")
	if e.code != exitUsage || e.stdout != "" {
		t.Errorf("serve ended with %d %q", e.code, e.stdout)
	}
	for _, mark := range []string{
		"11 settings are wrong", "APARTE_SHARED_FRIENDS: \"many\" is not a whole number", "APARTE_PLAYGROUND: \"perhaps\"", "--listen: \"8080\"",
		"--default-audience: \"ALL\"", "--request-limit: 0 is less than 1", "--decline-for: \"a month\"", "--log-retention: 1ms",
		"--allowed-origins: \"app.example.org\"", "--log-level: \"loud\"", "--database-url", "--jwt-secret-file",
	} {
		if !strings.Contains(e.stderr, mark) {
			t.Errorf("%q is not told:\n%s", mark, e.stderr)
		}
	}
}

func TestSettingsThatAreWrongEndWithTwo(t *testing.T) {
	dir := t.TempDir()
	for _, c := range []struct{ args, want string }{
		{"serve --no-such-flag", "no-such-flag"},
		{"serve extra", "extra"},
		{"servee", "unexpected argument servee, did you mean \"serve\"?"},
		{"token --data-dir " + dir, "give one of --user HANDLE, --subject ID, --moderator NAME and --admin"},
		{"token --data-dir " + dir + " --user alice --admin", "give one of"},
		{"token --subject a --ttl -1h --jwt-secret-file x", "--ttl"},
		{"migrate", "give --data-dir DIR or --database-url URL"},
		{"migrate --data-dir a --database-url postgres://b/c", "not both"},
		{"doctor --database-url mysql://root:hunter2@b/c", "must start with postgres://"},
		{"import --data-dir " + dir, "at least one of --users, --follows and --messages"},
		{"load --url ftp://x --concurrency 0 --audience CUSTOM", "5 settings are wrong"},
		{"load --replay x --url http://x --admin-token a --data-dir b", "not both"},
		{"serve --database-url postgres://a/b --jwt-secret-file " + filepath.Join(dir, "none"), "there is no file"},
		{"serve --database-url postgres://a/b --jwt-secret-file " + secretFile(t, "short"), "at least 32"},
	} {
		e := runAparte(t, strings.Fields(c.args)...)
		if e.code != exitUsage || !strings.Contains(e.stderr, c.want) || e.stdout != "" || strings.Contains(e.stderr, "hunter2") {
			t.Errorf("aparte %s ended with %d: %s%s", c.args, e.code, e.stdout, e.stderr)
		}
	}
}

// serve refuses a database without a schema; then it serves callers with a token of the secret, and
// no page that was not switched on.
func TestServe(t *testing.T) {
	url := "sqlite:" + filepath.Join(t.TempDir(), "aparte.db")
	secret := secretFile(t, testSecret)
	e := runAparte(t, "serve", "--listen", "127.0.0.1:0", "--database-url", url, "--jwt-secret-file", secret)
	if e.code != exitFailed || !strings.Contains(e.stderr, "aparte migrate") {
		t.Errorf("serve without a schema ended with %d: %s", e.code, e.stderr)
	}
	for range 2 {
		mustAparte(t, "migrate", "--database-url", url)
	}
	p := startServe(t, []string{"APARTE_DATABASE_URL=" + url, "APARTE_CREATE_USERS=true", "APARTE_LOG_LEVEL=error"},
		"--jwt-secret-file", secret, "--log-level", "info")
	for path, want := range map[string]int{
		"/healthz": 200, "/readyz": 200, "/": 200, "/playground": 404, "/dev/people": 404, "/demo": 404, "/graphql": 401,
	} {
		if status, text := p.get(path); status != want {
			t.Errorf("%s answers %d, want %d: %s", path, status, want, text)
		}
	}
	token := strings.TrimSpace(mustAparte(t, "token", "--jwt-secret-file", secret, "--subject", "host-1"))
	var data struct {
		Me struct{ ExternalID string }
	}
	p.ask(token, "{ me { externalId } }", nil, &data)
	if data.Me.ExternalID != "host-1" {
		t.Errorf("the token of host-1 is %q's", data.Me.ExternalID)
	}
	if code := p.stop(syscall.SIGTERM); code != exitOK {
		t.Errorf("serve ended with %d", code)
	}
	for line := range strings.Lines(p.said.String()) {
		if !json.Valid([]byte(line)) {
			t.Errorf("not JSON: %s", line)
		}
	}
}

// The switches work, on SQLite and on Postgres.
func TestServeSwitches(t *testing.T) {
	testdb.Each(t, func(t *testing.T, url string) {
		secret := secretFile(t, testSecret)
		p := startServe(t, nil, "--database-url", url, "--jwt-secret-file", secret, "--playground", "--introspection",
			"--default-audience", "no_one", "--allowed-origins", "https://app.example")
		if status, _ := p.get("/playground"); status != http.StatusOK {
			t.Errorf("/playground answers %d", status)
		}
		for origin, want := range map[string]string{"https://app.example": "https://app.example", "https://evil.example": ""} {
			if got := preflight(t, p, origin); got != want {
				t.Errorf("a page of %s is allowed as %q", origin, got)
			}
		}
		admin := strings.TrimSpace(mustAparte(t, "token", "--jwt-secret-file", secret, "--admin"))
		var made struct {
			UpsertUsers struct{ Users []struct{ ID string } }
		}
		p.ask(admin, `mutation { upsertUsers(users: [{externalId: "1", handle: "one", displayName: "One"}]) {
			... on UpsertUsersSuccess { users { id } } } }`, nil, &made)
		token := strings.TrimSpace(mustAparte(t, "token", "--jwt-secret-file", secret, "--subject", "1"))
		var data struct {
			MessagingSettings struct{ WhoCanMessageMe string }
			Schema            struct{ QueryType struct{ Name string } } `json:"__schema"`
		}
		p.ask(token, "{ messagingSettings { whoCanMessageMe } __schema { queryType { name } } }", nil, &data)
		if data.MessagingSettings.WhoCanMessageMe != "NO_ONE" || data.Schema.QueryType.Name != "Query" {
			t.Errorf("settings and schema: %+v", data)
		}
	})
}

// preflight sends the preflight request of a page, and returns the origin that is allowed.
func preflight(t *testing.T, p *process, origin string) string {
	t.Helper()
	request, err := http.NewRequest(http.MethodOptions, p.url("/graphql"), nil)
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Origin", origin)
	request.Header.Set("Access-Control-Request-Method", http.MethodPost)
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	_ = response.Body.Close()
	allowed := response.Header.Get("Access-Control-Allow-Origin")
	// A page may send the headers that the guide names.
	for _, name := range []string{"Authorization", "Content-Type", "Last-Event-ID", "Aparte-Device"} {
		if got := response.Header.Get("Access-Control-Allow-Headers"); allowed != "" && !strings.Contains(got, name) {
			t.Errorf("a page of %s may not send %s: %s", origin, name, got)
		}
	}
	return allowed
}

// I4: when the log was trimmed, a subscriber that reconnects gets one reset, and continues from
// there.
func TestLogRetention(t *testing.T) {
	testdb.Each(t, func(t *testing.T, url string) {
		secret := secretFile(t, testSecret)
		p := startServe(t, nil, "--database-url", url, "--jwt-secret-file", secret, "--log-retention", "1s", "--create-users")
		token := strings.TrimSpace(mustAparte(t, "token", "--jwt-secret-file", secret, "--subject", "1"))
		old := cursorOf(p, token)
		for _, audience := range []string{"EVERYONE", "FRIENDS"} {
			p.ask(token, `mutation($a: Audience!) { setWhoCanMessageMe(input: {audience: $a}) { __typename } }`,
				map[string]any{"a": audience}, nil)
		}
		p.await(`"what":"events"`)
		server := &revived{process: p, alive: make(chan struct{})}
		close(server.alive)
		now := cursorOf(p, token)
		s := &subscriber{token: token, server: server, whole: true, random: rand.New(rand.NewPCG(1, 1)), cursor: old, target: now}
		if err := s.follow(t.Context()); err != nil {
			t.Fatal(err)
		}
		if len(s.seen) != 1 || s.seen[0].Typename != "InboxReset" {
			t.Errorf("after the log was trimmed a subscriber sees %+v", s.seen)
		}
	})
}

// I4: after a restore, a subscriber of the old log gets one reset.
func TestANewEpochResetsEveryCursor(t *testing.T) {
	testdb.Each(t, func(t *testing.T, url string) {
		args := []string{"--database-url", url, "--jwt-secret-file", secretFile(t, testSecret), "--create-users"}
		p := startServe(t, nil, args...)
		token := strings.TrimSpace(mustAparte(t, "token", "--jwt-secret-file", secretFile(t, testSecret), "--subject", "1"))
		old := cursorOf(p, token)
		p.stop(syscall.SIGTERM)
		if text := mustAparte(t, "migrate", "--database-url", url, "--new-epoch"); !strings.Contains(text, "new epoch") {
			t.Errorf("migrate prints %q", text)
		}
		p = startServe(t, nil, args...)
		now := cursorOf(p, token)
		if now == old {
			t.Fatal("the new epoch has the old cursor")
		}
		server := &revived{process: p, alive: make(chan struct{})}
		close(server.alive)
		s := &subscriber{token: token, server: server, whole: true, random: rand.New(rand.NewPCG(1, 1)), cursor: old, target: now}
		if err := s.follow(t.Context()); err != nil {
			t.Fatal(err)
		}
		if len(s.seen) != 1 || s.seen[0].Typename != "InboxReset" {
			t.Errorf("after a new epoch a subscriber sees %+v", s.seen)
		}
	})
}

func TestVersionAndHelp(t *testing.T) {
	if text := mustAparte(t, "version"); !strings.HasPrefix(text, "aparte ") {
		t.Errorf("version prints %q", text)
	}
	root := mustAparte(t, "--help")
	for _, name := range []string{"dev", "serve", "token", "migrate", "doctor", "import", "load", "version", "completion"} {
		if !strings.Contains(root, "  "+name+" ") {
			t.Errorf("the help does not name %s", name)
		}
		if help := mustAparte(t, name, "--help"); name != "completion" && !strings.Contains(help, "Examples:") {
			t.Errorf("the help of %s has no example:\n%s", name, help)
		} else if strings.Contains(help, "--data-dir aparte") {
			t.Errorf("the help of %s takes the usage of a flag for its type:\n%s", name, help)
		}
	}
	if text := mustAparte(t, "completion", "bash"); !strings.Contains(text, "aparte") {
		t.Error("no completion for bash")
	}
	if text := mustAparte(t, "__complete", "load", "--audience", ""); !strings.Contains(text, "PEOPLE_I_MESSAGED") {
		t.Errorf("the audience is not completed: %s", text)
	}
}

func TestDoctor(t *testing.T) {
	testdb.Each(t, func(t *testing.T, url string) {
		e := runAparte(t, "doctor", "--database-url", url)
		if e.code != exitOK || strings.Count(e.stdout, "ok") < 4 || strings.Contains(e.stdout, "FAIL") {
			t.Errorf("a database that is well: %d\n%s%s", e.code, e.stdout, e.stderr)
		}
	})
	if e := runAparte(t, "doctor", "--database-url", testdb.SQLite(t), "--behind-tls"); e.code != exitFailed || !strings.Contains(e.stdout, "--trusted-proxies") {
		t.Errorf("a proxy that is not trusted: %d\n%s%s", e.code, e.stdout, e.stderr)
	}
	empty := "sqlite:" + filepath.Join(t.TempDir(), "empty.db")
	dir := t.TempDir()
	for target, want := range map[string]string{
		"--database-url " + empty: "schema    FAIL", "--data-dir " + dir: "database   FAIL",
		"--database-url postgres://nobody:hunter2@127.0.0.1:1/none?sslmode=disable": "database  FAIL",
	} {
		e := runAparte(t, append([]string{"doctor"}, strings.Fields(target)...)...)
		if e.code != exitFailed || !strings.Contains(e.stdout, want) || strings.Contains(e.stdout+e.stderr, "hunter2") {
			t.Errorf("doctor %s: %d\n%s%s", target, e.code, e.stdout, e.stderr)
		}
	}
}
