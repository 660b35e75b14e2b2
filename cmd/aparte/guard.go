package main

import (
	"io"
	"net"
	"net/http"
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
