package store_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/aparte-im/aparte/dm"
	"github.com/aparte-im/aparte/dm/policy"
	"github.com/aparte-im/aparte/internal/faultproxy"
	"github.com/aparte-im/aparte/live"
	"github.com/aparte-im/aparte/store"
)

// I1, I2, I3: a change is answered with its outcome, even when the connection was cut before or
// after the COMMIT, the transaction met a conflict, or the database went silent. Nothing happens
// twice.
func TestChangesUnderFaults(t *testing.T) {
	t.Parallel()
	steps := map[string]faultproxy.Step{
		"cut before COMMIT": faultproxy.CutBefore(), "cut after COMMIT": faultproxy.CutAfter(),
		"conflict at COMMIT": faultproxy.Fail("40001"), "stalled at COMMIT": faultproxy.Stall(),
	}
	f := newFaulty(t, 400*time.Millisecond)
	service := dm.New(dm.Config{Store: f.store, Bus: live.NewHub(), PollInterval: time.Hour})
	n := 0
	for name, step := range steps {
		for _, c := range changes {
			n++
			alice, bob := strangers(t, f.store, n)
			id := dm.ConversationOf(alice, bob)
			// A request from Alice that waits for Bob.
			sent, err := service.Send(t.Context(), alice, dm.SendInput{To: bob, Body: "hello", ClientMessageID: "k"})
			if err != nil {
				t.Fatal(err)
			}
			before := positions(t, f.store, alice, bob)
			script, hit := once("COMMIT", 1, step)
			f.proxy.Follow(script)
			err = c.do(t, service, alice, bob, sent.Message.ID)
			f.proxy.Follow(nil)
			if err != nil {
				t.Errorf("%s, %s: the caller is told %v", c.name, name, err)
			}
			if !hit() {
				t.Errorf("%s, %s: it did not happen", c.name, name)
			}
			after := positions(t, f.store, alice, bob)
			if got := []int64{after[0] - before[0], after[1] - before[1]}; !slices.Equal(got, c.events) {
				t.Errorf("%s, %s: %d events for the two, want %d", c.name, name, got, c.events)
			}
			if c.closes {
				_, err := service.Send(t.Context(), alice, dm.SendInput{Conversation: id, Body: "again", ClientMessageID: "k2"})
				if dm.CodeOf(err) != dm.CodeMessageNotAllowed {
					t.Errorf("%s, %s: it had returned, and the next send is answered with %v (I1)", c.name, name, err)
				}
			}
		}
	}
	report, err := f.store.Verify(t.Context())
	if err != nil || len(report.Problems) > 0 {
		t.Errorf("verify: %q (%v)", report.Problems, err)
	}
}

// change is something that Bob can do. events is how many Alice and Bob each get of it; closes says
// that Alice may not write after it.
type change struct {
	name   string
	do     func(t *testing.T, s *dm.Service, alice, bob dm.UserID, message dm.MessageID) error
	events []int64
	closes bool
}

// changes are what Bob, who has a request of Alice's, can do.
var changes = []change{
	{"accept", func(t *testing.T, s *dm.Service, _, bob dm.UserID, m dm.MessageID) error {
		_, err := s.AcceptRequest(t.Context(), bob, m.Conversation)
		return err
	}, []int64{1, 1}, false},
	{"decline", func(t *testing.T, s *dm.Service, _, bob dm.UserID, m dm.MessageID) error {
		ids, _, err := s.DeclineRequests(t.Context(), bob, []dm.ConversationID{m.Conversation})
		if err == nil && len(ids) != 1 {
			err = fmt.Errorf("%d declined", len(ids))
		}
		return err
	}, []int64{0, 1}, false},
	{"block", func(t *testing.T, s *dm.Service, alice, bob dm.UserID, _ dm.MessageID) error {
		return s.Block(t.Context(), bob, alice)
	}, []int64{0, 1}, true},
	{"NO_ONE", func(t *testing.T, s *dm.Service, _, bob dm.UserID, _ dm.MessageID) error {
		_, err := s.SetWhoCanMessageMe(t.Context(), bob, policy.NoOne, nil)
		return err
	}, []int64{0, 1}, true},
	{"read", func(t *testing.T, s *dm.Service, _, bob dm.UserID, m dm.MessageID) error {
		_, err := s.MarkRead(t.Context(), bob, m.Conversation, m.Seq)
		return err
	}, []int64{0, 1}, false},
	{"follow", func(t *testing.T, s *dm.Service, alice, bob dm.UserID, _ dm.MessageID) error {
		return s.Follow(t.Context(), bob, alice)
	}, []int64{0, 0}, false},
	{"delete", func(t *testing.T, s *dm.Service, _, bob dm.UserID, _ dm.MessageID) error {
		users, err := s.Users(t.Context(), []dm.UserID{bob})
		if err != nil {
			return err
		}
		return s.DeleteUser(t.Context(), users[bob].ExternalID)
	}, []int64{0, 0}, true},
}

func strangers(t *testing.T, s *store.Store, n int) (alice, bob dm.UserID) {
	t.Helper()
	var in []dm.UserInput
	for _, name := range []string{"alice", "bob"} {
		name = fmt.Sprint(name, n)
		in = append(in, dm.UserInput{ExternalID: name, Handle: name, DisplayName: name})
	}
	users, err := s.UpsertUsers(t.Context(), in)
	if err != nil {
		t.Fatal(err)
	}
	return users[0].ID, users[1].ID
}

func positions(t *testing.T, s *store.Store, users ...dm.UserID) []int64 {
	t.Helper()
	var out []int64
	for _, u := range users {
		log, err := s.Log(t.Context(), u, 0, 1)
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, log.Head)
	}
	return out
}
