package dm_test

import (
	"errors"
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

// I2: a retry returns the first result, also to who has meanwhile declined the other's answer,
// which a grid of one's own may let in as a request.
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

// A message needs a classification when it would be written and the recipient does not know,
// follow, list or invite its sender. Nothing is recorded before it has one.
func TestMessagesThatNeedAClassification(t *testing.T) {
	type change func(s *dm.Send, high *dm.Head)
	for name, test := range map[string]struct {
		edges  dm.PairState
		change change
		want   error
	}{
		"a stranger":             {want: dm.ErrUnclassified},
		"a follower":             {edges: dm.PairState{LowFollows: true}, want: dm.ErrUnclassified},
		"followed":               {edges: dm.PairState{HighFollows: true}},
		"on the list":            {edges: dm.PairState{HighOverride: policy.Override{Listed: policy.ListedAlways}}},
		"history":                {change: func(s *dm.Send, _ *dm.Head) { s.History, s.At = true, noon }},
		"with a classification":  {change: func(s *dm.Send, _ *dm.Head) { s.Unclassified = false }},
		"refused by an audience": {change: func(_ *dm.Send, high *dm.Head) { high.Settings.Audience = policy.NoOne }},
	} {
		tx, low, high := people(test.edges)
		send := dm.Send{Sender: low.User, Recipient: high.User, Body: "hello", ClientMessageID: "k", Unclassified: true}
		if test.change != nil {
			test.change(&send, high)
		}
		_, err := tx.Send(send)
		if errors.Is(err, dm.ErrUnclassified) != (test.want != nil) {
			t.Errorf("%s: %v, want %v", name, err, test.want)
		}
		if err != nil && !tx.Changes().Empty() {
			t.Errorf("%s: something is recorded", name)
		}
	}

	// A retry returns the first result, and the other side's answer is from a known person.
	tx, low, high := people(dm.PairState{})
	first := dm.Send{Sender: low.User, Recipient: high.User, Body: "hello", ClientMessageID: "k"}
	if _, err := tx.Send(first); err != nil {
		t.Fatal(err)
	}
	first.Unclassified = true
	if again, err := tx.Send(first); err != nil || !again.Repeated {
		t.Errorf("a retry answers %+v, %v", again, err)
	}
	answer := dm.Send{Sender: high.User, Recipient: low.User, Body: "hi", ClientMessageID: "k", Unclassified: true}
	if _, err := tx.Send(answer); err != nil {
		t.Errorf("an answer: %v", err)
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
