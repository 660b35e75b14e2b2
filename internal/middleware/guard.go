package middleware

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"time"

	"github.com/aparte-im/aparte/graph/clientaddr"
	"github.com/aparte-im/aparte/graph/weborigin"
)

// bodyTimeout is the time that a client has to send the body of a request.
const bodyTimeout = 30 * time.Second

// BoundBody ends requests whose body does not arrive in 30 seconds. http.Server.ReadTimeout would
// cut streams too.
func BoundBody(next http.Handler) http.Handler {
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

// boundedBody lifts the deadline once the body is read.
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

// OnlyLoopback refuses requests that were addressed to a name other than this machine's. A page
// elsewhere could otherwise point its own name at this machine and read what is served to everybody
// here.
func OnlyLoopback(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		host := r.Host
		if h, _, err := net.SplitHostPort(host); err == nil {
			host = h
		}
		if len(host) > 2 && host[0] == '[' {
			host = host[1 : len(host)-1]
		}
		if !clientaddr.IsLoopback(host) {
			http.Error(w, "This server answers on loopback names only, such as localhost.", http.StatusMisdirectedRequest)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// AllowOrigins answers CORS: it lets web apps of the given origins call the API from a browser.
// Callers send a token, never a cookie, so credentials are not allowed.
func AllowOrigins(origins weborigin.List, next http.Handler) http.Handler {
	if origins.Empty() {
		return next
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Add("Vary", weborigin.Header)
		origin, ok := weborigin.FromHeader(r.Header)
		if !ok || !origins.Has(origin) {
			next.ServeHTTP(w, r)
			return
		}
		// Browsers compare this header with the text that they sent.
		h.Set("Access-Control-Allow-Origin", r.Header.Get(weborigin.Header))
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

// single lists the request headers that say who calls. A proxy and the server behind it could each
// read another of two.
var single = []string{"Authorization", weborigin.Header}

// RefuseRepeated refuses requests that carry one of the headers Authorization and Origin twice.
func RefuseRepeated(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		for _, name := range single {
			if len(r.Header.Values(name)) > 1 {
				refuse(w, http.StatusBadRequest, "BAD_REQUEST", "The request has the header "+name+" more than once.")
				return
			}
		}
		next.ServeHTTP(w, r)
	})
}

// refuse answers in the form of the API.
func refuse(w http.ResponseWriter, status int, code, message string) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_, _ = fmt.Fprintf(w, `{"errors":[{"message":%q,"extensions":{"code":%q}}]}`, message, code)
}
