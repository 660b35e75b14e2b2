package faultproxy

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"sync/atomic"
)

// connection is one client's connection and its twin to the server.
type connection struct {
	proxy          *Proxy
	client, server net.Conn
	// texts are the prepared statements by name. Only forward uses it.
	texts map[string]string
	// deaf: what the server says is not passed on, and its next ReadyForQuery ends the connection.
	deaf atomic.Bool
	// stalled: nothing is passed on, and the server is not told that the client has gone.
	stalled atomic.Bool
}

// The types of the messages that matter, see "Message Formats" in the manual of Postgres.
const (
	typeQuery, typeParse, typeBind, typeSync = 'Q', 'P', 'B', 'S'
	typeReadyForQuery, typeError             = 'Z', 'E'
	startupVersion                           = 3 << 16
)

var errCut = errors.New("cut")

// forward passes on what the client says until either side or a script ends it.
func (c *connection) forward() {
	from := bufio.NewReader(c.client)
	err := c.startup(from)
	for err == nil {
		err = c.message(from)
	}
	if !c.stalled.Load() {
		c.cut()
	}
}

func (c *connection) cut() {
	c.client.Close()
	c.server.Close()
}

// startup passes on the first message, which has no type.
func (c *connection) startup(from *bufio.Reader) error {
	var size [4]byte
	if _, err := io.ReadFull(from, size[:]); err != nil {
		return err
	}
	body, err := readBody(from, size)
	if err != nil {
		return err
	}
	if len(body) >= 4 && binary.BigEndian.Uint32(body) == startupVersion {
		if err := c.login(c.proxy.ask(Login)); err != nil {
			return err
		}
	}
	_, err = c.server.Write(append(size[:], body...))
	return err
}

func (c *connection) login(step Step) error {
	switch step.kind {
	case pass:
		return nil
	case fail:
		fields := fmt.Sprintf("SFATAL\x00VFATAL\x00C%s\x00Mrefused by the proxy\x00\x00", step.code)
		_, _ = c.client.Write(message(typeError, []byte(fields)))
	case stall:
		return c.stall()
	}
	return errCut
}

// message passes one message on. The messages from a Bind to its Sync are one statement and share
// one fate.
func (c *connection) message(from *bufio.Reader) error {
	kind, body, err := readMessage(from)
	if err != nil {
		return err
	}
	raw := message(kind, body)
	statement := ""
	switch kind {
	case typeParse:
		name, rest := cutString(body)
		c.texts[name], _ = cutString(rest)
	case typeQuery:
		statement, _ = cutString(body)
	case typeBind:
		_, rest := cutString(body)
		name, _ := cutString(rest)
		statement = c.texts[name]
		for kind != typeSync {
			if kind, body, err = readMessage(from); err != nil {
				return err
			}
			raw = append(raw, message(kind, body)...)
		}
	}
	if statement != "" {
		if raw, err = c.follow(c.proxy.ask(statement), raw); err != nil {
			return err
		}
	}
	_, err = c.server.Write(raw)
	return err
}

// follow takes a step with a whole statement and returns what to send in its place.
func (c *connection) follow(step Step, raw []byte) ([]byte, error) {
	switch step.kind {
	case fail:
		return message(typeQuery, []byte("DO $$BEGIN RAISE EXCEPTION 'raised for the proxy' USING ERRCODE = '"+
			step.code+"'; END$$\x00")), nil
	case cutBefore:
		return nil, errCut
	case cutAfter:
		c.deaf.Store(true)
	case stall:
		return nil, c.stall()
	}
	return raw, nil
}

// stall waits, and hides from the server that the client leaves. backward ends it with the server's
// connection.
func (c *connection) stall() error {
	c.stalled.Store(true)
	_, _ = io.Copy(io.Discard, c.client)
	return errCut
}

// backward passes on what the server says.
func (c *connection) backward() {
	defer c.cut()
	from := bufio.NewReader(c.server)
	for {
		kind, body, err := readMessage(from)
		if err != nil {
			return
		}
		switch {
		case c.stalled.Load():
		case c.deaf.Load():
			if kind == typeReadyForQuery {
				return
			}
		default:
			if _, err := c.client.Write(message(kind, body)); err != nil && !c.stalled.Load() {
				return
			}
		}
	}
}

func message(kind byte, body []byte) []byte {
	out := make([]byte, 5, 5+len(body))
	out[0] = kind
	binary.BigEndian.PutUint32(out[1:], uint32(len(body)+4))
	return append(out, body...)
}

func readMessage(from *bufio.Reader) (byte, []byte, error) {
	kind, err := from.ReadByte()
	if err != nil {
		return 0, nil, err
	}
	var size [4]byte
	if _, err := io.ReadFull(from, size[:]); err != nil {
		return 0, nil, err
	}
	body, err := readBody(from, size)
	return kind, body, err
}

func readBody(from io.Reader, size [4]byte) ([]byte, error) {
	n := binary.BigEndian.Uint32(size[:])
	if n < 4 {
		return nil, fmt.Errorf("a message of %d bytes", n)
	}
	body := make([]byte, n-4)
	_, err := io.ReadFull(from, body)
	return body, err
}

func cutString(b []byte) (string, []byte) {
	text, rest, _ := bytes.Cut(b, []byte{0})
	return string(text), rest
}
