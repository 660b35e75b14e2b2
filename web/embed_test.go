package web

import (
	"io"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
)

func get(t *testing.T, h http.Handler, path string, header ...string) *http.Response {
	t.Helper()
	r := httptest.NewRequest(http.MethodGet, path, nil)
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w.Result()
}

func TestEachConfigServesItsPagesOnly(t *testing.T) {
	client := []string{"/", "/requests", "/hidden", "/archive", "/with/usr_0", "/settings", "/settings/history", "/settings/words", "/settings/data", "/c/abcd-efgh"}
	playground, demo := []string{"/playground"}, []string{"/demo"}
	never := []string{
		"/nothing", "/with/usr_0/more", "/c/", "/c", "/c/a/b", "/with/", "/with", "/settings/", "/settings/nothing", "/index.html", "/playground.html", "/assets/", "/assets/none.js",
		"/../embed.go", "/dev/people", "/graphql",
	}
	for name, c := range map[string]struct {
		config Config
		served [][]string
		absent [][]string
	}{
		"dev":        {Config{Dev: true}, [][]string{client, playground, demo}, [][]string{never}},
		"client":     {Config{Client: true}, [][]string{client}, [][]string{playground, demo, never}},
		"playground": {Config{Playground: true}, [][]string{playground}, [][]string{client, demo, never}},
		"none":       {Config{}, nil, [][]string{client, playground, demo, never}},
	} {
		t.Run(name, func(t *testing.T) {
			h := Handler(c.config)
			for want, lists := range map[int][][]string{http.StatusOK: c.served, http.StatusNotFound: c.absent} {
				for _, list := range lists {
					for _, path := range list {
						if got := get(t, h, path).StatusCode; got != want {
							t.Errorf("GET %s: %d, want %d", path, got, want)
						}
					}
				}
			}
		})
	}
}

func TestNothingIsSaidInAPageToBrowsersAndInWordsToOthers(t *testing.T) {
	const browser = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
	for name, c := range map[string]struct {
		config       Config
		path, accept string
		page         bool
	}{
		"browser":                     {Config{Client: true}, "/nope", browser, true},
		"browser, dev":                {Config{Dev: true}, "/settings/nope", browser, true},
		"browser, head of a section":  {Config{Client: true}, "/with/", browser, true},
		"browser, without the client": {Config{Playground: true}, "/nope", browser, false},
		"a missing asset":             {Config{Client: true}, "/assets/nope.js", browser, false},
		"an API client":               {Config{Client: true}, "/nope", "application/json", false},
		"curl":                        {Config{Client: true}, "/nope", "*/*", false},
		"nothing said":                {Config{Client: true}, "/nope", "", false},
	} {
		t.Run(name, func(t *testing.T) {
			got := get(t, Handler(c.config), c.path, "Accept", c.accept)
			if got.StatusCode != http.StatusNotFound {
				t.Errorf("status %d", got.StatusCode)
			}
			body, err := io.ReadAll(got.Body)
			if err != nil {
				t.Fatal(err)
			}
			isPage := strings.HasPrefix(got.Header.Get("Content-Type"), "text/html") && strings.Contains(string(body), `id="root"`)
			if isPage != c.page {
				t.Errorf("a page: %v, want %v; %s %q", isPage, c.page, got.Header.Get("Content-Type"), body)
			}
			if c.page && (got.Header.Get("Content-Security-Policy") != policy || got.Header.Get("ETag") != "") {
				t.Errorf("headers: %v", got.Header)
			}
		})
	}
}

func TestPagesNameOnlyEmbeddedFiles(t *testing.T) {
	h := Handler(Config{Dev: true})
	reference := regexp.MustCompile(`(?:src|href)="([^"]*)"`)
	for _, page := range []string{"/", "/playground", "/demo"} {
		body, err := io.ReadAll(get(t, h, page).Body)
		if err != nil {
			t.Fatal(err)
		}
		found := reference.FindAllStringSubmatch(string(body), -1)
		if len(found) == 0 {
			t.Errorf("%s refers to nothing", page)
		}
		for _, m := range found {
			if status := get(t, h, m[1]).StatusCode; !strings.HasPrefix(m[1], "/") || status != http.StatusOK {
				t.Errorf("%s refers to %s, which answers %d", page, m[1], status)
			}
		}
		if strings.Contains(string(body), "<style") || regexp.MustCompile(`<script[^>]*>[^<]`).Match(body) {
			t.Errorf("%s holds something inline, which its policy forbids", page)
		}
	}
}

func TestCaching(t *testing.T) {
	h := Handler(Config{Dev: true})
	page := get(t, h, "/")
	if page.Header.Get("Cache-Control") != "no-cache" || page.Header.Get("ETag") == "" {
		t.Errorf("a page is cached by %q, ETag %q", page.Header.Get("Cache-Control"), page.Header.Get("ETag"))
	}
	if again := get(t, h, "/", "If-None-Match", page.Header.Get("ETag")); again.StatusCode != http.StatusNotModified {
		t.Errorf("the same page again: %d", again.StatusCode)
	}
	body, err := io.ReadAll(page.Body)
	if err != nil {
		t.Fatal(err)
	}
	asset := regexp.MustCompile(`/assets/[^"]+\.js`).FindString(string(body))
	if got := get(t, h, asset).Header.Get("Cache-Control"); !strings.Contains(got, "immutable") {
		t.Errorf("asset %q is cached by %q", asset, got)
	}
}

func TestPolicyAllowsNoOtherHost(t *testing.T) {
	h := Handler(Config{Dev: true})
	for _, page := range []string{"/", "/playground", "/demo"} {
		got := get(t, h, page).Header.Get("Content-Security-Policy")
		if !strings.HasPrefix(got, "default-src 'none'") || strings.Contains(got, "*") || strings.Contains(got, "://") ||
			strings.Contains(got, "unsafe-eval") {
			t.Errorf("%s: %q", page, got)
		}
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest(http.MethodPost, "/", nil))
	if w.Code != http.StatusMethodNotAllowed {
		t.Errorf("POST /: %d", w.Code)
	}
}
