package graph

import (
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync"

	"github.com/gorilla/websocket"
)

// subprotocol is the one protocol that is spoken on a socket.
const subprotocol = "graphql-transport-ws"

func newUpgrader(c Config) websocket.Upgrader {
	allowed := map[string]bool{}
	for _, o := range c.Origins {
		if origin, err := parseOrigin(o); err == nil {
			allowed[origin] = true
		}
	}
	return websocket.Upgrader{
		Subprotocols: []string{subprotocol}, ReadBufferSize: 1024, WriteBufferSize: 1024,
		WriteBufferPool: &sync.Pool{},
		CheckOrigin: func(r *http.Request) bool {
			return originAllowed(r, allowed, c.LoopbackOrigins)
		},
		Error: func(w http.ResponseWriter, _ *http.Request, status int, reason error) {
			code := codeBadRequest
			if status == http.StatusForbidden {
				code = codeForbidden
			}
			refuse(w, status, code, reason.Error())
		},
	}
}

// originAllowed keeps pages of other sites out. Programs that are no browsers send no origin.
func originAllowed(r *http.Request, allowed map[string]bool, loopback bool) bool {
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
	return allowed[origin] || strings.EqualFold(u.Host, r.Host) || loopback && isLoopback(u.Hostname())
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
