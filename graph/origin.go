package graph

import (
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strings"
)

// origins says from which pages a socket may be opened: a browser sends a page's origin with the
// handshake and lets every page open one.
type origins struct {
	allowed  map[string]bool
	loopback bool
}

func newOrigins(c Config) origins {
	out := origins{allowed: map[string]bool{}, loopback: c.LoopbackOrigins}
	for _, o := range c.Origins {
		if origin, err := parseOrigin(o); err == nil {
			out.allowed[origin] = true
		}
	}
	return out
}

// allow keeps pages of other sites out. Programs that are no browsers send no origin.
func (o origins) allow(r *http.Request) bool {
	header := r.Header.Get("Origin")
	if header == "" {
		return true
	}
	origin, err := parseOrigin(header)
	if err != nil {
		return false
	}
	u, err := url.Parse(origin)
	if err != nil {
		return false
	}
	return o.allowed[origin] || strings.EqualFold(u.Host, r.Host) || o.loopback && isLoopback(u.Hostname())
}

// parseOrigin returns the form in which origins are compared.
func parseOrigin(s string) (string, error) {
	u, err := url.Parse(s)
	if err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "" || u.Path != "" || u.RawQuery != "" {
		return "", fmt.Errorf("graph: %q is not a web origin such as https://app.example.com", s)
	}
	return strings.ToLower(u.Scheme + "://" + u.Host), nil
}

func isLoopback(host string) bool {
	if host == "localhost" {
		return true
	}
	ip := net.ParseIP(host)
	return ip != nil && ip.IsLoopback()
}
