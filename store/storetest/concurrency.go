package storetest

import (
	"context"
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/aparte-im/aparte/dm"
	"github.com/aparte-im/aparte/dm/policy"
)

// nodes are the stores over one database: two where the database can be shared.
func (w *world) nodes(t *testing.T) []*world {
	t.Helper()
	if !w.backend.Shared {
		return []*world{w}
	}
	return []*world{w, w.node(t)}
}

// I2: of many sends with one key at once, on every node, one writes and all answer the same; other
// content conflicts.
func testRetriesAtOnce(t *testing.T, b Backend) {
	w := newWorld(t, b)
	alice, bob := w.pair()
	nodes := w.nodes(t)
	for round := range 10 {
		key := fmt.Sprint("round ", round)
		const tries = 16
		sent, errs := make([]dm.Sent, tries), make([]error, tries)
		var wg sync.WaitGroup
		for i := range tries {
			wg.Go(func() {
				body := "one"
				if i%4 == 3 {
					body = "other"
				}
				sent[i], errs[i] = nodes[i%len(nodes)].trySend(alice, bob, body, key)
			})
		}
		wg.Wait()
		var first *dm.Message
		fresh, conflicts := 0, 0
		for i := range tries {
			switch {
			case dm.CodeOf(errs[i]) == dm.CodeIdempotencyConflict:
				conflicts++
				continue
			case dm.CodeOf(errs[i]) == dm.CodeMessageNotAllowed && round >= w.config.Rules.RequestLimit:
				continue
			case errs[i] != nil:
				t.Fatal(errs[i])
			case !sent[i].Repeated:
				fresh++
			}
			if first == nil {
				first = sent[i].Message
			} else if diff := cmp.Diff(first, sent[i].Message); diff != "" {
				t.Errorf("two answers to one key (I2):\n%s", diff)
			}
		}
		if round >= w.config.Rules.RequestLimit {
			if fresh != 0 {
				t.Errorf("round %d: %d sends past the quota", round, fresh)
			}
			continue
		}
		want := tries / 4
		if first != nil && first.Body == "other" {
			want = tries - want
		}
		if fresh != 1 || conflicts != want {
			t.Errorf("round %d: %d of %d sends with one key wrote, %d conflict, want 1 and %d (I2)", round, fresh, tries, conflicts, want)
		}
	}
	w.consistent(alice, bob)
}

// A few people do everything to each other at once, on every node. Afterwards I2, I3, I5 and I6
// hold, for a client that watched all the while too (I4).
func testEverythingAtOnce(t *testing.T, b Backend) {
	w := newWorld(t, b)
	users := w.users(5)
	nodes := w.nodes(t)
	ctx, cut := context.WithCancel(t.Context())
	defer cut()
	watched := make([]*snapshot, len(users))
	var watchers, workers sync.WaitGroup
	for i, user := range users {
		watched[i] = w.snapshot(user)
		watcher := w.watch(user, nil)
		watchers.Go(func() {
			defer watcher.Close()
			for {
				e, err := watcher.Next(ctx)
				if ctx.Err() != nil {
					return
				}
				if err == nil {
					err = watched[i].advance(e)
				}
				if err != nil {
					t.Error(err)
					return
				}
			}
		})
	}
	const workersPerUser, steps = 3, 40
	for i, user := range users {
		for n := range workersPerUser {
			random := rand.New(rand.NewPCG(uint64(i), uint64(n)))
			node := nodes[n%len(nodes)]
			workers.Go(func() {
				for step := range steps {
					if err := node.anything(random, user, users, fmt.Sprint(n, " ", step)); err != nil && dm.CodeOf(err) == "" {
						t.Errorf("an internal error: %v", err)
					}
				}
			})
		}
	}
	workers.Wait()
	cut()
	watchers.Wait()
	for i, user := range users {
		w.catchUp(user, watched[i])
		w.equals(user, watched[i], w.snapshot(user))
	}
	w.consistent(users...)
	for _, n := range nodes[1:] {
		n.consistent(users...)
	}
}

// anything does one random thing as a user.
func (w *world) anything(random *rand.Rand, user dm.UserID, users []dm.UserID, key string) error {
	ctx := w.Context()
	other := users[random.IntN(len(users))]
	id := dm.ConversationOf(user, other)
	switch random.IntN(20) {
	case 0:
		return w.service.Follow(ctx, user, other)
	case 1:
		return w.service.Unfollow(ctx, user, other)
	case 2:
		return w.service.Block(ctx, user, other)
	case 3, 4, 5:
		return w.service.Unblock(ctx, user, other)
	case 6:
		return second(w.service.AcceptRequest(ctx, user, id))
	case 7:
		_, _, err := w.service.DeclineRequests(ctx, user, []dm.ConversationID{id})
		return err
	case 8:
		return second(w.service.SetWhoCanMessageMe(ctx, user, policy.Audience(1+random.IntN(6)), nil))
	case 9:
		return second(w.service.SetWhoCanMessageMe(ctx, user, policy.Everyone, nil))
	case 10:
		return second(w.service.Archive(ctx, user, id, random.IntN(2) == 0))
	case 11:
		return second(w.service.Mute(ctx, user, id, random.IntN(2) == 0))
	case 12, 13:
		v, err := w.service.ConversationWith(ctx, user, other)
		if err != nil {
			return err
		}
		return second(w.service.MarkRead(ctx, user, id, v.LastSeq))
	case 14:
		// The same key from all of the user's devices, with the same content.
		return second(w.trySend(user, other, "same", "same "+key))
	default:
		return second(w.trySend(user, other, "hello", key))
	}
}

// I1: once "no" has returned, nothing that it forbids commits, on any node.
func testConsentIsLinearizable(t *testing.T, b Backend) {
	w := newWorld(t, b)
	nodes := w.nodes(t)
	for name, no := range map[string]func(n *world, bob, alice dm.UserID) error{
		"NO_ONE": func(n *world, bob, _ dm.UserID) error {
			return second(n.service.SetWhoCanMessageMe(t.Context(), bob, policy.NoOne, nil))
		},
		"block": func(n *world, bob, alice dm.UserID) error { return n.service.Block(t.Context(), bob, alice) },
		"decline": func(n *world, bob, alice dm.UserID) error {
			_, _, err := n.service.DeclineRequests(t.Context(), bob, []dm.ConversationID{dm.ConversationOf(alice, bob)})
			return err
		},
	} {
		for range 10 {
			alice, bob := w.pair()
			if name == "decline" {
				w.send(alice, bob, "a request to decline")
			} else {
				w.friends(alice, bob)
			}
			const senders = 4
			var wg sync.WaitGroup
			started := make(chan struct{}, senders)
			after := make(chan struct{})
			for i := range senders {
				wg.Go(func() {
					node := nodes[i%len(nodes)]
					for n := 0; ; n++ {
						isAfter := false
						select {
						case <-after:
							isAfter = true
						default:
						}
						_, err := node.trySend(alice, bob, "hello", fmt.Sprint(i, " ", n))
						switch {
						case isAfter && err == nil && name != "decline":
							t.Errorf("%s had returned, and a send that began after it was written (I1)", name)
							return
						case isAfter:
							return
						case err != nil && dm.CodeOf(err) != dm.CodeMessageNotAllowed:
							t.Errorf("%s: %v", name, err)
							return
						}
						if n == 0 {
							started <- struct{}{}
						}
					}
				})
			}
			for range senders {
				<-started
			}
			err := no(nodes[len(nodes)-1], bob, alice)
			// No further message may be written from here on.
			stands := w.lastSeq(alice, bob)
			close(after)
			wg.Wait()
			w.must(err)
			if name == "decline" {
				w.noView(bob, alice) // a declined sender may write on, and nobody sees it
			} else if got := w.lastSeq(alice, bob); got != stands {
				t.Errorf("%s had returned at seq %d, and seq %d was written (I1)", name, stands, got)
			}
			w.consistent(alice, bob)
		}
	}
}

func (w *world) lastSeq(alice, bob dm.UserID) int64 {
	w.Helper()
	return w.view(alice, bob).LastSeq
}
