package dm

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
)

// Unsend takes the words and the video of a message that the viewer sent away from both sides. The
// message keeps its seq and stays counted as it was (I3, I6); both logs tell of it. Unsending twice
// is unsending once. The copy in an earlier report stays sealed. Errors: NOT_FOUND, also for the
// messages of others.
func (s *Service) Unsend(ctx context.Context, viewer UserID, id MessageID) (*Message, error) {
	other, err := s.inbox.OtherMember(ctx, viewer, id.Conversation)
	if CodeOf(err) == CodeNotFound {
		return nil, NotFound("message")
	} else if err != nil {
		return nil, err
	}
	var out *Message
	scope := Scope{Pairs: []Pair{PairOf(viewer, other)}, Messages: []MessageID{id}}
	err = s.txs.Change(ctx, scope, func(tx *Tx) error {
		var err error
		out, err = tx.Unsend(viewer, id)
		return err
	})
	return out, err
}

// Unsend takes the words of a loaded message away.
func (tx *Tx) Unsend(viewer UserID, id MessageID) (*Message, error) {
	m, c := tx.in.Messages[id], tx.in.Conversations[id.Conversation]
	if m == nil || c == nil || m.Sender != viewer || tx.in.Heads[viewer].Gone {
		return nil, NotFound("message")
	}
	if m.Removed {
		return m, nil
	}
	m = m.withoutWords()
	tx.in.Messages[id] = m
	tx.out.Removed = append(tx.out.Removed, m)
	for i := range c.Members {
		// A log tells nothing of what is out of its user's view.
		if side := &c.Members[i]; side.Folder != FolderNone && side.sees(id.Seq) {
			tx.event(side.User, EventMessageRemoved, c, m)
		}
	}
	return m, nil
}

// withoutWords is the message that is left of m: its place, its sender, its key and a digest.
func (m *Message) withoutWords() *Message {
	out := *m
	if m.FirstDigest == nil {
		digest := contentDigest(m.ID.Conversation, m.Sender, m.ClientMessageID, m.Body, m.Video)
		out.FirstDigest = &digest
	}
	out.Body, out.Video, out.Removed = "", nil, true
	return &out
}

// sameContent reports whether a send with this message's key asks for the same message (I2):
// whether it has the content that was first sent, which the message may hold no longer. After an
// erasure every retry is taken for the first send.
func (m *Message) sameContent(s *Send) bool {
	if m.FirstDigest == nil {
		return m.Body == s.Body && m.Video.equal(s.Video)
	}
	return *m.FirstDigest == "" ||
		*m.FirstDigest == contentDigest(m.ID.Conversation, m.Sender, m.ClientMessageID, s.Body, s.Video)
}

// contentDigest tells contents apart without keeping them. It goes with its message's place and
// key, so that equal words of two messages do not look alike.
func contentDigest(conversation ConversationID, sender UserID, key, body string, video *VideoCard) string {
	b := append([]byte(nil), conversation[:]...)
	b = append(b, sender[:]...)
	part := func(s *string) {
		if s == nil {
			b = append(b, 0)
			return
		}
		b = append(b, 1)
		b = binary.AppendUvarint(b, uint64(len(*s)))
		b = append(b, *s...)
	}
	part(&key)
	part(&body)
	if video != nil {
		part(&video.URL)
		part(video.Title)
		part(video.AuthorHandle)
		part(video.ThumbnailURL)
	}
	sum := sha256.Sum256(b)
	return base64.RawURLEncoding.EncodeToString(sum[:])
}
