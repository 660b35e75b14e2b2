package access

import (
	"bufio"
	"net"
	"net/http"
)

// Counter passes an answer on and notes its status and size.
type Counter struct {
	http.ResponseWriter
	// Status is 0 until something was written, and stays so for what became a socket.
	Status int
	// Bytes are those of the body, before the connection's own framing.
	Bytes int64
	// taken: the connection was taken over, for a socket.
	taken bool
}

// Count returns a Counter around w, or w itself when it is one.
func Count(w http.ResponseWriter) *Counter {
	if c, is := w.(*Counter); is {
		return c
	}
	return &Counter{ResponseWriter: w}
}

// WriteHeader notes the final status.
func (c *Counter) WriteHeader(status int) {
	if c.Status == 0 && (status >= http.StatusOK || status == http.StatusSwitchingProtocols) {
		c.Status = status
	}
	c.ResponseWriter.WriteHeader(status)
}

func (c *Counter) Write(b []byte) (int, error) {
	if c.Status == 0 {
		c.Status = http.StatusOK
	}
	n, err := c.ResponseWriter.Write(b)
	c.Bytes += int64(n)
	return n, err
}

// Hijack implements http.Hijacker.
func (c *Counter) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	conn, rw, err := http.NewResponseController(c.ResponseWriter).Hijack()
	c.taken = err == nil
	return conn, rw, err
}

// Unwrap lets http.ResponseController reach what lies below: deadlines and flushing.
func (c *Counter) Unwrap() http.ResponseWriter { return c.ResponseWriter }

// Answered is the status that the client got: a handler that returns without a word answers 200,
// and one that took the connection over made a socket of it.
func (c *Counter) Answered() int {
	switch {
	case c.Status != 0:
		return c.Status
	case c.taken:
		return http.StatusSwitchingProtocols
	}
	return http.StatusOK
}
