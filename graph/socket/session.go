package socket

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"time"
)

// message handles one message of the protocol.
func (c *conn) message(b []byte) {
	m, err := readMessage(b)
	if err == nil {
		err = c.handle(m)
	}
	var broken *closing
	if errors.As(err, &broken) {
		c.close(broken.code, broken.reason)
	}
}

func (c *conn) handle(m message) error {
	c.mu.Lock()
	at := c.stage
	c.mu.Unlock()
	if at == closed {
		return nil
	}
	switch m.kind {
	case "connection_init":
		return c.init(m)
	case "ping":
		return c.ping(at, m)
	case "subscribe":
		if at != open {
			return &closing{codeUnauthorized, "Unauthorized"}
		}
		return c.subscribe(m)
	case "complete":
		c.complete(m.id)
	}
	return nil // a pong was heard, which is all there is to it
}

// init looks at a connection_init, apart from the reader, which must see what comes meanwhile.
func (c *conn) init(m message) error {
	c.mu.Lock()
	if c.stage != silent {
		c.mu.Unlock()
		return &closing{codeTooManyInits, "Too many initialisation requests"}
	}
	c.stage = asked
	greeting := Greeting{Header: c.header, Address: c.address}
	c.header = nil
	c.mu.Unlock()
	if !absent(m.payload) && !decode(m.payload, &greeting.Payload) {
		return errInvalid
	}
	if !c.t.task(func() { c.enter(greeting) }) {
		return &closing{codeRestart, "Service restart"}
	}
	return nil
}

// enter lets a client in, or closes its connection.
func (c *conn) enter(g Greeting) {
	session, refusal := c.ask(g)
	if refusal == nil && !c.t.config.ConnectionLimits.TakeUser(session.User) {
		refusal = &Refusal{codeTryLater, reasonTooManyUser}
	}
	if refusal != nil {
		c.close(refusal.Code, refusal.Reason)
		return
	}
	c.mu.Lock()
	if c.stage != asked {
		c.mu.Unlock()
		c.t.config.ConnectionLimits.FreeUser(session.User)
		return
	}
	c.stage = open
	c.hold(session) // from now on the connection's end gives the seat back
	c.mu.Unlock()
	c.guard(session)
	c.out.write(textFrame(`{"type":"connection_ack"}`))
}

// guard lets the session be ended from outside, instead of the one before it.
func (c *conn) guard(session Session) {
	if session.Guard == nil {
		return
	}
	leave := session.Guard(func() { c.close(codeForbidden, reasonRevoked) })
	c.mu.Lock()
	if c.stage == open {
		leave, c.leave = c.leave, leave
	}
	c.mu.Unlock()
	if leave != nil {
		leave()
	}
}

// hold begins a session, or goes on with a renewed one. c.mu is held.
func (c *conn) hold(session Session) {
	now := time.Now()
	left := session.Expires.Sub(c.t.config.Clock())
	c.session, c.ends = session, now.Add(left)
	c.notice = c.ends.Add(-min(c.t.config.Limits.RenewNotice, left/2))
	c.schedule(now)
}

// ask calls Config.Enter.
func (c *conn) ask(g Greeting) (session Session, refusal *Refusal) {
	defer func() {
		if p := recover(); p != nil {
			c.t.config.Logger.Error("socket not opened", "error", fmt.Sprint("panic: ", p))
			refusal = &Refusal{codeTryLater, reasonTryLater}
		}
	}()
	session, err := c.t.config.Enter(c.t.ending, g)
	if err == nil {
		return session, nil
	}
	if !errors.As(err, &refusal) {
		c.t.config.Logger.Error("socket not opened", "error", err)
		refusal = &Refusal{codeTryLater, reasonTryLater}
	}
	return session, refusal
}

// ping answers a ping. One that shows a token renews the session.
func (c *conn) ping(at stage, m message) error {
	var payload map[string]any
	if !absent(m.payload) && !decode(m.payload, &payload) {
		return errInvalid
	}
	if at != open || !renews(payload) {
		c.out.pong(payloadFrame("pong", m.payload))
		return nil
	}
	c.mu.Lock()
	device := c.session.Device
	c.mu.Unlock()
	session, refusal := c.ask(Greeting{Payload: payload, Address: c.address, Device: device})
	c.mu.Lock()
	if refusal == nil && session.Key != c.session.Key {
		refusal = &Refusal{codeForbidden, reasonForbidden}
	}
	if refusal != nil {
		c.mu.Unlock()
		return &closing{refusal.Code, refusal.Reason}
	}
	c.hold(session)
	c.mu.Unlock()
	c.guard(session)
	// The token is not sent back.
	c.out.write(payloadFrame("pong", mustJSON(map[string]any{"expiresAt": session.Expires.UTC().Format(time.RFC3339)})))
	return nil
}

func renews(payload map[string]any) bool {
	for _, name := range []string{"Authorization", "authorization", "token"} {
		if _, is := payload[name]; is {
			return true
		}
	}
	return false
}

// renewNotice tells a client that its session ends soon.
func renewNotice(left time.Duration) []byte {
	seconds := int64(math.Ceil(left.Seconds()))
	payload, err := json.Marshal(map[string]int64{"tokenExpiresInSeconds": seconds})
	if err != nil {
		panic(err) // a number
	}
	return payloadFrame("ping", payload)
}
