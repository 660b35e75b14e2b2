package storetest

import (
	"fmt"
	"testing"
	"time"

	"github.com/aparte-im/aparte/dm"
	"github.com/aparte-im/aparte/dm/policy"
)

func history(from, to dm.UserID, body, key string, at time.Time) dm.Send {
	return dm.Send{Sender: from, Recipient: to, Body: body, ClientMessageID: key, At: at}
}

func testImport(t *testing.T, b Backend) {
	w := newWorld(t, b)
	u := w.users(4)
	for _, user := range u {
		w.audience(user, policy.NoOne) // history is not judged
	}
	then := time.Date(2004, 4, 15, 7, 0, 0, 0, time.UTC)
	var rows []dm.Send
	for i := range 200 {
		from, to := u[i%4], u[(i+1+i/4%3)%4]
		rows = append(rows, history(from, to, fmt.Sprint(i), fmt.Sprintf("row-%d", i), then.Add(time.Duration(i)*time.Minute)))
	}
	fresh, err := w.service.Import(t.Context(), rows[:120])
	w.must(err)
	if fresh.New != 120 {
		t.Errorf("%d of 120 rows are new", fresh.New)
	}
	heads := make([]dm.Cursor, len(u))
	for i, user := range u {
		heads[i] = w.cursor(user)
	}
	// The same again changes nothing, and a restart in the middle goes on.
	fresh, err = w.service.Import(t.Context(), rows[:120])
	w.must(err)
	for i, user := range u {
		if w.cursor(user) != heads[i] {
			t.Error("the same import again wrote events (I2)")
		}
	}
	if fresh.New != 0 {
		t.Errorf("%d rows are new the second time", fresh.New)
	}
	fresh, err = w.service.Import(t.Context(), rows[60:])
	w.must(err)
	if fresh.New != 80 {
		t.Errorf("%d rows are new after a restart, want 80", fresh.New)
	}
	w.consistent(u...)

	// Every conversation keeps its rows' order and times, and the senders are known.
	seen := map[dm.ConversationID]int64{}
	known := map[[2]dm.UserID]bool{}
	for _, row := range rows {
		id := dm.ConversationOf(row.Sender, row.Recipient)
		seen[id]++
		known[[2]dm.UserID{row.Sender, row.Recipient}] = true
		mid := dm.MessageID{Conversation: id, Seq: seen[id]}
		byID, err := w.service.MessagesByID(t.Context(), row.Recipient, []dm.MessageID{mid})
		w.must(err)
		if m := byID[mid]; m == nil || m.Body != row.Body || !m.CreatedAt.Equal(row.At) || m.Sender != row.Sender {
			t.Fatalf("row %s became %+v", row.Body, m)
		}
	}
	for pair := range known {
		w.audience(pair[0], policy.PeopleIMessaged)
		if s := w.standing(pair[1], pair[0]); s.Permission.Folder != dm.FolderInbox {
			t.Errorf("who was written to in the imported history stands %+v", s.Permission)
		}
	}
	// A send goes on from the history.
	if sent := w.send(u[1], u[0], "now"); sent.Message.ID.Seq != seen[dm.ConversationOf(u[0], u[1])]+1 {
		t.Errorf("the next seq is %d after %d", sent.Message.ID.Seq, seen[dm.ConversationOf(u[0], u[1])])
	}
	w.consistent(u...)
}

func testImportAllOrNothing(t *testing.T, b Backend) {
	w := newWorld(t, b)
	alice, bob := w.pair()
	then := time.Date(2004, 4, 15, 7, 0, 0, 0, time.UTC)
	good := history(alice, bob, "one", "k1", then)
	for name, bad := range map[string]dm.Send{
		"no body":      history(alice, bob, "", "k2", then),
		"unknown user": history(alice, dm.NewUserID(), "two", "k2", then),
		"to oneself":   history(alice, alice, "two", "k2", then),
		"a used key":   history(alice, bob, "two", "k1", then),
	} {
		fresh, err := w.service.Import(t.Context(), []dm.Send{good, bad})
		if dm.CodeOf(err) == "" {
			t.Errorf("%s: %d new, %v", name, fresh.New, err)
		}
		if n := len(w.events(alice, 0)); n != 0 {
			t.Fatalf("%s: half of it was written", name)
		}
	}
	if fresh, err := w.service.Import(t.Context(), []dm.Send{good, good}); fresh.New != 1 || err != nil {
		t.Errorf("a row that stands twice is new %d times, %v", fresh.New, err)
	}
	w.consistent(alice, bob)
}
