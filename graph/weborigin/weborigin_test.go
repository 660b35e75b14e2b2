package weborigin_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/aparte-im/aparte/graph/weborigin"
)

// Origins are equal when a browser would treat them as the same.
func TestOriginsAreComparedByTheirParts(t *testing.T) {
	same := [][]string{
		{"https://app.example.org", "https://app.example.org:443", "HTTPS://APP.example.ORG", "https://app.example.org:0443"},
		{"http://app.example.org", "http://app.example.org:80"},
		{"https://app.example.org:80"},
		{"http://app.example.org:443"},
		{"https://app.example.org:8443"},
		{"https://example.org"},
		{"https://app.example.org."},
		{"https://münchen.example", "https://xn--mnchen-3ya.example", "https://MÜNCHEN.example:443"},
		{"http://[::1]:5173", "http://[0:0::1]:5173"},
		{"http://127.0.0.1:5173"},
		{"http://chat_service:8080"},
		{"https://r3---a.example.org"},
		{"capacitor://localhost"},
		{"ionic://localhost"},
		{"tauri://localhost"},
		{"http://localhost"},
		{"https://localhost"},
		{"chrome-extension://abcdefghijklmnopabcdefghijklmnop"},
	}
	var all []string
	class := map[string]int{}
	for i, group := range same {
		for _, s := range group {
			all, class[s] = append(all, s), i
		}
	}
	for _, a := range all {
		list, err := weborigin.NewList([]string{a})
		if err != nil {
			t.Errorf("%s: %v", a, err)
			continue
		}
		for _, b := range all {
			o, err := weborigin.Parse(b)
			if err != nil {
				t.Errorf("%s: %v", b, err)
			} else if got, want := list.Has(o), class[a] == class[b]; got != want {
				t.Errorf("%s allows %s: %v", a, b, got)
			}
		}
	}
}

// An entry that no browser sends is an error that names it.
func TestOriginsThatNoBrowserSends(t *testing.T) {
	for _, s := range []string{
		"", "*", "null", "app.example.org", "//app.example.org", "https://", "https:app.example.org", "https://app.example.org/",
		"https://app.example.org/app", "https://app.example.org?", "https://app.example.org?a=1", "https://app.example.org#",
		"https://user@app.example.org", "https://user:word@app.example.org", "https://app.example.org:", "https://app.example.org:0",
		"https://app.example.org:65536", "https://app.example.org:https", "https://app example.org", "https://127.1", "https://1.2.3.4.5",
		"https://0x7f.1", "https://*", "https://app.*.example.org", "https://*app.example.org", "https://*.*.example.org", "*.example.org",
		"https://*.org", "https://*.co.uk", "https://*.github.io", "https://*.127.0.0.1", "https://*.", "file://", "file://localhost",
		"ws://app.example.org", "wss://app.example.org", "ftp://app.example.org", "data://x", "javascript://x", "://app.example.org",
	} {
		if _, err := weborigin.NewList([]string{"https://fine.example", s}); err == nil || !strings.Contains(err.Error(), s) {
			t.Errorf("%q: %v", s, err)
		}
	}
}

// A wildcard stands for the names below a host, with the same scheme and port.
func TestAWildcardStandsForSubdomains(t *testing.T) {
	list, err := weborigin.NewList([]string{"https://*.example.org:443", "http://*.localhost:5173", "https://*.münchen.example"})
	if err != nil {
		t.Fatal(err)
	}
	for s, want := range map[string]bool{
		"https://app.example.org": true, "https://a.b.example.org": true, "https://APP.Example.org:443": true,
		"https://example.org": false, "https://evilexample.org": false, "https://app.example.org.evil.example": false,
		"http://app.example.org": false, "https://app.example.org:8443": false,
		"http://app.localhost:5173": true, "http://app.localhost": false, "https://app.xn--mnchen-3ya.example": true,
	} {
		o, err := weborigin.Parse(s)
		if err != nil || list.Has(o) != want {
			t.Errorf("%s: %v %v", s, list.Has(o), err)
		}
	}
	if list.Empty() || !(weborigin.List{}).Empty() {
		t.Error("Empty is wrong")
	}
}

// A page and the server that it came from have the same host and port, however either is written.
func TestAnOriginServesItsOwnHost(t *testing.T) {
	for _, c := range []struct {
		host, origin string
		want         bool
	}{
		{"chat.example.com:443", "https://chat.example.com", true},
		{"chat.example.com", "https://chat.example.com:443", true},
		{"Chat.Example.com", "https://chat.example.com", true},
		{"chat.example.com:80", "http://chat.example.com", true},
		{"chat.example.com", "http://chat.example.com", true},
		{"[::1]:8080", "http://[::1]:8080", true},
		{"chat.example.com:80", "https://chat.example.com", false},
		{"chat.example.com:8443", "https://chat.example.com", false},
		{"example.com", "https://chat.example.com", false},
		{"", "https://chat.example.com", false},
		{"chat.example.com/", "https://chat.example.com", false},
	} {
		o, err := weborigin.Parse(c.origin)
		if err != nil || o.Serves(c.host) != c.want {
			t.Errorf("%s at %s: %v %v", c.origin, c.host, o.Serves(c.host), err)
		}
	}
}

func TestTheOriginOfARequest(t *testing.T) {
	for name, c := range map[string]struct {
		values []string
		ok     bool
	}{
		"none": {nil, false}, "one": {[]string{"https://a.example"}, true}, "null": {[]string{"null"}, false},
		"two": {[]string{"https://a.example", "https://a.example"}, false},
	} {
		if _, ok := weborigin.FromHeader(http.Header{"Origin": c.values}); ok != c.ok {
			t.Errorf("%s: %v", name, ok)
		}
	}
}
