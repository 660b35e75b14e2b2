package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"

	"github.com/aparte-im/aparte/internal/wsclient"
)

// subscriber follows one person's inbox over a raw socket, is cut at random points, and comes back
// with its last cursor.
type subscriber struct {
	token  string
	server *revived
	random *rand.Rand
	// whole: never cut.
	whole bool

	mu     sync.Mutex
	conn   *wsclient.Conn
	cursor string
	target string
	seen   []inboxEvent
	cuts   int
}

type inboxEvent struct {
	Typename string `json:"__typename"`
	Cursor   string
	Unread   unreadCounts
	// ConversationID and Preview are those of a MessageAdded. The message itself is null in a
	// request.
	ConversationID string
	Preview        struct{ Seq int }
}

type unreadCounts struct{ Conversations, Requests, Messages int }

const followInbox = `subscription($after: Cursor) { inboxEvents(after: $after) { __typename cursor
	unread { conversations requests messages } ... on MessageAdded { conversationId preview { seq } } } }`

// follow runs until the target was seen. Only what makes no sense is an error; a lost connection is
// not.
func (s *subscriber) follow(ctx context.Context) error {
	for !s.complete() {
		address, err := s.server.up(ctx)
		if err != nil {
			return err
		}
		var lost lostError
		if err := s.connect(ctx, address); err != nil && !errors.As(err, &lost) {
			return err
		}
	}
	return nil
}

// lostError is about the connection; the next one may be better.
type lostError struct{ error }

func (s *subscriber) connect(ctx context.Context, address string) error {
	conn, err := dial(ctx, address)
	if err != nil {
		return lostError{err}
	}
	defer func() { _ = conn.Close() }()
	defer context.AfterFunc(ctx, func() { _ = conn.Close() })()
	s.mu.Lock()
	s.conn = conn
	var after any
	if s.cursor != "" {
		after = s.cursor
	}
	s.mu.Unlock()
	for _, message := range []map[string]any{
		{"type": "connection_init", "payload": map[string]any{"Authorization": "Bearer " + s.token}},
		{"type": "subscribe", "id": "1", "payload": map[string]any{"query": followInbox, "variables": map[string]any{"after": after}}},
	} {
		if err := conn.WriteJSON(message); err != nil {
			return lostError{err}
		}
		if message["type"] == "connection_init" {
			if kind, _, err := read(conn); err != nil || kind != "connection_ack" {
				return lostError{fmt.Errorf("%s %w", kind, err)}
			}
		}
	}
	// Sometimes it is cut before anything came, sometimes after some; never twice at a fixed place.
	for left := s.random.IntN(40); left > 0 || s.whole; left-- {
		if err := s.take(conn); err != nil || s.complete() {
			return err
		}
	}
	s.mu.Lock()
	s.cuts++
	s.mu.Unlock()
	if s.random.IntN(2) == 0 {
		// Without a word, as a phone does in a tunnel.
		return conn.Close()
	}
	if err := conn.Leave(); err != nil {
		return lostError{err}
	}
	return nil
}

func dial(ctx context.Context, address string) (*wsclient.Conn, error) {
	conn, _, err := wsclient.Dial(ctx, "ws://"+address+"/graphql", patience, nil, "graphql-transport-ws")
	return conn, err
}

func read(conn *wsclient.Conn) (string, json.RawMessage, error) {
	var message struct {
		Type    string
		Payload json.RawMessage
	}
	err := conn.ReadJSON(&message)
	return message.Type, message.Payload, err
}

// take reads one event.
func (s *subscriber) take(conn *wsclient.Conn) error {
	kind, payload, err := read(conn)
	switch {
	case err != nil:
		return lostError{err}
	case kind == "ping":
		err = conn.WriteJSON(map[string]any{"type": "pong"})
		if err != nil {
			return lostError{err}
		}
		return nil
	case kind == "complete":
		return lostError{errors.New("complete")}
	case kind != "next":
		return fmt.Errorf("the server says %s %s", kind, payload)
	}
	var result struct {
		Data   struct{ InboxEvents inboxEvent }
		Errors json.RawMessage
	}
	if err := json.Unmarshal(payload, &result); err != nil || result.Errors != nil {
		return fmt.Errorf("event %s: %w", payload, err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.seen = append(s.seen, result.Data.InboxEvents)
	s.cursor = result.Data.InboxEvents.Cursor
	return nil
}

// until ends the subscriber at a cursor, which it may have seen already.
func (s *subscriber) until(cursor string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.target = cursor
	if s.cursor == cursor && s.conn != nil {
		_ = s.conn.Close()
	}
}

func (s *subscriber) complete() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.target != "" && s.cursor == s.target
}
