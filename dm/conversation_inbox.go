package dm

import (
	"context"
	"maps"
	"slices"
)

// Inbox lists one folder of the viewer's inbox, newest activity first, with each conversation's
// last message. Errors: INVALID_INPUT.
func (s *Service) Inbox(ctx context.Context, viewer UserID, folder Folder, page PageRequest) (Page[*View], error) {
	place, err := parseInboxPlace(page.After)
	if err == nil {
		err = page.check()
	}
	if err != nil {
		return Page[*View]{}, err
	}
	views, readErr := s.inbox.Inbox(ctx, viewer, folder, place, page.First+1)
	if readErr == nil {
		readErr = s.preview(ctx, viewer, views)
	}
	return Cut(views, page.First), readErr
}

// Place is the view's place in its folder, for the next page.
func (v *View) Place() string { return InboxPlace{At: v.LastAt, ID: v.ID}.String() }

// Conversation returns the viewer's view of a conversation. Errors: NOT_FOUND.
func (s *Service) Conversation(ctx context.Context, viewer UserID, id ConversationID) (*View, error) {
	views, err := s.Conversations(ctx, viewer, []ConversationID{id})
	if err != nil {
		return nil, err
	}
	if views[id] == nil {
		return nil, NotFound("conversation")
	}
	return views[id], nil
}

// ConversationWith returns the viewer's conversation with another user. Errors: NOT_FOUND, also
// before the first message.
func (s *Service) ConversationWith(ctx context.Context, viewer, other UserID) (*View, error) {
	if viewer == other {
		return nil, NotFound("conversation")
	}
	return s.Conversation(ctx, viewer, ConversationOf(viewer, other))
}

// Conversations returns the views that the viewer has of many conversations, in one read.
func (s *Service) Conversations(ctx context.Context, viewer UserID, ids []ConversationID) (map[ConversationID]*View, error) {
	views, err := s.inbox.Views(ctx, viewer, ids)
	if err != nil {
		return nil, err
	}
	return views, s.preview(ctx, viewer, slices.Collect(maps.Values(views)))
}

// Messages lists messages of many conversations at once, newest first, with the same page of each.
// Conversations that are not the viewer's are left out. Errors: INVALID_INPUT.
func (s *Service) Messages(ctx context.Context, viewer UserID, ids []ConversationID, page PageRequest) (map[ConversationID]Page[*Message], error) {
	before, refusal := parseMessagePlace(page.After)
	if refusal == nil {
		refusal = page.check()
	}
	if refusal != nil {
		return nil, refusal
	}
	lists, err := s.inbox.Messages(ctx, viewer, once(ids), int64(before), page.First+1)
	if err != nil {
		return nil, err
	}
	out := make(map[ConversationID]Page[*Message], len(lists))
	for id, list := range lists {
		out[id] = Cut(list, page.First)
	}
	return out, nil
}

// once leaves out ids that stand twice, which would list their messages twice.
func once(ids []ConversationID) []ConversationID {
	ids = slices.Clone(ids)
	slices.SortFunc(ids, func(a, b ConversationID) int { return slices.Compare(a[:], b[:]) })
	return slices.Compact(ids)
}

// Place is the message's place in its conversation, for the next page.
func (m *Message) Place() string { return MessagePlace(m.ID.Seq).String() }

// MessagesByID returns those messages that the viewer may see, in one read.
func (s *Service) MessagesByID(ctx context.Context, viewer UserID, ids []MessageID) (map[MessageID]*Message, error) {
	return s.inbox.MessagesByID(ctx, viewer, ids)
}

// Unread returns the viewer's counts and the cursor they hold at. Errors: NOT_FOUND.
func (s *Service) Unread(ctx context.Context, viewer UserID) (Counted, error) {
	tx, err := s.inspectUser(ctx, viewer)
	if err != nil {
		return Counted{}, err
	}
	return tx.Unread(viewer), nil
}

// Messaging returns the viewer's settings. Errors: NOT_FOUND.
func (s *Service) Messaging(ctx context.Context, viewer UserID) (Messaging, error) {
	tx, err := s.inspectUser(ctx, viewer)
	if err != nil {
		return Messaging{}, err
	}
	h := tx.Head(viewer)
	return tx.messaging(h), nil
}

func (s *Service) inspectUser(ctx context.Context, viewer UserID) (*Tx, error) {
	tx, err := s.txs.Inspect(ctx, Scope{Users: []UserID{viewer}})
	if err != nil {
		return nil, err
	}
	if tx.Head(viewer) == nil {
		return nil, NotFound("user")
	}
	return tx, nil
}
