package clientaddr

import (
	"net/http"
	"net/netip"
	"testing"
)

// The address of a client is the last hop that nobody but our proxies can have written.
func TestClientAddress(t *testing.T) {
	trusted := []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("fd00::/8")}
	for _, c := range []struct{ from, header, value, want string }{
		{"192.0.2.9:1234", "X-Forwarded-For", "198.51.100.1", "192.0.2.9"}, // no proxy of ours
		{"10.0.0.1:1234", "X-Forwarded-For", "", "10.0.0.1"},
		{"10.0.0.1:1234", "X-Forwarded-For", "198.51.100.1", "198.51.100.1"},
		{"10.0.0.1:1234", "X-Forwarded-For", "1.1.1.1, 198.51.100.1", "198.51.100.1"},
		{"10.0.0.1:1234", "X-Forwarded-For", "1.1.1.1, 198.51.100.1, 10.0.0.2", "198.51.100.1"},
		{"10.0.0.1:1234", "X-Forwarded-For", "10.0.0.3,10.0.0.2", "10.0.0.3"},
		{"10.0.0.1:1234", "X-Forwarded-For", "198.51.100.1:443", "198.51.100.1"},
		{"10.0.0.1:1234", "X-Forwarded-For", "[2001:db8::1]:443", "2001:db8::1"},
		{"[fd00::1]:1234", "X-Forwarded-For", "2001:db8::1", "2001:db8::1"},
		{"[::ffff:10.0.0.1]:1234", "X-Forwarded-For", "::ffff:198.51.100.1", "198.51.100.1"},
		{"10.0.0.1:1234", "X-Forwarded-For", "1.1.1.1, nonsense", "10.0.0.1"},
		{"10.0.0.1:1234", "X-Forwarded-For", "1.1.1.1,,", "10.0.0.1"},
		{"10.0.0.1:1234", "Forwarded", `for=1.1.1.1, for="[2001:db8::1]:47011";proto=https`, "2001:db8::1"},
		{"10.0.0.1:1234", "Forwarded", `proto=https;For=198.51.100.1;by=10.0.0.1`, "198.51.100.1"},
		{"10.0.0.1:1234", "Forwarded", `for=unknown`, "10.0.0.1"},
		{"pipe", "X-Forwarded-For", "198.51.100.1", "invalid IP"},
	} {
		p := Proxies{Trusted: trusted, Header: c.header}
		if err := p.Normalize(); err != nil {
			t.Fatal(err)
		}
		h := http.Header{}
		if c.value != "" {
			h.Set(c.header, c.value)
		}
		other := map[string]string{"Forwarded": "X-Forwarded-For", "X-Forwarded-For": "Forwarded"}[c.header]
		h.Set(other, "for=203.0.113.1") // what the proxy does not write is the client's
		if got := p.Client(&http.Request{RemoteAddr: c.from, Header: h}).String(); got != c.want {
			t.Errorf("%s by %s from %s is %s, want %s", c.value, c.header, c.from, got, c.want)
		}
	}
	long := http.Header{"X-Forwarded-For": make([]string, 1000)}
	for i := range long["X-Forwarded-For"] {
		long["X-Forwarded-For"][i] = "10.0.0.2"
	}
	p := Proxies{Trusted: trusted, Header: "X-Forwarded-For"}
	if got := p.Client(&http.Request{RemoteAddr: "10.0.0.1:1", Header: long}).String(); got != "10.0.0.2" {
		t.Error(got)
	}
	if (&Proxies{Header: "X-Real-IP"}).Normalize() == nil || (&Proxies{Trusted: make([]netip.Prefix, 1)}).Normalize() == nil {
		t.Error("proxies that make no sense are accepted")
	}
}
