// Package weborigin compares web origins.
//
// Purpose. CORS, the protection against requests of other sites and the handshake of a socket all
// ask whether the page of a request may call the API. They ask here, so that their answers agree.
//
// Invariants. Origins are compared by scheme, host and port (RFC 6454 §5), never as text: a default
// port is the same as none, letters have no case, and a host in Unicode is the same as its
// punycode. An allowed origin that no browser can send is an error when it is read.
//
// Concurrency and lifecycle. All values are immutable after they are made.
package weborigin

import (
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/net/idna"
	"golang.org/x/net/publicsuffix"
)

// Header is the request header in which a browser sends the origin of a page.
const Header = "Origin"

// Origin is the origin of a page. Two origins are the same exactly when they are equal by ==.
type Origin struct {
	scheme, host string
	// port is 0 for the default of the scheme.
	port uint16
}

// defaultPorts are those of the schemes that have one.
var defaultPorts = map[string]uint16{"http": 80, "https": 443}

// opaqueSchemes are those whose pages have no origin that a browser sends: it sends null, or the
// scheme is none of a page.
var opaqueSchemes = []string{"about", "blob", "data", "file", "ftp", "javascript", "mailto", "view-source", "ws", "wss"}

// hostNames maps host names as browsers do, which allow more than letters, digits and hyphens.
var hostNames = idna.New(idna.MapForLookup(), idna.Transitional(false), idna.StrictDomainName(false), idna.CheckHyphens(false))

// Parse reads an origin such as "https://app.example.org" or "capacitor://localhost". Errors: a text
// that no browser sends.
func Parse(s string) (Origin, error) {
	u, err := url.Parse(s)
	if err != nil || u.Scheme == "" || u.Host == "" || u.User != nil || u.Path+u.RawQuery+u.Fragment+u.Opaque != "" ||
		strings.ContainsAny(s, "?#") || strings.HasSuffix(u.Host, ":") {
		return Origin{}, fmt.Errorf("%q is not an origin; give scheme and host as https://app.example.org, without a path", s)
	}
	o := Origin{scheme: strings.ToLower(u.Scheme)}
	if slices.Contains(opaqueSchemes, o.scheme) {
		return Origin{}, fmt.Errorf("%q is not an origin: no browser sends one with the scheme %s; give one as https://app.example.org", s, o.scheme)
	}
	if o.host, err = canonicalHost(u.Hostname()); err != nil {
		return Origin{}, fmt.Errorf("%q is not an origin: %w", s, err)
	}
	if text := u.Port(); text != "" {
		port, err := strconv.ParseUint(text, 10, 16)
		if err != nil || port == 0 {
			return Origin{}, fmt.Errorf("%q is not an origin: the port %s is not between 1 and 65535", s, text)
		}
		if o.port = uint16(port); o.port == defaultPorts[o.scheme] {
			o.port = 0
		}
	}
	return o, nil
}

// canonicalHost returns a host as browsers write it.
func canonicalHost(host string) (string, error) {
	if ip, err := netip.ParseAddr(host); err == nil && ip.Zone() == "" {
		return ip.String(), nil
	}
	host, err := hostNames.ToASCII(host)
	if err != nil || strings.ContainsAny(host, " \"#%*/:<>?@[\\]^`{|}") {
		return "", errors.New("its host is not a name or an address")
	}
	labels := strings.Split(strings.TrimSuffix(host, "."), ".")
	if _, err := strconv.ParseUint(labels[len(labels)-1], 0, 64); err == nil {
		return "", errors.New("its host ends in a number and is not an IP address")
	}
	return host, nil
}

// FromHeader returns the origin that the headers of a request name. ok is false when they name
// none, more than one, or one that cannot be read.
func FromHeader(h http.Header) (o Origin, ok bool) {
	values := h.Values(Header)
	if len(values) != 1 {
		return Origin{}, false
	}
	o, err := Parse(values[0])
	return o, err == nil
}

// Host returns the host, without a port and without the brackets of an IPv6 address.
func (o Origin) Host() string { return o.host }

// Serves reports whether a request with the given Host header addresses the server of this origin.
// A missing port is the default of the origin's scheme. The scheme of the request is not compared,
// because a proxy may have ended its TLS.
func (o Origin) Serves(hostHeader string) bool {
	if hostHeader == "" {
		return false
	}
	server, err := Parse(o.scheme + "://" + hostHeader)
	return err == nil && server == o
}

// List is a list of allowed origins. The zero value allows none.
type List struct {
	origins map[Origin]bool
	// subdomains are origins whose host stands for all names below it.
	subdomains []Origin
}

// NewList reads origins as [Parse] does, and the form "https://*.example.org" for every name below
// example.org, at any depth, without example.org itself. Errors: all entries that no browser sends,
// and a wildcard below a suffix under which anybody can register a name, such as *.org.
func NewList(allowed []string) (List, error) {
	l := List{origins: map[Origin]bool{}}
	var errs []error
	for _, s := range allowed {
		scheme, rest, _ := strings.Cut(s, "://")
		base, wildcard := strings.CutPrefix(rest, "*.")
		if !wildcard {
			o, err := Parse(s)
			errs = append(errs, err)
			l.origins[o] = err == nil
			continue
		}
		o, err := Parse(scheme + "://" + base)
		if err == nil {
			err = checkWildcard(o.host)
		}
		if err != nil {
			errs = append(errs, fmt.Errorf("%q: %w", s, err))
			continue
		}
		l.subdomains = append(l.subdomains, o)
	}
	return l, errors.Join(errs...)
}

// checkWildcard refuses a host below which names belong to many owners, or to nobody.
func checkWildcard(host string) error {
	if net.ParseIP(host) != nil {
		return errors.New("an IP address has no subdomains")
	}
	suffix, listed := publicsuffix.PublicSuffix(host)
	if suffix == host && (listed || strings.Contains(host, ".")) {
		return fmt.Errorf("anybody can register a name below %s; name your own domain", host)
	}
	return nil
}

// Empty reports whether the list allows no origin.
func (l List) Empty() bool { return len(l.origins)+len(l.subdomains) == 0 }

// Has reports whether the list allows an origin.
func (l List) Has(o Origin) bool {
	return l.origins[o] || slices.ContainsFunc(l.subdomains, func(base Origin) bool {
		return o.scheme == base.scheme && o.port == base.port && strings.HasSuffix(o.host, "."+base.host)
	})
}
