package graph

import (
	"context"

	"github.com/aparte-im/aparte/dm"
	"github.com/aparte-im/aparte/graph/auth"
	"github.com/aparte-im/aparte/graph/generated"
)

func (m mutation) UnsendMessage(ctx context.Context, text string) (generated.UnsendMessageResult, error) {
	viewer, err := auth.ViewerOf(ctx)
	if err != nil {
		return nil, err
	}
	id, ok := dm.ParseMessageID(text)
	if !ok {
		return refused[generated.UnsendMessageResult](dm.NotFound("message"))
	}
	left, err := m.service.Unsend(ctx, viewer, id)
	if err != nil {
		return refused[generated.UnsendMessageResult](err)
	}
	return generated.UnsendMessageSuccess{Message: left}, nil
}
