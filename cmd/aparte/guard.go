package main

import (
	"io"
	"net"
	"net/http"
	"slices"
	"strings"
	"time"
)

// bodyTimeout is how long a client may take to send a request's body. The answer may take as long as it likes: a
// subscription over server-sent events is one.
const bodyTimeout = 30 * time.Second

// boundBody ends requests whose body does not arrive. http.Server.ReadTimeout would do the same and cut streams too.
func boundBody(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Body != nil && r.Body != http.NoBody {
			control := http.NewResponseController(w)
			if control.SetReadDeadline(time.Now().Add(bodyTimeout)) == nil {
				r.Body = &boundedBody{ReadCloser: r.Body, control: control}
			}
		}
		next.ServeHTTP(w, r)
	})
}

// boundedBody lifts the deadline once the body is there.
type boundedBody struct {
	io.ReadCloser
	control *http.ResponseController
}

func (b *boundedBody) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	if err != nil {
		_ = b.control.SetReadDeadline(time.Time{})
	}
	return n, err
}

// onlyLoopback refuses requests that were addressed to another name. A page elsewhere could otherwise point its own
// name at this machine and read the tokens that dev hands out.
func onlyLoopback(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		host := r.Host
		if h, _, err := net.SplitHostPort(host); err == nil {
			host = h
		}
		if len(host) > 2 && host[0] == '[' {
			host = host[1 : len(host)-1]
		}
		if !loopback(host) {
			http.Error(w, "aparte dev answers on loopback names only", http.StatusMisdirectedRequest)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// allowOrigins lets web apps of the given origins call the API from a browser. Callers show a token, never a cookie, so
// no credentials are allowed along.
func allowOrigins(origins []string, next http.Handler) http.Handler {
	if len(origins) == 0 {
		return next
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Add("Vary", "Origin")
		origin := r.Header.Get("Origin")
		if !slices.ContainsFunc(origins, func(o string) bool { return strings.EqualFold(o, origin) }) {
			next.ServeHTTP(w, r)
			return
		}
		h.Set("Access-Control-Allow-Origin", origin)
		h.Set("Access-Control-Expose-Headers", "Retry-After")
		if r.Method != http.MethodOptions || r.Header.Get("Access-Control-Request-Method") == "" {
			next.ServeHTTP(w, r)
			return
		}
		h.Set("Access-Control-Allow-Methods", "GET, POST")
		h.Set("Access-Control-Allow-Headers", "Authorization, Content-Type, Last-Event-ID, Aparte-Device")
		h.Set("Access-Control-Max-Age", "7200")
		w.WriteHeader(http.StatusNoContent)
	})
}
