package middleware

import (
	"bufio"
	"net"
	"net/http"
	"time"
)

// piece is the part of a response that each deadline is for, so a large response may take as long
// as it is read.
const piece = 16 << 10

// BoundResponse ends connections whose client does not read its response: each 16 KiB have the time
// wait to be read. http.Server.WriteTimeout would count the time that an operation takes, and would
// cut long downloads.
func BoundResponse(wait time.Duration, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		a := &boundedResponse{ResponseWriter: w, control: http.NewResponseController(w), wait: wait}
		a.extend()
		next.ServeHTTP(a, r)
		a.extend() // the rest is written after the return
	})
}

// boundedResponse sets a deadline for each piece. The deadline of a handler that sets its own is
// kept, as streams do, and a connection that a handler takes over, as sockets do, has none.
type boundedResponse struct {
	http.ResponseWriter
	control *http.ResponseController
	wait    time.Duration
	own     bool
}

// extend moves the deadline.
func (a *boundedResponse) extend() {
	if !a.own {
		_ = a.control.SetWriteDeadline(time.Now().Add(a.wait))
	}
}

func (a *boundedResponse) WriteHeader(status int) {
	a.extend()
	a.ResponseWriter.WriteHeader(status)
}

func (a *boundedResponse) Write(b []byte) (written int, err error) {
	for {
		part := b[:min(len(b), piece)]
		a.extend()
		n, err := a.ResponseWriter.Write(part)
		if written += n; err != nil || len(part) == len(b) {
			return written, err
		}
		b = b[len(part):]
	}
}

// SetWriteDeadline is for http.ResponseController. A zero deadline restores that of the wrapper.
func (a *boundedResponse) SetWriteDeadline(deadline time.Time) error {
	if a.own = !deadline.IsZero(); a.own {
		return a.control.SetWriteDeadline(deadline)
	}
	return a.control.SetWriteDeadline(time.Now().Add(a.wait))
}

// Hijack implements http.Hijacker. It lifts all deadlines.
func (a *boundedResponse) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	conn, rw, err := a.control.Hijack()
	a.own = a.own || err == nil
	return conn, rw, err
}

// Unwrap is for http.ResponseController.
func (a *boundedResponse) Unwrap() http.ResponseWriter { return a.ResponseWriter }
