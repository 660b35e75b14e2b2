// Package wsclient is the WebSocket client of the tests.
//
// Purpose. The product uses gobwas/ws. Tests talk to it through another implementation,
// coder/websocket, so that both sides do not share a mistake. This package is the one place that
// imports it.
//
// Invariants. A client answers pings until IgnorePings. Messages of any size are read.
//
// Concurrency. Reads must not be concurrent with each other. All other methods are safe for
// concurrent use.
//
// Lifecycle. A Conn ends with Close or Leave.
package wsclient

import (
	"context"
	"encoding/json"
	"net/http"
	"sync/atomic"
	"time"

	"github.com/coder/websocket"
)

// Conn is a client's end of a connection.
type Conn struct {
	ws       *websocket.Conn
	patience time.Duration
	silent   atomic.Bool
}

// Dial opens a connection to a ws URL. The header may be nil. patience limits the handshake and
// each read; zero is no limit.
func Dial(ctx context.Context, url string, patience time.Duration, header http.Header, protocols ...string) (*Conn, *http.Response, error) {
	c := &Conn{patience: patience}
	ctx, cancel := c.limit(ctx)
	defer cancel()
	ws, response, err := websocket.Dial(ctx, url, &websocket.DialOptions{
		HTTPHeader: header, Subprotocols: protocols,
		OnPingReceived: func(context.Context, []byte) bool { return !c.silent.Load() },
	})
	if err != nil {
		return nil, response, err
	}
	ws.SetReadLimit(-1)
	c.ws = ws
	return c, response, nil
}

func (c *Conn) limit(ctx context.Context) (context.Context, context.CancelFunc) {
	if c.patience == 0 {
		return ctx, func() {}
	}
	return context.WithTimeout(ctx, c.patience)
}

// IgnorePings makes the client answer no further pings.
func (c *Conn) IgnorePings() { c.silent.Store(true) }

// Read returns the next message.
func (c *Conn) Read() ([]byte, error) {
	ctx, cancel := c.limit(context.Background())
	defer cancel()
	_, message, err := c.ws.Read(ctx)
	return message, err
}

// ReadJSON reads the next message into v.
func (c *Conn) ReadJSON(v any) error {
	message, err := c.Read()
	if err != nil {
		return err
	}
	return json.Unmarshal(message, v)
}

// Write sends a text message.
func (c *Conn) Write(message string) error {
	return c.ws.Write(context.Background(), websocket.MessageText, []byte(message))
}

// WriteJSON sends v as a text message.
func (c *Conn) WriteJSON(v any) error {
	message, err := json.Marshal(v)
	if err != nil {
		return err
	}
	return c.Write(string(message))
}

// Close closes the TCP connection without a closing handshake, like a client that loses its
// network.
func (c *Conn) Close() error { return c.ws.CloseNow() }

// Leave closes the connection with a closing handshake.
func (c *Conn) Leave() error { return c.ws.Close(websocket.StatusNormalClosure, "") }

// CloseCode returns the code with which the server closed the connection, or -1 when an error is
// not about that.
func CloseCode(err error) int { return int(websocket.CloseStatus(err)) }
