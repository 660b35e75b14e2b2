package export

import (
	"context"

	"github.com/aparte-im/aparte/dm"
)

type message struct {
	ID           string        `json:"id"`
	Conversation string        `json:"conversationId"`
	Seq          int64         `json:"seq"`
	Sender       string        `json:"senderId"`
	SentByMe     bool          `json:"sentByMe"`
	SentAt       stamp         `json:"sentAt"`
	Body         string        `json:"body"`
	Video        *dm.VideoCard `json:"video,omitempty"`
	Removed      bool          `json:"removed,omitempty"`
	// Key is set for messages that the user sent.
	Key string `json:"clientMessageId,omitempty"`
}

func (e *export) messages(ctx context.Context) error {
	conversations, err := e.store.ConversationsOf(ctx, e.user)
	if err != nil {
		return err
	}
	line, err := e.lines("conversations.jsonl")
	if err != nil {
		return err
	}
	e.job.Done, e.job.Total = 0, 0
	for i, c := range conversations {
		e.job.Total += c.Messages()
		if i%pageSize == 0 {
			if err := e.meet(ctx, conversations[i:min(i+pageSize, len(conversations))]); err != nil {
				return err
			}
		}
		if err := line(struct {
			ID       string `json:"id"`
			With     person `json:"with"`
			Messages int64  `json:"messages"`
			Folder   string `json:"folder"`
			ReadSeq  int64  `json:"readSeq"`
			Muted    bool   `json:"muted"`
			Declined stamp  `json:"declinedUntil"`
		}{
			c.ID.String(), personOf(c.Other, e.people[c.Other]), c.Messages(), folderNames[c.Folder], c.ReadSeq, c.Muted, stamp(c.DeclinedUntil),
		}); err != nil {
			return err
		}
	}
	if line, err = e.lines("messages.jsonl"); err != nil {
		return err
	}
	for _, c := range conversations {
		if err := e.conversation(ctx, c, line); err != nil {
			return err
		}
	}
	return nil
}

// meet reads the other members of a page of conversations.
func (e *export) meet(ctx context.Context, page []dm.ConversationRef) error {
	ids := make([]dm.UserID, len(page))
	for i, c := range page {
		ids[i] = c.Other
	}
	var err error
	e.people, err = e.store.Users(ctx, ids)
	return err
}

func (e *export) conversation(ctx context.Context, c dm.ConversationRef, line func(any) error) error {
	for after := c.FirstSeq - 1; after < c.LastSeq; {
		to := min(after+pageSize, c.LastSeq)
		page, err := e.store.MessagesOf(ctx, e.user, c, after, to)
		if err != nil {
			return err
		}
		for _, m := range page {
			one := message{
				ID: m.ID.String(), Conversation: m.ID.Conversation.String(), Seq: m.ID.Seq, Sender: m.Sender.String(),
				SentByMe: m.Sender == e.user, SentAt: stamp(m.CreatedAt), Body: m.Body, Video: m.Video, Removed: m.Removed,
			}
			if one.SentByMe {
				one.Key = m.ClientMessageID
			}
			if err := line(one); err != nil {
				return err
			}
		}
		e.job.Done += to - after
		after = to
		if err := e.progress(); err != nil {
			return err
		}
	}
	return nil
}
