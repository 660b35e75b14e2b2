package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"strconv"
	"strings"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/aparte-im/aparte/dm"
	"github.com/aparte-im/aparte/graph/auth"
)

// apiTarget is the measured server as its clients know it.
type apiTarget struct {
	address  string
	external map[dm.UserID]string
	tokens   sync.Map
}

// apiClient is one connection that is kept alive. It writes HTTP by hand, because a load generator
// on the same cores takes from the server what it spends on itself.
type apiClient struct {
	target *apiTarget
	conn   net.Conn
	read   *bufio.Reader
	write  []byte
}

const sendMutation = `mutation Send($input: SendMessageInput!) { sendMessage(input: $input) { __typename
	... on SendMessageSuccess { message { id seq createdAt } remaining }
	... on UserError { code detail } } }`

// sendPrefix and sendSuffix go around the variables of a send.
var sendPrefix = `{"query":` + mustQuote(sendMutation) + `,"variables":{"input":{"to":{"userId":"`

const sendSuffix = `"}}}`

func mustQuote(s string) string {
	b, err := json.Marshal(s)
	if err != nil {
		panic(err)
	}
	return string(b)
}

func (t *apiTarget) dial(ctx context.Context) (*apiClient, error) {
	conn, err := (&net.Dialer{}).DialContext(ctx, "tcp", t.address)
	if err != nil {
		return nil, err
	}
	return &apiClient{target: t, conn: conn, read: bufio.NewReader(conn)}, nil
}

// greet lets everybody ask something once, so that the row measures people who were here within the
// last minute. A person who is new to a node costs one lookup more.
func (t *apiTarget) greet(ctx context.Context, people []dm.UserID) error {
	const connections = 32
	var all errgroup.Group
	for i := range connections {
		all.Go(func() error {
			c, err := t.dial(ctx)
			if err != nil {
				return err
			}
			defer c.conn.Close()
			for at := i; at < len(people); at += connections {
				if _, err := c.post(people[at], []byte(`{"query":"{ __typename }"}`)); err != nil {
					return err
				}
			}
			return nil
		})
	}
	return all.Wait()
}

func (c *apiClient) send(_ context.Context, s dm.Send) (bool, error) {
	answer, err := c.post(s.Sender, appendSend(nil, s))
	return bytes.Contains(answer, []byte(`"SendMessageSuccess"`)), err
}

// appendSend writes the request of a send.
func appendSend(body []byte, s dm.Send) []byte {
	body = append(body, sendPrefix...)
	body = append(body, s.Recipient.String()...)
	body = append(body, `"},"body":"`...)
	body = append(body, s.Body...)
	body = append(body, `","clientMessageId":"`...)
	body = append(body, s.ClientMessageID...)
	return append(body, sendSuffix...)
}

// post asks as a user.
func (c *apiClient) post(as dm.UserID, body []byte) ([]byte, error) {
	token, err := c.target.token(as)
	if err != nil {
		return nil, err
	}
	w := append(c.write[:0], "POST /graphql HTTP/1.1\r\nHost: bench\r\nContent-Type: application/json\r\nAuthorization: Bearer "...)
	w = append(w, token...)
	w = append(w, "\r\nContent-Length: "...)
	w = strconv.AppendInt(w, int64(len(body)), 10)
	w = append(w, "\r\n\r\n"...)
	w = append(w, body...)
	c.write = w
	if _, err := c.conn.Write(w); err != nil {
		return nil, err
	}
	return c.answer()
}

func (c *apiClient) answer() ([]byte, error) {
	status, err := c.read.ReadString('\n')
	if err != nil {
		return nil, err
	}
	length := -1
	for {
		line, err := c.read.ReadSlice('\n')
		if err != nil {
			return nil, err
		}
		if len(line) <= 2 {
			break
		}
		name, value, _ := bytes.Cut(line, []byte(":"))
		if strings.EqualFold(string(name), "Content-Length") {
			if length, err = strconv.Atoi(string(bytes.TrimSpace(value))); err != nil {
				return nil, err
			}
		}
	}
	if length < 0 {
		return nil, errors.New("an answer without a length")
	}
	answer := make([]byte, length)
	if _, err := io.ReadFull(c.read, answer); err != nil {
		return nil, err
	}
	if !strings.HasPrefix(status, "HTTP/1.1 200") || bytes.Contains(answer, []byte(`"errors"`)) {
		return nil, fmt.Errorf("%s: %s", strings.TrimSpace(status), answer)
	}
	return answer, nil
}

func (t *apiTarget) token(as dm.UserID) (string, error) {
	if token, ok := t.tokens.Load(as); ok {
		return token.(string), nil
	}
	token, err := auth.SignToken(benchSecret, t.external[as], time.Hour)
	t.tokens.Store(as, token)
	return token, err
}
