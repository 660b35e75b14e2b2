package dm

import "time"

// Message is one entry of a Conversation. It never changes once written.
type Message struct {
	ID     MessageID
	Sender UserID
	// Body is empty only beside a Video.
	Body            string
	Video           *VideoCard
	ClientMessageID string
	CreatedAt       time.Time
}

// VideoCard is a shared video.
type VideoCard struct {
	URL          string
	Title        *string
	AuthorHandle *string
	ThumbnailURL *string
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
