package main

import (
	"context"
	"encoding/binary"
	"fmt"
	"strconv"
	"sync/atomic"
	"time"

	"github.com/aparte-im/aparte/dm"
)

// liveStore is the database of the live rows: people and the ends of their logs, in memory. These
// rows measure what happens after the commit, so nothing is stored; whatever else is asked of it
// panics.
type liveStore struct {
	dm.Store
	users []*dm.User
	byID  map[dm.UserID]int
	ends  []atomic.Int64
	// logs counts how often a log was read, read the events that were.
	logs, read atomic.Int64
}

func newLiveStore(n int) *liveStore {
	s := &liveStore{users: make([]*dm.User, n), byID: make(map[dm.UserID]int, n), ends: make([]atomic.Int64, n)}
	for i := range s.users {
		var id dm.UserID
		binary.BigEndian.PutUint32(id[8:], uint32(i))
		id[0], id[15] = 1, byte(i)
		name := liveName(i)
		s.users[i], s.byID[id] = &dm.User{ID: id, ExternalID: name, Handle: name, DisplayName: name}, i
	}
	return s
}

func liveName(i int) string { return fmt.Sprintf("u%07d", i) }

func (s *liveStore) UserByExternalID(_ context.Context, external string) (*dm.User, error) {
	if i, err := strconv.Atoi(external[1:]); err == nil && i < len(s.users) {
		return s.users[i], nil
	}
	return nil, dm.NotFound("user")
}

func (s *liveStore) Users(_ context.Context, ids []dm.UserID) (map[dm.UserID]*dm.User, error) {
	out := make(map[dm.UserID]*dm.User, len(ids))
	for _, id := range ids {
		if i, ok := s.byID[id]; ok {
			out[id] = s.users[i]
		}
	}
	return out, nil
}

func (s *liveStore) Log(_ context.Context, viewer dm.UserID, after int64, limit int) (dm.Log, error) {
	s.logs.Add(1)
	i := s.byID[viewer]
	log := dm.Log{Head: s.ends[i].Load(), Epoch: 1}
	for p := after + 1; p <= log.Head && len(log.Events) < limit; p++ {
		log.Events = append(log.Events, s.event(i, p, time.Now()))
	}
	s.read.Add(int64(len(log.Events)))
	return log, nil
}

func (s *liveStore) LogEnds(_ context.Context, users []dm.UserID) (map[dm.UserID]dm.LogEnd, error) {
	out := make(map[dm.UserID]dm.LogEnd, len(users))
	for _, user := range users {
		if i, ok := s.byID[user]; ok {
			out[user] = dm.LogEnd{Position: s.ends[i].Load()}
		}
	}
	return out, nil
}

// event is a message to a user from their neighbour. Its text is when it was published.
func (s *liveStore) event(i int, position int64, at time.Time) *dm.Event {
	user, from := s.users[i].ID, s.users[(i+1)%len(s.users)].ID
	id := dm.MessageID{Conversation: dm.ConversationOf(user, from), Seq: position}
	m := &dm.Message{ID: id, Sender: from, Body: strconv.FormatInt(at.UnixNano(), 10), CreatedAt: at}
	return &dm.Event{
		User: user, Position: position, Kind: dm.EventMessageAdded, At: at, Epoch: 1, Message: m,
		Unread: dm.Unread{Conversations: 1, Messages: position},
		View: &dm.View{
			ID: id.Conversation, Viewer: user, With: from, Folder: dm.FolderInbox, LastSeq: position, LastAt: at,
			Unread: position, Last: m,
		},
	}
}
