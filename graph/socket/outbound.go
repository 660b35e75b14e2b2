package socket

import (
	"sync"
	"time"

	"github.com/gobwas/ws"
)

// outbound writes whole frames, as far as the system takes them at once. The rest waits in a
// backlog that one goroutine writes, with a deadline; while there is one, no subscription of the
// connection is pulled. So the backlog is bounded by one turn of each subscription and the answers
// that were on their way.
type outbound struct {
	conn *conn

	mu sync.Mutex
	// backlog is what the system had no room for. flushing: somebody is at it.
	backlog  []byte
	flushing bool
	// sealed: the close frame is the last that is written. broken: nothing can be written.
	sealed, broken bool
	// These serve one call of writeNow, and are here so that it allocates nothing.
	bytes   []byte
	written int
	failed  error
	attempt func(fd uintptr) bool
}

// write writes frames, or keeps them to be written. A client that lets too much pile up is cut.
func (o *outbound) write(frames []byte) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.sealed {
		return
	}
	o.writeLocked(frames)
}

func (o *outbound) writeLocked(frames []byte) {
	if o.broken {
		return
	}
	if o.flushing {
		if len(o.backlog)+len(frames) > o.conn.t.config.Limits.BacklogBytes {
			o.cut(CutBacklog)
			return
		}
		o.backlog = append(o.backlog, frames...)
		return
	}
	n, err := o.writeNow(frames)
	if err != nil {
		o.broken = true
		o.conn.abort()
		return
	}
	if n == len(frames) {
		return
	}
	// A copy: the caller's buffer goes back to its pool.
	o.backlog = append([]byte(nil), frames[n:]...)
	o.flushing = o.conn.t.task(o.flush)
}

// seal writes a last frame.
func (o *outbound) seal(frame []byte) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.sealed {
		return
	}
	o.sealed = true
	o.writeLocked(frame)
}

// pong answers a ping, unless much waits to be written already: only the newest ping needs an
// answer.
func (o *outbound) pong(frame []byte) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.sealed || len(o.backlog) > 0 {
		return
	}
	o.writeLocked(frame)
}

// clear reports whether nothing waits to be written.
func (o *outbound) clear() bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	return !o.flushing
}

// flush writes the backlog, which may grow meanwhile.
func (o *outbound) flush() {
	c := o.conn
	var writing []byte
	for {
		o.mu.Lock()
		if len(o.backlog) == 0 || o.broken {
			o.flushing = false
			o.backlog = nil
			o.mu.Unlock()
			break
		}
		writing, o.backlog = o.backlog, writing[:0]
		o.mu.Unlock()
		_ = c.socket.SetWriteDeadline(time.Now().Add(c.t.config.Limits.WriteWait))
		if _, err := c.socket.Write(writing); err != nil {
			o.mu.Lock()
			o.cut(unwritten(err))
			o.mu.Unlock()
		}
	}
	// A deadline that stayed would end the next write.
	_ = c.socket.SetWriteDeadline(time.Time{})
	c.resume()
}

// cut ends the connection of a client that does not read. Its close frame would stand behind what
// it has not read, so the connection is reset: to the client that is 1006, at which it connects
// again.
func (o *outbound) cut(reason CutReason) {
	if o.broken {
		return
	}
	o.broken = true
	o.conn.t.counts.cut[reason].Add(1)
	o.conn.abort()
}

// closeFrame is a close frame; its reason is cut to what fits.
func closeFrame(code int, reason string) []byte {
	const maxReason = ws.MaxControlFramePayloadSize - 2
	if len(reason) > maxReason {
		reason = reason[:maxReason]
		for len(reason) > 0 && reason[len(reason)-1]&0xC0 == 0x80 {
			reason = reason[:len(reason)-1]
		}
		if len(reason) > 0 && reason[len(reason)-1] >= 0xC0 {
			reason = reason[:len(reason)-1]
		}
	}
	body := make([]byte, 0, 2+len(reason))
	if code != 0 {
		body = append(body, byte(code>>8), byte(code))
		body = append(body, reason...)
	}
	return controlFrame(ws.OpClose, body)
}

func controlFrame(op ws.OpCode, body []byte) []byte {
	frame := make([]byte, 0, 2+len(body))
	return append(append(frame, 0x80|byte(op), byte(len(body))), body...)
}

// textHeader appends the header of a whole text frame from the server, which has no mask.
func textHeader(b []byte, length int) []byte {
	b = append(b, 0x80|byte(ws.OpText))
	switch {
	case length < 126:
		return append(b, byte(length))
	case length < 1<<16:
		return append(b, 126, byte(length>>8), byte(length))
	default:
		n := uint64(length)
		return append(b, 127, byte(n>>56), byte(n>>48), byte(n>>40), byte(n>>32), byte(n>>24), byte(n>>16), byte(n>>8), byte(n))
	}
}
