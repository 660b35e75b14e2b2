package store

import (
	"context"
	"net"
	"time"
)

// dialTimeout bounds the making of a connection: a host that drops packets says nothing for
// minutes.
const dialTimeout = 10 * time.Second

// dialer makes connections that fail when the other side is silent for too long, as one behind a
// cut cable or a halted machine is. Without it a writer would wait for the answer for ever, and
// everybody who waits for the writer too.
type dialer struct {
	// silence is how long an answer may take. 0: without limit.
	silence   time.Duration
	keepAlive net.KeepAliveConfig
}

// Dial implements pq.Dialer.
func (d dialer) Dial(network, address string) (net.Conn, error) {
	return d.DialContext(context.Background(), network, address)
}

// DialTimeout implements pq.Dialer.
func (d dialer) DialTimeout(network, address string, timeout time.Duration) (net.Conn, error) {
	ctx, cancel := context.WithTimeout(context.Background(), timeout)
	defer cancel()
	return d.DialContext(ctx, network, address)
}

// DialContext implements pq.DialerContext.
func (d dialer) DialContext(ctx context.Context, network, address string) (net.Conn, error) {
	conn, err := (&net.Dialer{Timeout: dialTimeout, KeepAliveConfig: d.keepAlive}).DialContext(ctx, network, address)
	if err != nil || d.silence == 0 {
		return conn, err
	}
	return impatient{conn, d.silence}, nil
}

// impatient fails a read or write that is not done within its time of the last question.
type impatient struct {
	net.Conn
	silence time.Duration
}

// Write implements net.Conn. Postgres speaks only when asked, so a question starts the time.
func (c impatient) Write(p []byte) (int, error) {
	if err := c.SetDeadline(time.Now().Add(c.silence)); err != nil {
		return 0, err
	}
	return c.Conn.Write(p)
}
