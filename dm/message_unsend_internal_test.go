package dm

import "testing"

// I2: a retry is compared with the content that was first sent, whatever the message holds by now.
func TestARetryIsComparedWithWhatWasFirstSent(t *testing.T) {
	first := Send{Sender: UserID{1}, Recipient: UserID{2}, Body: "helo", ClientMessageID: "k"}
	conversation := ConversationOf(first.Sender, first.Recipient)
	digest := contentDigest(conversation, first.Sender, first.ClientMessageID, first.Body, nil)
	edited := Message{
		ID: MessageID{conversation, 1}, Sender: first.Sender, Body: "hello", ClientMessageID: "k", FirstDigest: &digest,
	}
	other := first
	other.Body = "hello"
	for name, m := range map[string]*Message{"edited": &edited, "removed after an edit": edited.withoutWords()} {
		if !m.sameContent(&first) {
			t.Errorf("%s: the retry is taken for another message", name)
		}
		if m.sameContent(&other) {
			t.Errorf("%s: another content is taken for the retry", name)
		}
	}
}
