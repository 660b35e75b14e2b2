package main

import (
	"bufio"
	"net"
	"net/http"
	"time"
)

// answerPiece is the part of a response that each deadline is for, so a large response may take as long as it is read.
const answerPiece = 16 << 10

// boundAnswer ends connections whose client does not read its answer. http.Server.WriteTimeout would count the time that
// an operation takes, and would cut downloads that are long and well.
func boundAnswer(wait time.Duration, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		a := &boundedAnswer{ResponseWriter: w, control: http.NewResponseController(w), wait: wait}
		a.extend()
		next.ServeHTTP(a, r)
		a.extend() // what is still held is written when this returns
	})
}

// boundedAnswer gives each piece its time. A handler that sets a deadline keeps its own, as streams do; one that takes the
// connection over, as sockets do, is left alone with it.
type boundedAnswer struct {
	http.ResponseWriter
	control *http.ResponseController
	wait    time.Duration
	own     bool
}

// extend begins the time anew.
func (a *boundedAnswer) extend() {
	if !a.own {
		_ = a.control.SetWriteDeadline(time.Now().Add(a.wait))
	}
}

func (a *boundedAnswer) WriteHeader(status int) {
	a.extend()
	a.ResponseWriter.WriteHeader(status)
}

func (a *boundedAnswer) Write(b []byte) (written int, err error) {
	for {
		piece := b[:min(len(b), answerPiece)]
		a.extend()
		n, err := a.ResponseWriter.Write(piece)
		if written += n; err != nil || len(piece) == len(b) {
			return written, err
		}
		b = b[len(piece):]
	}
}

// SetWriteDeadline is for http.ResponseController. None at all is not to be had.
func (a *boundedAnswer) SetWriteDeadline(deadline time.Time) error {
	if a.own = !deadline.IsZero(); a.own {
		return a.control.SetWriteDeadline(deadline)
	}
	return a.control.SetWriteDeadline(time.Now().Add(a.wait))
}

// Hijack implements http.Hijacker. It lifts all deadlines.
func (a *boundedAnswer) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	conn, rw, err := a.control.Hijack()
	a.own = a.own || err == nil
	return conn, rw, err
}

// Unwrap lets http.ResponseController reach what lies below.
func (a *boundedAnswer) Unwrap() http.ResponseWriter { return a.ResponseWriter }
