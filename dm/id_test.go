package dm_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/uuid"

	"github.com/aparte-im/aparte/dm"
)

func TestIDsKeepTheirOrderAndTypeAsText(t *testing.T) {
	var ids []dm.UserID
	for range 200 {
		ids = append(ids, dm.NewUserID())
	}
	slices.SortFunc(ids, func(a, b dm.UserID) int {
		if a.Less(b) {
			return -1
		}
		return 1
	})
	for i, id := range ids {
		text := id.String()
		if back, ok := dm.ParseUserID(text); !ok || back != id {
			t.Errorf("%s reads back as %v, %v", text, back, ok)
		}
		if _, ok := dm.ParseConversationID(text); ok {
			t.Errorf("the user %s passes for a conversation", text)
		}
		if _, ok := dm.ParseMessageID(text); ok {
			t.Errorf("the user %s passes for a message", text)
		}
		if i > 0 && ids[i-1].String() >= text {
			t.Errorf("the text of %s does not sort as its bytes do", text)
		}
	}
}

func TestConversationOfIsOnePerPair(t *testing.T) {
	seen := map[dm.ConversationID]bool{}
	users := make([]dm.UserID, 20)
	for i := range users {
		users[i] = dm.NewUserID()
	}
	for i, a := range users {
		for _, b := range users[i+1:] {
			id := dm.ConversationOf(a, b)
			if dm.ConversationOf(b, a) != id {
				t.Error("the conversation depends on who asks")
			}
			if seen[id] {
				t.Error("two pairs share a conversation")
			}
			seen[id] = true
			if version := uuid.UUID(id).Version(); version != 8 {
				t.Errorf("%s has version %d; 8 says that a conversation is direct", id, version)
			}
			if back, ok := dm.ParseConversationID(id.String()); !ok || back != id {
				t.Errorf("%s reads back as %v, %v", id, back, ok)
			}
		}
	}
}

func TestMessageIDsOfEverySize(t *testing.T) {
	c := dm.ConversationOf(dm.NewUserID(), dm.NewUserID())
	for _, seq := range []int64{1, 127, 128, 1 << 31, 1 << 62, 0, -1, -128, -1 << 31, -1 << 62} {
		id := dm.MessageID{Conversation: c, Seq: seq}
		if back, ok := dm.ParseMessageID(id.String()); !ok || back != id {
			t.Errorf("%s reads back as %v, %v", id, back, ok)
		}
	}
}

func TestTheEmptyIDsAreNobodys(t *testing.T) {
	if !(dm.UserID{}).IsZero() || dm.NewUserID().IsZero() || !(dm.ConversationID{}).IsZero() {
		t.Error("IsZero does not tell nobody from somebody")
	}
}

// The texts that a fuzzer should start from; more were found and are kept in testdata.
func addIDs(f *testing.F, id string) {
	f.Helper()
	f.Add(id)
	f.Add(strings.ToUpper(id))
	f.Add(id + "0")
	f.Add(id[:len(id)-1])
	f.Add(id[4:])
	f.Add(id + "=")
	f.Add(id[:8] + "\n" + id[8:])
	f.Add("")
}

// A parsed id equals the text that String writes: an id has one text, so that texts can be compared
// and used as keys.
func FuzzParseUserID(f *testing.F) {
	addIDs(f, dm.UserID{1, 2, 3}.String())
	f.Fuzz(func(t *testing.T, s string) {
		if id, ok := dm.ParseUserID(s); ok && id.String() != s {
			t.Errorf("%q was read as %s", s, id)
		} else if !ok && !id.IsZero() && id.String() == s {
			t.Errorf("%q was refused", s)
		}
	})
}

func FuzzParseConversationID(f *testing.F) {
	addIDs(f, dm.ConversationOf(dm.UserID{1}, dm.UserID{2}).String())
	f.Fuzz(func(t *testing.T, s string) {
		if id, ok := dm.ParseConversationID(s); ok && id.String() != s {
			t.Errorf("%q was read as %s", s, id)
		}
	})
}

func FuzzParseMessageID(f *testing.F) {
	addIDs(f, dm.MessageID{Conversation: dm.ConversationOf(dm.UserID{1}, dm.UserID{2}), Seq: 300}.String())
	f.Fuzz(func(t *testing.T, s string) {
		if id, ok := dm.ParseMessageID(s); ok && (id.String() != s || id.Seq > 1<<62 || id.Seq < -1<<62) {
			t.Errorf("%q was read as %s", s, id)
		}
	})
}
