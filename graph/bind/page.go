package bind

import "github.com/aparte-im/aparte/dm"

// Node is anything that has an id and can be read by it.
type Node any

// Conversation is a conversation of any type: a *dm.View. Its methods are those that no other Node
// has.
type Conversation interface {
	Place() string
	Request() bool
}

// PageInfo tells where a page stands in its list.
type PageInfo struct {
	HasNextPage, HasPreviousPage bool
	StartCursor, EndCursor       *string
}

func pageInfo[T any](s dm.Page[T], after bool, place func(T) string) PageInfo {
	p := PageInfo{HasNextPage: s.More, HasPreviousPage: after}
	if n := len(s.Items); n > 0 {
		first, last := place(s.Items[0]), place(s.Items[n-1])
		p.StartCursor, p.EndCursor = &first, &last
	}
	return p
}

func edges[T, E any](items []T, edge func(T) E) []E {
	out := make([]E, len(items))
	for i, item := range items {
		out[i] = edge(item)
	}
	return out
}

// ConversationConnection is a page of conversations. After: the page starts behind a place.
type ConversationConnection struct {
	dm.Page[*dm.View]
	After bool
}

// PageInfo is computed when it is asked for, like Edges.
func (c *ConversationConnection) PageInfo() PageInfo {
	return pageInfo(c.Page, c.After, (*dm.View).Place)
}

// Edges are the conversations with their places.
func (c *ConversationConnection) Edges() []*ConversationEdge {
	return edges(c.Items, func(v *dm.View) *ConversationEdge { return &ConversationEdge{v} })
}

// Nodes are the conversations alone.
func (c *ConversationConnection) Nodes() []Conversation {
	return edges(c.Items, func(v *dm.View) Conversation { return v })
}

// ConversationEdge is a conversation in a list.
type ConversationEdge struct{ Node Conversation }

// Cursor is its place.
func (e *ConversationEdge) Cursor() string { return e.Node.Place() }

// MessageConnection is a page of messages. After: the page starts behind a place.
type MessageConnection struct {
	dm.Page[*dm.Message]
	After bool
}

// PageInfo is computed when it is asked for, like Edges.
func (c *MessageConnection) PageInfo() PageInfo {
	return pageInfo(c.Page, c.After, (*dm.Message).Place)
}

// Edges are the messages with their places.
func (c *MessageConnection) Edges() []*MessageEdge {
	return edges(c.Items, func(m *dm.Message) *MessageEdge { return &MessageEdge{m} })
}

// MessageEdge is a message in a list.
type MessageEdge struct{ Node *dm.Message }

// Cursor is its place.
func (e *MessageEdge) Cursor() string { return e.Node.Place() }

// UserConnection is a page of users. After: the page starts behind a place.
type UserConnection struct {
	dm.Page[dm.FoundUser]
	After bool
}

// PageInfo is computed when it is asked for, like Edges.
func (c *UserConnection) PageInfo() PageInfo {
	return pageInfo(c.Page, c.After, func(f dm.FoundUser) string { return f.Place.String() })
}

// Edges are the users with their places.
func (c *UserConnection) Edges() []*UserEdge {
	return edges(c.Items, func(f dm.FoundUser) *UserEdge { return &UserEdge{f.User, f.Place} })
}

// Nodes are the users alone.
func (c *UserConnection) Nodes() []*dm.User {
	return edges(c.Items, func(f dm.FoundUser) *dm.User { return f.User })
}

// UserEdge is a user in a list.
type UserEdge struct {
	Node  *dm.User
	place dm.UserPlace
}

// Cursor is their place.
func (e *UserEdge) Cursor() string { return e.place.String() }
