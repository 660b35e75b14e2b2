package transport

import (
	"net/http"

	"github.com/aparte-im/aparte/graph/clientaddr"
	"github.com/aparte-im/aparte/graph/weborigin"
)

// Origins says from which pages a socket may be opened: a browser sends a page's origin with the
// handshake and lets every page open one. It is safe for concurrent use.
type Origins struct {
	allowed  weborigin.List
	loopback bool
}

// NewOrigins returns Origins that allow the given ones, besides the service's own. With loopback
// they allow pages from this machine too. Errors: those of weborigin.NewList.
func NewOrigins(allowed []string, loopback bool) (Origins, error) {
	list, err := weborigin.NewList(allowed)
	return Origins{list, loopback}, err
}

// Allow reports whether the page of a request may open a socket. Programs that are no browsers send
// no origin.
func (o Origins) Allow(r *http.Request) bool {
	if len(r.Header.Values(weborigin.Header)) == 0 {
		return true
	}
	origin, ok := weborigin.FromHeader(r.Header)
	return ok && (o.allowed.Has(origin) || origin.Serves(r.Host) || o.loopback && clientaddr.IsLoopback(origin.Host()))
}
