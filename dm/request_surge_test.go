package dm_test

import (
	"testing"
	"time"

	"github.com/aparte-im/aparte/dm"
	"github.com/aparte-im/aparte/dm/policy"
)

// flood sends n requests of as many people to one, at one time, and counts where they land.
func flood(t *testing.T, to *dm.Head, n int, at time.Time, edge dm.PairState) (requests, hidden int) {
	t.Helper()
	in := dm.Loaded{
		Heads:         map[dm.UserID]*dm.Head{to.User: to},
		Conversations: map[dm.ConversationID]*dm.Conversation{}, Pairs: map[dm.Pair]dm.PairState{},
	}
	var senders []dm.UserID
	for i := range n {
		id := dm.UserID{1, byte(i), byte(i >> 8), byte(at.Unix() / 60), byte(at.Unix() >> 16)}
		in.Heads[id] = &dm.Head{User: id}
		in.Pairs[dm.PairOf(id, to.User)] = edge
		senders = append(senders, id)
	}
	tx := dm.NewTx(dm.DefaultRules(), 1, at, in)
	for _, id := range senders {
		if _, err := tx.Send(dm.Send{Sender: id, Recipient: to.User, Body: "hello", ClientMessageID: "k"}); err != nil {
			t.Fatal(err)
		}
		switch _, side := tx.Conversation(id, to.User).Sides(id); side.Folder {
		case dm.FolderRequests:
			requests++
		case dm.FolderHidden:
			if side.HoldReason != policy.HoldShield {
				t.Fatalf("hidden, and held by %v", side.HoldReason)
			}
			hidden++
		}
	}
	return requests, hidden
}

func popular() *dm.Head {
	return &dm.Head{User: dm.UserID{9}, Settings: dm.Settings{Audience: policy.Everyone}}
}

func TestASurgeRaisesTheShield(t *testing.T) {
	to := popular()
	if requests, hidden := flood(t, to, 500, noon, dm.PairState{}); requests != 21 || hidden != 479 {
		t.Errorf("%d requests and %d hidden, want 21 and 479", requests, hidden)
	}
	if !to.ShieldAt.Equal(noon) || to.Unread.Requests != 21 {
		t.Errorf("the shield is up since %v, %d requests count", to.ShieldAt, to.Unread.Requests)
	}
	// It stays up until the person decides.
	if requests, hidden := flood(t, to, 3, noon.AddDate(0, 1, 0), dm.PairState{}); requests != 0 || hidden != 3 {
		t.Errorf("a month later: %d requests and %d hidden", requests, hidden)
	}
	// People whom the host suggests are no part of it.
	if requests, hidden := flood(t, to, 3, noon.AddDate(0, 2, 0), dm.PairState{Suggested: true}); requests != 3 || hidden != 0 {
		t.Errorf("suggested people: %d requests and %d hidden", requests, hidden)
	}
}

func TestWhoIsUsuallyWrittenToByManyHasNoSurge(t *testing.T) {
	to := popular()
	at := noon
	for range 24 * 7 {
		if _, hidden := flood(t, to, 15, at, dm.PairState{}); hidden != 0 {
			t.Fatalf("%v: %d of the usual are hidden", at.Sub(noon), hidden)
		}
		at = at.Add(time.Hour)
	}
	// About 63 % of 15 an hour are the usual after a week of them.
	if to.Surge.Usual < 9000 || to.Surge.Usual > 10000 {
		t.Errorf("the usual is %d thousandths", to.Surge.Usual)
	}
	if requests, hidden := flood(t, to, 60, at, dm.PairState{}); hidden != 0 || requests != 60 {
		t.Errorf("four times the usual: %d requests, %d hidden", requests, hidden)
	}
	if _, hidden := flood(t, to, 60, at.Add(time.Minute), dm.PairState{}); hidden == 0 {
		t.Error("more than ten times the usual hides nothing")
	}
	// A quiet month is forgotten.
	quiet := popular()
	quiet.Surge = to.Surge
	if requests, _ := flood(t, quiet, 40, at.AddDate(0, 2, 0), dm.PairState{}); requests != 21 {
		t.Errorf("after two quiet months the shield goes up after %d requests", requests)
	}
}
