package dm_test

import (
	"testing"
	"time"

	"github.com/aparte-im/aparte/dm"
	"github.com/aparte-im/aparte/dm/policy"
)

// people is a ledger of two adults, the lower first, whom everybody may write to.
func people(edges dm.PairState) (tx *dm.Tx, low, high *dm.Head) {
	everyone := dm.Settings{Audience: policy.Everyone, ReadReceipts: true}
	low, high = &dm.Head{User: dm.UserID{1}, Settings: everyone}, &dm.Head{User: dm.UserID{2}, Settings: everyone}
	return dm.NewTx(dm.DefaultRules(), 1, noon, dm.Loaded{
		Heads:         map[dm.UserID]*dm.Head{low.User: low, high.User: high},
		Conversations: map[dm.ConversationID]*dm.Conversation{},
		Pairs:         map[dm.Pair]dm.PairState{dm.PairOf(low.User, high.User): edges},
	}), low, high
}

// I2: a retry returns the first result, also to who has meanwhile declined the other's answer, which a grid of one's own
// may let in as a request.
func TestARetryAfterADeclineOfTheAnswerIsInAFolder(t *testing.T) {
	tx, low, high := people(dm.PairState{})
	low.Settings = dm.Settings{Audience: policy.Custom, Routes: policy.Grid{policy.Known: policy.RouteRequests}}
	first := dm.Send{Sender: low.User, Recipient: high.User, Body: "hello", ClientMessageID: "k"}
	for _, send := range []dm.Send{first, {Sender: high.User, Recipient: low.User, Body: "hi", ClientMessageID: "k"}} {
		if _, err := tx.Send(send); err != nil {
			t.Fatal(err)
		}
	}
	if !tx.Decline(low.User, tx.Conversation(low.User, high.User)) {
		t.Fatal("the answer was not declined")
	}
	again, err := tx.Send(first)
	if err != nil || !again.Repeated || again.Message.ID.Seq != 1 {
		t.Fatalf("the retry answers %+v, %v", again, err)
	}
	if again.View.Folder != dm.FolderHidden {
		t.Errorf("the retry shows the folder %v; one that has a name is needed, and none in which it would be seen", again.View.Folder)
	}
}

// History may begin between two people of whom one has blocked the other.
func TestHistoryUnderABlockDoesNotCountForWhoBlocks(t *testing.T) {
	for _, edges := range []dm.PairState{{LowOverride: policy.Override{Blocked: true}}, {HighOverride: policy.Override{Blocked: true}}} {
		tx, low, high := people(edges)
		_, err := tx.Send(dm.Send{
			Sender: low.User, Recipient: high.User, Body: "then", ClientMessageID: "k", History: true, At: noon.Add(-time.Hour), Unread: true,
		})
		if err != nil {
			t.Fatal(err)
		}
		want := dm.Unread{Conversations: 1, Messages: 1}
		if edges.HighOverride.Blocked {
			want = dm.Unread{}
		}
		if high.Unread != want {
			t.Errorf("%+v: the recipient has %+v unread, want %+v (I6)", edges, high.Unread, want)
		}
	}
}

// A message always has a time, and no database or client is given one that it cannot hold.
func TestHistoryHasATime(t *testing.T) {
	send := dm.Send{Sender: dm.UserID{1}, Recipient: dm.UserID{2}, Body: "then", ClientMessageID: "k", At: noon}
	for at, ok := range map[time.Time]bool{
		noon: true, time.UnixMicro(1): true, {}: false, time.Unix(0, 0): false, time.Unix(-1, 0): false,
		time.Date(10000, 1, 1, 0, 0, 0, 0, time.UTC): false,
	} {
		send.At = at
		if _, refusal := send.Normalize(); (refusal == nil) != ok {
			t.Errorf("at %v: %v", at, refusal)
		}
	}
}
