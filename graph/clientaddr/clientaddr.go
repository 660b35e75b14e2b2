// Package clientaddr tells where a request comes from.
//
// Purpose. Rate limits, connection limits and the access log need the address of the client, also
// behind reverse proxies.
//
// Invariants. A header counts only when a trusted proxy wrote it: the client's address is the last
// hop that is none of the trusted proxies.
//
// Concurrency and lifecycle. Proxies is safe for concurrent use after Normalize; nothing is kept.
package clientaddr

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"strings"
)

// Proxies are those whose word about a client's address is believed. Anybody can write a header, so
// without Trusted the address is that of the connection.
type Proxies struct {
	// Trusted are the networks of the proxies.
	Trusted []netip.Prefix
	// Header is the one that the proxies write: X-Forwarded-For or Forwarded. Only this one is
	// read: what a proxy does not write it may hand on from the client.
	Header string
}

// Normalize sets defaults. Errors: a header that is not read here, an invalid network.
func (p *Proxies) Normalize() error {
	if p.Header == "" {
		p.Header = headerForwardedFor
	}
	p.Header = http.CanonicalHeaderKey(p.Header)
	if p.Header != headerForwardedFor && p.Header != headerForwarded {
		return fmt.Errorf("clientaddr: %q is none of %s and %s", p.Header, headerForwardedFor, headerForwarded)
	}
	for _, prefix := range p.Trusted {
		if !prefix.IsValid() {
			return errors.New("clientaddr: a trusted proxy has no address")
		}
	}
	return nil
}

const (
	headerForwardedFor = "X-Forwarded-For"
	headerForwarded    = "Forwarded"
	// maxHops bounds how many proxies are looked at.
	maxHops = 20
)

// Client returns the address of a request's client: the last hop that is none of the proxies.
// Anybody may have written the hops before it. The zero address: it cannot be told.
func (p *Proxies) Client(r *http.Request) netip.Addr {
	address := connected(r)
	if !p.trusts(address) {
		return address
	}
	for i, hop := range p.hops(r.Header[p.Header]) {
		next, ok := parseHop(hop)
		if !ok {
			return address // as far as it can be told
		}
		address = next
		if i == maxHops || !p.trusts(address) {
			break
		}
	}
	return address
}

// Untrusted reports whether a request comes from a proxy that is not among the trusted: its
// connection begins on this machine or in a private network, and it forwards the address of a
// client.
func (p *Proxies) Untrusted(r *http.Request) bool {
	if r.Header.Get(headerForwardedFor) == "" && r.Header.Get(headerForwarded) == "" {
		return false
	}
	address := connected(r)
	return (address.IsPrivate() || address.IsLoopback() || address.IsLinkLocalUnicast() || sharedAddresses.Contains(address)) &&
		!p.trusts(address)
}

// sharedAddresses is the network between carriers and their customers (RFC 6598), which container
// networks use too.
var sharedAddresses = netip.MustParsePrefix("100.64.0.0/10")

func (p *Proxies) trusts(address netip.Addr) bool {
	for _, prefix := range p.Trusted {
		if prefix.Contains(address) {
			return true
		}
	}
	return false
}

// hops lists what proxies wrote, the nearest first.
func (p *Proxies) hops(lines []string) []string {
	var out []string
	all := strings.Split(strings.Join(lines, ","), ",")
	for i := len(all) - 1; i >= 0 && len(out) <= maxHops; i-- {
		hop := strings.TrimSpace(all[i])
		if p.Header == headerForwarded {
			hop = forwardedFor(hop)
		}
		out = append(out, hop)
	}
	return out
}

// forwardedFor is the parameter for of one element of Forwarded (RFC 7239).
func forwardedFor(element string) string {
	for pair := range strings.SplitSeq(element, ";") {
		name, value, _ := strings.Cut(strings.TrimSpace(pair), "=")
		if strings.EqualFold(name, "for") {
			return strings.Trim(value, `"`)
		}
	}
	return ""
}

// parseHop reads an address, with or without a port or brackets.
func parseHop(hop string) (netip.Addr, bool) {
	if at, err := netip.ParseAddrPort(hop); err == nil {
		return plain(at.Addr()), true
	}
	address, err := netip.ParseAddr(strings.TrimSuffix(strings.TrimPrefix(hop, "["), "]"))
	return plain(address), err == nil
}

func plain(address netip.Addr) netip.Addr { return address.Unmap().WithZone("") }

// connected is the other end of a request's connection.
func connected(r *http.Request) netip.Addr {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		return netip.Addr{}
	}
	address, _ := netip.ParseAddr(host)
	return plain(address)
}

type addressKey struct{}

// With returns a context with the address of a request.
func With(ctx context.Context, address netip.Addr) context.Context {
	return context.WithValue(ctx, addressKey{}, address)
}

// In returns the address that With stored, and zero when there is none.
func In(ctx context.Context) netip.Addr {
	address, _ := ctx.Value(addressKey{}).(netip.Addr)
	return address
}

// FromRequest returns the address of a request: the one in its context, or the other end of its
// connection.
func FromRequest(r *http.Request) netip.Addr {
	if address, ok := r.Context().Value(addressKey{}).(netip.Addr); ok {
		return address
	}
	return connected(r)
}

// ClientOf returns a function that finds the address of a request as the server does. Proxies that
// Normalize refuses are ignored.
func ClientOf(p Proxies) func(*http.Request) netip.Addr {
	if p.Normalize() != nil {
		return connected
	}
	return p.Client
}

// IsLoopback reports whether a host can be reached from this machine only. A name other than
// localhost is not looked up, because its address may change.
func IsLoopback(host string) bool {
	return host == "localhost" || net.ParseIP(host).IsLoopback()
}
