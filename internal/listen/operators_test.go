package listen_test

import (
	"net/http"
	"net/http/httptest"
	"os"
	"testing"

	"github.com/aparte-im/aparte/internal/listen"
)

func operators(host, path string) *httptest.ResponseRecorder {
	page := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("ok")) })
	r := httptest.NewRequest(http.MethodGet, path, nil)
	r.Host = host
	w := httptest.NewRecorder()
	listen.Operators(page, page, "metrics.example.org").ServeHTTP(w, r)
	return w
}

// A page whose name points at the operators' address reads nothing there.
func TestOperatorsAnswerTheirOwnNamesOnly(t *testing.T) {
	for host, want := range map[string]int{
		"127.0.0.1:9090": 200, "10.1.2.3:9090": 200, "[::1]:9090": 200, "[fd00::1]": 200, "localhost:9090": 200, "aparte:9090": 200,
		"metrics.example.org": 200, "Metrics.Example.org:9090": 200,
		"evil.example": 421, "evil.example:9090": 421, "metrics.example.org.evil.example": 421, "localhost.evil.example:9090": 421,
		"127.0.0.1.evil.example": 421, "localhost.": 421, "": 421,
	} {
		for _, path := range []string{"/metrics", "/healthz", "/debug/pprof/", "/debug/pprof/goroutine?debug=1", "/debug/pprof/cmdline"} {
			if got := operators(host, path).Code; got != want {
				t.Errorf("%q %s: %d", host, path, got)
			}
		}
	}
}

// The command line may hold a password, so no page shows its arguments.
func TestNoPageShowsTheCommandLine(t *testing.T) {
	defer func(args []string) { os.Args = args }(os.Args)
	os.Args = []string{"aparte", "serve", "--database-url", "postgres://aparte:word@db/aparte"}
	if got := operators("localhost", "/debug/pprof/cmdline").Body.String(); got != "aparte" {
		t.Errorf("%q", got)
	}
}
