package graph

import (
	"context"

	"github.com/aparte-im/aparte/dm"
	"github.com/aparte-im/aparte/graph/auth"
	"github.com/aparte-im/aparte/graph/bind"
	"github.com/aparte-im/aparte/graph/generated"
)

// DirectConversation resolves the fields of a conversation that need a read.
func (s *Server) DirectConversation() generated.DirectConversationResolver { return conversation{} }

type conversation struct{}

func (conversation) With(ctx context.Context, v *dm.View) (*dm.User, error) {
	return loadersOf(ctx).user(ctx, v.With)
}

func (conversation) LastMessage(ctx context.Context, v *dm.View) (*dm.Message, error) {
	if v.Last != nil || v.LastSeq <= v.ClearedSeq {
		return v.Last, nil
	}
	m, err := loadersOf(ctx).message(ctx, dm.MessageID{Conversation: v.ID, Seq: v.LastSeq})
	return v.Preview(m), err
}

func (conversation) Messages(ctx context.Context, v *dm.View, first *int, after *string, beforeSeq *int) (*bind.MessageConnection, error) {
	page := pageOf(first, after, defaultMessages)
	if beforeSeq != nil {
		if page.After != "" {
			return nil, dm.Invalid("beforeSeq", "Give beforeSeq or after, not both.")
		}
		page.After = dm.MessagePlace(*beforeSeq).String()
	}
	messages, err := loadersOf(ctx).page(ctx, v.ID, page)
	if err != nil {
		return nil, err
	}
	return &bind.MessageConnection{Page: messages, After: page.After != ""}, nil
}

// Message resolves the fields of a message that need a read.
func (s *Server) Message() generated.MessageResolver { return message{} }

// MessagePreview resolves the fields of a preview that need a read.
func (s *Server) MessagePreview() generated.MessagePreviewResolver { return message{} }

type message struct{}

func (message) Sender(ctx context.Context, m *dm.Message) (*dm.User, error) {
	return loadersOf(ctx).user(ctx, m.Sender)
}

func (message) ClientMessageID(ctx context.Context, m *dm.Message) (string, error) {
	viewer, err := auth.ViewerOf(ctx)
	return m.KeyFor(viewer), err
}
