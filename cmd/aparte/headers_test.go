package main

import (
	"io"
	"net/http"
	"strings"
	"testing"
)

// Every response has the security headers, and pages of other sites change nothing.
func TestServeKeepsBrowsersSafe(t *testing.T) {
	url := "sqlite:" + t.TempDir() + "/aparte.db"
	secret := secretFile(t, testSecret)
	mustAparte(t, "migrate", "--database-url", url)
	p := startServe(t, nil, "--database-url", url, "--jwt-secret-file", secret, "--create-users", "--playground", "--behind-tls",
		"--allowed-origins", "https://app.example:443,https://*.example.org,capacitor://localhost")
	token := strings.TrimSpace(mustAparte(t, "token", "--jwt-secret-file", secret, "--subject", "host-1"))
	ask := func(method, path string, header ...string) (*http.Response, string) {
		t.Helper()
		r, err := http.NewRequest(method, p.url(path), strings.NewReader(`{"query":"mutation { setReadReceipts(on: true) { __typename } }"}`))
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Content-Type", "application/json")
		r.Header.Set("Authorization", "Bearer "+token)
		for i := 0; i < len(header); i += 2 {
			r.Header.Set(header[i], header[i+1])
		}
		response, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = response.Body.Close() }()
		b, err := io.ReadAll(response.Body)
		if err != nil {
			t.Fatal(err)
		}
		return response, string(b)
	}
	for path, policy := range map[string]string{
		"/": "script-src 'self'", "/playground": "script-src 'self'", "/healthz": "default-src 'none'", "/none": "default-src 'none'",
		"/graphql": "default-src 'none'",
	} {
		response, _ := ask(http.MethodGet, path)
		for name, want := range map[string]string{
			"X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer", "Permissions-Policy": "camera=()",
			"Cross-Origin-Opener-Policy": "same-origin", "Cross-Origin-Resource-Policy": "same-origin",
			"Strict-Transport-Security": "max-age=31536000", "Content-Security-Policy": policy,
		} {
			if got := response.Header.Values(name); len(got) != 1 || !strings.Contains(got[0], want) {
				t.Errorf("%s: %s is %q, want %s", path, name, got, want)
			}
		}
		csp := response.Header.Get("Content-Security-Policy")
		if !strings.Contains(csp, "frame-ancestors") || !strings.Contains(csp, "base-uri 'none'") || strings.Contains(csp, "unsafe-eval") {
			t.Errorf("%s: the content policy is %s", path, csp)
		}
	}
	for _, c := range []struct {
		name   string
		header []string
		want   int
	}{
		{"a program", nil, 200},
		{"our own page", []string{"Sec-Fetch-Site", "same-origin"}, 200},
		{"our own page in an old browser", []string{"Origin", "http://" + p.address}, 200},
		{"an allowed page", []string{"Sec-Fetch-Site", "cross-site", "Origin", "https://app.example"}, 200},
		{"an allowed page with its port", []string{"Sec-Fetch-Site", "cross-site", "Origin", "https://app.example:443"}, 200},
		{"an allowed subdomain", []string{"Sec-Fetch-Site", "cross-site", "Origin", "https://a.b.example.org"}, 200},
		{"an allowed web view", []string{"Sec-Fetch-Site", "cross-site", "Origin", "capacitor://localhost"}, 200},
		{"an allowed page in an old browser", []string{"Origin", "https://a.example.org"}, 200},
		{"the parent of allowed subdomains", []string{"Sec-Fetch-Site", "cross-site", "Origin", "https://example.org"}, 403},
		{"another web view", []string{"Origin", "ionic://localhost"}, 403},
		{"another site", []string{"Sec-Fetch-Site", "cross-site", "Origin", "https://evil.example"}, 403},
		{"another site that hides", []string{"Sec-Fetch-Site", "cross-site", "Origin", "null"}, 403},
		{"a neighbour", []string{"Sec-Fetch-Site", "same-site", "Origin", "https://other.example"}, 403},
		{"an old browser elsewhere", []string{"Origin", "https://evil.example"}, 403},
		{"http where https is allowed", []string{"Sec-Fetch-Site", "cross-site", "Origin", "http://app.example"}, 403},
	} {
		response, body := ask(http.MethodPost, "/graphql", c.header...)
		if response.StatusCode != c.want || (c.want == 403) != strings.Contains(body, "FORBIDDEN") {
			t.Errorf("%s: %d %s", c.name, response.StatusCode, body)
		}
	}
	p = startServe(t, nil, "--database-url", url, "--jwt-secret-file", secret)
	if response, _ := ask(http.MethodGet, "/"); response.Header.Get("Strict-Transport-Security") != "" {
		t.Error("HSTS without TLS")
	}
}
