package middleware_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/aparte-im/aparte/graph/weborigin"
	"github.com/aparte-im/aparte/internal/middleware"
)

func origins(t *testing.T, allowed ...string) weborigin.List {
	t.Helper()
	list, err := weborigin.NewList(allowed)
	if err != nil {
		t.Fatal(err)
	}
	return list
}

func answer(h func(http.Handler) http.Handler, method, host string, header http.Header) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, "/graphql", strings.NewReader("{}"))
	r.Host, r.Header = host, header
	w := httptest.NewRecorder()
	h(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusTeapot) })).ServeHTTP(w, r)
	return w
}

// A page may call the server that it came from, whichever of the two names the default port.
func TestAPageOfTheServerIsNoOtherSite(t *testing.T) {
	guard := func(h http.Handler) http.Handler { return middleware.RefuseOtherSites(origins(t), h) }
	for _, c := range []struct {
		host, origin, site string
		want               int
	}{
		{"chat.example.com:443", "https://chat.example.com", "", 418},
		{"chat.example.com", "https://chat.example.com:443", "", 418},
		{"Chat.example.com", "https://chat.example.com", "", 418},
		{"chat.example.com:80", "http://chat.example.com", "", 418},
		{"chat.example.com:443", "https://chat.example.com", "same-origin", 418},
		{"chat.example.com:443", "https://chat.example.com", "cross-site", 403},
		{"chat.example.com:8443", "https://chat.example.com", "", 403},
		{"chat.example.com", "https://evil.example", "", 403},
		{"chat.example.com", "null", "", 403},
	} {
		header := http.Header{"Origin": {c.origin}}
		if c.site != "" {
			header.Set("Sec-Fetch-Site", c.site)
		}
		if got := answer(guard, http.MethodPost, c.host, header).Code; got != c.want {
			t.Errorf("%s at %s (%s): %d", c.origin, c.host, c.site, got)
		}
	}
}

// CORS repeats the text of an allowed origin, because the browser compares it with its own.
func TestCORSRepeatsAnAllowedOrigin(t *testing.T) {
	allowed := origins(t, "https://App.example.org:443", "https://*.example.net", "capacitor://localhost")
	cors := func(h http.Handler) http.Handler { return middleware.AllowOrigins(allowed, h) }
	for origin, want := range map[string]bool{
		"https://app.example.org": true, "https://a.example.net": true, "capacitor://localhost": true,
		"http://app.example.org": false, "https://example.net": false, "null": false, "https://evil.example": false,
	} {
		header := http.Header{"Origin": {origin}, "Access-Control-Request-Method": {"POST"}}
		w := answer(cors, http.MethodOptions, "chat.example.com", header)
		if got := w.Header().Get("Access-Control-Allow-Origin"); (got == origin) != want || (w.Code == http.StatusNoContent) != want {
			t.Errorf("%s: %d %q", origin, w.Code, got)
		}
	}
}

// A header that says who calls stands in a request once.
func TestHeadersOfTheCallerAreNotRepeated(t *testing.T) {
	for name, c := range map[string]struct {
		header http.Header
		want   int
	}{
		"none":                 {http.Header{}, 418},
		"one of each":          {http.Header{"Authorization": {"Bearer a"}, "Origin": {"https://a.example"}}, 418},
		"two tokens":           {http.Header{"Authorization": {"Bearer a", "Bearer b"}}, 400},
		"one token twice":      {http.Header{"Authorization": {"Bearer a", "Bearer a"}}, 400},
		"an empty and a token": {http.Header{"Authorization": {"", "Bearer a"}}, 400},
		"two origins":          {http.Header{"Origin": {"https://a.example", "https://b.example"}}, 400},
		"two of another":       {http.Header{"Accept": {"a/b", "c/d"}}, 418},
	} {
		w := answer(middleware.RefuseRepeated, http.MethodPost, "a.example", c.header)
		if w.Code != c.want || c.want == 400 && !strings.Contains(w.Body.String(), `"code":"BAD_REQUEST"`) {
			t.Errorf("%s: %d %s", name, w.Code, w.Body)
		}
	}
}
