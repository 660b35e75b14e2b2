package dm

import "time"

// Message is one entry of a Conversation. Once written it changes only by losing its words, once.
type Message struct {
	ID     MessageID
	Sender UserID
	// Body is empty only beside a Video and in a removed message.
	Body            string
	Video           *VideoCard
	ClientMessageID string
	CreatedAt       time.Time
	// Withheld: its words are there and are not shown here (View.Preview). Body and Video are empty
	// then.
	Withheld bool
	// Removed: its words were taken away, by Unsend or because its sender was erased. Body and
	// Video are empty then.
	Removed bool
	// FirstDigest is the digest of the content as it was first sent, once the message holds
	// another. It tells a retry from a conflict. Nil: the message holds what was first sent. Empty
	// after an erasure.
	FirstDigest *string
}

// ConversationID is the conversation that the message stands in.
func (m *Message) ConversationID() ConversationID { return m.ID.Conversation }

// Seq is the message's place in its conversation: gapless, and rising from 1 in the order of
// commits. History that was imported into a conversation and is older than what stands there counts
// down from 0.
func (m *Message) Seq() int64 { return m.ID.Seq }

// KeyFor is the message's ClientMessageID as a viewer is shown it: its sender as it is, anybody
// else as the message's id. It is text of the sender's that no setting of the recipient's looks at
// and that outlives an unsend.
func (m *Message) KeyFor(viewer UserID) string {
	if m.Sender == viewer {
		return m.ClientMessageID
	}
	return m.ID.String()
}

// VideoCard is a shared video. The tags are the form in which it is kept.
type VideoCard struct {
	URL          string  `json:"url"`
	Title        *string `json:"title,omitempty"`
	AuthorHandle *string `json:"authorHandle,omitempty"`
	ThumbnailURL *string `json:"thumbnailUrl,omitempty"`
}

func (v *VideoCard) equal(o *VideoCard) bool {
	if v == nil || o == nil {
		return v == o
	}
	return v.URL == o.URL && equalText(v.Title, o.Title) &&
		equalText(v.AuthorHandle, o.AuthorHandle) && equalText(v.ThumbnailURL, o.ThumbnailURL)
}

func equalText(a, b *string) bool {
	if a == nil || b == nil {
		return a == b
	}
	return *a == *b
}
