package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strconv"
	"strings"

	"github.com/aparte-im/aparte/dm"
)

// socketClient is one WebSocket, written by hand for the same reason as apiClient.
type socketClient struct {
	conn net.Conn
	read *bufio.Reader
	// text holds the last message.
	text       []byte
	operations int
}

// Opcodes of RFC 6455.
const (
	frameText  = 1
	frameClose = 8
	framePing  = 9
	framePong  = 10
)

// socket connects, says who it is and waits for the answer.
func (t *apiTarget) socket(ctx context.Context, as dm.UserID) (*socketClient, error) {
	token, err := t.token(as)
	if err != nil {
		return nil, err
	}
	conn, err := (&net.Dialer{}).DialContext(ctx, "tcp", t.address)
	if err != nil {
		return nil, err
	}
	c := &socketClient{conn: conn, read: bufio.NewReader(conn)}
	if err := c.open(token); err != nil {
		_ = conn.Close()
		return nil, err
	}
	return c, nil
}

func (c *socketClient) open(token string) error {
	const hello = "GET /graphql HTTP/1.1\r\nHost: bench\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n" +
		"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Protocol: graphql-transport-ws\r\n\r\n"
	if _, err := io.WriteString(c.conn, hello); err != nil {
		return err
	}
	res, err := http.ReadResponse(c.read, nil)
	if err != nil {
		return err
	}
	defer res.Body.Close() // which is empty
	if res.StatusCode != http.StatusSwitchingProtocols {
		return fmt.Errorf("the upgrade was answered with %s", res.Status)
	}
	if err := c.write(`{"type":"connection_init","payload":{"Authorization":"Bearer ` + token + `"}}`); err != nil {
		return err
	}
	answer, err := c.next()
	if err == nil && !strings.Contains(string(answer), "connection_ack") {
		err = fmt.Errorf("instead of connection_ack came %s", answer)
	}
	return err
}

// subscribe starts an operation.
func (c *socketClient) subscribe(id int, query string) error {
	return c.write(`{"type":"subscribe","id":"` + strconv.Itoa(id) + `","payload":{"query":` + mustQuote(query) + `}}`)
}

// send asks for a send and waits for its answer and its end.
func (c *socketClient) send(_ context.Context, s dm.Send) (bool, error) {
	c.operations++
	body := append([]byte(`{"type":"subscribe","id":"`), strconv.Itoa(c.operations)...)
	body = append(body, `","payload":`...)
	body = append(appendSend(body, s), '}')
	if err := c.frame(frameText, body); err != nil {
		return false, err
	}
	accepted := false
	for {
		answer, err := c.next()
		switch {
		case err != nil:
			return false, err
		case bytes.Contains(answer, []byte(`"type":"next"`)) && !bytes.Contains(answer, []byte(`"errors"`)):
			accepted = bytes.Contains(answer, []byte(`"SendMessageSuccess"`))
		case bytes.Contains(answer, []byte(`"type":"complete"`)):
			return accepted, nil
		default:
			return false, fmt.Errorf("a send was answered with %s", answer)
		}
	}
}

func (c *socketClient) write(text string) error { return c.frame(frameText, []byte(text)) }

// frame writes one whole frame, masked with zeros as a client may.
func (c *socketClient) frame(opcode byte, payload []byte) error {
	out := []byte{0x80 | opcode}
	switch n := len(payload); {
	case n < 126:
		out = append(out, 0x80|byte(n))
	case n < 1<<16:
		out = binary.BigEndian.AppendUint16(append(out, 0x80|126), uint16(n))
	default:
		out = binary.BigEndian.AppendUint64(append(out, 0x80|127), uint64(n))
	}
	out = append(out, 0, 0, 0, 0)
	_, err := c.conn.Write(append(out, payload...))
	return err
}

// next waits for a message; it is good until the next call.
func (c *socketClient) next() ([]byte, error) {
	for {
		var head [2]byte
		if _, err := io.ReadFull(c.read, head[:]); err != nil {
			return nil, err
		}
		n := uint64(head[1] & 0x7f)
		var long [8]byte
		switch n {
		case 126:
			if _, err := io.ReadFull(c.read, long[6:]); err != nil {
				return nil, err
			}
			n = binary.BigEndian.Uint64(long[:])
		case 127:
			if _, err := io.ReadFull(c.read, long[:]); err != nil {
				return nil, err
			}
			n = binary.BigEndian.Uint64(long[:])
		}
		if n > 1<<20 {
			return nil, fmt.Errorf("a frame of %d bytes", n)
		}
		if uint64(cap(c.text)) < n {
			c.text = make([]byte, n)
		}
		c.text = c.text[:n]
		if _, err := io.ReadFull(c.read, c.text); err != nil {
			return nil, err
		}
		switch head[0] & 0x0f {
		case frameText:
			return c.text, nil
		case framePing:
			if err := c.frame(framePong, c.text); err != nil {
				return nil, err
			}
		case frameClose:
			return nil, fmt.Errorf("closed: %q", c.text)
		case framePong:
		default:
			return nil, errors.New("a frame of an unknown kind")
		}
	}
}

func (c *socketClient) close() { _ = c.conn.Close() }
