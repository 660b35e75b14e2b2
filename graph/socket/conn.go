package socket

import (
	"errors"
	"io"
	"net"
	"net/http"
	"net/netip"
	"runtime/debug"
	"sync"
	"sync/atomic"
	"syscall"
	"time"
	"unicode/utf8"

	"github.com/99designs/gqlgen/graphql"
	"github.com/gobwas/ws"
)

// stage is how far a connection has come.
type stage uint8

const (
	silent stage = iota // waits for the connection_init
	asked               // the connection_init is looked at
	open                // acknowledged
	closed              // a close frame was sent or cannot be
)

// conn is one connection.
type conn struct {
	t       *Transport
	exec    graphql.GraphExecutor
	socket  net.Conn
	raw     syscall.RawConn
	address netip.Addr
	in      inbound
	out     outbound

	// heard is when the client last said anything, begun when the message began that has not ended,
	// in nanoseconds; begun is 0 between messages.
	heard, begun atomic.Int64

	mu      sync.Mutex
	stage   stage
	header  http.Header // until the session is known
	session Session
	// leave takes the session from those that may be ended from outside.
	leave func()
	// ends is when the session does, by this process's own clock, and notice when the client is
	// told that it will; zero when it was.
	ends, notice time.Time
	ops          map[string]*operation
	// single counts the queries and mutations that run. draining: the connection ends with the last
	// of them.
	single   int
	draining bool
	// pinged is when the ping was sent that has no answer yet.
	pinged time.Time
	timer  *time.Timer
}

// start sets the first of the connection's times.
func (c *conn) start() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.heard.Store(time.Now().UnixNano())
	if c.stage != closed {
		c.timer = time.AfterFunc(c.t.config.Limits.InitTimeout, c.tick)
	}
}

// run reads until the connection ends, and then takes down all that belongs to it.
func (c *conn) run() {
	c.t.counts.connections.Add(1)
	defer func() {
		if p := recover(); p != nil {
			c.t.config.Logger.Error("socket: panic", "panic", p, "stack", string(debug.Stack()))
		}
		c.gone()
	}()
	take := func(b []byte) error {
		c.heard.Store(time.Now().UnixNano())
		c.mu.Lock()
		if c.stage == open {
			c.in.limit = c.t.config.Limits.MessageBytes
		}
		c.mu.Unlock()
		err := c.in.take(b, c.message, c.control)
		c.watchMessage()
		return err
	}
	var err error
	if early := c.in.held; len(early) > 0 {
		c.in.held = nil
		err = take(early)
	}
	for err == nil {
		err = c.receive(take)
	}
	var broken *closing
	if !errors.As(err, &broken) {
		return
	}
	// Further input is read, so that the kernel does not reset the connection before the client
	// has read the reason.
	c.close(broken.code, broken.reason)
	for err = nil; err == nil; {
		err = c.receive(func([]byte) error { return nil })
	}
}

// watchMessage notes since when a message has been coming in.
func (c *conn) watchMessage() {
	if !c.in.begun() {
		c.begun.Store(0)
	} else if c.begun.CompareAndSwap(0, time.Now().UnixNano()) {
		c.mu.Lock()
		c.schedule(time.Now())
		c.mu.Unlock()
	}
}

// gone frees what a connection had.
func (c *conn) gone() {
	c.end()
	_ = c.socket.Close()
	c.t.registry.leave(c)
	c.mu.Lock()
	user, leave := c.session.User, c.leave
	c.mu.Unlock()
	if leave != nil {
		leave()
	}
	c.t.config.ConnectionLimits.FreeUser(user)
	c.t.config.ConnectionLimits.FreeAddress(c.address)
	c.t.counts.connections.Add(-1)
}

// end ends all operations, without a word to the client.
func (c *conn) end() {
	c.mu.Lock()
	c.stage = closed
	if c.timer != nil {
		c.timer.Stop()
	}
	ops := c.ops
	c.ops, c.header = nil, nil
	c.mu.Unlock()
	for _, o := range ops {
		o.stop()
	}
}

// close sends a close frame, once, and ends the connection when the client has answered or
// CloseWait is over.
func (c *conn) close(code int, reason string) {
	c.mu.Lock()
	if c.stage == closed {
		c.mu.Unlock()
		return
	}
	c.stage = closed
	c.mu.Unlock()
	if code >= codeInvalid && code < codeTerminated || code == codeTryLater {
		c.t.counts.refused.Add(1)
	}
	c.end()
	c.out.seal(closeFrame(code, reason))
	_ = c.socket.SetReadDeadline(time.Now().Add(c.t.config.Limits.CloseWait))
}

// abort ends the connection at once; what the system has not sent is dropped.
func (c *conn) abort() {
	if tcp, ok := c.socket.(*net.TCPConn); ok {
		_ = tcp.SetLinger(0)
	}
	_ = c.socket.Close() // its reader does the rest
}

// drain ends the connection for a restart, after the queries and mutations that run.
func (c *conn) drain() {
	c.mu.Lock()
	c.draining = true
	busy := c.single > 0
	c.mu.Unlock()
	if !busy {
		c.close(codeRestart, "Service restart")
	}
}

// control handles the frames that WebSocket itself uses.
func (c *conn) control(op ws.OpCode, payload []byte) error {
	switch op {
	case ws.OpPing:
		c.out.pong(controlFrame(ws.OpPong, payload))
	case ws.OpClose:
		code, reason := ws.ParseCloseFrameData(payload)
		switch {
		case len(payload) == 0:
			c.close(0, "")
		case !isCloseCode(code) || !utf8.ValidString(reason):
			return &closing{codeProtocol, "Close frame against the rules"}
		default:
			c.close(int(code), "")
		}
		return io.EOF // nothing comes any more
	}
	return nil
}

// isCloseCode reports whether a client may send a code in a close frame: those of RFC 6455 §7.4 and
// its registry, those of libraries (3000 to 3999) and those of applications (4000 to 4999).
func isCloseCode(code ws.StatusCode) bool {
	switch {
	case code < 1000 || code >= 5000:
		return false
	case code < 3000:
		return code <= 1003 || code >= 1007 && code <= 1014
	}
	return true
}

// schedule sets the timer to the next thing that is due. c.mu is held.
func (c *conn) schedule(now time.Time) {
	if c.timer == nil || c.stage != open {
		return // nothing that is said before the acknowledgement gives a client more time for it
	}
	l := &c.t.config.Limits
	next := time.Unix(0, c.heard.Load()).Add(l.KeepAlive).Sub(now)
	if !c.pinged.IsZero() {
		next = c.pinged.Add(l.PongWait).Sub(now)
	}
	next = min(next, c.ends.Sub(now))
	if !c.notice.IsZero() {
		next = min(next, c.notice.Sub(now))
	}
	if begun := c.begun.Load(); begun != 0 {
		next = min(next, time.Unix(0, begun).Add(l.MessageWait).Sub(now))
	}
	c.timer.Reset(max(next, time.Millisecond))
}

// tick does what is due.
func (c *conn) tick() {
	now, l := time.Now(), &c.t.config.Limits
	c.mu.Lock()
	if c.stage == closed {
		c.mu.Unlock()
		return
	}
	if c.stage != open {
		c.mu.Unlock()
		c.close(codeInitTimeout, "Connection initialisation timeout")
		return
	}
	heard := time.Unix(0, c.heard.Load())
	if heard.After(c.pinged) {
		c.pinged = time.Time{}
	}
	begun := c.begun.Load()
	left := c.ends.Sub(now)
	var frame []byte
	code, reason, cut := 0, "", CutReasons
	switch {
	case left <= 0:
		code, reason = codeForbidden, reasonExpired
	case begun != 0 && now.Sub(time.Unix(0, begun)) >= l.MessageWait:
		code, reason, cut = codeTerminated, "The message took too long", CutSlowMessage
	case !c.pinged.IsZero() && now.Sub(c.pinged) >= l.PongWait:
		code, reason, cut = codeTerminated, "No answer to a ping", CutNoPong
	case !c.notice.IsZero() && !now.Before(c.notice):
		c.notice = time.Time{}
		frame = renewNotice(left)
	case c.pinged.IsZero() && now.Sub(heard) >= l.KeepAlive:
		c.pinged = now
		frame = controlFrame(ws.OpPing, nil)
	}
	if code == 0 {
		c.schedule(now)
	}
	c.mu.Unlock()
	if cut != CutReasons {
		c.t.counts.cut[cut].Add(1)
	}
	switch {
	case code != 0:
		c.close(code, reason)
	case frame != nil:
		c.out.write(frame)
	}
}

// receiveSlowly is receive for connections that the system's own calls cannot reach: it waits with
// a buffer of one byte.
func (c *conn) receiveSlowly(use func([]byte) error) error {
	var first [1]byte
	if _, err := io.ReadFull(c.socket, first[:]); err != nil {
		return err
	}
	return use(first[:])
}
