package transport

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"github.com/aparte-im/aparte/graph/clientaddr"
)

// Origins says from which pages a socket may be opened: a browser sends a page's origin with the
// handshake and lets every page open one. It is safe for concurrent use.
type Origins struct {
	allowed  map[string]bool
	loopback bool
}

// NewOrigins returns Origins that allow the given ones, besides the service's own. With loopback
// they allow pages from this machine too. Errors: a text that is not a web origin.
func NewOrigins(allowed []string, loopback bool) (Origins, error) {
	out := Origins{allowed: map[string]bool{}, loopback: loopback}
	var errs []error
	for _, o := range allowed {
		origin, err := parseOrigin(o)
		errs = append(errs, err)
		out.allowed[origin] = true
	}
	return out, errors.Join(errs...)
}

// Allow reports whether the page of a request may open a socket. Programs that are no browsers send
// no origin.
func (o Origins) Allow(r *http.Request) bool {
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
	return o.allowed[origin] || strings.EqualFold(u.Host, r.Host) || o.loopback && clientaddr.IsLoopback(u.Hostname())
}

// parseOrigin returns the form in which origins are compared.
func parseOrigin(s string) (string, error) {
	u, err := url.Parse(s)
	if err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "" || u.Path != "" || u.RawQuery != "" {
		return "", fmt.Errorf("transport: %q is not a web origin such as https://app.example.com", s)
	}
	return strings.ToLower(u.Scheme + "://" + u.Host), nil
}
