package store_test

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/aparte-im/aparte/dm"
	"github.com/aparte-im/aparte/dm/policy"
	"github.com/aparte-im/aparte/internal/faultproxy"
	"github.com/aparte-im/aparte/live"
)

// A send that nobody waits with takes two round trips.
func TestALoneSendIsTwoStatements(t *testing.T) {
	t.Parallel()
	f := newFaulty(t, 0)
	sends := f.sends()
	f.acknowledged("connect")
	for _, send := range sends[:2] { // the first connects a writer
		var mu sync.Mutex
		var seen []string
		f.proxy.Follow(func(s string) faultproxy.Step {
			mu.Lock()
			defer mu.Unlock()
			seen = append(seen, s)
			return faultproxy.Pass()
		})
		if _, err := f.store.Append(t.Context(), send); err != nil {
			t.Fatal(err)
		}
		f.proxy.Follow(nil)
		if len(seen) != 2 || !strings.Contains(seen[0], "a.version") || !strings.Contains(seen[1], "held AS") {
			t.Errorf("a lone send asked %d statements: %q", len(seen), seen)
		}
	}
}

// I1, I3: whatever changes between the two statements of a lone send is seen by the second, which
// then writes nothing: the send is decided anew under lock.
func TestALoneSendMeetsAChange(t *testing.T) {
	t.Parallel()
	f := newFaulty(t, 0)
	other := openStore(t, f.url)
	defer other.Close()
	service := dm.New(dm.Config{Store: other, Bus: live.NewHub(), PollInterval: time.Hour})
	f.acknowledged("connect")
	everything := append(slices.Clone(changes),
		change{name: "the host's edges", do: func(t *testing.T, s *dm.Service, alice, bob dm.UserID, _ dm.MessageID) error {
			names := externalIDs(t, s, alice, bob)
			return s.SetEdges(t.Context(), []dm.EdgeEdit{{From: names[0], To: names[1]}})
		}},
		change{name: "the host's suggestion", do: func(t *testing.T, s *dm.Service, alice, bob dm.UserID, _ dm.MessageID) error {
			names := externalIDs(t, s, alice, bob)
			return s.SetEdges(t.Context(), []dm.EdgeEdit{{From: names[0], To: names[1], Suggested: true}})
		}},
		change{name: "an age", do: func(t *testing.T, s *dm.Service, _, bob dm.UserID, _ dm.MessageID) error {
			name := externalIDs(t, s, bob)[0]
			_, err := s.UpsertUsers(t.Context(), []dm.UserInput{{ExternalID: name, Handle: name, DisplayName: name, AgeBand: policy.Under16}})
			return err
		}, closes: true},
		change{name: "an answer", do: func(t *testing.T, s *dm.Service, alice, bob dm.UserID, _ dm.MessageID) error {
			_, err := s.Send(t.Context(), bob, dm.SendInput{To: alice, Body: "yes?", ClientMessageID: "k"})
			return err
		}},
	)
	for n, c := range everything {
		alice, bob := strangers(t, f.store, n)
		send := dm.Send{Sender: alice, Recipient: bob, Body: "hello", ClientMessageID: "k"}
		first, err := f.store.Append(t.Context(), send)
		if err != nil {
			t.Fatal(err)
		}
		var once sync.Once
		var locked bool
		f.proxy.Follow(func(s string) faultproxy.Step {
			if strings.Contains(s, "held AS") {
				once.Do(func() {
					if err := c.do(t, service, alice, bob, first.Message.ID); err != nil {
						t.Errorf("%s: %v", c.name, err)
					}
				})
			}
			locked = locked || s == "BEGIN"
			return faultproxy.Pass()
		})
		send.ClientMessageID = fmt.Sprint("k", n)
		_, err = f.store.Append(t.Context(), send)
		f.proxy.Follow(nil)
		if !locked {
			t.Errorf("%s: the send did not see it", c.name)
		}
		if refused := dm.CodeOf(err) == dm.CodeMessageNotAllowed; refused != c.closes {
			t.Errorf("%s had returned, and the send is answered with %v (I1)", c.name, err)
		}
	}
	report, err := f.store.Verify(t.Context())
	if err != nil || len(report.Problems) > 0 {
		t.Errorf("verify: %q (%v)", report.Problems, err)
	}
}

// I1: a shared friend who is lost between the reads and the write of a lone send counts no more. A
// send between strangers reads twice before it writes.
func TestALoneSendMeetsTheLossOfASharedFriend(t *testing.T) {
	t.Parallel()
	f := newFaulty(t, 0)
	other := openStore(t, f.url)
	defer other.Close()
	service := dm.New(dm.Config{Store: other, Bus: live.NewHub(), PollInterval: time.Hour})
	f.acknowledged("connect")
	alice, bob := strangers(t, f.store, 1)
	friends := f.users[:dm.DefaultRules().SharedFriends]
	for _, friend := range friends { // their ids are lower, so theirs was the only head written
		for _, p := range [][2]dm.UserID{{alice, friend}, {friend, alice}, {bob, friend}, {friend, bob}} {
			if err := service.Follow(t.Context(), p[0], p[1]); err != nil {
				t.Fatal(err)
			}
		}
	}
	if _, err := service.SetWhoCanMessageMe(t.Context(), bob, policy.SuggestedFriends, nil); err != nil {
		t.Fatal(err)
	}
	send := dm.Send{Sender: alice, Recipient: bob, Body: "hello", ClientMessageID: "k"}
	if _, err := f.store.Append(t.Context(), send); err != nil {
		t.Fatal(err)
	}
	reads := 0
	var once sync.Once
	f.proxy.Follow(func(s string) faultproxy.Step {
		if strings.Contains(s, "a.version") && !strings.Contains(s, "held AS") {
			reads++
		}
		if strings.Contains(s, "held AS") {
			once.Do(func() {
				if err := service.Unfollow(t.Context(), bob, friends[0]); err != nil {
					t.Error(err)
				}
			})
		}
		return faultproxy.Pass()
	})
	send.ClientMessageID = "k2"
	_, err := f.store.Append(t.Context(), send)
	f.proxy.Follow(nil)
	if dm.CodeOf(err) != dm.CodeMessageNotAllowed || reads != 2 {
		t.Errorf("after %d reads and the loss of a shared friend the send is answered with %v", reads, err)
	}
}

// I1: a change that commits while the second statement of a lone send waits for the head is seen
// all the same.
func TestALoneSendWaitsForAChange(t *testing.T) {
	t.Parallel()
	f := newFaulty(t, 0)
	f.acknowledged("connect")
	alice, bob := strangers(t, f.store, 1)
	db := openRaw(t, f.url)
	defer db.Close()
	tx, err := db.BeginTx(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = tx.Rollback() }()
	if _, err := tx.ExecContext(t.Context(), "UPDATE heads SET audience = $1, version = version + 1 WHERE user_id = $2", policy.NoOne, uuid.UUID(bob).String()); err != nil {
		t.Fatal(err)
	}
	sent := make(chan error, 1)
	go func() {
		_, err := f.store.Append(t.Context(), dm.Send{Sender: alice, Recipient: bob, Body: "hello", ClientMessageID: "k"})
		sent <- err
	}()
	for waiting := 0; waiting == 0; {
		err := db.QueryRowContext(t.Context(), `SELECT count(*) FROM pg_stat_activity
			WHERE datname = current_database() AND wait_event_type = 'Lock' AND query LIKE '%held AS%'`).Scan(&waiting)
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := tx.Commit(); err != nil {
		t.Fatal(err)
	}
	if err := <-sent; dm.CodeOf(err) != dm.CodeMessageNotAllowed {
		t.Errorf("NO_ONE was committed before the send, which is answered with %v (I1)", err)
	}
}

func externalIDs(t *testing.T, s *dm.Service, ids ...dm.UserID) []string {
	t.Helper()
	users, err := s.Users(t.Context(), ids)
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, id := range ids {
		out = append(out, users[id].ExternalID)
	}
	return out
}
